"""The passages for a question: by meaning and by words, fused in one statement.

The application, not the planner, decides how vectors are compared: all of them, or above
``vector_index.EXACT_UP_TO`` candidates through the collection's index where one was built. For a
selective filter the planner's choice was both slower and wrong (decision 0010 in docs/adr). Vectors
of other embedders than the question's may be there as well; they are never compared with it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from pgvector import HalfVector, SparseVector

from lectern.backends.embedder import Embedder
from lectern.documents.clock import Clock
from lectern.documents.fusion import DOCUMENT_CHUNKS
from lectern.documents.joining import WIDEST_GAP
from lectern.documents.passages import Passage, Retrieval
from lectern.documents.scope import Scope
from lectern.documents.terms import DIMENSIONS, dimension, rarities, terms
from lectern.documents.vector_index import EXACT, comparison
from lectern.documents.vectors import vector_cursor

if TYPE_CHECKING:
    from uuid import UUID

EACH_LEG = 100
# So many of the best may say, within one document, what another says letter by letter.
REPEATS = 10
# The rarer terms look for candidates, until they bring about so many chunks to be ranked by all
# terms: a frequent one in an OR costs seconds in a large index and ranks nothing. At this share
# of 200,000 chunks all of the ten best by all terms were found, at half of it nine.
RANKED_SHARE = 0.04
LEAST_RANKED = 1_000
MOST_RANKED = 10_000
# Of more preferred documents than this, those preferred most are looked into for candidates.
MOST_LOOKED_INTO = 50

_FREQUENCIES = """
SELECT term, sum(chunks)::integer FROM documents_termfrequency
WHERE tenant_id = %(tenant)s AND collection_id = ANY (%(collections)s) AND term = ANY (%(terms)s)
GROUP BY term
UNION ALL
SELECT %(total)s, coalesce(sum(chunk_count), 0)::integer FROM documents_collection
WHERE tenant_id = %(tenant)s AND id = ANY (%(collections)s)
"""
_TOTAL = ""  # no term is empty
_NEAR = """
  SELECT chunk_id, {order} AS distance FROM documents_chunkembedding
  WHERE tenant_id = %(tenant)s AND collection_id = ANY (%(collections)s)
    AND embedder = %(embedder)s{within}
  ORDER BY distance LIMIT %(each)s
"""
_WORDED = """
  SELECT chunk_id, score FROM lectern_lexical_search(
    %(collections)s, {documents}::uuid[], %(hidden)b::uuid[], {query}::tsquery,
    %(weights)b::sparsevec, %(each)s)
