"""Search by words within some of the documents, and without others."""

from django.db import migrations

from lectern.tenants.isolation import CURRENT_TENANT, across_tenants

# Planned anew for each call, so that the tenant's partition alone is looked at, and with the
# documents as constants, which are looked up by hash.
LEXICAL_SEARCH = f"""
BEGIN
  RETURN QUERY EXECUTE
    'SELECT id, -(weights <#> $6) FROM documents_chunk
     WHERE tenant_id = $1 AND collection_id = ANY ($2)
       AND ($3 IS NULL OR document_id = ANY ($3)) AND ($4 IS NULL OR document_id <> ALL ($4))
       AND terms @@ $5
     ORDER BY weights <#> $6 LIMIT $7'
  USING {CURRENT_TENANT}, collections, wanted, hidden, query, question, take;
END
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_retrievers")]

    operations = [
        # Beside the former function, which a server that still runs the former release calls.
        across_tenants(
            "lectern_lexical_search("
            "collections uuid[], wanted uuid[], hidden uuid[], query tsquery, question sparsevec, "
            "take integer)",
            "TABLE (chunk_id uuid, score double precision)",
            LEXICAL_SEARCH,
            language="plpgsql",
        ),
    ]
