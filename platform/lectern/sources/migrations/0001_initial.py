"""Sources, their items and their runs."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import lectern.tenants.models
from django.conf import settings
from django.db import migrations, models
from lectern.tenants.isolation import fence, reference


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0003_access_metadata_tables"),
        ("jobs", "0003_stages"),
        ("tenants", "0003_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=lectern.tenants.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("connector", models.CharField(max_length=60)),
                ("settings", models.JSONField(default=dict)),
                ("secrets", models.BinaryField(default=bytes)),
                ("every_minutes", models.PositiveIntegerField(null=True)),
                ("next_sync_at", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "collection",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="sources",
                        to="documents.collection",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SourceItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=lectern.tenants.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.TextField()),
                ("fingerprint", models.CharField(max_length=200)),
                ("problem", models.TextField(blank=True)),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="documents.document",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="items",
                        to="sources.source",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["key"],
            },
        ),
        migrations.CreateModel(
            name="SourceRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=lectern.tenants.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True)),
                (
                    "job",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="runs",
                        to="sources.source",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["-started_at"],
            },
        ),
        migrations.AddIndex(
            model_name="source",
            index=models.Index(
                condition=models.Q(("next_sync_at__isnull", False)),
                fields=["next_sync_at"],
                name="source_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.UniqueConstraint(
                fields=("tenant", "collection", "name"), name="source_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("every_minutes__isnull", True), ("every_minutes__gte", 1), _connector="OR"
                ),
                name="source_pause_sensible",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourceitem",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("source"),
                django.db.models.functions.text.MD5("key"),
                name="source_item_once",
            ),
        ),
        migrations.AddIndex(
            model_name="sourcerun",
            index=models.Index(fields=["tenant", "source", "-started_at"], name="source_runs"),
        ),
        fence("sources_source"),
        fence("sources_sourceitem"),
        fence("sources_sourcerun"),
        reference("sources_source", "collection_id", "documents_collection"),
        reference("sources_sourceitem", "source_id", "sources_source"),
        reference("sources_sourceitem", "document_id", "documents_document", on_delete="SET NULL"),
        reference("sources_sourcerun", "source_id", "sources_source"),
        reference("sources_sourcerun", "job_id", "jobs_job", on_delete="SET NULL"),
    ]
