"""Recognising tables: from the table blocks of cleaned pages to what their cells mean.

A block is a table, several (where its header comes again inside it), or goes on with the one
before it: at the top of a page, with the same header or none, and as many columns; or right
behind it, with a header that says the same of every column.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from lectern.documents.cells import period_of, unit_of
from lectern.documents.content import Block, Column, PageContent, TableDraft, WordBoxes
from lectern.documents.grids import Span, aligned, extent, is_section, lines_of
from lectern.documents.sentences import sentences
from lectern_workers.ingestion.table_headers import columns_of, header_length, kind_of, repeats

# Rows from which the columns of a table are learnt.
_LEARNT_FROM = 200
_HEAD_ROWS = 12
# The share of rows that must be so wide for a table to have so many columns.
_WIDE_ENOUGH = 0.2
_BLOCKS_ABOVE = 3
_LONGEST_TITLE = 200
_HEADINGS = ("title", "heading")
# What a period leaves of a text that says little else.
_MOSTLY_PERIOD = 0.6
_GOES_ON = (".", ";", ",", " and", " or")

Rows = list[list[Span]]


@dataclass(slots=True)
class _Open:
    """A table that the next block may go on with."""

    page: PageContent
    head: Rows
    columns: list[Column]
    segments: list[tuple[int, int, int]]
    title: str
    unit: str
    period: str
    rows: int = 0
    last: Block | None = None
    # Whether its last row is one cell, as a title of what comes next is.
    titled: bool = False

    def draft(self, number: int) -> TableDraft:
        return TableDraft(
            number=number,
            page=self.segments[0][0],
            title=self.title,
            columns=tuple(self.columns),
            segments=tuple(self.segments),
            row_count=self.rows,
            unit=self.unit,
            period=self.period,
        )


@dataclass(slots=True)
class _Reading:
    """Where in the document the recognition is: the tables so far, and the last heading."""

    tables: list[_Open] = field(default_factory=list)
    heading: str = ""


def recognise(pages: Iterable[PageContent]) -> list[TableDraft]:
    """The tables of a document in order, numbered from 1; ``pages`` are cleaned."""
    reading = _Reading()
    for page in pages:
        for index, block in enumerate(page.blocks):
            if block.kind in _HEADINGS:
                reading.heading = page.text[block.start : block.end]
            elif block.kind == "table":
                _take(reading, page, index)
    return [table.draft(number) for number, table in enumerate(reading.tables, 1)]


def _take(reading: _Reading, page: PageContent, index: int) -> None:
    block = page.blocks[index]
    rows = list(lines_of(page.text, block.start, block.end))
    known = sum(row[0].start < (block.header_end or 0) for row in rows)
    length = header_length(rows[:_HEAD_ROWS], known)
    caption = _caption(page, index, reading.heading)
    for head, body in _tables_in(rows, length):
        before = reading.tables[-1] if reading.tables else None
        if before and (
            _comes_again(before, page, index, head)
            or (index == 0 and _goes_on(before, page, head, body))
        ):
            _append(before, page, block, body)
        else:
            reading.tables.append(_opened(page, block, head, body, caption))


def _comes_again(before: _Open, page: PageContent, index: int, head: Rows) -> bool:
    """Whether rows right behind a table have its header once more, and go on with it.

    A header that names no first column ("2019, 2018") stands above many different tables, and
    a line of one cell above it is the title of another.
    """
    if before.page.number != page.number or before.titled:
        return False
    near = page.blocks[max(0, index - 1) : index + 1]
    named = bool(head) and bool(head[-1][0].text)
    return named and before.last in near and _texts(head) == _texts(before.head)


def _goes_on(before: _Open, page: PageContent, head: Rows, body: Rows) -> bool:
    """Whether the first block of a page goes on with the table that ended the one before."""
    if before.page.number != page.number - 1 or before.last is not before.page.blocks[-1]:
        return False
    if head:
        return _texts(head) == _texts(before.head)
    wide = max(len(row) for row in body)
    return bool(before.head) and abs(wide - len(before.columns)) <= (1 if page.words else 0)


def _texts(rows: Rows) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows]


def _tables_in(rows: Rows, length: int) -> Iterator[tuple[Rows, Rows]]:
    """The header and the body of each table: a new one begins where the header comes again."""
    head, body = rows[:length], rows[length:]
    start = at = 0
    while at < len(body):
        count = 0
        while at + count < len(body) and repeats(body[at + count], head):
            count += 1
        if count and at > start:
            above = int(_names_period(body[at - 1]) and at - 1 > start)
            yield head, body[start : at - above]
            head = body[at - above : at + count]
            start = at + count
        at += max(count, 1)
    if start < len(body):
        yield head, body[start:]


def _names_period(row: Sequence[Span]) -> bool:
    return len(row) == 1 and bool(period_of(row[0].text))


def _opened(page: PageContent, block: Block, head: Rows, body: Rows, caption: list[str]) -> _Open:
    columns, whole = columns_of(head, _places(head, body, page.words), page.words)
    columns = _with_kinds(columns, body, page.words)
    said = [*whole, *columns[0].path[:1], *caption]
    unit = next(filter(None, map(unit_of, said)), "")
    periods = [] if any(column.period for column in columns[1:]) else [*whole, *caption]
    table = _Open(
        page=page,
        head=head,
        columns=columns,
        segments=[],
        title=next((text for text in caption if not unit_of(text, whole=True)), "")[
            :_LONGEST_TITLE
        ],
        unit=unit or columns[0].unit,
        period=next(filter(None, map(_period_alone, periods)), ""),
    )
    _append(table, page, block, body)
    return table


def _period_alone(text: str) -> str:
    """The period of a line that says hardly anything else: "As of December 31, 2019"."""
    period = period_of(text)
    return period if len(period) >= _MOSTLY_PERIOD * len(text) else ""


def _append(table: _Open, page: PageContent, block: Block, body: Rows) -> None:
    if body:
        table.segments.append((page.number, body[0][0].start, body[-1][-1].end))
        table.rows += len(body)
        table.titled = sum(bool(cell.text) for cell in body[-1]) == 1
    table.page, table.last = page, block


def _places(head: Rows, body: Rows, words: WordBoxes) -> list[Column]:
    """The columns without names: how many, and on a PDF from where to where they reach."""
    sample = body[:_LEARNT_FROM]
    if not words:
        return [Column() for _ in range(max(len(row) for row in [*head, *sample]))]
    widths = Counter(len(row) for row in sample)
    least = max(1, _WIDE_ENOUGH * len(sample))
    count = max((width for width, rows in widths.items() if rows >= least), default=1)
    count = max([count, *(len(row) for row in head)])
    full = [row for row in [*sample, *head] if len(row) == count]
    reached = [[extent(cell, words) for cell in row] for row in full]
    columns = []
    for at in range(count):
        ends = [each for row in reached if (each := row[at])]
        left = min((end[0] for end in ends), default=None)
        columns.append(Column(left=left, right=max((end[1] for end in ends), default=None)))
    return columns


def _with_kinds(columns: Sequence[Column], body: Rows, words: WordBoxes) -> list[Column]:
    grids = [aligned(row, columns, words) for row in islice(body, _LEARNT_FROM)]
    grids = [grid for grid in grids if not is_section(grid)]
    named = []
    for at, column in enumerate(columns):
        kind, unit = kind_of(grid[at] for grid in grids)
        named.append(replace(column, kind=kind, unit=column.unit or unit))
    return named


def _caption(page: PageContent, index: int, heading: str) -> list[str]:
    """What stands above a table on its page, nearest first, and the heading of its section."""
    lines: list[str] = []
    for block in reversed(page.blocks[max(0, index - _BLOCKS_ABOVE) : index]):
        if block.kind in ("table", "code"):
            break
        text = " ".join(page.text[block.start : block.end].split())
        last = text[slice(*sentences(text)[-1])]
        if block.kind in _HEADINGS or len(last) <= _LONGEST_TITLE:
            lines.append(text if block.kind in _HEADINGS else last)
        if block.kind in _HEADINGS or len(text) > _LONGEST_TITLE:
            break
    return _leading_first(lines, heading)


def _leading_first(lines: Sequence[str], heading: str) -> list[str]:
    """The lines, those first that can be a title: a sentence that ends elsewhere is none."""
    titles = [line for line in lines if not line.endswith(_GOES_ON)]
    rest = [line for line in lines if line.endswith(_GOES_ON)]
    return [*titles, *([heading] if heading and heading not in titles else []), *rest]
