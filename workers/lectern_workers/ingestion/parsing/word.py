"""Word documents (DOCX): headings, paragraphs, lists and tables in the order of the body."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from lectern.documents.content import DocumentFacts
from lectern.documents.sniffing import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.plain import in_parts
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parts import Parts

_STRICT = b"purl.oclc.org/ooxml"
_HEADING_STYLE = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_CONTAINERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:customXml", "w:smartTag", "w:ins")))
# Deleted text, what older programs show instead of a drawing, and field codes.
_SKIPPED = frozenset(map(qn, ("w:del", "w:moveFrom", "w:instrText", "w:rPr", "w:pPr"))) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}
# Letter heights, in half points, that nobody can read.
_TINY = frozenset(("0", "1", "2"))
_SPACES = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def read_word(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of a DOCX file; Unreadable when Word itself would not open it."""
    document = _open(path, name)
    parts = Parts()
    body = _Body(parts, {style.style_id: style for style in document.styles})
    body.add(document.element.body)
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


class _Body:
    """Hands the blocks of a document's body to the parts."""

    def __init__(self, parts: Parts, styles: dict[str, Any]) -> None:
        self._parts = parts
        self._styles = styles

    def add(self, container: Any) -> None:
        for element in container:
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                self._table(element)
            elif element.tag in _CONTAINERS:
                self.add(element)

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
            if child.tag == qn("w:r") and _hidden(child):
                self._parts.leave_out("invisible", "".join(self._run(child)))
            elif child.tag == qn("w:t"):
                yield child.text or ""
            elif child.tag in _SPACES:
                yield _SPACES[child.tag]
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
        rows: list[list[str]] = []
        header = 0
        for row in table.iter(qn("w:tr")):
            if row.getparent() is not table and row.getparent().tag not in _CONTAINERS:
                continue
            marked = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            header += marked and header == len(rows)
            rows.append([cell for element in row.iter(qn("w:tc")) for cell in self._cells(element)])
        self._parts.table(rows, header=header or None)

    def _cells(self, cell: Any) -> list[str]:
        """The text of a cell, and an empty cell for every further column that it spans."""
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        count = int(span.get(qn("w:val"), "1")) if span is not None else 1
        return [self._text(cell)] + [""] * (min(count, 100) - 1)


def _hidden(run: Any) -> bool:
    """Whether a run is marked as hidden, is a point high, or is white on white.

    White letters in a table are taken for seen: its style may well give the row a colour.
    """
    properties = run.find(qn("w:rPr"))
    if properties is None:
        return False
    vanish = properties.find(qn("w:vanish"))
    if vanish is not None and vanish.get(qn("w:val"), "1") not in ("0", "false", "off"):
        return True
    size, colour = properties.find(qn("w:sz")), properties.find(qn("w:color"))
    if size is not None and size.get(qn("w:val"), "") in _TINY:
        return True
    white = colour is not None and colour.get(qn("w:val"), "").upper() == "FFFFFF"
    marked = any(properties.find(qn(tag)) is not None for tag in ("w:shd", "w:highlight"))
    return white and not marked and not any(_coloured(each) for each in run.iterancestors())


def _coloured(element: Any) -> bool:
    """Whether an element around white letters may give them a ground to stand out from."""
    shading = f"{qn('w:pPr')}/{qn('w:shd')}"
    return element.tag == qn("w:tc") or element.find(shading) is not None
