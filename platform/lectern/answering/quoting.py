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
    from lectern.documents.passages import Passage, Retrieval

READ_PASSAGES = 6
MOST_EMBEDDED = 8
MOST_QUOTES = 3
# Measured by benchmarks/quoting.py: half or twice as much changes little.
WORDS = 0.75
PASSAGE = 0.35
NEARLY_AS_GOOD = 0.1


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


def quote(question: str, found: Retrieval, embedder: Embedder) -> list[Quote]:
    """One to three quotes that answer best, best first; none only if nothing was ``found``.

    ``embedder`` is the one that searched. At most ``MOST_EMBEDDED`` sentences are embedded,
    however long the passages are.
    """
    asked = _Asked(question, found.rarities)
    units = sorted(_distinct(found.passages[:READ_PASSAGES]), key=asked.promise, reverse=True)
    units = units[:MOST_EMBEDDED]
    if not units:
        return []
    vectors = embedder.embed([_embedded(unit) for unit in units])
    scored = [
        (float(cosine) + asked.without_meaning(unit), unit)
        for cosine, unit in zip(vectors @ found.vector, units, strict=True)
    ]
    scored.sort(key=lambda pair: -pair[0])
    return _chosen(scored, asked)


class _Asked:
    """The question's terms, and how much of the question a unit holds in words."""

    def __init__(self, question: str, rarities: Mapping[str, float]) -> None:
        self._rarities = {term: rarities.get(term, 0.0) for term in terms(question)}
        self._whole = sum(self._rarities.values()) or 1.0
        self._held: dict[str, frozenset[str]] = {}

    def without_meaning(self, unit: Unit) -> float:
        """The score of a unit but for its cosine."""
        return WORDS * self._share(self._around(unit)) + PASSAGE * unit.passage.score

    def promise(self, unit: Unit) -> float:
        """Which units are worth a cosine: here the words of its own count once more."""
        return self.without_meaning(unit) + WORDS * self._share(self._in(unit.text))

    def numbers(self, unit: Unit) -> set[str]:
        """The numbers of the question that the unit or what is above it holds."""
        return {term for term in self._around(unit) if term[0].isdigit()}

    def _around(self, unit: Unit) -> frozenset[str]:
        parts = (unit.passage.context, unit.heading, unit.header, unit.text)
        return frozenset().union(*map(self._in, parts))

    def _in(self, text: str) -> frozenset[str]:
        """The question's terms in ``text``; contexts and headers come again and again."""
        if text not in self._held:
            self._held[text] = frozenset(self._rarities.keys() & set(terms(text)))
        return self._held[text]

    def _share(self, held: frozenset[str]) -> float:
        return sum(self._rarities[term] for term in held) / self._whole


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


def _chosen(scored: Sequence[tuple[float, Unit]], asked: _Asked) -> list[Quote]:
    """The best, and those nearly as good that hold the same numbers of the question: a
    sentence on another year would contradict the first."""
    best, first = scored[0]
    numbers = asked.numbers(first)
    quotes: list[Quote] = []
    for score, unit in scored:
        if len(quotes) == MOST_QUOTES or score < best - NEARLY_AS_GOOD:
            break
        quoted = _quote(unit, score)
        overlapping = any(_overlap(quoted, other) for other in quotes)
        if not overlapping and numbers <= asked.numbers(unit):
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
