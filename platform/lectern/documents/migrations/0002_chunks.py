"""The chunk tables: hash partitions by tenant, fenced each, with what search needs.

Django knows documents_chunk as an unmanaged model; the other two are written and read by
SQL alone (index.py, search.py).
"""

from typing import Any

from django.db import migrations

from lectern.tenants.isolation import CURRENT_TENANT, across_tenants, fence

PARTITIONS = 16

CHUNK = """
CREATE TABLE documents_chunk (
  tenant_id uuid NOT NULL REFERENCES tenants_tenant (id),
  id uuid NOT NULL,
  collection_id uuid NOT NULL,
  document_id uuid NOT NULL,
  version_id uuid NOT NULL,
  position integer NOT NULL,
  page integer NOT NULL,
  "start" integer NOT NULL,
  "end" integer NOT NULL CHECK ("end" > "start"),
  text text NOT NULL,
  context text NOT NULL,
  term_count integer NOT NULL,
  terms tsvector NOT NULL,
  weights sparsevec(1000000000) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT documents_chunk_version_tenant FOREIGN KEY (tenant_id, version_id)
    REFERENCES documents_documentversion (tenant_id, id) ON DELETE CASCADE
    DEFERRABLE INITIALLY DEFERRED
) PARTITION BY HASH (tenant_id)
"""
EMBEDDING = """
CREATE TABLE documents_chunkembedding (
  tenant_id uuid NOT NULL,
  chunk_id uuid NOT NULL,
  collection_id uuid NOT NULL,
  document_id uuid NOT NULL,
  version_id uuid NOT NULL,
  embedder text NOT NULL,
  embedding halfvec(384) NOT NULL,
  PRIMARY KEY (tenant_id, chunk_id),
  CONSTRAINT documents_chunkembedding_chunk FOREIGN KEY (tenant_id, chunk_id)
    REFERENCES documents_chunk (tenant_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) PARTITION BY HASH (tenant_id)
"""
FREQUENCY = """
CREATE TABLE documents_termfrequency (
  tenant_id uuid NOT NULL,
  collection_id uuid NOT NULL,
  term text NOT NULL,
  chunks integer NOT NULL CHECK (chunks >= 0),
  PRIMARY KEY (tenant_id, collection_id, term),
  CONSTRAINT documents_termfrequency_collection FOREIGN KEY (tenant_id, collection_id)
    REFERENCES documents_collection (tenant_id, id) ON DELETE CASCADE
)
"""
# Planned anew for each call, so that the tenant's partition alone is looked at: a kept plan
# took twice as long.
LEXICAL_SEARCH = f"""
BEGIN
  RETURN QUERY EXECUTE
    'SELECT id, -(weights <#> $5) FROM documents_chunk
     WHERE tenant_id = $1 AND collection_id = ANY ($2) AND ($3 IS NULL OR document_id = $3)
       AND terms @@ $4
     ORDER BY weights <#> $5 LIMIT $6'
  USING {CURRENT_TENANT}, collections, wanted_document, query, question, take;
END
"""
INDEXES: list[Any] = [
    "CREATE INDEX documents_chunk_collection ON documents_chunk (tenant_id, collection_id)",
    "CREATE INDEX documents_chunk_document ON documents_chunk (tenant_id, document_id)",
    "CREATE INDEX documents_chunk_version ON documents_chunk (tenant_id, version_id)",
    "CREATE INDEX documents_chunk_terms ON documents_chunk USING gin (terms)",
    "CREATE INDEX documents_chunkembedding_collection"
    " ON documents_chunkembedding (tenant_id, collection_id)",
    "CREATE INDEX documents_chunkembedding_document"
    " ON documents_chunkembedding (tenant_id, document_id)",
]


def partitions(table: str) -> list[migrations.RunSQL]:
    """The partitions of ``table``, each fenced: asked for by name, a parent's policy is void."""
    operations = []
    for remainder in range(PARTITIONS):
        name = f"{table}_{remainder:02d}"
        create = (
            f"CREATE TABLE {name} PARTITION OF {table} "
            f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {remainder}) "
            # Rows stay whole: ranking would otherwise unpack the weights of each candidate.
            "WITH (toast_tuple_target = 8160)"
        )
        operations += [
            migrations.RunSQL(create, f"DROP TABLE {name}"),
            fence(name, unique=False),
        ]
    return operations


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [
        migrations.RunSQL(CHUNK, "DROP TABLE documents_chunk"),
        fence("documents_chunk", unique=False),
        *partitions("documents_chunk"),
        migrations.RunSQL(EMBEDDING, "DROP TABLE documents_chunkembedding"),
        fence("documents_chunkembedding", unique=False),
        *partitions("documents_chunkembedding"),
        migrations.RunSQL(FREQUENCY, "DROP TABLE documents_termfrequency"),
        fence("documents_termfrequency", unique=False),
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
        # Row-level security keeps the GIN index from being used (the match operator is not
        # leakproof), hence a function that takes the tenant from the same setting.
        across_tenants(
            "lectern_lexical_search("
            "collections uuid[], wanted_document uuid, query tsquery, question sparsevec, "
            "take integer)",
            "TABLE (chunk_id uuid, score double precision)",
            LEXICAL_SEARCH,
            language="plpgsql",
        ),
    ]
