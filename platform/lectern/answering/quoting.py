"""The quotation engine: the sentences of the passages that answer the question, word for word.

Nothing is generated. Each sentence is scored by its meaning (cosine), by the share of the
question that its own words and those of its headings hold, and by its passage's score; the
best is quoted, and up to two more only where they are nearly as good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lectern.answering.quotable import Unit, units_of
from lectern.documents.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lectern.backends.embedder import Embedder
    from lectern.documents.passages import Passage

READ_PASSAGES = 6
MOST_EMBEDDED = 12
MOST_QUOTES = 3
# Measured by benchmarks/quoting.py: half or twice as much changes little.
WORDS = 0.75
PASSAGE = 0.35
NEARLY_AS_GOOD = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One quoted stretch: ``text`` stands on the passage's page from ``start`` to ``end``.

    ``header`` is the header of the table that a quoted row is of, with tabs between the
    cells, or empty; it is shown above the row and is no part of the range.
    """

    passage: Passage
    start: int
    end: int
    text: str
    header: str
    score: float


def quote(
    question: str,
    passages: Sequence[Passage],
    embedder: Embedder,
    rarities: Mapping[str, float],
) -> list[Quote]:
    """One to three quotes that answer best, best first; none only if there are no passages.

    ``rarities`` holds the idf of the question's terms, as the search gave it. At most
    ``MOST_EMBEDDED`` sentences are embedded, however long the passages are.
    """
    asked = _Asked(question, rarities)
    units = list(_distinct(passages[:READ_PASSAGES]))
    units = sorted(units, key=asked.without_meaning, reverse=True)[:MOST_EMBEDDED]
    if not units:
        return []
    vectors = embedder.embed([question, *map(_embedded, units)])
    scored = [
        (float(cosine) + asked.without_meaning(unit), unit)
        for cosine, unit in zip(vectors[1:] @ vectors[0], units, strict=True)
    ]
    scored.sort(key=lambda pair: -pair[0])
    return _chosen(scored)


class _Asked:
    """The question's terms and what it is worth to hold them."""

    def __init__(self, question: str, rarities: Mapping[str, float]) -> None:
        self._rarities = {term: rarities.get(term, 0.0) for term in terms(question)}
        self._whole = sum(self._rarities.values()) or 1.0

    def without_meaning(self, unit: Unit) -> float:
        """The score of a sentence but for its cosine."""
        around = f"{unit.passage.context}\n{unit.heading}\n{unit.header}\n{unit.text}"
        held = self._rarities.keys() & set(terms(around))
        share = sum(self._rarities[term] for term in held) / self._whole
        return WORDS * share + PASSAGE * unit.passage.score


def _distinct(passages: Sequence[Passage]) -> Iterator[Unit]:
    """The units of all passages, best passage first, each wording once."""
    seen: set[str] = set()
    for passage in passages:
        for unit in units_of(passage):
            wording = f"{unit.header}\n{unit.text}".casefold()
            if wording not in seen:
                seen.add(wording)
                yield unit


def _embedded(unit: Unit) -> str:
    """What stands for a unit when it is compared in meaning: a row needs its header."""
    return f"{unit.header}\n{unit.text}" if unit.header else unit.text


def _chosen(scored: Sequence[tuple[float, Unit]]) -> list[Quote]:
    best = scored[0][0]
    quotes: list[Quote] = []
    for score, unit in scored:
        if len(quotes) == MOST_QUOTES or score < best - NEARLY_AS_GOOD:
            break
        quoted = _quote(unit, score)
        if not any(_overlap(quoted, other) for other in quotes):
            quotes.append(quoted)
    return quotes


def _quote(unit: Unit, score: float) -> Quote:
    passage = unit.passage
    start, end = unit.stretch()
    return Quote(
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
        text=passage.text[start:end],
        header=unit.header,
        score=score,
    )


def _overlap(one: Quote, other: Quote) -> bool:
    same_page = (one.passage.version_id, one.passage.page) == (
        other.passage.version_id,
        other.passage.page,
    )
    return same_page and one.start < other.end and other.start < one.end
