"""The search index: writing a version's pages and chunks, and taking them out again.

Chunks go by binary COPY into a temporary table and from there into the fenced one: COPY
cannot write to a table with row-level security. Their vectors follow (embeddings.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import pack
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models.functions import Now
from numpy.typing import NDArray
from pgvector import SparseVector
from psycopg.adapt import Dumper
from psycopg.pq import Format

from lectern.documents.content import ChunkDraft, DocumentFacts, PageContent, TableDraft
from lectern.documents.embeddings import store_vectors
from lectern.documents.index_changes import index_changed
from lectern.documents.models import Collection, Document, DocumentVersion, Page
from lectern.documents.tables import store_tables
from lectern.documents.terms import DIMENSIONS, chunk_weights, term_counts
from lectern.documents.vectors import vector_cursor
from lectern.errors import Conflict
from lectern.tenants.models import new_id

# The length, in terms, that BM25 takes for average. A constant, so that the weights of
# chunks written at different times can be compared. Real chunks have 70 to 80; this much more
# damps long ones less, which found no less (docs/benchmarks.md).
AVERAGE_TERMS = 110.0
# The number of the built-in type, from Postgres' pg_type.dat.
TSVECTOR_OID = 3614

_STAGE = """
CREATE TEMPORARY TABLE staged_chunk (
  id uuid, position integer, page integer, "start" integer, "end" integer, text text,
  context text, term_count integer, terms tsvector, weights sparsevec
) ON COMMIT DROP
"""
_STAGED_TYPES = ["uuid", "int4", "int4", "int4", "int4", "text", "text", "int4"]
_INSERT_CHUNKS = """
INSERT INTO documents_chunk (tenant_id, id, collection_id, document_id, version_id, position, page,
                             "start", "end", text, context, term_count, terms, weights)
SELECT %(tenant)s, id, %(collection)s, %(document)s, %(version)s, position, page,
       "start", "end", text, context, term_count, terms, weights FROM staged_chunk
"""
_COUNT_TERMS = """
INSERT INTO documents_termfrequency AS known (tenant_id, collection_id, term, chunks)
SELECT %(tenant)s, %(collection)s, term, count(*)
FROM staged_chunk, unnest(tsvector_to_array(terms)) AS term GROUP BY term ORDER BY term
ON CONFLICT (tenant_id, collection_id, term) DO UPDATE SET chunks = known.chunks + excluded.chunks
"""
_UNCOUNT_TERMS = """
UPDATE documents_termfrequency AS known SET chunks = known.chunks - gone.chunks
FROM (SELECT term, count(*) AS chunks
      FROM documents_chunk, unnest(tsvector_to_array(terms)) AS term
      WHERE tenant_id = %(tenant)s AND document_id = %(document)s GROUP BY term) AS gone
WHERE known.tenant_id = %(tenant)s AND known.collection_id = %(collection)s
  AND known.term = gone.term
"""
# A deleted document must not be known by its words either.
_FORGET_TERMS = """
DELETE FROM documents_termfrequency
WHERE tenant_id = %(tenant)s AND collection_id = %(collection)s AND chunks = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedVersion:
    """Everything that makes a version readable: its pages, chunks and their vectors.

    ``vectors`` holds for each embedder, by its name, the vectors of all chunks: shape (chunks,
    dimensions), unit rows.
    """

    facts: DocumentFacts
    pages: Sequence[PageContent]
    chunks: Sequence[ChunkDraft]
    vectors: Mapping[str, NDArray[np.float32]]
    warnings: Sequence[str] = ()
    tables: Sequence[TableDraft] = ()


class EmbedderChanged(Conflict):
    """The collection is searched with another embedder than when the chunks were embedded."""


@transaction.atomic
def publish(version: DocumentVersion, content: IndexedVersion) -> None:
    """Make ``version`` the current one: readers see all of it or, until then, the former.

    Replaces what an earlier attempt may have left, so that running twice stores once. Raises
    ``Conflict`` if the document was deleted, or a newer version became current, meanwhile, and
    ``EmbedderChanged`` if the vectors that are searched now are not among those given.
    """
    collection = hold_index(version.collection_id)
    documents = Document.objects.select_for_update(no_key=True)
    document = documents.filter(pk=version.document_id).first()
    if collection is None or document is None:
        raise Conflict("The document was deleted while it was being read", code="deleted")
    _refuse_if_newer_is_current(document, version)
    if collection.embedder not in content.vectors:
        raise EmbedderChanged(
            f"{collection} was switched to the embedder {collection.embedder} while the document "
            "was read. Read the document again."
        )
    forget_chunks(collection, document_id=document.pk)
    _store_pages(version, content.pages)
    store_tables(version, content.tables)
    _store_chunks(version, content)
    DocumentVersion.objects.filter(pk=version.pk).update(
        ready_at=Now(),
        paged=content.facts.paged,
        page_count=len(content.pages),
        chunk_count=len(content.chunks),
        warnings=list(content.warnings),
    )
    Document.objects.filter(pk=document.pk).update(current_version=version)
    index_changed(collection, complete=False)


