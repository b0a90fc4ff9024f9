"""The tables that were recognised in a document: all of them, one of them, and as a file."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from lectern.documents.access import read_document
from lectern.documents.library import found
from lectern.documents.models import DocumentTable, DocumentVersion
from lectern.documents.table_rows import Row, Table
from lectern.documents.tables import csv_of, some_rows, table_of
from lectern.tenants.access import Permission
from lectern.web.documents import version_shown
from lectern.web.pages import MemberRequest, page, rows_of_page
from lectern.web.recognised import shown_table

ROWS = 100


class _RowsOf:
    """The rows of a table, read only where a page of them is taken."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return self._table.row_count

    def __getitem__(self, wanted: slice) -> list[Row]:
        return some_rows(self._table, wanted.start, wanted.stop - wanted.start)


@page(Permission.READ)
def tables(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """All tables of the current version, or of ``?version=``, with their titles and columns."""
    shown = read_document(request.principal, document_id)
    version = version_shown(shown, request.GET.get("version", ""))
    listed = DocumentTable.objects.filter(version=version)
    context = {"document": shown, "version": version, "rows": rows_of_page(request, listed)}
    return render(request, "web/tables.html", context)


@page(Permission.READ)
def table(request: MemberRequest, document_id: UUID, version: int, number: int) -> HttpResponse:
    """One table with its rows, a hundred at a time."""
    shown = read_document(request.principal, document_id)
    row: DocumentVersion = found(shown.versions, "version", number=version)
    recognised = table_of(row, number)
    rows = rows_of_page(request, _RowsOf(recognised), ROWS)
    context = {
        "document": shown,
        "version": row,
        "rows": rows,
        "shown": shown_table(recognised, list(rows)),
    }
    return render(request, "web/table.html", context)


@page(Permission.READ)
def table_file(
    request: MemberRequest, document_id: UUID, version: int, number: int
) -> HttpResponse:
    """One table as a CSV file, to be saved."""
    shown = read_document(request.principal, document_id)
    row: DocumentVersion = found(shown.versions, "version", number=version)
    lines = "".join(csv_of(table_of(row, number)))
    response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
    disposition = content_disposition_header(as_attachment=True, filename=f"table-{number}.csv")
    response["Content-Disposition"] = disposition or "attachment"
    return response
