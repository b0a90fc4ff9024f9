"""What it brings to prefer the documents that a question means, by company, year and type.

    python benchmarks/narrowing.py STATE DIR...

``STATE`` is the state folder; each ``DIR`` holds docs/ and questions.jsonl, such as
``made_filings.py`` writes. The metadata is what ingestion reads from the documents. Shown is
search without it, with it, and with half and twice as much added to preferred documents.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from _measured_set import PASSAGES, RANKED, Asked, MeasuredSet

from lectern.answering.measures import measures
from lectern.backends.engines import ingestion_embedder, question_embedder
from lectern.documents.joining import joined
from lectern.documents.understanding import Understanding, asked_of, full_names, preferred_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from lectern.answering.measures import Case

FIGURES = ("hit@1", "hit@3", "hit@5", "hit@10", "doc@1", "budget@4000")
SHARES = {"without": 0.0, "half as much": 0.5, "Lectern": 1.0, "twice as much": 2.0}


def main() -> None:
    state, *folders = map(Path, sys.argv[1:])
    for folder in folders:
        measured = MeasuredSet(folder, ingestion_embedder(state), question_embedder(state))
        meant = [understood(measured, asked) for asked in measured.questions]
        some = sum(bool(one.preferred) for one in meant)
        print(f"\n{folder.name}: {some} of {len(meant)} questions prefer documents")
        print(f"{'':16s}" + "".join(f"{name:>12s}" for name in FIGURES))
        for name, share in SHARES.items():
            cases = [
                _case(measured, asked, one, share)
                for asked, one in zip(measured.questions, meant, strict=True)
            ]
            values = {measure.name: measure.value or 0.0 for measure in measures(cases)}
            print(f"{name:16s}" + "".join(f"{values[figure]:12.1%}" for figure in FIGURES))


def understood(
    measured: MeasuredSet, question: Asked, hidden: Collection[UUID] = ()
) -> Understanding:
    """What the statement of ``lectern.documents.understanding`` finds, in memory.

    The ``hidden`` documents are as if they were not there.
    """
    if question.within:
        return Understanding()
    asked = asked_of(question.text)
    by_name = {"company": asked.names, "alias": asked.names}
    wanted = by_name | {"period": asked.periods, "type": asked.types}
    known = [row for row in measured.known if row.document_id not in hidden]
    rows = [row for row in known if row.folded in wanted.get(row.name, ())]
    named = {row.document_id for row in rows if row.name in by_name}
    if named:
        others = {row.document_id for row in known if row.name == "company"} - named
        rows = [row for row in rows if row.document_id not in others]
        said = {(row.document_id, row.name) for row in rows}
        rows += [
            row
            for row in known
            if row.name == "company"
            and row.document_id in named
            and (row.document_id, "company") not in said
        ]
    return replace(preferred_of(asked, rows), spelled_out=tuple(full_names(asked, rows)))


def _case(measured: MeasuredSet, asked: Asked, meant: Understanding, share: float) -> Case:
    preferred = {key: share * value for key, value in meant.preferred.items() if share}
    scores = measured.scores(asked.text, measured.allowed(asked))
    ranked = measured.ranked(scores, preferred)
    return measured.case_of(asked, joined(ranked[:RANKED], limit=PASSAGES))


if __name__ == "__main__":
    main()
