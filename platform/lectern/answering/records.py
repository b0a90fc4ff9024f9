"""Counting, adding up and listing the rows of record tables: sheets, CSV files, lists.

Every row is one thing (an order, a supplier) and every column says one thing of it. Words of
the question that are cells of a column are filters; what is added up is the column that it
names. A question of which any word stays unexplained is not computed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from lectern.answering.operations import Cue, result_of
from lectern.answering.row_filters import (
    BOUND,
    COMPARED,
    Filter,
    holds,
    may_mean,
    months_in,
    says_more,
    unexplained,
)
from lectern.documents.cells import figure_of, years_in
from lectern.documents.terms import terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lectern.documents.table_rows import Record, Table

MOST_CITED = 20
MOST_LISTED = 50
MOST_GROUPS = 30
# Distinct values of one column that are compared with the question.
_MOST_VALUES = 20_000
_LONGEST_VALUE = 60
_IDLE = frozenset(
    terms(
        "row rows record records entry entries table sheet spreadsheet list altogether overall"
        " there given value values amounts please tell show us me available whole entire number"
    )
)
_BY = re.compile(r"\b(?:by|per|for each|in each|for every)\s+(?P<column>[\w -]+?)\s*\??$", re.I)
_TOTAL = re.compile(r"(?:grand |sub)?total\b|sum\b", re.IGNORECASE)
_TOTALS = frozenset(("total", "totals", "total:", "grand total", "subtotal", "sum", "sum:"))
_COUNTED = re.compile(r"\b(?:how many|number of|count)\b", re.IGNORECASE)


@dataclass(slots=True)
class Tally:
    """What was computed over the rows that pass all filters."""

    operation: str
    column: str
    filters: tuple[Filter, ...]
    result: Decimal | None = None
    unit: str = ""
    distinct: bool = False
    rows: int = 0
    missing: int = 0
    answer: str = ""
    values: list[str] = field(default_factory=list)
    groups: dict[str, Decimal] = field(default_factory=dict)
    cited: list[tuple[Record, int]] = field(default_factory=list)
    # For each page the first and the last place among the cells that count.
    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)


def tallied(
    cue: Cue, table: Table, records: Callable[[], Iterator[Record]], title: str, above: str
) -> Tally | None:
    """What ``cue`` asks of all rows of a record table, or None if not every word is explained.

    ``records`` gives the rows from the first on, each time it is called; ``title`` is what the
    document and its file are called, and ``above`` what stands above the table.
    """
    if len(table.columns) < 2 or not table.columns[0].path or table.row_count < 2:
        return None
    if cue.operation in ("difference", "percentage change", "ratio"):
        return None
    plan = _Planning(cue, table, title, above).plan(records)
    return plan.carried_out(records()) if plan else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    cue: Cue
    table: Table
    target: int | None
    filters: tuple[Filter, ...]
    group: int | None
    distinct: bool

    def carried_out(self, records: Iterable[Record]) -> Tally | None:
        target = self.target
        name = self.table.columns[target].name if target is not None else ""
        tally = Tally(operation=self.cue.operation, column=name, filters=self.filters)
        tally.distinct = self.distinct
        kept = (record for record in records if self._passes(record))
        if self.cue.operation in ("count", "list"):
            return self._gathered(tally, kept)
        return self._added_up(tally, kept)

    def _passes(self, record: Record) -> bool:
        wanted = all(holds(each, record.texts[each.column]) for each in self.filters)
        return wanted and not _is_total(record)

    def _gathered(self, tally: Tally, kept: Iterable[Record]) -> Tally | None:
        """Rows counted, or what they say in one column listed."""
        seen: dict[str, None] = {}
        groups: Counter[str] = Counter()
        target = self.target
        # A customer with two orders is one customer.
        of_things = target is not None and self.table.columns[target].kind == "text"
        once = self.distinct or of_things or self.cue.operation == "list"
        for record in kept:
            at = self.target if self.target is not None else _first_filled(record)
            text = record.texts[at].strip()
            if not text:
                tally.missing += 1
                continue
            if self.group is not None:
                groups[record.texts[self.group].strip()] += 1
            if once and text in seen:
                tally.distinct = self.cue.operation == "count"
                continue
            seen[text] = None
            tally.rows += 1
            _cite(tally, record, at)
        tally.values = list(seen) if self.cue.operation == "list" else []
        tally.groups = {name: Decimal(count) for name, count in groups.items()}
        tally.result = Decimal(tally.rows)
        if len(tally.groups) > MOST_GROUPS or (self.cue.operation == "list" and not seen):
            return None
        return None if tally.distinct and tally.groups else tally

    def _added_up(self, tally: Tally, kept: Iterable[Record]) -> Tally | None:
        target = self.target
        if target is None:
            return None
        numbers: list[Decimal] = []
        units: set[str] = set()
        groups: dict[str, list[Decimal]] = {}
        best: tuple[Decimal, Record] | None = None
        lower = self.cue.operation == "minimum"
        for record in kept:
            figure = figure_of(record.texts[target])
            if figure is None:
                tally.missing += 1
                continue
            tally.rows += 1
            numbers.append(figure.number)
            units.add(figure.unit)
            if self.group is not None:
                groups.setdefault(record.texts[self.group].strip(), []).append(figure.number)
            if best is None or (figure.number < best[0] if lower else figure.number > best[0]):
                best = figure.number, record
            _cite(tally, record, target)
        # Dollars and euros are not added up, nor compared.
        if not numbers or len(groups) > MOST_GROUPS or best is None or len(units - {""}) > 1:
            return None
        tally.unit = self._unit(target, max(units))
        return self._finished(tally, numbers, groups, best[1])

    def _unit(self, target: int, own: str) -> str:
        """The unit of the column, or the cells' ``own`` if that was guessed from other cells."""
        column = self.table.columns[target]
        if own not in column.unit and column.unit not in column.name:
            return own
        return column.unit or self.table.unit or own

    def _finished(
        self,
        tally: Tally,
        numbers: Sequence[Decimal],
        groups: Mapping[str, Sequence[Decimal]],
        best: Record,
    ) -> Tally | None:
        tally.result = result_of(self.cue.operation, numbers)
        for name, each in groups.items():
            result = result_of(self.cue.operation, each)
            if result is not None:
                tally.groups[name] = result
        if self.cue.operation in ("minimum", "maximum") and self.target is not None:
            if numbers.count(tally.result or Decimal(0)) > 1 and not groups:
                return None
            named = _first_filled(best)
            tally.answer = best.texts[named].strip() if named != self.target else ""
            tally.cited, tally.ranges = [], {}
            if named != self.target:
                _cite(tally, best, named)
            _cite(tally, best, self.target)
        return tally


