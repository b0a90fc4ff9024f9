"""Word documents (DOCX): headings, paragraphs, lists and tables in the order of the body."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from lectern.documents.content import DocumentFacts, RemovalKind
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.grid import Cell, Grid
from lectern_workers.ingestion.parsing.plain import in_parts
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parsing.word_visibility import Visibility
from lectern_workers.ingestion.parts import Parts

_STRICT = b"purl.oclc.org/ooxml"
_HEADING_STYLE = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_CONTAINERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:customXml", "w:smartTag", "w:ins")))
# Deleted text, what older programs show instead of a drawing, and field codes.
_SKIPPED = frozenset(map(qn, ("w:del", "w:moveFrom", "w:instrText", "w:rPr", "w:pPr"))) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}
# Notes that Word itself puts in: lines above the notes of a page.
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
_LONGEST_LISTED = 500
_SPACES = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def read_word(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of a DOCX file; Unreadable when Word itself would not open it."""
    document = _open(path, name)
    parts = Parts()
    _leave_out_furniture(parts, document)
    _Body(parts, document).add(document.element.body)
    return in_parts(ContentType.DOCX, document.core_properties.title or "", parts)


def _open(path: Path, name: str) -> Any:
    try:
        with ZipFile(path) as archive:
            if _STRICT in archive.read("word/document.xml")[:4096]:
                raise Unreadable(
                    "strict_ooxml",
                    f"{name} is saved as Strict Open XML, which cannot be read here. In Word, "
                    "save it as an ordinary Word document (.docx) and upload it again.",
                )
        return docx.Document(str(path))
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise Unreadable(
            "damaged",
            f"{name} is damaged and cannot be opened as a Word document. "
            "Open it in Word, save it again and upload the result.",
        ) from error


def _leave_out_furniture(parts: Parts, document: Any) -> None:
    """Note the headers and footers, which say the same on every page."""
    ends: tuple[tuple[RemovalKind, str], ...] = (("header", "w:hdr"), ("footer", "w:ftr"))
    for end, tag in ends:
        said = {
            " ".join(text.text or "" for text in part.element.iter(qn("w:t"))): None
            for part in _parts_below(document)
            if part.element.tag == qn(tag)
        }
        for text in said:
            parts.leave_out(end, text[:_LONGEST_LISTED])


def _parts_below(document: Any) -> Iterator[Any]:
    for relation in document.part.rels.values():
        if not relation.is_external and hasattr(relation.target_part, "element"):
            yield relation.target_part


def _notes(document: Any) -> dict[tuple[str, str], Any]:
    """The footnotes and endnotes, by what refers to them and their number there."""
    found: dict[tuple[str, str], Any] = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if relation.is_external or kind not in ("footnotes", "endnotes"):
            continue
        note = qn(f"w:{kind[:-1]}")
        # An XML parser that reads no entities and nothing from outside: the library's own.
        for element in parse_xml(relation.target_part.blob).iter(note):
            if element.get(qn("w:type")) not in _SEPARATORS:
                found[f"{note}Reference", element.get(qn("w:id"), "")] = element
    return found


class _Body:
    """Hands the blocks of a document's body to the parts."""

    def __init__(self, parts: Parts, document: Any) -> None:
        self._parts = parts
        self._styles = {style.style_id: style for style in document.styles}
        self._visibility = Visibility(document.styles)
        self._notes = _notes(document)
        # Text boxes and notes that belong behind the paragraph that is being read.
        self._waiting: list[Any] = []

    def add(self, container: Any) -> None:
        """Add the blocks of a container, each followed by its text boxes and notes."""
        for element in container:
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                self._table(element)
            elif element.tag in _CONTAINERS:
                self.add(element)
            waiting, self._waiting = self._waiting, []
            for each in waiting:
                self._behind(each)

    def _behind(self, element: Any) -> None:
        if element.tag == qn("w:txbxContent"):
            self.add(element)
        elif text := self._text(element).strip():
            self._parts.paragraph(f"Note: {text}")

    def _paragraph(self, paragraph: Any) -> None:
        text = self._text(paragraph)
        if not text.strip():
            return
        level = self._heading_level(paragraph)
        if level is not None:
            self._parts.heading(text, level)
        elif self._is_item(paragraph):
            self._parts.item(f"- {text}")
        else:
            self._parts.paragraph(text)

    def _text(self, element: Any) -> str:
        return "".join(self._pieces(element))

    def _pieces(self, element: Any) -> Iterator[str]:
        for child in element:
            if child.tag in _SKIPPED:
                continue
            if child.tag == qn("w:r") and self._visibility.hides(child):
                self._parts.leave_out("invisible", "".join(self._run(child)))
            elif child.tag == qn("w:t"):
                yield child.text or ""
            elif child.tag in _SPACES:
                yield _SPACES[child.tag]
            elif child.tag == qn("w:txbxContent"):
                self._waiting.append(child)
            elif (child.tag, child.get(qn("w:id"))) in self._notes:
                self._waiting.append(self._notes.pop((child.tag, child.get(qn("w:id")))))
            else:
                yield from self._pieces(child)
                yield " " if child.tag == qn("w:p") else ""

    def _run(self, run: Any) -> Iterator[str]:
        return (child.text or "" for child in run if child.tag == qn("w:t"))

    def _heading_level(self, paragraph: Any) -> int | None:
        """The depth of a heading, 0 for the title, None for other paragraphs."""
        outline = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None and int(outline.get(qn("w:val"), "9")) < 6:
            return int(outline.get(qn("w:val"))) + 1
        style = self._styles.get(paragraph.style)
        while style is not None:
            match = _HEADING_STYLE.match(style.name or "")
            if match:
                return min(int(match.group(1)), 6)
            if (style.name or "").lower() == "title":
                return 0
            style = getattr(style, "base_style", None)
        return None

    def _is_item(self, paragraph: Any) -> bool:
        numbered = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
        style = self._styles.get(paragraph.style)
        return numbered or (style is not None and (style.name or "").startswith("List"))

    def _table(self, table: Any) -> None:
        grid = Grid()
        header = count = 0
        for row in table.iter(qn("w:tr")):
            if row.getparent() is not table and row.getparent().tag not in _CONTAINERS:
                continue
            marked = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            header += marked and header == count
            count += 1
            # The cells of a table inside a cell are that cell's text.
            own = (cell for cell in row.iter(qn("w:tc")) if _row_of(cell) is row)
            grid.add(self._cell(element) for element in own)
        grid.add_to(self._parts, header=header or None)

    def _cell(self, cell: Any) -> Cell:
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        across = span.get(qn("w:val"), "1") if span is not None else "1"
        return Cell(self._text(cell), int(across))


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(qn("w:tr")), None)
