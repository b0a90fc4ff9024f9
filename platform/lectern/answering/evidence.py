"""Whether the passages found answer the question, decided before anything is written.

A logistic model over two figures that mean the same in every collection: how near the first
passage is in meaning, and how much of the question its words cover. Its coefficients were fitted
by ``python benchmarks/refusal.py`` on questions that the documents answer, on such that they
do not, on questions whose document was taken away, and on questions put to other documents.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lectern.documents.terms import terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lectern.documents.passages import Passage
    from lectern.documents.understanding import Understanding

COSINE = 6.0
COVERAGE = 7.3
INTERCEPT = -7.6
# On four sets of three domains no more of the unanswerable questions fell below 0.43, and up to
# six in a hundred more of the answerable ones (docs/benchmarks.md).
THRESHOLD = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How likely it is that the passages answer, and the figures that say so.

    ``cosine`` is that of the question with the first passage; ``coverage`` is the share of the
    question's terms, weighted by their rarity, that the first passage or its context holds.
    Below ``threshold`` a question is refused.
    """

    probability: float
    cosine: float
    coverage: float
    threshold: float = THRESHOLD

    @property
    def suffices(self) -> bool:
        """Whether to answer; otherwise to say that the documents do not."""
        return self.probability >= self.threshold


def weigh(
    question: str,
    passages: Sequence[Passage],
    rarities: Mapping[str, float],
    threshold: float | None = None,
    understanding: Understanding | None = None,
) -> Evidence:
    """The evidence of ``passages``, best first, for ``question``; none at all without any.

    ``rarities`` holds the idf of the question's terms, as the search gave it; ``threshold`` is
    the collection's own, if it has one. The names and years by which ``understanding`` prefers
    the first passage's document count as held: its pages seldom repeat them.
    """
    least = THRESHOLD if threshold is None else threshold
    if not passages:
        return Evidence(probability=0.0, cosine=0.0, coverage=0.0, threshold=least)
    first = passages[0]
    cosine = first.dense or 0.0
    settled: frozenset[str] = frozenset()
    if understanding is not None and first.document_id in understanding.preferred:
        settled = understanding.settled
    held = settled.union(terms(f"{first.context}\n{first.text}"))
    coverage = _coverage(question, held, rarities)
    logit = INTERCEPT + COSINE * cosine + COVERAGE * coverage
    probability = 1 / (1 + math.exp(-logit))
    return Evidence(probability=probability, cosine=cosine, coverage=coverage, threshold=least)


def _coverage(question: str, held: frozenset[str], rarities: Mapping[str, float]) -> float:
    asked = set(terms(question))
    whole = sum(rarities.get(term, 0.0) for term in asked)
    covered = sum(rarities.get(term, 0.0) for term in asked & held)
    return covered / whole if whole else 0.0