"""
_OF_DOCUMENTS = " AND document_id = ANY (%(documents)b::uuid[])"
_NOT_HIDDEN = " AND document_id <> ALL (%(hidden)b::uuid[])"
_LOOKED_INTO = " AND document_id = ANY (%(looked_into)b::uuid[])"
_ALSO = """
    UNION ALL SELECT chunk_id, NULL, NULL FROM ({leg}) AS preferred_leg"""
_PREFERENCES = """
  LEFT JOIN unnest(%(preferred)b::uuid[], %(preferences)s::float8[]) AS preference (document, bonus)
    ON preference.document = placed.document_id"""
# A chunk that one leg found is looked up by its key for the score of the other. OFFSET 0 keeps
# the planner from joining in another way: from what it knows of a tenant's partition it joined
# all of the tenant's chunks with the candidates, at five times the cost.
_SEARCH = """
WITH near AS ({near}), worded AS ({worded}), candidate AS (
  SELECT chunk_id, min(dense_rank) AS dense_rank, min(lexical_rank) AS lexical_rank FROM (
    SELECT chunk_id, row_number() OVER (ORDER BY distance) AS dense_rank,
           NULL::bigint AS lexical_rank FROM near
    UNION ALL SELECT chunk_id, NULL, row_number() OVER (ORDER BY score DESC) FROM worded{more}
  ) AS leg GROUP BY chunk_id
), scored AS (
  SELECT candidate.*, looked_up.* FROM candidate CROSS JOIN LATERAL (
    SELECT c.document_id, c.position, -(e.embedding <#> %(vector)b::halfvec) AS dense,
           -(c.weights <#> %(weights)b::sparsevec) AS lexical
    FROM documents_chunk c
    JOIN documents_chunkembedding e ON e.tenant_id = %(tenant)s
     AND e.chunk_id = candidate.chunk_id AND e.embedder = %(embedder)s
    WHERE c.tenant_id = %(tenant)s AND c.id = candidate.chunk_id OFFSET 0
  ) AS looked_up
), weighed AS (
  SELECT *, dense + %(lexical_share)s * lexical AS alone FROM scored
), joined AS (
  SELECT *, alone + %(neighbour_share)s * greatest(
    CASE WHEN lag(position) OVER beside = position - 1 THEN lag(alone) OVER beside END,
    CASE WHEN lead(position) OVER beside = position + 1 THEN lead(alone) OVER beside END, 0) AS own
  FROM weighed WINDOW beside AS (PARTITION BY document_id ORDER BY position)
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY document_id ORDER BY own DESC) AS place FROM joined
), fused AS (
  SELECT placed.*, own + %(document_share)s * avg(own)
         FILTER (WHERE place <= %(document_chunks)s) OVER (PARTITION BY document_id)
         {bonus} AS score
  FROM placed{preferences} ORDER BY score DESC, chunk_id LIMIT %(limit)s
)
SELECT c.id, c.document_id, c.version_id, c.collection_id,
       (SELECT d.title FROM documents_document d
        WHERE d.tenant_id = %(tenant)s AND d.id = c.document_id),
       c.page, c."start", c."end", c.text, c.context, fused.dense, fused.lexical, fused.score,
       c.position, fused.dense_rank, fused.lexical_rank, fused.own - fused.alone,
       (SELECT substr(p.text, c."end" + 1, %(after)s) FROM documents_page p
        WHERE p.tenant_id = %(tenant)s AND p.version_id = c.version_id AND p.number = c.page)
FROM fused
JOIN documents_chunk c ON c.tenant_id = %(tenant)s AND c.id = fused.chunk_id
ORDER BY fused.score DESC, fused.chunk_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """The idf of the question's terms, which of them any chunk holds, and which look for some."""

    rarities: dict[str, float]
    present: list[str]
    candidates: list[str]


def retrieve(scope: Scope, question: str, embedder: Embedder, *, limit: int = 10) -> Retrieval:
    """The best passages of ``scope`` for ``question``. Runs inside the tenant."""
    clock = Clock()
    vector = embedder.embed([question])[0]
    clock.note("embedding")
    compared = comparison(scope.collections, embedder, wanted=scope.chunks, of=scope.size)
    compared.prepare()
    with vector_cursor() as cursor:
        found = _terms(cursor, scope, sorted(set(terms(question))))
        clock.note("terms")
        parameters = _parameters(scope, found) | {
            "vector": HalfVector(vector),
            "embedder": embedder.name,
            "limit": limit + REPEATS,
        }
        rows = cursor.execute(_statement(scope, compared.order), parameters).fetchall()
    clock.note("searching")
    return Retrieval(
        passages=tuple(_without_repeats(map(_passage, rows)))[:limit],
        rarities=found.rarities,
        vector=vector,
        timings=clock.steps,
    )


def _statement(scope: Scope, order: str) -> str:
    within = "" if scope.documents is None else _OF_DOCUMENTS
    within += _NOT_HIDDEN if scope.hidden else ""
    legs = {
        "near": _NEAR.format(within=within, order=order),
        "worded": _WORDED.format(documents="%(documents)b", query="%(query)s"),
    }
    if not scope.preferred:
        return _SEARCH.format(**legs, more="", bonus="", preferences="")
    near = _NEAR.format(within=within + _LOOKED_INTO, order=EXACT)
    worded = _WORDED.format(documents="%(looked_into)b", query="%(preferred_query)s")
    return _SEARCH.format(
        **legs,
        more=_ALSO.format(leg=near) + _ALSO.format(leg=worded),
        bonus="+ coalesce(bonus, 0)",
        preferences=_PREFERENCES,
    )


def _terms(cursor: Any, scope: Scope, question_terms: list[str]) -> _Terms:
    parameters = {
        "tenant": scope.tenant_id,
        "collections": list(scope.collections),
        "terms": question_terms,
        "total": _TOTAL,
    }
    frequencies = dict(cursor.execute(_FREQUENCIES, parameters).fetchall())
    total = frequencies.pop(_TOTAL)
    present = sorted((t for t in question_terms if frequencies.get(t)), key=frequencies.__getitem__)
    share = min(scope.chunks / total, 1.0) if total else 0.0
    return _Terms(
        rarities=rarities(question_terms, frequencies, total),
        present=present,
        candidates=_candidates(present, frequencies, total, share),
    )


def _candidates(
    present: list[str], frequencies: Mapping[str, int], total: int, share: float
) -> list[str]:
    """The rarest of the terms that are ``present``, at least one; ``share`` is what is searched."""
    most = min(max(total * RANKED_SHARE, LEAST_RANKED), MOST_RANKED)
    brought = accumulate(frequencies[term] * share for term in present)
    within = [term for term, chunks in zip(present, brought, strict=True) if chunks <= most]
    return within or present[:1]


def _parameters(scope: Scope, found: _Terms) -> dict[str, Any]:
    weights = {dimension(term) - 1: weight for term, weight in found.rarities.items()}
    preferred = {key: bonus for key, bonus in scope.preferred.items() if scope.allows(key)}
    looked_into = sorted(preferred, key=lambda key: -preferred[key])[:MOST_LOOKED_INTO]
    return {
        "tenant": scope.tenant_id,
        "collections": list(scope.collections),
        "documents": None if scope.documents is None else list(scope.documents),
        "hidden": list(scope.hidden) or None,
        "preferred": list(preferred),
        "preferences": list(preferred.values()),
        "looked_into": looked_into,
        "each": EACH_LEG,
        "query": _any_of(found.candidates),
        "preferred_query": _any_of(found.present),
        "weights": SparseVector(weights, DIMENSIONS),
        # The sum of the idf is the BM25 score of an average chunk with each term once. Divided
        # by it, a score says how much of the question a chunk holds: the range of a cosine.
        "lexical_share": scope.weights.lexical / (sum(found.rarities.values()) or 1.0),
        "neighbour_share": scope.weights.neighbour,
        "document_share": scope.weights.document,
        "document_chunks": DOCUMENT_CHUNKS,
        "after": WIDEST_GAP,
    }


def _without_repeats(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The passages but for those whose letters stand in a better one of the same document."""
    seen: set[tuple[UUID, str]] = set()
    for passage in passages:
        wording = (passage.document_id, "".join(passage.text.split()).casefold())
        if wording not in seen:
            seen.add(wording)
            yield passage


def _any_of(found: Sequence[str]) -> str:
    """The terms as a tsquery."""
    quoted = (term.replace("\\", "\\\\").replace("'", "''") for term in found)
    return " | ".join(f"'{term}'" for term in quoted)


def _passage(row: Sequence[Any]) -> Passage:
    names = Passage.__dataclass_fields__
    return Passage(**dict(zip(names, row, strict=True)))
