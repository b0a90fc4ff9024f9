"""Arithmetic on statements: tables whose rows are named and whose columns are mostly years.

A question names a row, and two years or more; or two rows and a column. The operands are the
cells where they cross. Whatever is not told by exactly one row and column is not computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lectern.answering.operations import Cue, Operation, result_of
from lectern.documents.cells import figure_of, years_in
from lectern.documents.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from lectern.documents.grids import Span
    from lectern.documents.table_rows import Row, Table

# How much of a row's name the question must hold, and of the question the table must explain.
_NAMED, _EXPLAINED = 0.75, 0.8
# By how much the best row must be ahead of the next.
_AHEAD = 0.08
_MOST_ROWS = 400
_BRACKETS = re.compile(r"\([^)]*\)")
_SHARE = re.compile(r"percent|%", re.IGNORECASE)
_PAIR = re.compile(r"\bbetween\s(?P<one>.+?)\sand\s(?P<other>.+)", re.IGNORECASE)
# Words about time and amount that name no row and no column.
_IDLE = frozenset(
    terms(
        "year years ended end fiscal financial annual amount amounts value values million thousand"
        " billion period respective respectively company group table much nominal expressed"
        " terms percent percentage quarter month december june march september what"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """A cell that takes part: its number, and where it is."""

    number: Decimal
    cell: Span
    page: int
    row: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What was computed from ``operands``: ``subject`` in words, ``unit`` of the result.

    ``score`` tells how well the table fits the question, 0 to 1.
    """

    operation: Operation
    operands: tuple[Operand, ...]
    result: Decimal
    subject: str
    unit: str
    score: float
    answer: str = ""


def worked_on_statement(cue: Cue, table: Table, rows: Sequence[Row], about: str) -> Worked | None:
    """The result that ``cue`` asks of a table, if the question tells the cells; else None.

    ``about`` is what stands above the table: the document's title and the headings.
    """
    if len(rows) > _MOST_ROWS or not table.named or cue.operation in ("count", "list"):
        return None
    return _Statement(cue, table, rows, about).worked()