def hold_index(collection_id: UUID) -> Collection | None:
    """Lock the collection's index and its counters for this transaction; None if it is gone.

    Whoever changes the index locks jobs before it, and documents and versions after it.
    """
    # Without the key, so that uploads and questions, which refer to the row, do not wait.
    rows = Collection.objects.select_for_update(no_key=True)
    return rows.filter(pk=collection_id).first()


def forget_chunks(collection: Collection, *, document_id: UUID) -> None:
    """Take the document's chunks and vectors out of the index, which the caller holds."""
    parameters = {
        "tenant": collection.tenant_id,
        "collection": collection.pk,
        "document": document_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNCOUNT_TERMS, parameters)
        if cursor.rowcount:
            cursor.execute(_FORGET_TERMS, parameters)
        cursor.execute(
            "DELETE FROM documents_chunkembedding"
            " WHERE tenant_id = %(tenant)s AND document_id = %(document)s",
            parameters,
        )
        cursor.execute(
            "WITH gone AS (DELETE FROM documents_chunk"
            " WHERE tenant_id = %(tenant)s AND document_id = %(document)s RETURNING term_count)"
            " UPDATE documents_collection"
            " SET chunk_count = chunk_count - (SELECT count(*) FROM gone),"
            " term_count = term_count - (SELECT coalesce(sum(term_count), 0) FROM gone)"
            " WHERE tenant_id = %(tenant)s AND id = %(collection)s",
            parameters,
        )


def _refuse_if_newer_is_current(document: Document, version: DocumentVersion) -> None:
    current = document.current_version
    if current is not None and current.number > version.number:
        raise Conflict(
            f"Version {current.number} of {document.title} is already in use", code="superseded"
        )


def _store_pages(version: DocumentVersion, pages: Sequence[PageContent]) -> None:
    Page.objects.filter(version=version).delete()
    rows = (
        Page(
            tenant_id=version.tenant_id,
            version=version,
            number=page.number,
            label=page.label[:200],
            text=page.text,
            width=page.width,
            height=page.height,
            words=page.words.to_bytes(),
            removed=[[removal.kind, removal.text, removal.at] for removal in page.removed],
            blocks=[[b.kind, b.start, b.end, b.level, b.header_end] for b in page.blocks],
            image_only=page.image_only,
            problem=page.problem,
        )
        for page in pages
    )
    Page.objects.bulk_create(rows, batch_size=50)


def _store_chunks(version: DocumentVersion, content: IndexedVersion) -> None:
    parameters: dict[str, Any] = {
        "tenant": version.tenant_id,
        "collection": version.collection_id,
        "document": version.document_id,
        "version": version.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        ids = [new_id() for _ in content.chunks]
        terms = _copy_chunks(ids, content.chunks)
        for statement in (_INSERT_CHUNKS, _COUNT_TERMS):
            cursor.execute(statement, parameters)
        # Another document may be stored in the same transaction.
        cursor.execute("DROP TABLE staged_chunk")
        cursor.execute(
            "UPDATE documents_collection SET chunk_count = chunk_count + %s,"
            " term_count = term_count + %s WHERE tenant_id = %s AND id = %s",
            [len(content.chunks), terms, version.tenant_id, version.collection_id],
        )
    for embedder, vectors in content.vectors.items():
        store_vectors(version.tenant_id, embedder, ids, vectors)


def _copy_chunks(ids: Sequence[UUID], chunks: Sequence[ChunkDraft]) -> int:
    """Send the chunks to the staging table; the number of terms in them."""
    total = 0
    with vector_cursor() as cursor:
        cursor.adapters.register_dumper(_Terms, _TermsDumper)
        with cursor.copy("COPY staged_chunk FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([*_STAGED_TYPES, "tsvector", "sparsevec"])
            for chunk_id, chunk in zip(ids, chunks, strict=True):
                row, length = _row(chunk)
                copy.write_row([chunk_id, *row])
                total += length
    return total


def _row(chunk: ChunkDraft) -> tuple[list[Any], int]:
    counts = term_counts(chunk.searchable)
    length = sum(counts.values())
    weights = chunk_weights(counts, length, AVERAGE_TERMS)
    sparse = SparseVector({index - 1: weight for index, weight in weights.items()}, DIMENSIONS)
    place = [chunk.position, chunk.page, chunk.start, chunk.end]
    row = [*place, chunk.text, chunk.context, length]
    return [*row, _Terms(counts), sparse], length


class _Terms:
    """The terms of one chunk, to be stored as a tsvector without positions."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.terms = sorted(counts, key=str.encode)


class _TermsDumper(Dumper):
    """Writes a tsvector as tsvectorrecv() reads it: count, then each term with 0 positions."""

    format = Format.BINARY
    oid = TSVECTOR_OID

    def dump(self, obj: _Terms) -> bytes:
        lexemes = b"".join(term.encode() + b"\0\0\0" for term in obj.terms)
        return pack(">i", len(obj.terms)) + lexemes
