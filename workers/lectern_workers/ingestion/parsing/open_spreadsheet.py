"""OpenDocument spreadsheets (ODS): the cells that are shown, as their sheet shows them."""

from pathlib import Path
from typing import Any

from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.grid import MOST_COLUMNS
from lectern_workers.ingestion.parsing.open_document import OpenFile, Words, named, opened
from lectern_workers.ingestion.parsing.plain import in_parts
from lectern_workers.ingestion.parsing.sheets import Sheets
from lectern_workers.ingestion.parsing.spreadsheet import about_formulas
from lectern_workers.ingestion.parts import Parts

_LONGEST_LISTED = 500
_VALUES = ("office:value", "office:date-value", "office:string-value", "office:boolean-value")


def read_open_spreadsheet(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of an ODS file; Unreadable when it is damaged, locked or too large."""
    file = opened(path, name, "office:spreadsheet")
    parts = Parts()
    book = _Book(parts, file, name)
    book.add()
    notes = about_formulas(name, book.uncomputed)
    return in_parts(ContentType.ODS, file.title, parts, notes)


class _Book:
    """Hands the sheets over, row by row, without what is hidden."""

    def __init__(self, parts: Parts, file: OpenFile, name: str) -> None:
        self.uncomputed: dict[str, int] = {}
        self._parts = parts
        self._file = file
        self._sheets = Sheets(parts, name)
        self._words = Words(parts, file.styles)

    def add(self) -> None:
        for sheet in self._file.body.iterchildren(named("table:table")):
            title = sheet.get(named("table:name"), "")
            style = sheet.get(named("table:style-name"))
            shown = self._file.styles.says(style, "style:table-properties", "table:display")
            if shown == "false":
                self._parts.leave_out("invisible", f"sheet {title}")
                continue
            self._sheets.begin(title)
            hidden = _hidden_columns(sheet)
            for row in sheet.iter(named("table:table-row")):
                self._row(row, hidden, title)
        self._sheets.end()

    def _row(self, row: Any, hidden: set[int], title: str) -> None:
        texts: list[str] = []
        wide: list[tuple[int, int]] = []
        column = 0
        unseen: list[str] = []
        for cell in row.iterchildren(named("table:table-cell"), named("table:covered-table-cell")):
            text = self._text(cell, title)
            across = _count(cell, "table:number-columns-spanned", MOST_COLUMNS)
            for _ in range(_count(cell, "table:number-columns-repeated", MOST_COLUMNS)):
                column += 1
                if column in hidden:
                    unseen.append(text)
                    continue
                if across > 1:
                    wide.append((len(texts), across))
                texts.append(text)
        texts = texts[: _last_filled(texts)]
        if row.get(named("table:visibility"), "visible") != "visible":
            unseen, texts = [*texts, *unseen], []
        if said := " ".join(filter(None, unseen)):
            self._parts.leave_out("invisible", f"hidden: {said}"[:_LONGEST_LISTED])
        # An empty row may be repeated a million times, up to the end of the sheet.
        most = _count(row, "table:number-rows-repeated", 1 << 20) if texts else 1
        for _ in range(most):
            self._sheets.add(texts, wide)

    def _text(self, cell: Any, title: str) -> str:
        """What a cell shows; it is counted if it has a formula and shows nothing."""
        paragraphs = cell.iterchildren(named("text:p"))
        text = " ".join(" ".join(map(self._words.of, paragraphs)).split())
        if not text:
            text = next((cell.get(named(value)) for value in _VALUES if cell.get(named(value))), "")
        if not text and cell.get(named("table:formula")):
            self.uncomputed[title] = self.uncomputed.get(title, 0) + 1
        style = cell.get(named("table:style-name"))
        if text and self._file.styles.hides_letters(style):
            self._parts.leave_out("invisible", text[:_LONGEST_LISTED])
            return ""
        return text


def _hidden_columns(sheet: Any) -> set[int]:
    """The numbers, from 1, of the columns that are not shown."""
    hidden: set[int] = set()
    at = 0
    for column in sheet.iter(named("table:table-column")):
        count = _count(column, "table:number-columns-repeated", 1 << 14)
        if column.get(named("table:visibility"), "visible") != "visible":
            hidden.update(range(at + 1, at + count + 1))
        at += count
    return hidden


def _count(element: Any, attribute: str, most: int) -> int:
    said = element.get(named(attribute), "1")
    return min(int(said), most) if said.isdigit() and said != "0" else 1


def _last_filled(texts: list[str]) -> int:
    return next((at for at in range(len(texts), 0, -1) if texts[at - 1]), 0)
