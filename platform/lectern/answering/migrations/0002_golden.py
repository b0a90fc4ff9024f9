"""Golden questions and their runs; follow-up questions; computed answers."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import lectern.tenants.models
from django.conf import settings
from django.db import migrations, models
from lectern.tenants.isolation import fence, reference


class Migration(migrations.Migration):
    dependencies = [
        ("answering", "0001_initial"),
        ("documents", "0002_chunks"),
        ("jobs", "0003_stages"),
        ("tenants", "0003_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="computation",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="question",
            name="previous",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="answering.question",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="standalone",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.CreateModel(
            name="GoldenQuestion",
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
                ("text", models.TextField()),
                ("answer", models.TextField(blank=True)),
                ("answerable", models.BooleanField(default=True)),
                ("pages", models.JSONField(default=list)),
                ("evidence", models.TextField(blank=True)),
                ("within_document", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "collection",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="golden",
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
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="GoldenRun",
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
                    "cause",
                    models.CharField(
                        choices=[("request", "Asked for"), ("index", "The index changed")],
                        max_length=10,
                    ),
                ),
                ("subject", models.JSONField(default=dict)),
                ("figures", models.JSONField(default=dict)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "collection",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="documents.collection",
                    ),
                ),
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
                    "requested_by",
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
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="GoldenResult",
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
                ("rank", models.PositiveIntegerField(null=True)),
                ("refused", models.BooleanField()),
                ("answered_right", models.BooleanField(null=True)),
                ("milliseconds", models.FloatField()),
                ("passages", models.JSONField(default=list)),
                (
                    "question",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="results",
                        to="answering.goldenquestion",
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
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="results",
                        to="answering.goldenrun",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="goldenquestion",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("collection"),
                models.F("document"),
                django.db.models.functions.text.MD5("text"),
                name="golden_question_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="goldenrun",
            index=models.Index(fields=["tenant", "collection", "-created_at"], name="golden_runs"),
        ),
        migrations.AddConstraint(
            model_name="goldenresult",
            constraint=models.UniqueConstraint(
                fields=("tenant", "run", "question"), name="golden_result_once"
            ),
        ),
        fence("answering_goldenquestion"),
        fence("answering_goldenrun"),
        fence("answering_goldenresult"),
        reference("answering_question", "previous_id", "answering_question", on_delete="SET NULL"),
        reference("answering_goldenquestion", "collection_id", "documents_collection"),
        reference("answering_goldenquestion", "document_id", "documents_document"),
        reference("answering_goldenrun", "collection_id", "documents_collection"),
        reference("answering_goldenrun", "job_id", "jobs_job", on_delete="SET NULL"),
        reference("answering_goldenresult", "run_id", "answering_goldenrun"),
        reference("answering_goldenresult", "question_id", "answering_goldenquestion"),
    ]
