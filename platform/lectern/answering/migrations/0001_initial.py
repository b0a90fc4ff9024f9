import django.db.models.deletion
import django.db.models.functions.datetime
import lectern.tenants.models
from django.conf import settings
from lectern.tenants.isolation import fence, reference
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0001_initial"),
        ("tenants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
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
                    "outcome",
                    models.CharField(
                        choices=[
                            ("answered", "Answered"),
                            ("refused", "Not in these documents"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField()),
                ("engine", models.CharField(max_length=60)),
                ("adapter", models.CharField(blank=True, max_length=200)),
                ("confidence", models.FloatField()),
                ("passages", models.JSONField(default=list)),
                ("timings", models.JSONField(default=dict)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
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
            name="Finding",
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
                ("plugin", models.CharField(max_length=60)),
                ("check_name", models.CharField(max_length=100)),
                ("severity", models.CharField(max_length=10)),
                ("message", models.TextField()),
                ("start", models.PositiveIntegerField(null=True)),
                ("end", models.PositiveIntegerField(null=True)),
                (
                    "answer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="findings",
                        to="answering.answer",
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
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Question",
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
                ("asked_with_key", models.UUIDField(null=True)),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "collection",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="questions",
                        to="documents.collection",
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
                "ordering": ["-asked_at"],
            },
        ),
        migrations.AddField(
            model_name="answer",
            name="question",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="answers",
                to="answering.question",
            ),
        ),
        migrations.CreateModel(
            name="Citation",
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
                ("sentence_start", models.PositiveIntegerField()),
                ("sentence_end", models.PositiveIntegerField()),
                ("document_title", models.CharField(max_length=500)),
                ("page", models.PositiveIntegerField()),
                ("page_label", models.CharField(blank=True, max_length=200)),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("boxes", models.JSONField(default=list)),
                ("quote", models.TextField()),
                ("heading", models.TextField(blank=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="citations",
                        to="answering.answer",
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
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="documents.documentversion",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "answer", "number"), name="citation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("version__isnull", False),
                            ("removed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="citation_has_source",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["tenant", "-asked_at"], name="question_by_time"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["answered", "refused", "failed"])),
                name="answer_outcome_known",
            ),
        ),
        fence("answering_question"),
        fence("answering_answer"),
        fence("answering_citation"),
        fence("answering_finding"),
        reference("answering_question", "collection_id", "documents_collection"),
        reference("answering_question", "document_id", "documents_document", on_delete="SET NULL"),
        reference("answering_answer", "question_id", "answering_question"),
        reference("answering_citation", "answer_id", "answering_answer"),
        reference("answering_citation", "document_id", "documents_document", on_delete="SET NULL"),
        reference(
            "answering_citation",
            "version_id",
            "documents_documentversion",
            on_delete="SET NULL",
        ),
        reference("answering_finding", "answer_id", "answering_answer"),
    ]
