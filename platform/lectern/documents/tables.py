"""The tables of a version: stored as what their columns mean and where their rows stand.

The cells themselves are read from the pages' texts, so nothing is stored twice and each cell
can be cited. Rows come one by one: a sheet may have a hundred thousand.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from lectern.documents.cells import harmless
from lectern.documents.content import Column, WordBoxes
from lectern.documents.models import DocumentTable, Page
from lectern.documents.table_rows import Row, Stretch, Table, rows_in
from lectern.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lectern.documents.content import TableDraft
    from lectern.documents.models import DocumentVersion

_PAGES_AT_ONCE = 200
_PAGES_BEFORE = 5
# What programs that open CSV files take for the beginning of a formula.


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


def table_of(version: DocumentVersion, number: int) -> Table:
    """The table with this number; ``NotFound`` if the version has none."""
    row = DocumentTable.objects.filter(version=version, number=number).first()
    if row is None:
        raise NotFound(f"There is no table {number} in this version.")
    return as_table(row)


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
    return rows_in(table, stretches_of(table))


def some_rows(table: Table, first: int, count: int) -> list[Row]:
    """``count`` rows of ``table`` from the one at ``first`` (from 0) on, fewer at its end."""
    return list(islice(rows_of(table), first, first + count))


def rows_on(table: Table, page: int) -> list[Row]:
    """The rows of ``table`` that stand on one page, numbered from some page before it."""
    # A section may have begun a few pages before; a sheet may have thousands.
    near = [segment for segment in table.segments if page - _PAGES_BEFORE <= segment[0] <= page]
    return [row for row in rows_of(replace(table, segments=tuple(near))) if row.page == page]


def csv_of(table: Table) -> Iterator[str]:
    """``table`` as the lines of a CSV file, one header line first, cells as they are written.

    Words that a spreadsheet program would run as a formula get an apostrophe in front.
    """
    if table.named:
        yield _csv_line([harmless(column.name) for column in table.columns])
    for row in rows_of(table):
        yield _csv_line([harmless(cell.text) if cell else "" for cell in row.cells])


def _csv_line(cells: Sequence[str]) -> str:
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def stretches_of(table: Table) -> Iterator[Stretch]:
    """Each segment with its page's text, and its words where columns are told by place."""
    fields = ("number", "text", "words") if table.placed else ("number", "text")
    for first in range(0, len(table.segments), _PAGES_AT_ONCE):
        segments = table.segments[first : first + _PAGES_AT_ONCE]
        pages = Page.objects.filter(
            version_id=table.version_id, number__in={page for page, _, _ in segments}
        ).only(*fields)
        found = {page.number: page for page in pages}
        for number, start, end in segments:
            page = found.get(number)
            if page is None:
                raise Conflict(
                    "The document was deleted or replaced while its table was read. Try again.",
                    code="source_removed",
                )
            words = WordBoxes.from_bytes(bytes(page.words)) if table.placed else WordBoxes()
            yield Stretch(page=number, text=page.text, words=words, start=start, end=end)


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
