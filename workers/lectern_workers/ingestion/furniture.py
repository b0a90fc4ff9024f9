"""Running headers, footers and page numbers: what repeats at the edges of the pages."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from lectern.documents.content import RemovalKind
from lectern_workers.ingestion.layout import ReadPage, body_size
from lectern_workers.ingestion.tables import is_figure

Found = dict[int, RemovalKind]

# The share of a page's height, at the top and at the bottom, where they stand.
_EDGE = 0.15
_MOST_ROWS = 3
_FEWEST_PAGES = 3
# The share of the pages, from the first to the last that has it, on which a row repeats: a
# chapter's header may skip every other page, but what stands below a header is the page's
# own text unless it is everywhere.
_DENSITY_AT_EDGE = 0.4
_DENSITY_BELOW = 0.8
# Numbers are page numbers when at least this share of them counts the pages.
_COUNTING = 0.6
# Larger letters than this, in letters of the text, are a heading's.
_HEADING = 1.15
_YEAR = re.compile(r"(?:19|20)\d\d")
_DIGITS = re.compile(r"\d+")
_DASHES = r"[\s\u2013\u2014|-]*"
_PAGE_NUMBER = re.compile(rf"(?:page|p\.)?{_DASHES}#(?:\s*(?:of|/)\s*#)?{_DASHES}")
_SAID_PAGE_NUMBER = re.compile(r"page #(?: of #)?")


class _Place(NamedTuple):
    """A line at the edge of a page, with the last number in it."""

    page: int
    line: int
    number: int | None


def furniture(pages: Sequence[ReadPage]) -> list[Found]:
    """For each page, the indices of the lines that are not its own text, and what they are.

    A line is furniture when the same words, digits apart, stand at the same edge of at
    least three pages that lie close together, or of two where the digits count the pages.
    A row further in is looked at where all rows nearer to the edge are furniture.
    """
    found: list[Found] = [{} for _ in pages]
    largest = _HEADING * body_size(pages)
    for edge in ("header", "footer"):
        rows = [_edge_rows(read, edge) for read in pages]
        for depth in range(_MOST_ROWS):
            for words, standing in _places(pages, rows, depth, found).items():
                places = [p for p in standing if pages[p.page].lines[p.line].size <= largest]
                if _repeats(words, places, depth):
                    for place in places:
                        found[place.page][place.line] = _kind(edge, words)
    return found


def _edge_rows(read: ReadPage, edge: str) -> list[list[int]]:
    """The indices of the lines near an edge of the page, in rows, the outermost first."""
    height = read.page.height or 0.0
    top = edge == "header"
    near = [
        (line.y0 + line.y1) / 2 if top else height - (line.y0 + line.y1) / 2 for line in read.lines
    ]
    rows: list[list[int]] = []
    last = float("-inf")
    for index in sorted(range(len(near)), key=lambda index: near[index]):
        if near[index] > _EDGE * height:
            break
        if near[index] - last > read.lines[index].size / 2:
            rows.append([])
            last = near[index]
        rows[-1].append(index)
    return rows[:_MOST_ROWS]


def _places(
    pages: Sequence[ReadPage], rows: list[list[list[int]]], depth: int, found: list[Found]
) -> dict[str, list[_Place]]:
    """The lines of the rows at ``depth``, by their words, on pages without text above them."""
    places: dict[str, list[_Place]] = defaultdict(list)
    for page, page_rows in enumerate(rows):
        above = (line for row in page_rows[:depth] for line in row)
        if len(page_rows) <= depth or not all(line in found[page] for line in above):
            continue
        for index in page_rows[depth]:
            line = pages[page].lines[index]
            text = pages[page].page.text[line.start : line.end]
            if not _names_columns(text):
                numbers = _DIGITS.findall(text)
                words = _DIGITS.sub("#", " ".join(text.lower().split()))
                number = int(numbers[-1][:6]) if numbers else None
                places[words].append(_Place(page, index, number))
    return places


def _names_columns(text: str) -> bool:
    """Whether a line is a table's: its head is repeated on every page that it runs over."""
    cells = text.split("\t")
    years = sum(bool(_YEAR.fullmatch(cell.strip())) for cell in cells)
    return years > 1 or (len(cells) > 2 and any(is_figure(cell) for cell in cells[1:-1]))


def _repeats(words: str, places: list[_Place], depth: int) -> bool:
    if not places:
        return False
    on = sorted({place.page for place in places})
    steps = Counter(place.number - place.page for place in places if place.number is not None)
    counting = max(steps.values(), default=0)
    if _PAGE_NUMBER.fullmatch(words):
        said = _SAID_PAGE_NUMBER.fullmatch(words) is not None
        return said or (len(on) > 1 and counting >= _COUNTING * len(places))
    density = _DENSITY_BELOW if depth else _DENSITY_AT_EDGE
    dense = len(on) >= max(_FEWEST_PAGES, density * (on[-1] - on[0] + 1))
    return dense or counting == len(places) > 1


def _kind(edge: str, words: str) -> RemovalKind:
    if _PAGE_NUMBER.fullmatch(words):
        return "page number"
    return "header" if edge == "header" else "footer"
