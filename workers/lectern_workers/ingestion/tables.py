"""Rows of cells: how they are written as text, and which of them are the header."""

import re
from collections.abc import Sequence

from lectern.documents.cells import figure_of, is_year, month_of

_NUMBER = re.compile(
    r"[-+(\u2212\u2013]?[$\u20ac\u00a3\u00a5]?\s?[-+(]?\d[\d.,\s]*[)%]*[*\u2020\u2021]*"
)
_MOST_HEADER_ROWS = 4
_LONGEST_HEADER = 400


def row_text(cells: Sequence[str]) -> str:
    """The row on one line: cells parted by tabs, empty ones kept in their place."""
    return "\t".join(" ".join(cell.split()) for cell in cells).rstrip()


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many of the first rows name the columns, 0 when none can be told apart.

    They are the rows before the first with a figure (a year is a name, not a figure); a
    table of words alone has one if its first row fills every column with few words.
    """
    for index, cells in enumerate(rows[: _MOST_HEADER_ROWS + 1]):
        if any(_is_value(cell) for cell in cells[1:]):
            return _named(rows[:index])
    filled = all(cell.strip() and len(cell) < 60 for cell in rows[0]) if rows else False
    return int(filled and len(rows) > 1 and len(rows[0]) > 1)


def is_figure(cell: str) -> bool:
    """Whether a cell holds a number that is not a year."""
    text = cell.strip()
    return bool(_NUMBER.fullmatch(text)) and not is_year(text)


def _is_value(cell: str) -> bool:
    """Whether a cell stands in for a figure as well: a dash, or a date."""
    return is_figure(cell) or month_of(cell) is not None or _is_nil(cell)


def _is_nil(cell: str) -> bool:
    figure = figure_of(cell)
    return figure is not None and figure.nil


def _named(rows: Sequence[Sequence[str]]) -> int:
    """The length of the header among the rows before the figures begin.

    Rows with one filled cell just above the figures ("Other assets:") belong to them.
    """
    count = len(rows)
    while count and sum(bool(cell.strip()) for cell in rows[count - 1]) < 2:
        count -= 1
    short = sum(len(row_text(row)) for row in rows[:count]) <= _LONGEST_HEADER
    return count if short else 0
