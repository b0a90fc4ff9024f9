"""Spreadsheets (XLSX): the cells that exist and are shown, sheet by sheet, as people see them."""

import datetime
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.plain import in_parts
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parsing.sheet_markup import SheetMarkup, markup_of
from lectern_workers.ingestion.parsing.sheets import Sheets, Wide
from lectern_workers.ingestion.parts import Parts

_DECIMALS = re.compile(r"0\.(0+)")
# A number format that shows nothing of any value.
_SHOWS_NOTHING = re.compile(r";;;+")
_LONGEST_LISTED = 500
_MOST_SHEETS_NAMED = 10
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
            uncomputed = dict(_Book(parts, book, name).add_sheets())
            title = book.properties.title or ""
    except _BROKEN as error:
        raise Unreadable(
            "damaged",
            f"{name} is damaged and cannot be opened as a spreadsheet. "
            "Open it in Excel, save it again and upload the result.",
        ) from error
    notes = about_formulas(name, {sheet: n for sheet, n in uncomputed.items() if n})
    return in_parts(ContentType.XLSX, title, parts, notes)


def about_formulas(name: str, missing: dict[str, int]) -> tuple[str, ...]:
    """What people are told of formulas that lack a result: how many in which sheet."""
    if not missing:
        return ()
    sheets = [f"{count:,} in sheet {sheet}" for sheet, count in missing.items()]
    more = " and more" if len(sheets) > _MOST_SHEETS_NAMED else ""
    return (
        f"{sum(missing.values()):,} formulas in {name} have no stored result and were left out: "
        f"{', '.join(sheets[:_MOST_SHEETS_NAMED])}{more}. "
        "Open it in Excel, save it and upload it again to include them.",
    )


class _Book:
    """Hands the sheets of a workbook over, row by row, without what is hidden."""

    def __init__(self, parts: Parts, book: Any, name: str) -> None:
        self._parts = parts
        self._book = book
        self._sheets = Sheets(parts, name)
        self._invisible: dict[int, bool] = {}

    def add_sheets(self) -> Iterator[tuple[str, int]]:
        """Add all sheets; for each, how many of its formulas have no stored result."""
        for sheet in self._book.worksheets:
            if sheet.sheet_state != "visible":
                self._parts.leave_out("invisible", f"sheet {sheet.title}")
                continue
            self._sheets.begin(sheet.title)
            with sheet._get_source() as stream:
                markup = markup_of(stream)
            # The stored dimensions may promise a sheet of 17 thousand million cells.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(), start=1):
                if number in markup.hidden_rows:
                    self._leave_out(f"row {number}", map(_shown, row))
                else:
                    self._sheets.add(*self._row(number, row, markup))
            yield sheet.title, markup.uncomputed
        self._sheets.end()

    def _row(self, number: int, row: Sequence[Any], markup: SheetMarkup) -> tuple[list[str], Wide]:
        """The texts of the shown columns, and which of these are merged."""
        texts = [_shown(cell) for cell in row]
        for index, cell in enumerate(row):
            if texts[index] and self._is_invisible(cell):
                self._leave_out(f"a cell in row {number}", [texts[index]])
                texts[index] = ""
        wide = markup.wide.get(number, [])
        if not markup.hidden_columns:
            return texts, [(first - 1, across) for first, across in wide]
        hidden = [column for column in range(1, len(texts) + 1) if markup.hides(column)]
        self._leave_out("hidden column", (texts[column - 1] for column in hidden))
        shown = [text for column, text in enumerate(texts, 1) if column not in hidden]
        return shown, [_moved(span, hidden) for span in wide]

    def _leave_out(self, where: str, texts: Iterator[str] | Sequence[str]) -> None:
        said = " ".join(filter(None, texts))
        if said:
            self._parts.leave_out("invisible", f"{where}: {said}"[:_LONGEST_LISTED])

    def _is_invisible(self, cell: Any) -> bool:
        """Whether a cell is white on white, or formatted to show nothing."""
        style = getattr(cell, "_style_id", 0)
        if not style:
            return False
        if style not in self._invisible:
            plain = getattr(cell.fill, "fill_type", None) is None
            nothing = _SHOWS_NOTHING.fullmatch(cell.number_format or "") is not None
            self._invisible[style] = nothing or (plain and _is_white(cell.font))
        return self._invisible[style]


def _is_white(font: Any) -> bool:
    colour = getattr(font, "color", None)
    return colour is not None and colour.type == "rgb" and str(colour.rgb).upper()[2:] == "FFFFFF"


def _moved(span: tuple[int, int], hidden: Sequence[int]) -> tuple[int, int]:
    """Where a merged cell begins, from 0, and how far it goes, without the hidden columns."""
    first, across = span
    before = sum(column < first for column in hidden)
    inside = sum(first <= column < first + across for column in hidden)
    return first - 1 - before, across - inside


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
