"""Presentations (PPTX): a slide is a page, with its texts in reading order, tables and notes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pptx
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.oxml.ns import qn

from lectern.documents.content import DocumentFacts, PageContent
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.characters import one_line
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.grid import Cell, Grid
from lectern_workers.ingestion.parsing.presentation_grounds import Grounds
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parts import Parts

NOTES = "Notes"
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
# What repeats on every slide.
_FURNITURE = (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE)
_DEEPEST_GROUP = 8
_MOST_SHAPES = 2_000
_MOST_SERIES = 100
# Shapes whose tops differ by less than this, in English Metric Units, stand in one line.
_SAME_LINE = 200_000
_BROKEN = (BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError, AttributeError)


def read_presentation(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and slides of a PPTX file; Unreadable when it is damaged.

    A hidden slide is an empty page, so that the others keep the numbers that people see.
    """
    try:
        with path.open("rb") as file:
            show = pptx.Presentation(file)
        slides = [_slide(slide, number) for number, slide in enumerate(show.slides, start=1)]
        title = show.core_properties.title or ""
    except _BROKEN as error:
        raise Unreadable(
            "damaged",
            f"{name} is damaged and cannot be opened as a presentation. "
            "Open it in PowerPoint, save it again and upload the result.",
        ) from error
    hidden = [page.number for page, shown in slides if not shown]
    facts = DocumentFacts(
        content_type=ContentType.PPTX,
        title=one_line(title),
        paged=True,
        page_count=len(slides),
        warnings=(about_hidden(hidden),) if hidden else (),
    )
    return [facts, *(ReadPage(page=page) for page, _ in slides)]


def about_hidden(numbers: list[int]) -> str:
    """What people are told of hidden slides."""
    shown = ", ".join(map(str, numbers[:20])) + (" and more" if len(numbers) > 20 else "")
    return f"Hidden slides were left out: {shown}. Show them and upload it again to include them."


def _slide(slide: Any, number: int) -> tuple[PageContent, bool]:
    """The slide as a page, and whether it is shown."""
    parts = Parts()
    shown = slide.element.get("show", "1") not in ("0", "false")
    if shown:
        _Slide(parts, Grounds(slide)).add(slide)
    else:
        parts.leave_out("invisible", f"hidden slide: {' '.join(_all_text(slide))}"[:500])
    page = parts.page(number)
    return replace(page, label=str(number)), shown


def _all_text(slide: Any) -> Iterator[str]:
    return (text.text or "" for text in slide.element.iter(qn("a:t")))


class _Slide:
    """Hands the texts of a slide to the parts: its title, then what stands from top to bottom."""

    def __init__(self, parts: Parts, grounds: Grounds) -> None:
        self._parts = parts
        self._grounds = grounds
        self._left = _MOST_SHAPES

    def add(self, slide: Any) -> None:
        shapes = list(self._flat(slide.shapes, 0))
        titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
        for shape in titles:
            if text := " ".join(self._lines(shape.text_frame, shape)):
                self._parts.heading(text, 1)
        others = [shape for shape in shapes if shape not in titles]
        for shape in sorted(others, key=_place):
            if _placeholder(shape) not in _FURNITURE:
                self._shape(shape)
        self._notes(slide)

    def _flat(self, shapes: Iterable[Any], depth: int) -> Iterator[Any]:
        """The shapes without groups around them; those that are hidden are noted."""
        for shape in shapes:
            self._left -= 1
            if self._left < 0:
                return
            if _is_hidden(shape):
                texts = (text.text or "" for text in shape._element.iter(qn("a:t")))
                self._parts.leave_out("invisible", " ".join(texts)[:500])
            elif shape.shape_type == MSO_SHAPE_TYPE.GROUP:
                if depth < _DEEPEST_GROUP:
                    yield from self._flat(shape.shapes, depth + 1)
            else:
                yield shape

    def _shape(self, shape: Any) -> None:
        if getattr(shape, "has_table", False) and shape.has_table:
            self._table(shape.table)
        elif getattr(shape, "has_chart", False) and shape.has_chart:
            self._chart(shape.chart)
        elif shape.has_text_frame:
            lines = list(self._lines(shape.text_frame, shape))
            if len(lines) > 1:
                for line in lines:
                    self._parts.item(f"- {line}")
            elif lines:
                self._parts.paragraph(lines[0])

    def _table(self, table: Any) -> None:
        grid = Grid()
        for row in table.rows:
            grid.add(self._cell(cell) for cell in row.cells if not cell.is_spanned)
        grid.add_to(self._parts, at_least=int(table.first_row))

    def _chart(self, chart: Any) -> None:
        """The figures that a chart draws, as a table below its title."""
        if chart.has_title and chart.chart_title.has_text_frame:
            for line in self._lines(chart.chart_title.text_frame, None):
                self._parts.paragraph(line)
        for plot in chart.plots:
            series = list(plot.series)[:_MOST_SERIES]
            rows = [["", *(each.name or "" for each in series)]]
            for at, category in enumerate(plot.categories):
                values = (each.values[at] if at < len(each.values) else None for each in series)
                shown = ("" if value is None else f"{value:.15g}" for value in values)
                rows.append([str(category), *shown])
            self._parts.table(rows, header=1)

    def _cell(self, cell: Any) -> Cell:
        text = " ".join(self._lines(cell.text_frame, None))
        return Cell(text, cell._tc.gridSpan, cell._tc.rowSpan)

    def _notes(self, slide: Any) -> None:
        frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        lines = list(self._lines(frame, None)) if frame is not None else []
        if lines:
            self._parts.heading(NOTES, 2)
        for line in lines:
            self._parts.paragraph(line)

    def _lines(self, frame: Any, shape: Any) -> Iterator[str]:
        """The paragraphs of a frame; white letters are seen where no ``shape`` is given."""
        for paragraph in frame.paragraphs:
            pieces: list[str] = []
            for element in paragraph._p:
                if element.tag in (qn("a:r"), qn("a:fld")):
                    text = element.findtext(qn("a:t")) or ""
                    if self._grounds.hides(element, shape):
                        self._parts.leave_out("invisible", text)
                    else:
                        pieces.append(text)
                elif element.tag == qn("a:br"):
                    pieces.append(" ")
            if line := " ".join("".join(pieces).split()):
                yield line


def _placeholder(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _place(shape: Any) -> tuple[int, int]:
    """Where a shape stands, in lines from the top and then from the left."""
    return (shape.top or 0) // _SAME_LINE, shape.left or 0


def _is_hidden(shape: Any) -> bool:
    properties = next(shape._element.iter(qn("p:cNvPr")), None)
    return properties is not None and properties.get("hidden") in ("1", "true")