def _cite(tally: Tally, record: Record, at: int) -> None:
    if len(tally.cited) <= MOST_CITED:
        tally.cited.append((record, at))
    span = record.span_at(at)
    if span:
        first, last = tally.ranges.get(record.page, span)
        tally.ranges[record.page] = min(first, span[0]), max(last, span[1])


def _is_total(record: Record) -> bool:
    """Whether a row sums up others: its name says so, or one of its cells and nothing else."""
    name = record.texts[_first_filled(record)]
    return bool(_TOTAL.match(name)) or any(
        text.strip().casefold() in _TOTALS for text in record.texts
    )


def _first_filled(record: Record) -> int:
    return next((at for at, text in enumerate(record.texts) if text.strip()), 0)


class _Planning:
    def __init__(self, cue: Cue, table: Table, title: str, above: str) -> None:
        self._cue = cue
        self._table = table
        self._title = frozenset(terms(f"{title} {table.title}"))
        self._about = self._title | frozenset(terms(above))
        self._text = cue.rest
        self._left = set(terms(cue.rest))
        self._names = [frozenset(terms(column.name)) for column in table.columns]

    def plan(self, records: Callable[[], Iterator[Record]]) -> _Plan | None:
        """What is to be done for the question, if the table explains all of its words."""
        group = self._group()
        filters = [*self._times(), *self._comparisons()]
        if self._left - _IDLE:
            found = self._values(records)
            if found is None:
                return None
            filters += found
        named = self._target()
        left = unexplained(self._left - _IDLE, self._about, self._text)
        if named == -1 or left or says_more(self._text, filters):
            return None
        target = named
        if self._cue.operation not in ("count", "list") and target is None:
            return None
        if self._cue.operation == "list" and not (filters and target is not None):
            return None
        if self._states_total(records, filters, group):
            return None
        distinct = self._cue.operation == "count" and self._is_distinct(target)
        return _Plan(
            cue=self._cue,
            table=self._table,
            target=target,
            filters=tuple(filters),
            group=group,
            distinct=distinct,
        )

    def _is_distinct(self, target: int | None) -> bool:
        words = re.search(r"different|distinct", self._cue.words, re.IGNORECASE)
        return bool(words) and target is not None

    def _group(self) -> int | None:
        match = _BY.search(self._text.strip())
        asked = frozenset(terms(match["column"])) if match else frozenset()
        found = [at for at, name in enumerate(self._names) if asked and name and name == asked]
        if len(found) != 1:
            return None
        self._left -= asked
        return found[0]

    def _times(self) -> list[Filter]:
        """The year, and the month, that the rows must be of, if one column holds dates."""
        years = years_in(self._text)
        dates = [at for at, column in enumerate(self._table.columns) if column.kind == "date"]
        named = [at for at in dates if self._names[at] and self._names[at] <= self._left]
        dates = named if len(named) == 1 else dates
        if len(years) != 1 or len(dates) != 1:
            return []
        month = months_in(self._text)
        if BOUND.search(self._text) or len(month) > 1:
            return []
        self._left -= {*years, *terms(" ".join(month)), *self._names[dates[0]]}
        return [
            Filter(
                column=dates[0],
                name=self._table.columns[dates[0]].name,
                values=(*month[:1], years[0]),
                how="in",
            )
        ]

    def _comparisons(self) -> list[Filter]:
        """ "over 1,000": of the number column that is named, or the only one."""
        match = COMPARED.search(self._text)
        numbers = self._numbers()
        if match and match["share"]:
            numbers = [at for at in numbers if self._table.columns[at].unit == "%"]
        named = [at for at in numbers if self._names[at] <= self._left]
        columns = named if len(named) == 1 else numbers
        if match is None or len(columns) != 1:
            return []
        self._left -= {*terms(match.group()), *self._names[columns[0]]}
        return [
            Filter(
                column=columns[0],
                name=self._table.columns[columns[0]].name,
                values=(match["number"],),
                how=match["how"].casefold(),
            )
        ]

    def _values(self, records: Callable[[], Iterator[Record]]) -> list[Filter] | None:
        """The cells of word columns that the question names; None where it is not clear which."""
        words = [at for at, column in enumerate(self._table.columns) if column.kind == "text"]
        asked = frozenset(terms(self._text))
        found: dict[int, dict[str, frozenset[str]]] = {at: {} for at in words}
        seen: dict[int, set[str]] = {at: set() for at in words}
        for record in records():
            for at in words:
                text = record.texts[at]
                if text in seen[at] or len(seen[at]) > _MOST_VALUES:
                    continue
                seen[at].add(text)
                if not 0 < len(text) <= _LONGEST_VALUE or not may_mean(text, self._text):
                    continue
                if (name := frozenset(terms(text))) <= asked:
                    found[at][text.strip()] = name
        return self._chosen({at: values for at, values in found.items() if values})

    def _chosen(self, found: Mapping[int, Mapping[str, frozenset[str]]]) -> list[Filter] | None:
        filters: list[Filter] = []
        taken: dict[str, int] = {}
        for at, values in found.items():
            longest = {
                text: name
                for text, name in values.items()
                if name
                and name - self._names[at]
                and not any(name < other for other in values.values())
            }
            if not longest:
                continue
            told = frozenset().union(*longest.values())
            if any(taken.get(term, at) != at for term in told):
                return None
            taken |= dict.fromkeys(told, at)
            column = self._table.columns[at]
            filters.append(Filter(column=at, name=column.name, values=tuple(longest)))
        for each in filters:
            self._left -= frozenset().union(*(terms(value) for value in each.values))
            self._left -= self._names[each.column]
        return filters

    def _target(self) -> int | None:
        """The column that is meant; None for whole rows, -1 where it is not clear which."""
        if self._cue.operation in ("count", "list"):
            columns = [at for at, name in enumerate(self._names) if name and name <= self._left]
            if self._cue.operation == "count" and not columns:
                return None
            if self._cue.operation == "count" and set(columns) & set(self._numbers()):
                return -1  # "How many units?" may ask for their sum
        else:
            columns = self._mentioned(self._numbers())
        if len(columns) != 1:
            return -1
        self._left -= self._names[columns[0]]
        if self._cue.operation in ("minimum", "maximum"):
            self._left -= self._names[0]
        return columns[0]

    def _mentioned(self, numbers: Sequence[int]) -> list[int]:
        """The number columns that the question names, in full if one is; or the only one."""
        full = [at for at in numbers if self._names[at] and self._names[at] <= self._left]
        # In a sheet of sales, "total sales" are not its sales tax.
        partly = [at for at in numbers if self._names[at] & (self._left - self._title)]
        # Where things are counted, the only number is none of them.
        counted = _COUNTED.search(self._text)
        return full or partly or (list(numbers) if len(numbers) == 1 and not counted else [])

    def _numbers(self) -> list[int]:
        columns = enumerate(self._table.columns)
        return [at for at, column in columns if column.kind == "number" and column.path]

    def _states_total(
        self,
        records: Callable[[], Iterator[Record]],
        filters: Sequence[Filter],
        group: int | None,
    ) -> bool:
        """Whether a row says the sum that is asked for: then it is quoted."""
        if self._cue.operation != "sum" or filters or group is not None:
            return False
        return any(map(_is_total, records()))
