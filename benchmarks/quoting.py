"""How often the quoted sentences answer.

    python benchmarks/quoting.py STATE DIR...

``STATE`` is the state folder; each ``DIR`` holds docs/ and questions.jsonl. A quote is *right*
if it is on a gold page of the gold document and is part of the evidence or of the gold answer,
holds 60 characters of the evidence, or holds the gold answer.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from _measured_set import Asked, MeasuredSet

from lectern.answering.measures import (
    Result,
    answer_is_contained,
    answer_overlap,
    holds_evidence,
    is_hit,
    letters_and_digits,
)
from lectern.answering.quoting import Quote, quote
from lectern.backends.engines import ingestion_embedder, question_embedder
from lectern.documents.passages import Retrieval

if TYPE_CHECKING:
    from lectern.backends.embedder import Embedder

SHORTEST_PART = 15


def main() -> None:
    state, *folders = map(Path, sys.argv[1:])
    for folder in folders:
        measured = MeasuredSet(folder, ingestion_embedder(state), question_embedder(state))
        rows = [
            figures(measured, asked, question_embedder(state))
            for asked in measured.questions
            if asked.answer is not None
        ]
        print(f"{folder.name}: {len(rows)} questions")
        for name in rows[0]:
            print(f"  {name:24s} {np.mean([row[name] for row in rows]):8.3f}")


def figures(measured: MeasuredSet, asked: Asked, embedder: Embedder) -> dict[str, float]:
    """What is counted of the quotes for one question."""
    scores = measured.scores(asked.text, measured.allowed(asked))
    found = Retrieval(
        passages=tuple(measured.passages(scores)), rarities=scores.rarities, vector=scores.vector
    )
    started = time.process_time()
    quotes = quote(asked.text, found, embedder)
    seconds = time.process_time() - started
    right = [is_right(measured, asked, quoted) for quoted in quotes] or [False]
    case = measured.case(asked, (), given=" ".join(map(shown, quotes)))
    return {
        "first right": right[0],
        "any right": any(right),
        "share of quotes right": float(np.mean(right)),
        "answer contained": answer_is_contained(case),
        "answer F1": answer_overlap(case),
        "quotes": len(quotes),
        "CPU milliseconds": 1000 * seconds,
    }


def shown(found: Quote) -> str:
    """The quote as people see it, below the header of its table."""
    return f"{found.header}\n{found.text}".strip()


def is_right(measured: MeasuredSet, asked: Asked, found: Quote) -> bool:
    """Whether the quote is what the set's authors point to."""
    case = measured.case(asked, (), given=shown(found))
    result = Result(
        document=found.passage.document_title, pages=(found.passage.page,), text=found.text
    )
    if not is_hit(case, result):
        return False
    part = letters_and_digits(found.text)
    whole = letters_and_digits(asked.evidence), letters_and_digits(asked.answer or "")
    return (
        (len(part) >= SHORTEST_PART and any(part in text for text in whole))
        or holds_evidence(case, result)
        or answer_is_contained(replace(case, given=found.text))
    )


if __name__ == "__main__":
    main()
