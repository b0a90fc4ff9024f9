"""Why passages ranked as they did: what each search saw in them, and how their scores came about.

It is the search that answers go by which is explained, not a second one: its own passages, all
that it weighed, taken apart. Their words are read from the index as they are stored there.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lectern.backends.embedder import Embedder
from lectern.documents.passages import Passage, Retrieval
from lectern.documents.scope import Scope
from lectern.documents.search import EACH_LEG, retrieve
from lectern.documents.terms import dimension, terms
from lectern.documents.vectors import vector_cursor

# More than both searches and all preferred documents bring.
EVERYTHING = 10 * EACH_LEG
MOST_TERMS_TOLD = 6
_WEIGHTS = """
SELECT id, weights FROM documents_chunk WHERE tenant_id = %(tenant)s AND id = ANY (%(chunks)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermWeight:
    """A term of the question in a passage: its idf, and how much the passage is about it.

    ``weight`` is BM25's saturated count, 0 where the passage does not hold the term; ``word`` is
    the term as the question spells it.
    """

    term: str
    word: str
    rarity: float
    weight: float

    @property
    def contribution(self) -> float:
        """What the term adds to the BM25 score."""
        return self.rarity * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A passage and how its score came about: the parts from meaning to preference add up.

    ``rank`` is its place, from 1, in the fused order; ``coverage`` the share of the question's
    terms that it holds, weighted by their rarity.
    """

    passage: Passage
    rank: int
    meaning: float
    words: float
    neighbours: float
    document: float
    preference: float
    coverage: float
    terms: tuple[TermWeight, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The best passages in three orders: fused as answers read them, by meaning, and by words.

    ``considered`` is how many passages were weighed; ``retrieval`` is what was found with all
    of them, best first.
    """

    fused: tuple[Explained, ...]
    by_meaning: tuple[Explained, ...]
    by_words: tuple[Explained, ...]
    considered: int
    retrieval: Retrieval


def explain(scope: Scope, question: str, embedder: Embedder, *, limit: int = 10) -> Explanation:
    """The ``limit`` best passages of each search and of both. Runs inside the tenant."""
    found = retrieve(scope, question, embedder, limit=EVERYTHING)
    ranked = list(enumerate(found.passages, start=1))
    fused = ranked[:limit]
    by_meaning = _in_order_of("dense_rank", ranked)[:limit]
    by_words = _in_order_of("lexical_rank", ranked)[:limit]
    shown = {passage.chunk_id for _, passage in (*fused, *by_meaning, *by_words)}
    parts = _Parts(
        scope=scope, found=found, weights=_weights(scope, shown), spellings=_spellings(question)
    )
    return Explanation(
        fused=tuple(parts.explained(*each) for each in fused),
        by_meaning=tuple(parts.explained(*each) for each in by_meaning),
        by_words=tuple(parts.explained(*each) for each in by_words),
        considered=len(ranked),
        retrieval=found,
    )


def _in_order_of(leg: str, ranked: list[tuple[int, Passage]]) -> list[tuple[int, Passage]]:
    brought = [pair for pair in ranked if getattr(pair[1], leg) is not None]
    return sorted(brought, key=lambda pair: int(getattr(pair[1], leg)))


def _weights(scope: Scope, chunks: set[UUID]) -> dict[UUID, Mapping[int, float]]:
    """The stored BM25 weights of ``chunks``, by dimension from 0."""
    with vector_cursor() as cursor:
        parameters = {"tenant": scope.tenant_id, "chunks": list(chunks)}
        rows = cursor.execute(_WEIGHTS, parameters).fetchall()
    return {chunk: _as_mapping(weights) for chunk, weights in rows}


def _as_mapping(weights: Any) -> Mapping[int, float]:
    return dict(zip(weights.indices(), weights.values(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the scores of one question's passages are made of."""

    scope: Scope
    found: Retrieval
    weights: Mapping[UUID, Mapping[int, float]]
    spellings: Mapping[str, str]

    def explained(self, rank: int, passage: Passage) -> Explained:
        """``passage``, which stands at ``rank``, taken apart."""
        held = self._terms(passage)
        whole = sum(self.found.rarities.values()) or 1.0
        coverage = sum(each.rarity for each in held if each.weight) / whole
        meaning = passage.dense or 0.0
        words = self.scope.weights.lexical / whole * (passage.lexical or 0.0)
        preference = self.scope.preferred.get(passage.document_id, 0.0)
        return Explained(
            passage=passage,
            rank=rank,
            meaning=meaning,
            words=words,
            neighbours=passage.support,
            document=passage.score - meaning - words - passage.support - preference,
            preference=preference,
            coverage=coverage,
            terms=tuple(held),
            why=_why(passage, held, coverage, preference),
        )

    def _terms(self, passage: Passage) -> list[TermWeight]:
        stored = self.weights.get(passage.chunk_id, {})
        listed = [
            TermWeight(
                term=term,
                word=self.spellings.get(term, term),
                rarity=rarity,
                weight=stored.get(dimension(term) - 1, 0.0),
            )
            for term, rarity in self.found.rarities.items()
        ]
        return sorted(listed, key=lambda each: (-each.contribution, -each.rarity))


def _why(passage: Passage, terms: Sequence[TermWeight], coverage: float, preference: float) -> str:
    held = [each.word for each in terms if each.weight]
    told = ", ".join(held[:MOST_TERMS_TOLD])
    more = f" and {len(held) - MOST_TERMS_TOLD} more" if len(held) > MOST_TERMS_TOLD else ""
    sentences = [
        f"{_place(passage.dense_rank)} by meaning: the cosine is {passage.dense or 0.0:.2f}.",
        f"{_place(passage.lexical_rank)} by words: "
        + (f"it holds {coverage:.0%} of the question: {told}{more}." if held else "it holds none."),
    ]
    if preference:
        sentences.append(f"Its document is preferred for this question (+{preference:.2f}).")
    return " ".join(sentences)


def _place(rank: int | None) -> str:
    return f"Number {rank}" if rank else f"Not among the first {EACH_LEG}"


def _spellings(question: str) -> dict[str, str]:
    """The terms of ``question`` as they are written there."""
    spelled: dict[str, str] = {}
    for word in question.split():
        for term in terms(word):
            spelled.setdefault(term, word.strip(string.punctuation) or word)
    return spelled
