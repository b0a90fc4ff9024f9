"""The tables of a version, cell by cell."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query, Router
from pydantic import BaseModel

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import VersionId
from lectern.api.pagination import Listing, Order, Paging, listing
from lectern.api.shapes import Shown
from lectern.documents.access import read_version
from lectern.documents.cells import figure_of
from lectern.documents.models import DocumentTable
from lectern.documents.table_rows import Row, Table
from lectern.documents.tables import as_table, csv_of, some_rows, table_of
from lectern.errors import Invalid
from lectern.tenants.access import Permission

router = Router(tags=["Tables"])

BY_NUMBER = Order(field="number", descending=False)
CSV_BODY: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The table",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    }
}


class ColumnOut(Shown):
    """A column: its header from the outermost text to the innermost, and what that says.

    ``kind`` is `text`, `number` or `date`.
    """

    path: list[str]
    unit: str
    period: str
    kind: str


class TableOut(Shown):
    """A table: its title, columns, and what holds for all of its cells.

    ``page`` is where it begins. ``segments`` are [page, start, end]: the ranges of the pages'
    texts where its rows stand.
    """

    number: int
    page: int
    title: str
    unit: str
    period: str
    row_count: int
    columns: list[ColumnOut]
    segments: list[tuple[int, int, int]]


class CellOut(BaseModel):
    """A cell: its text, the range of the page's text, its number and the unit of that."""

    text: str
    start: int
    end: int
    value: str | None
    unit: str


class RowOut(BaseModel):
    """A row: ``cells`` by column, null where it has none.

    ``sections`` are the names of the sections that it stands in, outermost first; ``section``
    says that it only names one. Rows count from 1.
    """

    number: int
    page: int
    label: str
    sections: list[str]
    section: bool
    cells: list[CellOut | None]


class TableRowsOut(TableOut):
    """A table with some of its rows. ``next`` is where the others are, null at the end."""

    rows: list[RowOut]
    next: str | None


@router.get(
    "/versions/{version_id}/tables", response=Listing[TableOut], auth=BearerKey(Permission.READ)
)
def list_tables(
    request: ApiRequest, version_id: VersionId, paging: Query[Paging]
) -> Listing[TableOut]:
    """List the tables that were recognised in a version, in their order, without their rows."""
    version = read_version(request.auth, version_id)
    rows = DocumentTable.objects.filter(version=version)
    return listing(request, rows, paging, lambda row: TableOut.of(as_table(row)), BY_NUMBER)


@router.get(
    "/versions/{version_id}/tables/{int:number}",
    response=TableRowsOut,
    auth=BearerKey(Permission.READ),
)
def get_table(
    request: ApiRequest, version_id: VersionId, number: int, paging: Query[Paging]
) -> TableRowsOut:
    """Show one table with its cells, rows in pages."""
    table = table_of(read_version(request.auth, version_id), number)
    first = _place(paging.cursor)
    rows = some_rows(table, first, paging.limit + 1)
    following = None
    if len(rows) > paging.limit:
        following = f"{request.path}?limit={paging.limit}&cursor={first + paging.limit}"
    shown = [_row(table, row) for row in rows[: paging.limit]]
    return TableRowsOut.of(table, rows=shown, next=following)


@router.get(
    "/versions/{version_id}/tables/{int:number}/csv",
    response={200: None},
    auth=BearerKey(Permission.READ),
    openapi_extra=CSV_BODY,
)
def download_table(request: ApiRequest, version_id: VersionId, number: int) -> HttpResponse:
    """Download one table as CSV: a header line, then its rows as they are written."""
    table = table_of(read_version(request.auth, version_id), number)
    response = HttpResponse("".join(csv_of(table)), content_type="text/csv; charset=utf-8")
    disposition = content_disposition_header(as_attachment=True, filename=f"table-{number}.csv")
    response["Content-Disposition"] = disposition or "attachment"
    return response


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 9):
        raise Invalid(
            "This cursor is not one of ours. Take the address in 'next' of the page before.",
            code="invalid_cursor",
        )
    return int(cursor)


def _row(table: Table, row: Row) -> RowOut:
    cells: list[CellOut | None] = []
    for at, cell in enumerate(row.cells):
        figure = figure_of(cell.text) if cell else None
        cells.append(
            None
            if cell is None
            else CellOut(
                text=cell.text,
                start=cell.start,
                end=cell.end,
                value=format(figure.number, "f") if figure else None,
                unit=table.unit_at(row, at) if figure else "",
            )
        )
    return RowOut(
        number=row.number,
        page=row.page,
        label=row.label,
        sections=list(row.sections),
        section=row.section,
        cells=cells,
    )
