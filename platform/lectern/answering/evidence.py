"""Whether the passages found answer the question, decided before anything is written.

A logistic model over three figures that mean the same in every collection: how near the nearest
passage is in meaning, how much of the question the passages hold together, and whether a name or
a number that it asks for stands in none of them. ``python benchmarks/refusal.py`` fits it on
questions that the documents answer, on such that they do not, on questions whose documents were
taken away, and on questions put to other documents, each set counting alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lectern.answering.question_words import Kind, held_shares, nowhere, words_of
from lectern.documents.terms import NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lectern.answering.question_words import Word
    from lectern.documents.passages import Passage
    from lectern.documents.understanding import Understanding

COSINE = 10.0
COVERAGE = 12.8
NOWHERE = -4.8
INTERCEPT = -16.1
# The highest at which no set has more than 7 in a hundred of its answerable questions refused.
THRESHOLD = 0.53
# A word in one of eight chunks counts as much as one in none: how rare a word is beyond says
# more of the collection's size than of the question.
RAREST = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How likely it is that the passages answer, and the figures that say so.

    ``cosine`` is that of the question with the nearest passage; ``coverage`` is the share of the
    question's words, weighted by their rarity, that the passages and their contexts hold;
    ``nowhere`` are the names and numbers of which they hold nothing. Below ``threshold`` a
    question is refused.
    """

    probability: float
    cosine: float
    coverage: float
    nowhere: tuple[str, ...] = ()
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
    a passage's document count as held: its pages seldom repeat them.
    """
    least = THRESHOLD if threshold is None else threshold
    if not passages:
        return Evidence(probability=0.0, cosine=0.0, coverage=0.0, threshold=least)
    cosine = max(passage.dense or 0.0 for passage in passages)
    words = words_of(question)
    shares = held_shares(words, passages, _settled(passages, understanding))
    weights = [_weight(word, rarities) for word in words]
    held = sum(weight * share for weight, share in zip(weights, shares, strict=True))
    coverage = held / whole if (whole := sum(weights)) else 0.0
    lost = nowhere(words, shares)
    logit = INTERCEPT + COSINE * cosine + COVERAGE * coverage + NOWHERE * bool(lost)
    return Evidence(
        probability=1 / (1 + math.exp(-logit)),
        cosine=cosine,
        coverage=coverage,
        nowhere=lost,
        threshold=least,
    )


def _settled(passages: Sequence[Passage], understanding: Understanding | None) -> frozenset[str]:
    if understanding is None:
        return frozenset()
    preferred = understanding.preferred
    if any(passage.document_id in preferred for passage in passages):
        return understanding.settled
    return frozenset()


def _weight(word: Word, rarities: Mapping[str, float]) -> float:
    """The idf of the word's rarest term, no more than ``RAREST``; of a number more."""
    rarest = max(
        rarities.get(term, 0.0) / (NUMBER if term[0].isdigit() else 1.0) for term in word.terms
    )
    return min(rarest, RAREST) * (NUMBER if word.kind is Kind.NUMBER else 1.0)
