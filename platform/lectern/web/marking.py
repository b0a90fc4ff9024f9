"""A page as readers see it: its image with boxes, or its text with the passage marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lectern.documents.content import WordBoxes
from lectern.documents.models import Document, DocumentVersion, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A box to draw on a page image, in points from the top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPage:
    """A page with one range of its text marked.

    ``has_image`` tells that the page has an image, on which ``rectangles`` are drawn.
    ``before``, ``marked`` and ``after`` are the text, which every page has.
    """

    document: Document
    version: DocumentVersion
    page: Page
    has_image: bool
    rectangles: tuple[Rectangle, ...]
    before: str
    marked: str
    after: str

    @property
    def outdated(self) -> bool:
        """Whether the document has a newer version that is ready."""
        return self.document.current_version_id != self.version.pk


def marked_page(
    document: Document,
    version: DocumentVersion,
    page: Page,
    span: tuple[int, int],
    boxes: Sequence[Sequence[float]] = (),
) -> MarkedPage:
    """``page`` with the range ``span`` of its text marked, by ``boxes`` where they are known."""
    start, end = span
    if start < end and not boxes:
        boxes = WordBoxes.from_bytes(bytes(page.words)).lines(start, end)
    return MarkedPage(
        document=document,
        version=version,
        page=page,
        has_image=version.paged and bool(page.width and page.height),
        rectangles=tuple(_rectangle(box) for box in boxes),
        before=page.text[:start],
        marked=page.text[start:end],
        after=page.text[end:],
    )


def span_of(given: Any, text: str) -> tuple[int, int]:
    """The range that ``?start=&end=`` names, cut to ``text``; empty for anything else."""
    start, end = given.get("start", ""), given.get("end", "")
    if not (start.isdecimal() and end.isdecimal()):
        return 0, 0
    first, last = int(start[:9]), min(int(end[:9]), len(text))
    return (first, last) if first < last else (0, 0)


def _rectangle(box: Sequence[float]) -> Rectangle:
    # A little air around the letters, as a pen leaves it.
    x0, y0, x1, y1 = box
    return Rectangle(
        x=round(x0 - 1.5, 2),
        y=round(y0 - 1, 2),
        width=round(x1 - x0 + 3, 2),
        height=round(y1 - y0 + 2, 2),
    )
