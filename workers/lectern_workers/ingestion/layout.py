"""Lines as a PDF shows them: what paragraphs, rows and headings are made out of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from lectern.documents.content import PageContent


class Line(NamedTuple):
    """A line of a page's text: [start, end), its box (points, top-left), its letters.

    ``size`` is the height of its letters in points; ``bold`` says that all of it is bold.
    """

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page as it was read: for a PDF without blocks but with its lines, else complete."""

    page: PageContent
    lines: tuple[Line, ...] = ()


def body_size(pages: Iterable[ReadPage]) -> float:
    """The letter height in which most of the document is set, to half a point; 0 for none."""
    letters: Counter[float] = Counter()
    for read in pages:
        for line in read.lines:
            letters[round(2 * line.size) / 2] += line.end - line.start
    return max(letters, key=lambda size: letters[size], default=0.0)
