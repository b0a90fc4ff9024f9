"""OpenDocument texts (ODT): headings, paragraphs, lists, tables and notes in their order."""

from pathlib import Path
from typing import Any

from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.grid import Cell, Grid
from lectern_workers.ingestion.parsing.open_document import Styles, Words, named, opened
from lectern_workers.ingestion.parsing.plain import in_parts
from lectern_workers.ingestion.parts import Parts

_TITLE = "Title"
_ROWS = frozenset(
    map(named, ("table:table-header-rows", "table:table-rows", "table:table-row-group"))
)
_CONTAINERS = frozenset(map(named, ("text:index-body", "draw:frame", "draw:text-box", "draw:g")))
_LONGEST_LISTED = 500


def read_open_text(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of an ODT file; Unreadable when it is damaged or locked."""
    file = opened(path, name, "office:text")
    parts = Parts()
    Blocks(parts, file.styles).add(file.body)
    return in_parts(ContentType.ODT, file.title, parts)


class Blocks:
    """Hands the blocks of a text, a text box or a note to the parts."""

    def __init__(self, parts: Parts, styles: Styles) -> None:
        self._parts = parts
        self._styles = styles
        self._words = Words(parts, styles)

    def add(self, container: Any, mark: str = "") -> None:
        """Add the blocks of a container; paragraphs with a ``mark`` are items of a list."""
        for element in container:
            if element.tag == named("text:h"):
                self._heading(element)
            elif element.tag == named("text:p"):
                self._paragraph(element, mark)
            elif element.tag == named("text:list"):
                self._list(element)
            elif element.tag == named("table:table"):
                self.add_table(element)
            elif element.tag in (named("text:section"), named("text:table-of-content")):
                self._section(element)
            elif element.tag in _CONTAINERS:
                self.add(element)
            self._add_waiting()

    def _add_waiting(self) -> None:
        waiting, self._words.waiting = self._words.waiting, []
        for element in waiting:
            if element.tag == named("draw:frame"):
                self.add([element])
                continue
            body = element.find(named("text:note-body"))
            for paragraph in body if body is not None else ():
                if text := self._words.of(paragraph).strip():
                    self._parts.paragraph(f"Note: {text}")

    def _heading(self, element: Any) -> None:
        level = element.get(named("text:outline-level"), "1")
        if text := self._words.of(element).strip():
            self._parts.heading(text, min(int(level), 6) if level.isdigit() else 1)

    def _paragraph(self, element: Any, mark: str) -> None:
        text = self._words.of(element)
        if not text.strip():
            return
        if mark:
            self._parts.item(f"{mark} {text}")
        elif self._styles.is_called(element.get(named("text:style-name")), _TITLE):
            self._parts.heading(text, 0)
        else:
            self._parts.paragraph(text)

    def _list(self, element: Any) -> None:
        for item in element:
            self.add(item, mark="-")

    def _section(self, element: Any) -> None:
        if element.get(named("text:display")) == "none":
            self._parts.leave_out("invisible", "".join(element.itertext())[:_LONGEST_LISTED])
        else:
            self.add(element)

    def add_table(self, table: Any) -> None:
        """Add a table with its header rows told."""
        grid = Grid()
        header = 0
        for row, marked in _rows(table, marked=False):
            if row.get(named("table:visibility"), "visible") != "visible":
                self._parts.leave_out("invisible", "".join(row.itertext())[:_LONGEST_LISTED])
                continue
            header += marked
            cells = row.iterchildren(named("table:table-cell"))
            grid.add(self._cell(cell) for cell in cells)
        grid.add_to(self._parts, header=header or None)

    def _cell(self, cell: Any) -> Cell:
        texts = [self._words.of(child, grounded=True) for child in cell.iter(named("text:p"))]
        spans = (
            cell.get(named(f"table:number-{kind}-spanned"), "1") for kind in ("columns", "rows")
        )
        across, down = (int(span) if span.isdigit() else 1 for span in spans)
        return Cell(" ".join(texts), across, down)


def _rows(table: Any, *, marked: bool) -> list[tuple[Any, bool]]:
    """The rows of a table, and whether each stands among those that name the columns."""
    rows: list[tuple[Any, bool]] = []
    for child in table:
        if child.tag == named("table:table-row"):
            rows.append((child, marked))
        elif child.tag in _ROWS:
            rows += _rows(child, marked=child.tag == named("table:table-header-rows"))
    return rows
