"""Spreadsheets (XLSX): the cells that exist, sheet by sheet, as people see them."""

import datetime
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from lectern.documents.content import DocumentFacts
from lectern.documents.sniffing import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.plain import in_parts
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parts import Parts

MOST_CELLS = 1_000_000
# A cell alone in its row and longer than this is a text, not part of a table.
_LONGEST_LABEL = 80
_UNCOMPUTED = re.compile(rb"<f[^>/]*>[^<]*</f>\s*(?:<v\s*/>|<v></v>|</c>)")
_CHUNK, _OVERLAP = 1 << 20, 1 << 13
_DECIMALS = re.compile(r"0\.(0+)")
# What openpyxl raises for archives and XML that are not as they should be.
_BROKEN = (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError)


def read_spreadsheet(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of an XLSX file; Unreadable when it is damaged or too large."""
    parts = Parts()
    try:
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("ignore")
            # Given a path, openpyxl would judge the file by the ending of its name.
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            _add_sheets(parts, book, name)
            title = book.properties.title or ""
    except _BROKEN as error:
        raise Unreadable(
            "damaged",
            f"{name} is damaged and cannot be opened as a spreadsheet. "
            "Open it in Excel, save it again and upload the result.",
        ) from error
    missing = sum(_uncomputed(path))
    notes = (
        (
            f"{missing} formulas in {name} have no stored result and were left out. "
            "Open it in Excel, save it and upload it again to include them.",
        )
        if missing
        else ()
    )
    return in_parts(ContentType.XLSX, title, parts, notes)


def _add_sheets(parts: Parts, book: Any, name: str) -> None:
    cells = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            parts.leave_out("invisible", f"sheet {sheet.title}")
            continue
        parts.heading(sheet.title, 1, begins_part=True)
        blocks = _Blocks(parts)
        # The stored dimensions may promise a sheet of 17 thousand million cells.
        sheet.reset_dimensions()
        for row in sheet.iter_rows():
            shown = [_shown(cell) for cell in row]
            cells += sum(1 for text in shown if text)
            if cells > MOST_CELLS:
                raise Unreadable(
                    "too_many_cells",
                    f"{name} has more than {MOST_CELLS:,} filled cells. "
                    "Split it into several files and upload those.",
                )
            blocks.add(shown)
        blocks.end_table()


class _Blocks:
    """Tells the tables of a sheet from the texts above and between them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rows: list[list[str]] = []
        self._first = True

    def add(self, row: list[str]) -> None:
        """Take the next row; a text alone in its row, or an empty row, ends a table."""
        filled = [text for text in row if text]
        alone = len(filled) == 1 and (len(filled[0]) > _LONGEST_LABEL or not self._rows)
        if not filled or alone:
            self.end_table()
        if alone and self._first and len(filled[0]) <= _LONGEST_LABEL:
            self._parts.heading(filled[0], 2)
        elif alone:
            self._parts.paragraph(filled[0])
        elif filled:
            self._rows.append(row)
        self._first = self._first and not filled

    def end_table(self) -> None:
        """Hand over the rows collected so far."""
        self._parts.table(self._rows)
        self._rows = []


def _shown(cell: Any) -> str:
    """A cell's value as its sheet shows it: dates, percentages and thousands written out."""
    value = cell.value
    if value is None or isinstance(value, str):
        return " ".join((value or "").split())
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    return str(value)


def _number(value: float, form: str) -> str:
    positive = form.split(";", maxsplit=1)[0]
    decimals = _DECIMALS.search(positive)
    places = len(decimals.group(1)) if decimals else 0
    comma = "," if "#,#" in positive or "0,0" in positive else ""
    if "%" in positive:
        return f"{value * 100:{comma}.{places}f}%"
    if comma or "0" in positive:
        return f"{value:{comma}.{places}f}"
    return f"{value:.15g}"


def _uncomputed(path: Path) -> Iterator[int]:
    """For each stretch of the sheets, how many formulas there have no stored result."""
    with ZipFile(path) as archive:
        for member in archive.namelist():
            if not member.startswith("xl/worksheets/"):
                continue
            with archive.open(member) as stream:
                yield from _matches(stream)


def _matches(stream: Any) -> Iterator[int]:
    rest = b""
    while chunk := stream.read(_CHUNK):
        data = rest + chunk
        last = data.rfind(b"</c>") + 4
        yield len(_UNCOMPUTED.findall(data[:last]))
        rest = data[last:] if last > 3 else data[-_OVERLAP:]
