"""The passages for a question: by meaning and by words, fused in one statement.

The application, not the planner, decides how vectors are compared: all of them, or above
``vector_index.EXACT_UP_TO`` candidates through the HNSW index where one was built. For a
selective filter the planner's choice was both slower and wrong (docs/architecture.md). Vectors
of other embedders than the question's may be there as well; they are never compared with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from uuid import UUID

from pgvector import HalfVector, SparseVector

from lectern.backends.embedder import Embedder
from lectern.documents.fusion import DOCUMENT, DOCUMENT_CHUNKS, LEXICAL
from lectern.documents.models import Collection, Document
from lectern.documents.passages import Passage
from lectern.documents.terms import DIMENSIONS, dimension, rarities, terms
from lectern.documents.vector_index import comparison
from lectern.documents.vectors import vector_cursor

EACH_LEG = 100
# The rarer terms look for candidates, until they bring about so many chunks to be ranked by all
# terms: a frequent one in an OR costs seconds in a large index and ranks nothing.
RANKED_SHARE = 0.02
LEAST_RANKED = 1_000
MOST_RANKED = 5_000

_FREQUENCIES = """
SELECT term, sum(chunks)::integer FROM documents_termfrequency
WHERE tenant_id = %(tenant)s AND collection_id = ANY (%(collections)s) AND term = ANY (%(terms)s)
GROUP BY term
UNION ALL
SELECT %(total)s, coalesce(sum(chunk_count), 0)::integer FROM documents_collection
WHERE tenant_id = %(tenant)s AND id = ANY (%(collections)s)
"""
_TOTAL = ""  # no term is empty
_SEARCH = """
WITH near AS (
  SELECT chunk_id FROM documents_chunkembedding
  WHERE tenant_id = %(tenant)s AND collection_id = ANY (%(collections)s)
    AND embedder = %(embedder)s AND (%(document)s::uuid IS NULL OR document_id = %(document)s)
  ORDER BY {order} LIMIT %(each)s
), candidate AS (
  SELECT chunk_id FROM near UNION
  SELECT chunk_id FROM lectern_lexical_search(
    %(collections)s, %(document)s, %(query)s::tsquery, %(weights)b::sparsevec, %(each)s)
), scored AS (
  SELECT c.id, c.document_id, -(e.embedding <#> %(vector)b::halfvec) AS dense,
         -(c.weights <#> %(weights)b::sparsevec) AS lexical
  FROM candidate
  JOIN documents_chunk c ON c.tenant_id = %(tenant)s AND c.id = candidate.chunk_id
  JOIN documents_chunkembedding e ON e.tenant_id = %(tenant)s AND e.chunk_id = candidate.chunk_id
   AND e.embedder = %(embedder)s
), weighed AS (
  SELECT *, dense + %(lexical_share)s * lexical AS own FROM scored
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY document_id ORDER BY own DESC) AS place FROM weighed
), fused AS (
  SELECT id, dense, lexical, own + %(document_share)s * avg(own)
         FILTER (WHERE place <= %(document_chunks)s) OVER (PARTITION BY document_id) AS score
  FROM placed ORDER BY score DESC, id LIMIT %(limit)s
)
SELECT c.id, c.document_id, c.version_id, c.collection_id, d.title, c.page, c."start", c."end",
       c.text, c.context, fused.dense, fused.lexical, fused.score
FROM fused
JOIN documents_chunk c ON c.tenant_id = %(tenant)s AND c.id = fused.id
JOIN documents_document d ON d.tenant_id = %(tenant)s AND d.id = c.document_id
ORDER BY fused.score DESC, fused.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is searched: collections of one tenant, or one document of them.

    ``chunks`` is how many chunks that is, of the ``size`` that the collections have.
    """

    tenant_id: UUID
    collections: tuple[UUID, ...]
    document: UUID | None
    chunks: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """The passages of a question, best first, and how rare each of its terms is (idf)."""

    passages: tuple[Passage, ...]
    rarities: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rarities:
    of: dict[str, float]
    candidates: list[str]


def scope_of(collections: Sequence[Collection], document: Document | None = None) -> Scope:
    """The scope of these collections of one tenant, or of ``document`` alone."""
    size = chunks = sum(collection.chunk_count for collection in collections)
    if document is not None:
        version = document.current_version
        chunks = version.chunk_count if version else 0
    return Scope(
        tenant_id=collections[0].tenant_id,
        collections=tuple(collection.pk for collection in collections),
        document=document.pk if document else None,
        chunks=chunks,
        size=size,
    )


def retrieve(scope: Scope, question: str, embedder: Embedder, *, limit: int = 10) -> Retrieval:
    """The best passages of ``scope`` for ``question``. Runs inside the tenant."""
    asked = {
        "vector": HalfVector(embedder.embed([question])[0]),
        "embedder": embedder.name,
        "limit": limit,
    }
    compared = comparison(scope.collections, embedder, wanted=scope.chunks, of=scope.size)
    compared.prepare()
    with vector_cursor() as cursor:
        rarity = _rarities(cursor, scope, sorted(set(terms(question))))
        statement = _SEARCH.format(order=compared.order)
        rows = cursor.execute(statement, _parameters(scope, rarity) | asked).fetchall()
    return Retrieval(passages=tuple(_passage(row) for row in rows), rarities=rarity.of)


def _rarities(cursor: Any, scope: Scope, question_terms: list[str]) -> _Rarities:
    parameters = {
        "tenant": scope.tenant_id,
        "collections": list(scope.collections),
        "terms": question_terms,
        "total": _TOTAL,
    }
    frequencies = dict(cursor.execute(_FREQUENCIES, parameters).fetchall())
    total = frequencies.pop(_TOTAL)
    return _Rarities(
        of=rarities(question_terms, frequencies, total),
        candidates=_candidate_terms(question_terms, frequencies, total),
    )


def _candidate_terms(
    question_terms: list[str], frequencies: Mapping[str, int], total: int
) -> list[str]:
    """The rarest terms that any chunk holds, at least one of them."""
    present = sorted((t for t in question_terms if frequencies.get(t)), key=frequencies.__getitem__)
    most = min(max(total * RANKED_SHARE, LEAST_RANKED), MOST_RANKED)
    brought = accumulate(frequencies[term] for term in present)
    within = [term for term, chunks in zip(present, brought, strict=True) if chunks <= most]
    return within or present[:1]


def _parameters(scope: Scope, rarity: _Rarities) -> dict[str, Any]:
    weights = {dimension(term) - 1: weight for term, weight in rarity.of.items()}
    return {
        "tenant": scope.tenant_id,
        "collections": list(scope.collections),
        "document": scope.document,
        "each": EACH_LEG,
        "query": " | ".join(_quoted(term) for term in rarity.candidates),
        "weights": SparseVector(weights, DIMENSIONS),
        # The sum of the idf is the BM25 score of an average chunk with each term once. Divided
        # by it, a score says how much of the question a chunk holds: the range of a cosine.
        "lexical_share": LEXICAL / (sum(rarity.of.values()) or 1.0),
        "document_share": DOCUMENT,
        "document_chunks": DOCUMENT_CHUNKS,
    }


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _passage(row: Sequence[Any]) -> Passage:
    names = Passage.__dataclass_fields__
    return Passage(**dict(zip(names, row, strict=True)))
