"""How often answers are computed from tables, how often rightly, and how often they should not be.

    ./lectern bench computing STATE DIR...

``STATE`` is the state folder; each ``DIR`` holds docs/ and questions.jsonl. A computed answer is
*right* if its result is the gold answer, but for rounding and sign words; questions whose
``answer_type`` is "arithmetic" are those that should be computed.
"""

from __future__ import annotations

import json
import re
import sys
import time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _measured_set import MeasuredSet

from lectern.answering.computing import Computation, Source, computed
from lectern.backends.engines import ingestion_embedder, question_embedder
from lectern.documents.table_rows import Stretch, Table
from lectern_workers.ingestion.cleaning import clean
from lectern_workers.ingestion.recognising import recognise
from lectern_workers.ingestion.sandbox import ParsingFailed, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lectern.documents.content import PageContent
    from lectern.documents.passages import Passage

    Tables = dict[str, list[tuple[Table, Sequence[PageContent]]]]

MOST_TABLES = 4
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def main() -> None:
    state, *folders = map(Path, sys.argv[1:])
    for folder in folders:
        measured = MeasuredSet(folder, ingestion_embedder(state), question_embedder(state))
        kinds = [json.loads(line) for line in (folder / "questions.jsonl").open(encoding="utf-8")]
        tables = {name: list(tables_of(folder / name)) for name in sorted(set(measured.documents))}
        figures(measured, kinds, tables)


def figures(
    measured: MeasuredSet,
    kinds: Sequence[dict[str, Any]],
    tables: dict[str, list[tuple[Table, Any]]],
) -> None:
    """Print what was computed of the questions, and the wrong answers one by one."""
    counts = {"asked": 0, "computed": 0, "right": 0}
    others = {"asked": 0, "computed": 0, "right": 0}
    seconds = []
    for asked, row in zip(measured.questions, kinds, strict=True):
        passages = measured.passages(measured.scores(asked.text, measured.allowed(asked)))
        started = time.process_time()
        found = computed(asked.text, sources_of(passages, tables))
        seconds.append(time.process_time() - started)
        counted = counts if row.get("answer_type") == "arithmetic" else others
        counted["asked"] += 1
        if found is not None:
            counted["computed"] += 1
            right = asked.answer is not None and is_right(found, asked.answer)
            counted["right"] += right
            if not right:
                print(f"  wrong: {asked.text} | {asked.answer} | {found.text}")
    print(f"arithmetic: {counts}\nother: {others}")
    print(f"CPU milliseconds: {1000 * sum(seconds) / len(seconds):.2f}")


def is_right(found: Computation, gold: str) -> bool:
    """Whether the gold answer begins with the result, rounded as the gold answer is."""
    result = found.facts["answer"] or found.facts["result"]
    match = NUMBER.search(gold)
    given = NUMBER.search(result)
    if match is None or given is None:
        return result.casefold() in gold.casefold()
    wanted = Decimal(match.group().replace(",", ""))
    if any(year in result for year in re.findall(r"(?:19|20)\d\d", gold)):
        return True
    value = Decimal(given.group().replace(",", ""))
    return abs(value - wanted) <= Decimal("0.011") * max(1, abs(wanted) / 100)


def tables_of(path: Path) -> Iterator[tuple[Table, Sequence[PageContent]]]:
    """The tables that are recognised in a file, with the pages that they are read from."""
    try:
        read = read_document(path, path.name, progress=lambda _done, _total: None)
    except ParsingFailed:
        return
    pages = clean(read.facts, read.pages)
    for draft in recognise(pages):
        fields = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
        yield Table(version_id=None, **fields), pages  # type: ignore[arg-type]


def sources_of(passages: Sequence[Passage], tables: Tables) -> list[Source]:
    """The tables of the passages, in their order, as the platform finds them."""
    found: list[Source] = []
    seen: set[tuple[str, int]] = set()
    for passage in passages:
        for table, pages in tables[passage.document_title]:
            key = (passage.document_title, table.number)
            inside = any(
                page == passage.page and start < passage.end and passage.start < end
                for page, start, end in table.segments
            )
            if inside and key not in seen and len(seen) < MOST_TABLES:
                seen.add(key)
                stretches = partial(stretches_in, table, pages)
                found.append(Source(table=table, passage=passage, stretches=stretches))
    return found


def stretches_in(table: Table, pages: Sequence[PageContent]) -> list[Stretch]:
    return [
        Stretch(pages[page - 1].number, pages[page - 1].text, pages[page - 1].words, start, end)
        for page, start, end in table.segments
    ]


if __name__ == "__main__":
    main()
