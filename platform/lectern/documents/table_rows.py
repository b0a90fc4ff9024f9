"""A table as it is read: its rows with their cells, names, sections and units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lectern.documents.cells import figure_of, unit_of
from lectern.documents.grids import aligned, is_section, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from lectern.documents.content import Column, WordBoxes
    from lectern.documents.grids import Grid, Span

_TOTALS = ("total", "net ", "subtotal", "sum ")


class Stretch(NamedTuple):
    """Where some rows of a table stand: [start, end) of a page's ``text`` with its words."""

    page: int
    text: str
    words: WordBoxes
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a version, without its rows.

    ``segments`` are [page, start, end] as in ``DocumentTable``. ``unit`` and ``period`` hold
    for every cell of which nothing nearer says otherwise.
    """

    version_id: UUID
    number: int
    page: int
    title: str
    columns: tuple[Column, ...]
    segments: tuple[tuple[int, int, int], ...]
    row_count: int
    unit: str
    period: str

    @property
    def placed(self) -> bool:
        """Whether the place on the page tells of which column a cell is."""
        return bool(self.columns) and self.columns[0].left is not None

    @property
    def named(self) -> bool:
        """Whether its columns have headers."""
        return any(column.path for column in self.columns)

    def unit_at(self, row: Row, at: int) -> str:
        """The unit of a cell: its own, its row's, its column's, or that of the whole table."""
        cell = row.cells[at]
        own = figure_of(cell.text) if cell else None
        if own is not None and own.unit in ("%", "bps"):
            return own.unit
        return unit_of(row.label) or self.columns[at].unit or self.unit or (own.unit if own else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: ``cells`` by column, None where it has none.

    ``number`` counts from 1 with the rows that name sections; ``sections`` are the names of
    those above it, outermost first. A row of one name alone is a ``section`` itself.
    """

    number: int
    page: int
    cells: Sequence[Span | None]
    label: str
    sections: tuple[str, ...] = ()
    section: bool = False


@dataclass(slots=True)
class _Sections:
    """The sections that a row stands in; a total ends the one it sums up."""

    names: list[str] = field(default_factory=list)
    _run: int = 0

    def enter(self, name: str) -> None:
        if not self._run:
            self.names = self.names[:-1]
        self._run += 1
        self.names.append(name)

    def pass_row(self, label: str) -> None:
        self._run = 0
        if label.casefold().startswith(_TOTALS) or not label:
            self.names = self.names[:-1]


def rows_in(table: Table, stretches: Iterable[Stretch]) -> Iterator[Row]:
    """The rows of ``table`` in order, out of its segments with their texts."""
    sections = _Sections()
    number = 0
    above = ""
    for page, text, words, start, end in stretches:
        for cells in lines_of(text, start, end):
            grid = aligned(cells, table.columns, words)
            number += 1
            if is_section(grid):
                above = next(cell.text for cell in grid if cell)
                sections.enter(above)
                yield _row(number, page, grid, above, sections, section=True)
                continue
            label = _label(grid, table.columns) or _wrapped(above)
            yield _row(number, page, grid, label, sections)
            sections.pass_row(label)
            above = ""


def _row(
    number: int, page: int, grid: Grid, label: str, sections: _Sections, *, section: bool = False
) -> Row:
    names = sections.names[:-1] if section else sections.names
    return Row(
        number=number,
        page=page,
        cells=grid,
        label=label,
        sections=tuple(names),
        section=section,
    )


def _label(grid: Grid, columns: Sequence[Column]) -> str:
    """What names a row: its first cell, if that column holds words."""
    first = grid[0]
    if first is None or columns[0].kind == "number":
        return ""
    return first.text


def _wrapped(above: str) -> str:
    """The label of a row without one: the line above, where the label was set too high."""
    return "" if above.endswith(":") else above


class Record(NamedTuple):
    """A row in few words: the texts of its cells by column, and how to find one again."""

    page: int
    texts: list[str]
    start: int
    cells: Sequence[Span | None] | None

    def span_at(self, at: int) -> tuple[int, int] | None:
        """The range [start, end) of the page's text that the cell in a column takes."""
        if self.cells is not None:
            cell = self.cells[at]
            return (cell.start, cell.end) if cell else None
        start = self.start + sum(len(text) + 1 for text in self.texts[:at])
        return start, start + len(self.texts[at])


def records_in(table: Table, stretches: Iterable[Stretch]) -> Iterator[Record]:
    """The rows of ``table`` but for the names of sections, quickly: sheets are long."""
    if table.placed:
        for row in rows_in(table, stretches):
            if not row.section:
                texts = [cell.text if cell else "" for cell in row.cells]
                yield Record(row.page, texts, 0, row.cells)
        return
    width = len(table.columns)
    # Sheets that were put together repeat it in the middle.
    header = [column.name for column in table.columns]
    for stretch in stretches:
        at = stretch.start
        for line in stretch.text[stretch.start : stretch.end].split("\n"):
            texts = line.split("\t")
            told = not line.isspace() and texts != header
            if told and (width == 1 or len(texts) > 2 or _is_record(texts)):
                texts += [""] * (width - len(texts))
                yield Record(stretch.page, texts, at, None)
            at += len(line) + 1


def _is_record(texts: Sequence[str]) -> bool:
    """Whether a short row is more than the name of a section."""
    return sum(bool(text) for text in texts) > 1
