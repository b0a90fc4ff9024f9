"""Answers computed from the cells of tables, each of which is cited.

A question that asks for arithmetic is matched with the tables of the passages found for it.
Only where its words tell one operation, the rows and the columns is anything computed, from
all rows of the table; otherwise the passages are quoted as for any other question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from lectern.answering.operations import Cue, cues_of, formula_of, written
from lectern.answering.records import MOST_CITED, MOST_LISTED, Tally, tallied
from lectern.answering.statements import Worked, worked_on_statement
from lectern.documents.table_rows import Table, records_in, rows_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lectern.documents.passages import Passage
    from lectern.documents.table_rows import Stretch

MOST_STATEMENT_ROWS = 400
# A statement that fits worse than this might be another table's.
LEAST_FIT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table with the passage that brought it up; ``stretches`` reads its text anew.

    ``file_name`` is that of its version: a document may have another title by now.
    """

    table: Table
    passage: Passage
    file_name: str
    stretches: Callable[[], Iterable[Stretch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A cell, or a run of cells, that was used: [start, end) of a page; what names it."""

    page: int
    start: int
    end: int
    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computation:
    """A computed answer: its sentence, what it was computed from, and how.

    ``facts`` is what ``Answer.computation`` holds.
    """

    text: str
    places: tuple[Place, ...]
    source: Source
    facts: dict[str, Any] = field(default_factory=dict)


def computed(question: str, sources: Iterable[Source]) -> Computation | None:
    """The answer to ``question`` computed from one of ``sources``, the likeliest first.

    None where it asks for no arithmetic, or where it does not tell of what.
    """
    cues = cues_of(question)
    sources = list(sources) if cues else []
    for cue in cues:
        found = [each for source in sources if (each := _from_table(cue, source))]
        if found:
            return _agreed(found)
    return None


def _from_table(cue: Cue, source: Source) -> Computation | None:
    table = source.table
    title = f"{source.passage.document_title} {PurePath(source.file_name).stem}"
    above = source.passage.context
    tally = tallied(cue, table, lambda: records_in(table, source.stretches()), title, above)
    if tally is not None:
        return _of_tally(tally, source)
    if table.row_count > MOST_STATEMENT_ROWS:
        return None
    rows = list(rows_in(table, source.stretches()))
    worked = worked_on_statement(cue, table, rows, f"{title} {above}")
    if worked is None or worked.score < LEAST_FIT:
        return None
    return _of_statement(worked, source)


def _agreed(found: Sequence[Computation]) -> Computation | None:
    """The first, unless another table says otherwise: then it is not clear which is meant."""
    results = {(each.facts["result"], each.facts["answer"]) for each in found}
    return found[0] if len(results) == 1 else None


def _of_statement(worked: Worked, source: Source) -> Computation:
    numbers = [operand.number for operand in worked.operands]
    formula = formula_of(worked.operation, numbers)
    result = _with_unit(written(worked.result), worked.unit)
    if worked.answer:
        text = f"{worked.subject} is the {_SUPERLATIVES[worked.operation]} in {worked.answer}: "
        text += f"{result}."
    else:
        text = f"{worked.operation.capitalize()} of {worked.subject}: {result} = {formula}."
    places = tuple(
        Place(
            page=operand.page,
            start=operand.cell.start,
            end=operand.cell.end,
            row=operand.row,
            column=operand.column,
        )
        for operand in worked.operands
    )
    facts = {
        "operation": worked.operation,
        "column": worked.operands[0].column,
        "filters": [],
        "rows": len(numbers),
        "formula": formula,
        "result": format(worked.result, "f"),
        "answer": worked.answer,
        "unit": worked.unit,
        "operands": [
            {"row": each.row, "column": each.column, "text": each.cell.text, "page": each.page}
            for each in worked.operands[:MOST_CITED]
        ],
    }
    return Computation(text=text, places=places, source=source, facts=facts | _table_facts(source))


_SUPERLATIVES = {"maximum": "highest", "minimum": "lowest"}


def _of_tally(tally: Tally, source: Source) -> Computation | None:
    if tally.result is None or _is_look_up(tally):
        return None
    facts = {
        "operation": tally.operation,
        "column": tally.column,
        "filters": [str(each) for each in tally.filters],
        "rows": tally.rows,
        "missing": tally.missing,
        "formula": _formula(tally),
        "result": format(tally.result, "f"),
        "answer": tally.answer,
        "unit": tally.unit,
        "groups": {name: format(result, "f") for name, result in tally.groups.items()},
        "values": tally.values[:MOST_LISTED],
        "operands": [
            {
                "row": next((text for text in record.texts if text.strip()), ""),
                "column": source.table.columns[at].name,
                "text": record.texts[at].strip(),
                "page": record.page,
            }
            for record, at in tally.cited[:MOST_CITED]
        ],
    }
    return Computation(
        text=_sentence(tally, source.table),
        places=_places(tally, source.table),
        source=source,
        facts=facts | _table_facts(source),
    )


def _is_look_up(tally: Tally) -> bool:
    """Whether the one row that fits is asked for what it says: "How many valves are in stock?"."""
    return tally.operation == "count" and not tally.distinct and tally.rows == 1


def _formula(tally: Tally) -> str:
    rows = f"{tally.rows:,} row{'' if tally.rows == 1 else 's'}"
    if tally.operation in ("sum", "average"):
        return f"{tally.operation} of {tally.column} over {rows}"
    return f"{tally.operation} over {rows}"


def _sentence(tally: Tally, table: Table) -> str:
    """What was computed, over how many rows, where: and the result."""
    where = f" where {' and '.join(map(str, tally.filters))}" if tally.filters else ""
    title = table.title or f"table {table.number}"
    rows = f"{tally.rows:,} row{'' if tally.rows == 1 else 's'} of {title}{where}"
    missing = f" {tally.missing:,} rows have no number there." if tally.missing else ""
    result = _with_unit(written(tally.result or Decimal(0)), tally.unit)
    if tally.groups:
        groups = "; ".join(f"{name}: {written(each)}" for name, each in tally.groups.items())
        return f"{_subject(tally)} by group over {rows}: {groups}.{missing}"
    if tally.operation == "list":
        shown = ", ".join(tally.values[:MOST_LISTED])
        more = len(tally.values) - MOST_LISTED
        return f"{tally.column} in {rows}: {shown}{f' and {more:,} more' if more > 0 else ''}."
    if tally.operation == "count":
        if tally.distinct:
            return f"{tally.rows:,} different values of {tally.column} in {title}{where}."
        return f"{rows[0].upper()}{rows[1:]}."
    if tally.answer:
        return f"{_subject(tally)} over {rows}: {result} ({tally.answer}).{missing}"
    return f"{_subject(tally)} over {rows}: {result}.{missing}"


def _subject(tally: Tally) -> str:
    name = f"{tally.operation} of {tally.column}" if tally.column else tally.operation
    return name[0].upper() + name[1:]


def _places(tally: Tally, table: Table) -> tuple[Place, ...]:
    """Each cell, or where they are too many on each page the stretch that holds them."""
    if len(tally.cited) > MOST_CITED:
        ranges = list(tally.ranges.items())[:MOST_CITED]
        return tuple(Place(page=page, start=start, end=end) for page, (start, end) in ranges)
    places = []
    for record, at in tally.cited:
        if span := record.span_at(at):
            row = next((text for text in record.texts if text.strip()), "")
            column = table.columns[at].name
            places.append(
                Place(page=record.page, start=span[0], end=span[1], row=row, column=column)
            )
    return tuple(places)


def _with_unit(number: str, unit: str) -> str:
    if unit == "%":
        return f"{number}%"
    return f"{number} ({unit})" if unit else number


def _table_facts(source: Source) -> dict[str, Any]:
    return {
        "table": source.table.number,
        "title": source.table.title,
        "document_id": str(source.passage.document_id),
        "version_id": str(source.passage.version_id),
    }
