"""The quotation engine: the sentences of the passages that answer the question, word for word.

Nothing is generated. Each sentence is scored by its meaning (cosine), by the share of the
question that its own words and those of its headings hold, and by its passage's score; the
best is quoted, and up to two more only where they are nearly as good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lectern.documents.sentences import sentences
from lectern.documents.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lectern.backends.embedder import Embedder
    from lectern.documents.passages import Passage

READ_PASSAGES = 6
MOST_EMBEDDED = 16
MOST_QUOTES = 3
LONGEST_QUOTE = 700

WORDS = 0.6
CONTEXT = 0.4
PASSAGE = 0.5
NEARLY_AS_GOOD = 0.15

_BACKWARDS = re.compile(
    r"(?:it|its|they|their|them|this|that|these|those|he|she|his|her|such|both|however|therefore"
    r"|thus|also|in addition|as a result)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")
_YEAR = re.compile(r"\(?(?:FY\s?)?(?:19|20)\d\d\)?")
_HEADER_ROWS = 4


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """A sentence or a table row of a passage; offsets within the passage's text."""

    passage: Passage
    start: int
    end: int
    header: str

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


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

    def without_meaning(self, unit: _Unit) -> float:
        """The score of a sentence but for its cosine."""
        own = self._rarities.keys() & set(terms(unit.text))
        around = self._rarities.keys() & set(terms(f"{unit.passage.context}\n{unit.header}"))
        return (
            WORDS * self._share(own)
            + CONTEXT * self._share(around - own)
            + PASSAGE * unit.passage.score
        )

    def _share(self, held: set[str]) -> float:
        return sum(self._rarities[term] for term in held) / self._whole


def _distinct(passages: Sequence[Passage]) -> Iterator[_Unit]:
    """The units of all passages, best passage first, each wording once."""
    seen: set[str] = set()
    for passage in passages:
        for unit in _units(passage):
            wording = f"{unit.header}\n{unit.text}".casefold()
            if wording not in seen:
                seen.add(wording)
                yield unit


def _units(passage: Passage) -> list[_Unit]:
    spans = _spans(passage.text)
    above = "\n".join(line for line in passage.context.splitlines() if "\t" in line)
    units: list[_Unit] = []
    for index, (start, end) in enumerate(spans):
        header = ""
        if "\t" in passage.text[start:end]:
            header = _header_within(passage.text, spans[:index]) or above
        units.append(_Unit(passage=passage, start=start, end=end, header=header))
    return units


def _spans(text: str) -> list[tuple[int, int]]:
    """The sentences of ``text``; a table row from the start of its line, for its empty cells."""
    return [
        (text.rfind("\n", 0, start) + 1 if "\t" in text[start:end] else start, end)
        for start, end in sentences(text)
    ]


def _header_within(text: str, before: Sequence[tuple[int, int]]) -> str:
    """The header of the table whose rows stand last in ``before``: its rows without figures."""
    rows: list[str] = []
    for start, end in reversed(before):
        if "\t" not in text[start:end]:
            break
        rows.insert(0, text[start:end])
    header = []
    for row in rows[:_HEADER_ROWS]:
        if any(_FIGURE.search(cell) and not _YEAR.fullmatch(cell) for cell in row.split("\t")[1:]):
            break
        header.append(row)
    return "\n".join(header)


def _embedded(unit: _Unit) -> str:
    """What stands for a sentence when it is compared in meaning: its heading and header too."""
    heading = [line for line in unit.passage.context.splitlines() if "\t" not in line][-1:]
    return "\n".join([*heading, *([unit.header] if unit.header else []), unit.text])


def _chosen(scored: Sequence[tuple[float, _Unit]]) -> list[Quote]:
    best = scored[0][0]
    quotes: list[Quote] = []
    for score, unit in scored:
        if len(quotes) == MOST_QUOTES or score < best - NEARLY_AS_GOOD:
            break
        quoted = _quote(unit, score)
        if not any(_overlap(quoted, other) for other in quotes):
            quotes.append(quoted)
    return quotes


def _quote(unit: _Unit, score: float) -> Quote:
    start, end = _complete(unit)
    passage = unit.passage
    return Quote(
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
        text=passage.text[start:end],
        header=unit.header,
        score=score,
    )


def _complete(unit: _Unit) -> tuple[int, int]:
    """The range to quote: with the sentence before, if it refers to it; with the list it opens."""
    text = unit.passage.text
    spans = _spans(text)
    index = spans.index((unit.start, unit.end))
    start, end = unit.start, unit.end
    if index and _BACKWARDS.match(unit.text) and not _breaks(text, spans[index - 1], start):
        start = spans[index - 1][0]
    if unit.text.endswith(":"):
        for _, after in spans[index + 1 :]:
            if after - start > LONGEST_QUOTE or "\n" not in text[end:after]:
                break
            end = after
    return start, end


def _breaks(text: str, before: tuple[int, int], start: int) -> bool:
    return "\n" in text[before[1] : start] or start - before[0] > LONGEST_QUOTE


def _overlap(one: Quote, other: Quote) -> bool:
    same_page = (one.passage.version_id, one.passage.page) == (
        other.passage.version_id,
        other.passage.page,
    )
    return same_page and one.start < other.end and other.start < one.end