class _Statement:
    def __init__(self, cue: Cue, table: Table, rows: Sequence[Row], about: str) -> None:
        self._cue = cue
        self._table = table
        self._rows = [row for row in rows if not row.section and _figures(row)]
        self._years = years_in(cue.rest)
        self._asked = _told(cue.rest)
        columns = (column.name for column in table.columns)
        around = " ".join([about, table.title, table.unit, *columns])
        self._around = frozenset(terms(around))
        self._labels = frozenset().union(*(_told(row.label) for row in self._rows))

    def worked(self) -> Worked | None:
        if self._stated():
            return None
        if self._cue.operation == "ratio":
            return self._of_two(self._cue.before, self._cue.after)
        pair = _PAIR.search(self._cue.rest)
        if self._cue.operation == "difference" and pair and not _only_years(pair["one"]):
            return self._of_two(pair["one"], pair["other"], beside=self._cue.rest[: pair.start()])
        if len(self._years) > 1 or self._cue.operation in ("maximum", "minimum", "average"):
            return self._over_years()
        return None

    def _stated(self) -> bool:
        """Whether a column says what is asked for: then it is quoted, not computed."""
        names = [column.name.casefold() for column in self._table.columns]
        changes = [name for name in names if "change" in name or "variance" in name]
        shares = ["%" in name or "percent" in name for name in changes]
        if self._cue.operation == "percentage change":
            return any(shares)
        return self._cue.operation == "difference" and not all(shares)

    def _over_years(self) -> Worked | None:
        found = self._best_row(self._asked)
        if found is None or set(terms(self._cue.words)) & set(terms(found[0].label)):
            return None
        row, score = found
        columns = self._year_columns(row)
        if len(columns) < 2:
            return None
        operands = [self._operand(row, at) for at in columns]
        if None in operands:
            return None
        given = [operand for operand in operands if operand]
        if self._cue.operation in ("maximum", "minimum"):
            return self._extreme(row, given, score)
        if self._cue.operation in ("difference", "percentage change"):
            given = given[:2] if len(given) == 2 else []
        subject = f"{row.label}, {_and([operand.column for operand in given])}"
        return self._result(given, subject, row, columns[0], score)

    def _year_columns(self, row: Row) -> list[int]:
        """The columns of the years asked for, the latest year first; all years if none is."""
        by_year: dict[str, list[int]] = {}
        for at, column in enumerate(self._table.columns):
            cell = row.cells[at]
            years = years_in(column.name)
            if len(years) == 1 and cell and figure_of(cell.text):
                by_year.setdefault(years[0], []).append(at)
        wanted = set(self._years)
        if len(wanted) == 1 or not wanted:
            if wanted or any(len(columns) > 1 for columns in by_year.values()):
                return []
            wanted = set(by_year)
        elif len(wanted) == 2 and self._cue.operation in ("average", "sum") and self._spans():
            first, last = sorted(wanted)
            wanted |= {year for year in by_year if first < year < last}
        if not wanted <= set(by_year):
            return []
        chosen = [self._one_of(by_year[year]) for year in sorted(wanted, reverse=True)]
        return [at for at in chosen if at is not None] if None not in chosen else []

    def _spans(self) -> bool:
        return bool(re.search(r"\bfrom\b.*\bto\b|\d\s?[-\u2013]\s?\d", self._cue.rest))

    def _one_of(self, columns: Sequence[int]) -> int | None:
        """The one column of several that the question tells apart."""
        if len(columns) == 1:
            return columns[0]
        asked = frozenset(terms(f"{self._cue.before} {self._cue.after}"))
        held = {at: len(asked & (frozenset(terms(self._names(at))) - _IDLE)) for at in columns}
        best = max(held.values())
        of_best = [at for at, count in held.items() if count == best]
        return of_best[0] if len(of_best) == 1 and best else None

    def _names(self, at: int) -> str:
        column = self._table.columns[at]
        return f"{column.name} {column.unit}"

    def _best_row(self, asked: frozenset[str]) -> tuple[Row, float] | None:
        """The row that the question names and no other as well; with how well it fits."""
        scored = sorted(
            ((self._fit(row, asked), at) for at, row in enumerate(self._rows)), reverse=True
        )
        if not scored or scored[0][0] <= 0:
            return None
        best, at = scored[0]
        rivals = [k for score, k in scored[1:] if score > best - _AHEAD]
        if any(_values(self._rows[k]) != _values(self._rows[at]) for k in rivals):
            return None
        return self._rows[at], best

    def _fit(self, row: Row, asked: frozenset[str]) -> float:
        name = _told(_BRACKETS.sub(" ", row.label)) or _told(row.label)
        whole = _told(row.label) | name
        held = name & asked
        if not name or len(held) < _NAMED * len(name):
            return 0.0
        sections = _told(" ".join(row.sections))
        unexplained = asked - whole - sections - self._around
        if len(unexplained) > (1 - _EXPLAINED) * len(asked):
            return 0.0
        wanted = len((asked - (self._around - self._labels) - sections) | (asked & whole))
        agreed = 2 * len(whole & asked) / (len(whole | name) + wanted)
        inside = 0.1 * len(sections & asked) / len(sections) if sections else 0.0
        return min(agreed + inside, 1.0)

    def _of_two(self, one: str, other: str, *, beside: str = "") -> Worked | None:
        """Two rows in one column, or two columns in one row."""
        return self._of_two_rows(one, other, beside) or self._of_two_columns(one, other, beside)

    def _of_two_rows(self, one: str, other: str, beside: str) -> Worked | None:
        found = [self._row_named(part) for part in (one, other)]
        if found[0] is None or found[1] is None or found[0] is found[1]:
            return None
        at = self._column_named(f"{beside} {one} {other}")
        if at is None:
            return None
        named = _told(f"{found[0].label} {found[1].label}")
        left = _told(f"{beside} {one} {other}") - named - self._around
        if left:
            return None
        operands = [operand for row in found if row and (operand := self._operand(row, at))]
        subject = f"{found[0].label} and {found[1].label}, {self._table.columns[at].name}"
        return self._result(operands, subject, found[0], at, 0.9)

    def _of_two_columns(self, one: str, other: str, beside: str) -> Worked | None:
        columns = [self._column_in(part) for part in (one, other)]
        if None in columns or columns[0] == columns[1]:
            return None
        names = frozenset(terms(" ".join(self._table.columns[at or 0].name for at in columns)))
        found = self._best_row(_told(f"{beside} {one} {other}") - names)
        if found is None:
            return None
        row, score = found
        operands = [
            operand for at in columns if at is not None and (operand := self._operand(row, at))
        ]
        subject = f"{row.label}, {_and([operand.column for operand in operands])}"
        return self._result(operands, subject, row, columns[0] or 0, score)

    def _row_named(self, part: str) -> Row | None:
        """The one row whose whole name is in ``part``, the longest name if one is in another."""
        asked = _told(part)
        named = [
            (len(name), row)
            for row in self._rows
            if (name := _told(_BRACKETS.sub(" ", row.label))) and name <= asked
        ]
        longest = max((length for length, _ in named), default=0)
        rows = [row for length, row in named if length == longest]
        return rows[0] if len(rows) == 1 else None

    def _column_named(self, text: str) -> int | None:
        """The one number column that the text names, by year and by words."""
        numbers = [at for at, c in enumerate(self._table.columns) if c.kind == "number"]
        years = years_in(text)
        if len(years) > 1:
            return None
        if years:
            numbers = [at for at in numbers if years[0] in years_in(self._table.columns[at].name)]
        if len(numbers) == 1:
            return numbers[0]
        return self._one_of(numbers) if numbers else None

    def _column_in(self, part: str) -> int | None:
        asked = frozenset(terms(part))
        found = [
            at
            for at, column in enumerate(self._table.columns)
            if column.kind == "number"
            and (name := frozenset(terms(column.path[-1] if column.path else "")))
            and name <= asked
        ]
        return found[0] if len(found) == 1 else None

    def _extreme(self, row: Row, given: Sequence[Operand], score: float) -> Worked | None:
        result = result_of(self._cue.operation, [operand.number for operand in given])
        best = [operand for operand in given if operand.number == result]
        if result is None or len(best) != 1:
            return None
        ordered = (*best, *(operand for operand in given if operand is not best[0]))
        return Worked(
            operation=self._cue.operation,
            operands=ordered,
            result=result,
            subject=row.label,
            unit=self._unit(row, best[0]),
            score=score,
            answer=best[0].column,
        )

    def _unit(self, row: Row, operand: Operand) -> str:
        at = next(k for k, cell in enumerate(row.cells) if cell == operand.cell)
        return self._table.unit_at(row, at)

    def _operand(self, row: Row, at: int) -> Operand | None:
        cell = row.cells[at]
        figure = figure_of(cell.text) if cell else None
        if cell is None or figure is None:
            return None
        return Operand(
            number=figure.number,
            cell=cell,
            page=row.page,
            row=row.label,
            column=self._table.columns[at].name,
        )

    def _result(
        self, operands: Sequence[Operand], subject: str, row: Row, at: int, score: float
    ) -> Worked | None:
        least = 1 if self._cue.operation in ("sum", "average") else 2
        if len(operands) < max(least, 2):
            return None
        result = result_of(self._cue.operation, [operand.number for operand in operands])
        if result is None:
            return None
        unit = self._table.unit_at(row, at)
        if _SHARE.search(self._cue.rest) and unit not in ("%", "bps"):
            return None
        if self._cue.operation in ("ratio", "percentage change"):
            unit = "%"
        elif self._cue.operation == "difference" and unit == "%":
            unit = "percentage points"
        return Worked(
            operation=self._cue.operation,
            operands=tuple(operands),
            result=result,
            subject=subject,
            unit=unit,
            score=score,
        )


def _told(text: str) -> frozenset[str]:
    """The terms of a text that tell rows apart: no years, no idle words."""
    return frozenset(
        term for term in terms(text) if term not in _IDLE and not _is_year(term) and len(term) > 1
    )


def _is_year(term: str) -> bool:
    return bool(re.fullmatch(r"(?:fy|f|cy)?(?:(?:19|20)\d\d|1\d|2\d)", term))


def _only_years(text: str) -> bool:
    return not _told(text)


def _figures(row: Row) -> list[Span]:
    return [cell for cell in row.cells[1:] if cell and figure_of(cell.text)]


def _values(row: Row) -> list[str]:
    return [cell.text for cell in _figures(row)]


def _and(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
