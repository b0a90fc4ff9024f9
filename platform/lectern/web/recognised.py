"""A recognised table as a page shows it: header cells that span, marked cells, its unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from lectern.documents.content import Column
from lectern.documents.grids import Span
from lectern.documents.models import DocumentVersion
from lectern.documents.table_rows import Row, Table
from lectern.documents.tables import rows_on, tables_of

# Of one table beside its page; all rows are on the table's own page.
MOST_ROWS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCell:
    """A header cell over ``columns`` columns; ``unit`` is shown in the last row of the head."""

    text: str
    columns: int
    number: bool
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyCell:
    """A cell of a row; ``header`` names its row, ``marked`` is what an answer cites."""

    text: str
    number: bool
    header: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRow:
    """A row, or the name of a section over all columns. ``page`` is where it stands."""

    cells: tuple[BodyCell, ...]
    section: bool
    page: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table with the rows that are shown of it; ``left`` says how many are not."""

    table: Table
    head: tuple[tuple[HeadCell, ...], ...]
    rows: tuple[BodyRow, ...]
    left: int = 0

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.table.columns)


def shown_table(
    table: Table, rows: Sequence[Row], *, span: tuple[int, int] = (0, 0), most: int | None = None
) -> ShownTable:
    """``table`` with ``rows``, at most ``most``; cells in ``span`` of their page are marked."""
    shown = rows[:most]
    marked = (_row(table, row, span) for row in shown)
    return ShownTable(
        table=table,
        head=_head(table.columns) if table.named else (),
        rows=tuple(marked),
        left=len(rows) - len(shown),
    )


def tables_on(version: DocumentVersion, page: int, span: tuple[int, int]) -> list[ShownTable]:
    """The tables with rows on ``page``, and those rows, at most ``MOST_ROWS`` of each."""
    return [
        shown_table(table, rows_on(table, page), span=span, most=MOST_ROWS)
        for table in tables_of(version, page=page)
    ]


def _head(columns: Sequence[Column]) -> tuple[tuple[HeadCell, ...], ...]:
    """The header rows: the innermost texts are in the last, equal neighbours are one cell."""
    depth = max(len(column.path) for column in columns)
    paths = [("",) * (depth - len(column.path)) + column.path for column in columns]
    return tuple(_head_row(columns, paths, at, last=at == depth - 1) for at in range(depth))


def _head_row(
    columns: Sequence[Column], paths: Sequence[tuple[str, ...]], at: int, *, last: bool
) -> tuple[HeadCell, ...]:
    if last:
        return tuple(
            HeadCell(
                text=path[at],
                columns=1,
                number=column.kind == "number",
                unit="" if column.unit in path[at] else column.unit,
            )
            for column, path in zip(columns, paths, strict=True)
        )
    groups = groupby(paths, key=lambda path: path[: at + 1])
    return tuple(
        HeadCell(text=path[at], columns=len(list(group)), number=False) for path, group in groups
    )


def _row(table: Table, row: Row, span: tuple[int, int]) -> BodyRow:
    first = next((at for at, cell in enumerate(row.cells) if cell), 0)
    cells: Iterable[int] = [first] if row.section else range(len(row.cells))
    return BodyRow(
        cells=tuple(_cell(table, row.cells[at], at, span) for at in cells),
        section=row.section,
        page=row.page,
        anchor=f"row-{row.number}",
    )


def _cell(table: Table, cell: Span | None, at: int, span: tuple[int, int]) -> BodyCell:
    number = table.columns[at].kind == "number"
    return BodyCell(
        text=cell.text if cell else "",
        number=number,
        header=at == 0 and not number,
        marked=cell is not None and cell.start < span[1] and span[0] < cell.end,
    )
