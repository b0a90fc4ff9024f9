"""What of a passage can be quoted: its sentences and table rows, each with what stands above it.

A passage is text alone, so headings and header rows are told by their form: a short line
without a full stop is a heading of what follows, and the first rows of a table are its
header until one holds a figure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lectern.documents.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lectern.documents.passages import Passage

LONGEST_STRETCH = 700

_HEADING_WORDS = 12
_HEADER_ROWS = 4
_ENDS_SENTENCE = (".", "!", "?", ":", ";", ",", ")")
_LIST_ITEM = re.compile(r"(?:[-*\u2022\u2013]|\(?\w{1,3}[.)])\s")
_FIGURE = re.compile(r"[-+(\u2212\u2013]*[$\u20ac\u00a3\u00a5]?\s?[-+(]?\d[\d.,\s]*[)%]*\W*")
_YEAR = re.compile(r"\(?(?:19|20)\d\d\W*")
_BACKWARDS = re.compile(
    r"(?:it|its|they|their|them|this|that|these|those|he|she|his|her|such|both|however|therefore"
    r"|thus|also|in addition|as a result)\b",
    re.IGNORECASE,
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence or a table row: ``spans[index]`` of the passage's text.

    ``heading`` is the nearest heading above, ``header`` the header rows of the table that a
    row is of, with tabs between the cells; both may be empty.
    """

    passage: Passage
    spans: Sequence[Span]
    index: int
    heading: str
    header: str

    @property
    def text(self) -> str:
        start, end = self.spans[self.index]
        return self.passage.text[start:end]

    def stretch(self) -> Span:
        """What to quote: the unit, with the sentence before if it points back to it, and with
        the list that it opens."""
        text, (start, end) = self.passage.text, self.spans[self.index]
        if self.index and _BACKWARDS.match(self.text):
            before = self.spans[self.index - 1]
            if "\n" not in text[before[1] : start] and end - before[0] <= LONGEST_STRETCH:
                start = before[0]
        if self.text.endswith(":"):
            for after in self.spans[self.index + 1 :]:
                if after[1] - start > LONGEST_STRETCH or _ends_list(text, end, after):
                    break
                end = after[1]
        return start, end


def units_of(passage: Passage) -> list[Unit]:
    """All that can be quoted of ``passage``, in order; headings and header rows cannot."""
    text = passage.text
    spans = _spans(text)
    names, above = _context(passage)
    heading, header = names, above
    units: list[Unit] = []
    for index, (start, end) in enumerate(spans):
        wording = text[start:end]
        if "\t" in wording:
            if _opens_table(text, spans, index):
                header = _header(text, spans, index) or (above if not units else "")
            if wording in header.split("\n"):
                continue
        elif index + 1 < len(spans) and _is_heading(text, spans[index], spans[index + 1]):
            heading = wording
            continue
        row = "\t" in wording
        units.append(
            Unit(
                passage=passage,
                spans=spans,
                index=index,
                heading=heading,
                header=header if row else "",
            )
        )
    return units


def _context(passage: Passage) -> tuple[str, str]:
    """The line of the passage's context that names its section, and its header rows."""
    lines = passage.context.split("\n")
    names = [line for line in lines if "\t" not in line]
    return names[0] if names else "", "\n".join(line for line in lines if "\t" in line)


def _spans(text: str) -> list[Span]:
    """The sentences of ``text``; a table row from the start of its line, for its empty cells."""
    spans: list[Span] = []
    for start, end in sentences(text):
        line = text.rfind("\n", 0, start) + 1
        spans.append((line if "\t" in text[line:end] else start, end))
    return spans


def _is_heading(text: str, span: Span, after: Span) -> bool:
    """Whether a line stands above what follows: short, alone and no sentence, or what leads to
    a table (".. as follows:")."""
    line = text[slice(*span)]
    alone = "\n" in text[span[1] : after[0]] and not text[: span[0]].rpartition("\n")[2].strip()
    if line.endswith(":") and _is_row(text, after):
        return True
    short = len(line.split()) <= _HEADING_WORDS and not line.endswith(_ENDS_SENTENCE)
    return alone and short and not _LIST_ITEM.match(line)


def _opens_table(text: str, spans: Sequence[Span], index: int) -> bool:
    """Whether the row begins a table: nothing but labels of rows stands between two of one."""
    before = next((k for k in range(index - 1, -1, -1) if _is_row(text, spans[k])), None)
    if before is None:
        return True
    labels = range(before + 1, index)
    return any("\n\n" in text[slice(*_gap(spans, k))] for k in [*labels, index]) or not all(
        _is_heading(text, spans[k], spans[k + 1]) for k in labels
    )


def _gap(spans: Sequence[Span], index: int) -> Span:
    return spans[index - 1][1], spans[index][0]


def _is_row(text: str, span: Span) -> bool:
    return "\t" in text[slice(*span)]


def _header(text: str, spans: Sequence[Span], index: int) -> str:
    """The rows from ``index`` up to the first with a figure; of a table of words its first."""
    rows: list[str] = []
    for span in spans[index : index + _HEADER_ROWS + 1]:
        row = text[slice(*span)]
        if any(map(_is_figure, row.split("\t")[1:])):
            return "\n".join(rows)
        if "\t" in row:
            rows.append(row)
    return rows[0] if len(rows) > 1 else ""


def _is_figure(cell: str) -> bool:
    return _FIGURE.fullmatch(cell) is not None and _YEAR.fullmatch(cell) is None


def _ends_list(text: str, end: int, after: Span) -> bool:
    """Whether what follows is no more of the list: a new paragraph or a sentence on the line."""
    between = text[end : after[0]]
    opened = _LIST_ITEM.match(text[slice(*after)]) is not None
    return "\n" not in between or ("\n\n" in between and not opened)
