"""Which rows of a table a question is about: those with some words, of some time, over a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lectern.documents.cells import figure_of, is_year, month_of
from lectern.documents.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

COMPARED = re.compile(
    r"\b(?P<how>more than|over|above|greater than|at least|less than|under|below|at most"
    r"|fewer than)\s(?:[$\u20ac\u00a3]\s?)?(?P<number>\d[\d,]*(?:\.\d+)?)"
    r"(?P<share>\s?(?:%|per\s?cent\b))?",
    re.IGNORECASE,
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# Terms like 2023, FY2023 and Q3.
_DATED = re.compile(r"[a-z]{0,2}\d+")
_MONTH_TERMS = frozenset(terms(" ".join(MONTHS)))
# What turns a filter into its opposite.
_NEGATED = re.compile(
    r"\b(?:not|no|non|never|neither|nor|none|without|lacks?|lacking|except|excluding|excludes?"
    r"|other than|apart from|besides|outside|but)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
# Times that reach further than those they name.
BOUND = re.compile(
    r"\b(?:before|after|since|until|till|through|up to|prior to|earlier|later|onwards?"
    r"|by(?=\s+(?:the\s+)?(?:end\s+of\s+)?(?:\w+\s+)?\d{4}))\b",
    re.IGNORECASE,
)
# Capitals that are no term are the name of something all the same: IT.
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
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


def months_in(text: str) -> list[str]:
    """The months that ``text`` names, in the order of the year; "may" beside a time alone."""
    low = re.sub(r"(?<!\bin )(?<!\bof )(?<!\bfor )\bmay\b(?!,? \d)", " ", text.casefold())
    return [name for name in MONTHS if re.search(rf"\b{name}\b", low)]


def may_mean(value: str, text: str) -> bool:
    """Whether a cell can be meant by ``text``: where one of them negates, word for word only."""
    negated = _NEGATED.search(value) or _NEGATED.search(text)
    return not negated or " ".join(value.split()).casefold() in text.casefold()


def unexplained(left: AbstractSet[str], about: AbstractSet[str], text: str) -> set[str]:
    """The terms of a question that neither its filters nor the titles explain.

    Titles explain a time only where it is all of theirs: a sheet of 2023 and 2024 does not hold
    what was sold "in 2023" alone, nor one of 2023 what was sold "after 2023".
    """
    times = _times_among(left)
    if times and (BOUND.search(text) or times != _times_among(about)):
        return {*times, *(left - about)}
    return {*(left - about)}


def _times_among(words: AbstractSet[str]) -> set[str]:
    return {word for word in words if word in _MONTH_TERMS or _DATED.fullmatch(word)}


def says_more(text: str, filters: Iterable[Filter]) -> bool:
    """Whether words that are no terms change what is asked besides ``filters``: "not", "IT"."""
    for value in (value for each in filters for value in each.values):
        text = re.sub(rf"\b{re.escape(value)}(?!\w)", " ", text, flags=re.IGNORECASE)
    if _NEGATED.search(text):
        return True
    return not text.isupper() and any(not terms(word) for word in _CAPITALS.findall(text))
