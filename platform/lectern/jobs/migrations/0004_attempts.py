"""Attempts at jobs, and when stored files were last tidied."""

import django.db.models.deletion
import django.db.models.functions.datetime
import lectern.tenants.models
from django.db import migrations, models
from lectern.tenants.isolation import fence, reference


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0003_stages"),
    ]

    operations = [
        migrations.AddField(
            model_name="sweep",
            name="tidied_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="JobAttempt",
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
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("succeeded", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("given back", "Goes on later"),
                            ("lost", "Stopped without a word"),
                        ],
                        max_length=10,
                    ),
                ),
                ("error_code", models.CharField(blank=True, max_length=60)),
                ("error", models.TextField(blank=True)),
                (
                    "job",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="attempts",
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
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "job", "number"), name="job_attempt_once"
                    )
                ],
            },
        ),
        fence("jobs_jobattempt"),
        reference("jobs_jobattempt", "job_id", "jobs_job"),
    ]
