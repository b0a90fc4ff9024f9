"""Who reads a restricted document, what is known of one, its tables and its mail."""

import django.db.models.deletion
import lectern.tenants.models
from django.conf import settings
from django.db import migrations, models
from lectern.tenants.isolation import fence, reference


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_chunks"),
        ("tenants", "0003_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentMetadata",
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
                ("name", models.CharField(max_length=40)),
                ("value", models.CharField(max_length=200)),
                ("folded", models.CharField(max_length=200)),
                ("source", models.CharField(max_length=100)),
                ("page", models.PositiveIntegerField(null=True)),
            ],
            options={
                "ordering": ["name", "value"],
            },
        ),
        migrations.CreateModel(
            name="DocumentReader",
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
            ],
        ),
        migrations.CreateModel(
            name="DocumentTable",
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
                ("number", models.PositiveIntegerField()),
                ("page", models.PositiveIntegerField()),
                ("title", models.TextField(blank=True)),
                ("columns", models.JSONField(default=list)),
                ("segments", models.JSONField(default=list)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("unit", models.CharField(blank=True, max_length=100)),
                ("period", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.AddField(
            model_name="collection",
            name="tuning",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="document",
            name="parent",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="attachments",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="restricted",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("restricted", True)),
                fields=["tenant", "collection"],
                name="document_restricted",
            ),
        ),
        migrations.AddField(
            model_name="documentmetadata",
            name="document",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="metadata",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="documentmetadata",
            name="tenant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="documentreader",
            name="document",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="readers",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="documentreader",
            name="group",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.group",
            ),
        ),
        migrations.AddField(
            model_name="documentreader",
            name="tenant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="documenttable",
            name="tenant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="documenttable",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="tables",
                to="documents.documentversion",
            ),
        ),
        migrations.AddIndex(
            model_name="documentmetadata",
            index=models.Index(fields=["tenant", "name", "folded"], name="metadata_by_value"),
        ),
        migrations.AddConstraint(
            model_name="documentmetadata",
            constraint=models.UniqueConstraint(
                fields=("tenant", "document", "name", "folded"), name="metadata_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="documentreader",
            constraint=models.UniqueConstraint(
                fields=("tenant", "document", "group"), name="document_reader_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="documenttable",
            constraint=models.UniqueConstraint(
                fields=("tenant", "version", "number"), name="table_number_once"
            ),
        ),
        fence("documents_documentreader"),
        fence("documents_documentmetadata"),
        fence("documents_documenttable"),
        reference("documents_document", "parent_id", "documents_document"),
        reference("documents_documentreader", "document_id", "documents_document"),
        reference("documents_documentreader", "group_id", "tenants_group"),
        reference("documents_documentmetadata", "document_id", "documents_document"),
        reference("documents_documenttable", "version_id", "documents_documentversion"),
    ]
