"""``lectern ingest``: take files in and wait until they can be asked."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lectern.management.intake import FileReport, files_below, reports_until_read, take_in
from lectern.management.selection import add_selection, collection_for, operator_in
from lectern.tenants.scoping import tenant_context


class Command(BaseCommand):
    """Prints one line for each file when it is finished."""

    help = "Adds files, or all files of folders, to a collection and waits until they were read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--json", action="store_true", help="one JSON object for each file")
        add_selection(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = operator_in(options["tenant"])
        with tenant_context(actor.tenant_id):
            collection = collection_for(actor, options["collection"])
        files = files_below(options["paths"])
        if not files:
            raise CommandError("There are no files to take in, besides hidden ones.")
        taken = [take_in(actor, collection, path) for path in files]
        failed = 0
        for report in reports_until_read(actor, taken):
            self.stdout.write(_as_json(report) if options["json"] else _as_line(report))
            failed += not report.ready
        if failed:
            raise CommandError(f"{failed} of {len(taken)} files were not taken in.", returncode=1)


def _as_line(report: FileReport) -> str:
    numbers = f"{report.pages} pages, {report.chunks} chunks" if report.ready else ""
    told = " ".join(part for part in (numbers, report.reason) if part)
    return f"{report.path}: {report.state}: {told}"


def _as_json(report: FileReport) -> str:
    return json.dumps(
        {
            "path": str(report.path),
            "state": report.state,
            "reason": report.reason,
            "pages": report.pages,
            "chunks": report.chunks,
            "document_id": str(report.document_id) if report.document_id else None,
        }
    )
