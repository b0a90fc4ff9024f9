"""The rows of a table in a page's text: lines, with tabs between the cells.

Cells keep their offsets, so that what is read from them can be cited. A PDF leaves out cells
that are empty; where a row has fewer cells than the table has columns, the place on the page
tells which column each is of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lectern.documents.cells import figure_of, is_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lectern.documents.content import Column, WordBoxes


class Span(NamedTuple):
    """The text of a cell and the range [start, end) of its page's text."""

    text: str
    start: int
    end: int


Grid = list[Span | None]


def lines_of(text: str, start: int, end: int) -> Iterator[list[Span]]:
    """The lines of a range as cells, empty ones in their place; blank lines are left out."""
    at = start
    for line in text[start:end].split("\n"):
        place, at = at, at + len(line) + 1
        if line and not line.isspace():
            cells = []
            for cell in line.split("\t"):
                cells.append(Span(cell.strip(), place, place + len(cell)))
                place += len(cell) + 1
            yield cells


def aligned(cells: Sequence[Span], columns: Sequence[Column], words: WordBoxes) -> Grid:
    """The cells of a row by column, None where it has none; as long as ``columns``."""
    grid: Grid = [None] * len(columns)
    if len(cells) == len(columns) or not (words and columns[0].left is not None):
        places = _in_order(cells, columns)
    else:
        places = _by_place(cells, columns, words)
    for cell, at in zip(cells, places, strict=True):
        if cell.text:
            before = grid[at]
            grid[at] = _joined(before, cell) if before else cell
    return grid


def is_section(grid: Grid) -> bool:
    """Whether a row only names what follows: one cell of words, among the first two."""
    filled = [at for at, cell in enumerate(grid) if cell]
    return len(grid) > 1 and len(filled) == 1 and filled[0] < 2 and not _is_figure(grid[filled[0]])


def extent(cell: Span, words: WordBoxes) -> tuple[float, float] | None:
    """From where to where a cell reaches on its page, in points; None without its words."""
    boxes = list(words.within(cell.start, cell.end))
    if not boxes:
        return None
    return min(box.x0 for box in boxes), max(box.x1 for box in boxes)


def _in_order(cells: Sequence[Span], columns: Sequence[Column]) -> list[int]:
    """A row without its label begins in the second column; more cells join the last."""
    last = len(columns) - 1
    unlabelled = (
        len(cells) == last > 0 and columns[0].kind == "text" and all(map(_is_figure, cells))
    )
    return [min(at + unlabelled, last) for at in range(len(cells))]


def _is_figure(cell: Span | None) -> bool:
    return cell is not None and figure_of(cell.text) is not None and not is_year(cell.text)


def _by_place(cells: Sequence[Span], columns: Sequence[Column], words: WordBoxes) -> list[int]:
    """For each cell the column that it stands below, never left of the one before it."""
    places: list[int] = []
    for cell in cells:
        first = min(places[-1] + 1, len(columns) - 1) if places else 0
        reach = extent(cell, words)
        nearest = (
            first
            if reach is None
            else min(range(first, len(columns)), key=lambda at: _distance(reach, columns[at]))
        )
        places.append(nearest)
    return places


def _distance(reach: tuple[float, float], column: Column) -> tuple[float, float]:
    """How far apart a cell and a column are: first their ends, then their middles."""
    left, right = column.left or 0.0, column.right or 0.0
    gap = max(left - reach[1], reach[0] - right, 0.0)
    return gap, abs(left + right - reach[0] - reach[1])


def _joined(before: Span, cell: Span) -> Span:
    return Span(f"{before.text} {cell.text}", before.start, cell.end)
