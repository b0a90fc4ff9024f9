"""The tables of a version: stored as what their columns mean and where their rows stand.

The cells themselves are read from the pages' texts, so nothing is stored twice and each cell
can be cited. Rows come one by one: a sheet may have a hundred thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lectern.documents.cells import figure_of, unit_of
from lectern.documents.content import Column, WordBoxes
from lectern.documents.grids import aligned, is_section, lines_of
from lectern.documents.models import DocumentTable, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from lectern.documents.content import TableDraft
    from lectern.documents.grids import Grid, Span
    from lectern.documents.models import DocumentVersion

_PAGES_AT_ONCE = 200
# Characters of labels ("Operating expenses:") by which a section is told apart from a total.
_TOTALS = ("total", "net ", "subtotal", "sum ")


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


def store_tables(version: DocumentVersion, tables: Iterable[TableDraft]) -> None:
    """Make ``tables`` those of ``version``, in the caller's transaction."""
    DocumentTable.objects.filter(version=version).delete()
    rows = (
        DocumentTable(
            tenant_id=version.tenant_id,
            version=version,
            number=table.number,
            page=table.page,
            title=table.title,
            columns=[_column_as_json(column) for column in table.columns],
            segments=[list(segment) for segment in table.segments],
            row_count=table.row_count,
            unit=table.unit[:100],
            period=table.period[:100],
        )
        for table in tables
    )
    DocumentTable.objects.bulk_create(rows, batch_size=500)


def tables_of(version: DocumentVersion, *, page: int | None = None) -> list[Table]:
    """The tables of ``version`` in order; with ``page`` those that have rows on it."""
    tables = [as_table(row) for row in DocumentTable.objects.filter(version=version)]
    if page is None:
        return tables
    return [table for table in tables if any(at == page for at, _, _ in table.segments)]


def as_table(row: DocumentTable) -> Table:
    """A stored table as others read it."""
    return Table(
        version_id=row.version_id,
        number=row.number,
        page=row.page,
        title=row.title,
        columns=tuple(_column_of(column) for column in row.columns),
        segments=tuple((page, start, end) for page, start, end in row.segments),
        row_count=row.row_count,
        unit=row.unit,
        period=row.period,
    )


def rows_of(table: Table) -> Iterator[Row]:
    """The rows of ``table`` in order, read from its pages a few hundred at a time."""
    sections = _Sections()
    number = 0
    label_above = ""
    for page, text, words, start, end in _stretches(table):
        for cells in lines_of(text, start, end):
            grid = aligned(cells, table.columns, words)
            number += 1
            if is_section(grid):
                label_above = next(cell.text for cell in grid if cell)
                sections.enter(label_above)
                yield _row(number, page, grid, label_above, sections, section=True)
                continue
            label = _label(grid, table.columns) or _wrapped(label_above)
            yield _row(number, page, grid, label, sections)
            sections.pass_row(label)
            label_above = ""


def _stretches(table: Table) -> Iterator[tuple[int, str, WordBoxes, int, int]]:
    """Each segment with its page's text, and its words where columns are told by place."""
    placed = bool(table.columns) and table.columns[0].left is not None
    for first in range(0, len(table.segments), _PAGES_AT_ONCE):
        segments = table.segments[first : first + _PAGES_AT_ONCE]
        fields = ("number", "text", "words") if placed else ("number", "text")
        pages = Page.objects.filter(
            version_id=table.version_id, number__in={page for page, _, _ in segments}
        ).only(*fields)
        found = {page.number: page for page in pages}
        for number, start, end in segments:
            page = found[number]
            words = WordBoxes.from_bytes(bytes(page.words)) if placed else WordBoxes()
            yield number, page.text, words, start, end


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


def _column_as_json(column: Column) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "path": list(column.path),
        "unit": column.unit,
        "period": column.period,
        "kind": column.kind,
    }
    if column.left is not None and column.right is not None:
        stored["reach"] = [round(column.left, 1), round(column.right, 1)]
    return stored


def _column_of(stored: dict[str, Any]) -> Column:
    left, right = stored.get("reach", (None, None))
    return Column(
        path=tuple(stored["path"]),
        unit=stored["unit"],
        period=stored["period"],
        kind=stored["kind"],
        left=left,
        right=right,
    )
