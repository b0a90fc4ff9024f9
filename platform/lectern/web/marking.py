"""A page as readers see it: its image with boxes, or its text with the passage marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lectern.documents.content import WordBoxes, below_their_headers
from lectern.documents.models import Document, DocumentVersion, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A box to draw on a page image, in points from the top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Text that is marked as a whole or not at all; ``first`` opens the marked passage."""

    text: str
    marked: bool
    first: bool = False


_EMPTY = (Run(text="", marked=False),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A block of a page: a heading, a paragraph, a list, code, or a table with ``rows``."""

    kind: str
    level: int = 0
    runs: tuple[Run, ...] = ()
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPage:
    """A page with one range of its text marked.

    ``has_image`` tells that the page has an image, on which ``rectangles`` are drawn.
    ``pieces`` are the text, which every page has.
    """

    document: Document
    version: DocumentVersion
    page: Page
    has_image: bool
    rectangles: tuple[Rectangle, ...]
    pieces: tuple[Piece, ...]

    @property
    def outdated(self) -> bool:
        """Whether another version of the document is the one that answers."""
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
        pieces=tuple(_Marker(page.text, span).pieces(page.blocks)),
    )


def span_of(given: Any, text: str) -> tuple[int, int]:
    """The range that ``?start=&end=`` names, cut to ``text``; empty for anything else."""
    start, end = given.get("start", ""), given.get("end", "")
    if not (start.isdecimal() and end.isdecimal()):
        return 0, 0
    first, last = int(start[:9]), min(int(end[:9]), len(text))
    return (first, last) if first < last else (0, 0)


class _Marker:
    """Cuts a text into pieces and runs. All places are offsets in the text."""

    def __init__(self, text: str, span: tuple[int, int]) -> None:
        self._text = text
        self._start, self._end = span

    def pieces(self, blocks: Sequence[Sequence[Any]]) -> Iterator[Piece]:
        """The blocks in their order, and what stands between them as paragraphs."""
        at = 0
        for kind, start, end, level, *_rest in blocks:
            yield from self._between(at, start)
            if kind == "table":
                rows = below_their_headers(list(self._rows(start, end)), _EMPTY)
                yield Piece(kind=kind, rows=tuple(rows))
            else:
                yield Piece(kind=kind, level=level, runs=self._runs(start, end))
            at = end
        yield from self._between(at, len(self._text))

    def _between(self, start: int, end: int) -> Iterator[Piece]:
        if self._text[start:end].strip():
            yield Piece(kind="paragraph", runs=self._runs(start, end))

    def _rows(self, start: int, end: int) -> Iterator[tuple[tuple[Run, ...], ...]]:
        """Tables hold a line for each row, with tabs between the cells."""
        for line, at in _parts(self._text[start:end], "\n", start):
            if line.strip():
                cells = _parts(line, "\t", at)
                yield tuple(self._runs(place, place + len(cell)) for cell, place in cells)

    def _runs(self, start: int, end: int) -> tuple[Run, ...]:
        first, last = max(start, self._start), min(end, self._end)
        if first >= last:
            return (Run(text=self._text[start:end], marked=False),)
        runs = (
            Run(text=self._text[start:first], marked=False),
            Run(text=self._text[first:last], marked=True, first=first == self._start),
            Run(text=self._text[last:end], marked=False),
        )
        return tuple(run for run in runs if run.text)


def _parts(text: str, separator: str, at: int) -> Iterator[tuple[str, int]]:
    for part in text.split(separator):
        yield part, at
        at += len(part) + len(separator)


def _rectangle(box: Sequence[float]) -> Rectangle:
    # A little air around the letters, as a pen leaves it.
    x0, y0, x1, y1 = box
    return Rectangle(
        x=round(x0 - 1.5, 2),
        y=round(y0 - 1, 2),
        width=round(x1 - x0 + 3, 2),
        height=round(y1 - y0 + 2, 2),
    )
