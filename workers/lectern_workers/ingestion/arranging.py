"""From the lines of a PDF page to paragraphs, table rows and headings.

Two passes over the lines, in the order in which the PDF gives them (sorting by position
would interleave columns and turn right-to-left text around): lines that follow one below
the other become runs, and runs that stand side by side become the cells of a row.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from lectern.documents.content import Box, PageContent
from lectern_workers.ingestion.layout import Line
from lectern_workers.ingestion.tables import is_figure

# How unlike in size two lines of one run may be, and in letter heights how far apart.
_SAME_SIZE = 1.15
_LEADING_SPREAD = 0.35
_WIDEST_LEADING = 1.2
# Points by which the left ends of lines of one column may differ.
_COLUMN_SPREAD = 8.0
_TOUCHING = 2.0
_MOST_CELLS = 40
# Lines and letters that a cell may have: where other cells of the row are sure, and where
# it could as well be a column of text beside another.
_CELL, _SAFE_CELL = (16, 500), (6, 250)
_LONGEST_LABEL = 250
# The share of a column's width that may be left when a sentence goes on below.
_UNFINISHED_ROOM = 0.3
# Points: lines of one heading are set in the very same size.
_VERY_SAME = 0.5
# Letters this much larger than those of the text are a heading's.
_LARGE = 1.12
MARKER = re.compile(
    r"(?:[\u2022\u25cf\u25aa\u25e6\u2023\u00b7\u2013\uf0b7*-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s"
)


@dataclass(slots=True)
class Run:
    """Lines that follow one below the other: a paragraph, a heading, a cell, a table row."""

    lines: list[Line]
    text: str
    cells: bool

    @property
    def box(self) -> Box:
        """The rectangle around all of its lines."""
        return Box(
            min(line.x0 for line in self.lines),
            min(line.y0 for line in self.lines),
            max(line.x1 for line in self.lines),
            max(line.y1 for line in self.lines),
        )


@dataclass(slots=True)
class Row:
    """Runs that read on one line of text: one, or several side by side as cells."""

    runs: list[Run] = field(default_factory=list)
    joints: list[str] = field(default_factory=list)

    @property
    def tabular(self) -> bool:
        """Whether it has several cells."""
        return "\t" in self.joints or any(run.cells for run in self.runs)

    @property
    def text(self) -> str:
        """The row as one line."""
        pieces = [self.runs[0].text]
        for joint, run in zip(self.joints, self.runs[1:], strict=True):
            pieces += [joint, run.text]
        return "".join(pieces)


def rows_of(page: PageContent, lines: Sequence[Line], body: float) -> list[Row]:
    """The rows that ``lines`` (those of the page that are to be kept) make, in order.

    ``body`` is the letter height of the document's text.
    """
    rows: list[Row] = []
    for run in _runs(page, lines, body):
        joint = _joint(page, rows[-1], run) if rows else None
        if joint is None:
            rows.append(Row([run]))
        else:
            rows[-1].joints.append(joint)
            rows[-1].runs.append(run)
    return rows


def _runs(page: PageContent, lines: Sequence[Line], body: float) -> list[Run]:
    runs: list[Run] = []
    setting = _Setting(page, lines, body)
    for line in lines:
        text = page.text[line.start : line.end]
        if runs and setting.goes_on(runs[-1], line, text):
            runs[-1].lines.append(line)
            runs[-1].text += f" {text}"
        else:
            runs.append(Run([line], text, "\t" in text))
    return runs


class _Setting:
    """How a page is set: the distance of its lines and where its columns end."""

    def __init__(self, page: PageContent, lines: Sequence[Line], body: float) -> None:
        self._body = body
        gaps = [
            after.y0 - before.y1
            for before, after in pairwise(lines)
            if _alike(before, after) and _near(before, after, _WIDEST_LEADING)
        ]
        self._leading = median(gaps) if gaps else 0.0
        self._margins: dict[int, float] = defaultdict(float)
        for line in lines:
            if "\t" not in page.text[line.start : line.end]:
                for column in self._columns(line):
                    self._margins[column] = max(self._margins[column], line.x1)

    def goes_on(self, run: Run, line: Line, text: str) -> bool:
        """Whether the line goes on with the run: it was broken only for lack of room."""
        last = run.lines[-1]
        together = _alike(last, line) and _near(
            last, line, self._leading / max(last.size, 1.0) + _LEADING_SPREAD
        )
        if run.cells or "\t" in text or not together or MARKER.match(text):
            return False
        tail = run.text[-1]
        if tail == "-" or (text[0].islower() and tail not in ".!?:;"):
            return True
        if line.bold or line.size > _LARGE * self._body:
            return tail not in ".:;" and abs(line.size - last.size) < _VERY_SAME
        return self._is_full(last, line, text, ended=tail in ".!?:;")

    def _is_full(self, last: Line, line: Line, text: str, *, ended: bool) -> bool:
        """Whether the next line's first word had no room on the last one.

        An unfinished sentence is given more: words may be tied together (FY 2020).
        """
        margin = self._margins[self._columns(last)[1]]
        room = margin - last.x1
        if not ended and (text[0] in "([" or room < _UNFINISHED_ROOM * (margin - last.x0)):
            return True
        first = len(text.split(maxsplit=1)[0]) + 1
        return room < (line.x1 - line.x0) * first / len(text)

    @staticmethod
    def _columns(line: Line) -> list[int]:
        at = int(line.x0 // _COLUMN_SPREAD)
        return [at - 1, at, at + 1]


def _alike(one: Line, other: Line) -> bool:
    """Whether two lines are in the same letters and stand above each other."""
    sizes = sorted((one.size, other.size))
    overlap = min(one.x1, other.x1) - max(one.x0, other.x0)
    return one.bold == other.bold and sizes[1] <= _SAME_SIZE * sizes[0] and overlap > 0


def _near(upper: Line, lower: Line, widest: float) -> bool:
    """Whether one line stands below another, at most ``widest`` letter heights apart."""
    below = lower.y0 + lower.y1 > upper.y0 + upper.y1
    return below and lower.y0 - upper.y1 < widest * min(upper.size, lower.size)


def _joint(page: PageContent, row: Row, run: Run) -> str | None:
    """What joins the run to the row: a tab as its next cell, a space, or None: it begins one."""
    last = row.runs[-1]
    most = _CELL if run.cells or row.tabular else _SAFE_CELL
    if len(row.runs) >= _MOST_CELLS or not (_fits(run, *most) and _fits(last, *most)):
        return None
    box, beside = run.box, last.box
    shared = min(box.y1, max(r.box.y1 for r in row.runs)) - max(
        box.y0, min(r.box.y0 for r in row.runs)
    )
    if box.x0 >= beside.x1 - _TOUCHING and shared >= 0.5 * min(
        box.y1 - box.y0, beside.y1 - beside.y0
    ):
        return "\t"
    if not _near(last.lines[-1], run.lines[0], _LEADING_SPREAD):
        return None
    if row.tabular and not run.cells and _below_last_cell(page, row, box):
        return " "
    return " " if _ends_label(row, run) else None


def _fits(run: Run, lines: int, letters: int) -> bool:
    return len(run.lines) <= lines and len(run.text) <= letters


def _below_last_cell(page: PageContent, row: Row, box: Box) -> bool:
    """Whether a box stands below the row's last cell and clear of its first."""
    first = _cells(page, row.runs[0].lines[0])[0]
    last = _cells(page, row.runs[-1].lines[-1])[-1]
    return box.x0 > first.x1 and min(box.x1, last.x1) > max(box.x0, last.x0)


def _cells(page: PageContent, line: Line) -> list[Box]:
    """The rectangles of the cells of one line."""
    cells: list[Box] = []
    for word in page.words.within(line.start, line.end):
        box = Box(*word[2:])
        if cells and page.text[word.start - 1] != "\t":
            cells[-1] = Box(cells[-1].x0, cells[-1].y0, box.x1, box.y1)
        else:
            cells.append(box)
    return cells or [Box(line.x0, line.y0, line.x1, line.y1)]


def _ends_label(row: Row, run: Run) -> bool:
    """Whether a row of figures begins with the end of a label that the row before began."""
    words = row.text
    return (
        run.cells
        and run.text[0].islower()
        and len(words) <= _LONGEST_LABEL
        and words[-1] not in ".:;"
        and not any(is_figure(cell) for cell in words.split("\t")[1:])
    )
