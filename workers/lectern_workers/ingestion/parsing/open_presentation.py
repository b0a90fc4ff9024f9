"""OpenDocument presentations (ODP): a slide is a page, with texts, tables and notes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from lectern.documents.content import DocumentFacts, PageContent
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.open_document import OpenFile, Words, named, opened
from lectern_workers.ingestion.parsing.open_text import Blocks
from lectern_workers.ingestion.parsing.presentation import NOTES, about_hidden
from lectern_workers.ingestion.parts import Parts

_CLASS = named("presentation:class")
_FURNITURE = ("page-number", "footer", "header", "date-time", "page")
_UNITS = {"cm": 10.0, "mm": 1.0, "in": 25.4, "pt": 0.353}
# Frames whose tops differ by less than this, in millimetres, stand in one line.
_SAME_LINE = 5
_LONGEST_LISTED = 500


def read_open_presentation(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and slides of an ODP file; Unreadable when it is damaged or locked."""
    file = opened(path, name, "office:presentation")
    slides = list(file.body.iterchildren(named("draw:page")))
    hidden = [number for number, slide in enumerate(slides, 1) if _is_hidden(file, slide)]
    facts = DocumentFacts(
        content_type=ContentType.ODP,
        title=file.title,
        paged=True,
        page_count=len(slides),
        warnings=(about_hidden(hidden),) if hidden else (),
    )
    pages = [_page(file, slide, number) for number, slide in enumerate(slides, 1)]
    return [facts, *(ReadPage(page=page) for page in pages)]


def _is_hidden(file: OpenFile, slide: Any) -> bool:
    style = slide.get(named("draw:style-name"))
    kind = "style:drawing-page-properties"
    return file.styles.says(style, kind, "presentation:visibility") == "hidden"


def _page(file: OpenFile, slide: Any, number: int) -> PageContent:
    parts = Parts()
    if _is_hidden(file, slide):
        said = " ".join("".join(slide.itertext()).split())
        parts.leave_out("invisible", f"hidden slide: {said}"[:_LONGEST_LISTED])
    else:
        _add(parts, file, slide)
    return replace(parts.page(number), label=str(number))


def _add(parts: Parts, file: OpenFile, slide: Any) -> None:
    words = Words(parts, file.styles)
    blocks = Blocks(parts, file.styles)
    frames = sorted(slide.iter(named("draw:frame"), named("draw:custom-shape")), key=_place)
    notes = slide.find(named("presentation:notes"))
    own = [frame for frame in frames if notes is None or notes not in frame.iterancestors()]
    for title in (frame for frame in own if frame.get(_CLASS) == "title"):
        text = " ".join(words.of(each) for each in title.iter(named("text:p")))
        parts.heading(text, 1)
    for frame in own:
        if frame.get(_CLASS) not in ("title", *_FURNITURE):
            blocks.add(frame)
    said = [words.of(p) for p in notes.iter(named("text:p"))] if notes is not None else []
    if any(text.strip() for text in said):
        parts.heading(NOTES, 2)
        for text in said:
            parts.paragraph(text)


def _place(frame: Any) -> tuple[float, float]:
    """Where a frame stands: in lines from the top, and then from the left."""
    x, y = (_millimetres(frame.get(named(f"svg:{side}"), "0")) for side in "xy")
    return y // _SAME_LINE, x


def _millimetres(length: str) -> float:
    number, unit = length[:-2], length[-2:]
    try:
        return float(number) * _UNITS.get(unit, 0.0)
    except ValueError:
        return 0.0
