"""Vectors of more than one embedder for each chunk, and which of them a collection keeps."""

from typing import Any

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import lectern.tenants.models
from lectern.tenants.isolation import fence, reference

# An index over vectors of any length cannot be: the new ones name their embedder.
DROP_FORMER_INDEXES = """
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT indexrelid::regclass::text FROM pg_index
              WHERE indexrelid::regclass::text LIKE 'documents_chunkembedding_%_hnsw' LOOP
    EXECUTE 'DROP INDEX ' || name;
  END LOOP;
END $$
"""
MANY_EMBEDDERS: list[Any] = [
    DROP_FORMER_INDEXES,
    "ALTER TABLE documents_chunkembedding ALTER COLUMN embedding TYPE halfvec",
    # The default stays: a worker that still runs the former release names no dimensions.
    "ALTER TABLE documents_chunkembedding ADD COLUMN dimensions smallint NOT NULL DEFAULT 384",
    "ALTER TABLE documents_chunkembedding ADD CONSTRAINT documents_chunkembedding_dimensions"
    " CHECK (vector_dims(embedding) = dimensions)",
    "ALTER TABLE documents_chunkembedding DROP CONSTRAINT documents_chunkembedding_pkey",
    "ALTER TABLE documents_chunkembedding ADD PRIMARY KEY (tenant_id, chunk_id, embedder)",
    "DROP INDEX documents_chunkembedding_collection",
    "CREATE INDEX documents_chunkembedding_collection"
    " ON documents_chunkembedding (tenant_id, collection_id, embedder)",
]


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_access_metadata_tables"),
        ("jobs", "0003_stages"),
        ("tenants", "0003_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="Retriever",
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
                ("dimensions", models.PositiveIntegerField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("filled_at", models.DateTimeField(null=True)),
                (
                    "collection",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="retrievers",
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
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "collection", "name"), name="retriever_name_once"
                    )
                ],
            },
        ),
        fence("documents_retriever"),
        reference("documents_retriever", "collection_id", "documents_collection"),
        reference("documents_retriever", "job_id", "jobs_job", on_delete="SET NULL"),
        migrations.RunSQL(MANY_EMBEDDERS, migrations.RunSQL.noop),
    ]
