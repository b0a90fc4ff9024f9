"""The vectors of chunks: which embedders a collection keeps, and writing vectors of one.

Vectors go by binary COPY into a temporary table and from there into the fenced one: COPY
cannot write to a table with row-level security, and a vector sent as text costs a thousand
times what it costs in binary.
"""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from lectern.documents.models import Collection, Retriever
from lectern.documents.vectors import vector_cursor

_STAGE = """
CREATE TEMPORARY TABLE staged_vector (chunk_id uuid, embedding halfvec) ON COMMIT DROP
"""
# Joined with the chunks: one that was deleted meanwhile gets no vector.
_INSERT = """
INSERT INTO documents_chunkembedding (tenant_id, chunk_id, collection_id, document_id, version_id,
                                      embedder, dimensions, embedding)
SELECT c.tenant_id, c.id, c.collection_id, c.document_id, c.version_id,
       %(embedder)s, vector_dims(s.embedding), s.embedding
FROM staged_vector s
JOIN documents_chunk c ON c.tenant_id = %(tenant)s AND c.id = s.chunk_id
ON CONFLICT (tenant_id, chunk_id, embedder) DO NOTHING
"""


def kept_embedders(collection: Collection) -> list[str]:
    """The names of the embedders of which new chunks get vectors; the one in use is the first."""
    kept = Retriever.objects.filter(collection=collection).values_list("name", flat=True)
    return [collection.embedder, *(name for name in kept if name != collection.embedder)]


def store_vectors(
    tenant_id: UUID, embedder: str, chunk_ids: Sequence[UUID], vectors: NDArray[np.float32]
) -> int:
    """Give chunks their vectors of ``embedder``, shape (chunks, dimensions); how many were new.

    The caller holds the index of the chunks' collection.
    """
    with vector_cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy("COPY staged_vector FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["uuid", "halfvec"])
            for chunk_id, vector in zip(chunk_ids, vectors, strict=True):
                copy.write_row([chunk_id, HalfVector(vector)])
        added = cursor.execute(_INSERT, {"tenant": tenant_id, "embedder": embedder}).rowcount
        # Vectors of another embedder may be stored in the same transaction.
        cursor.execute("DROP TABLE staged_vector")
    return added
