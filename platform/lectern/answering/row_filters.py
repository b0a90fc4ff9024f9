"""Which rows of a table a question is about: those with some words, of some time, over a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lectern.documents.cells import figure_of, is_year, month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPARED = re.compile(
    r"\b(?P<how>more than|over|above|greater than|at least|less than|under|below|at most"
    r"|fewer than)\s(?:[$\u20ac\u00a3]\s?)?(?P<number>\d[\d,]*(?:\.\d+)?)",
    re.IGNORECASE,
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_OVER = ("more than", "over", "above", "greater than")
_UNDER = ("less than", "under", "below", "fewer than")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Rows are wanted whose cell in ``column`` is one of ``values``, or compares like them."""

    column: int
    name: str
    values: tuple[str, ...]
    how: str = "is"

    def __str__(self) -> str:
        return f"{self.name} {self.how} {' or '.join(self.values)}"


def holds(wanted: Filter, text: str) -> bool:
    """Whether a cell passes: it is one of the values, of that time, or compares like that."""
    if wanted.how == "is":
        return text.strip() in wanted.values
    if wanted.how == "in":
        return _in_time(text, wanted.values)
    figure = figure_of(text)
    bound = Decimal(wanted.values[0].replace(",", ""))
    if figure is None:
        return False
    if wanted.how in _OVER:
        return figure.number > bound
    if wanted.how in _UNDER:
        return figure.number < bound
    return figure.number >= bound if wanted.how == "at least" else figure.number <= bound


def _in_time(text: str, wanted: Sequence[str]) -> bool:
    """Whether a date or year is of the year wanted, and of the month if one is."""
    if is_year(text):
        return wanted == (text.strip(),)
    month = month_of(text)
    if month is None or str(month[0]) != wanted[-1]:
        return False
    return len(wanted) == 1 or month[1] == MONTHS.index(wanted[0]) + 1
