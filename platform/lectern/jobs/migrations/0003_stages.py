"""Stages of attempts, and new kinds of job."""

import django.db.models.deletion
import django.db.models.functions.datetime
import lectern.tenants.models
from django.db import migrations, models
from lectern.tenants.isolation import fence, reference


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_sweep"),
        ("tenants", "0003_groups"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ingest_document", "Read a document"),
                    ("sync_source", "Fetch documents from a source"),
                    ("run_golden", "Ask the golden questions"),
                    ("tune_collection", "Fit search to the documents"),
                    ("reembed_collection", "Embed with another model"),
                ],
                max_length=40,
            ),
        ),
        migrations.CreateModel(
            name="JobStage",
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
                ("attempt", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=60)),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="stages",
                        to="jobs.job",
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
                "ordering": ["started_at", "id"],
                "indexes": [
                    models.Index(fields=["tenant", "job", "attempt"], name="jobstage_by_job")
                ],
            },
        ),
        fence("jobs_jobstage"),
        reference("jobs_jobstage", "job_id", "jobs_job"),
    ]
