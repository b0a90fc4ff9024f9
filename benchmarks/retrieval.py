"""How well search finds, by each half alone and fused, beside BM25 of the library bm25s.

    python benchmarks/retrieval.py STATE DIR...

``STATE`` is the state folder; each ``DIR`` holds docs/ and questions.jsonl. All ways search the
same chunks, made by the real reader and chunker, so that only the ranking differs.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import bm25s
import numpy as np
from _measured_set import MeasuredSet, candidates, index_of, ranking

from lectern.answering.measures import Case, measures
from lectern.backends.engines import ingestion_embedder, question_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _measured_set import Scores
    from numpy.typing import NDArray

FIGURES = ("hit@1", "hit@3", "hit@5", "text@5", "budget@2000", "budget@4000", "budget@8000")
SHOWN = 20


def main() -> None:
    state, *folders = map(Path, sys.argv[1:])
    for folder in folders:
        measured = MeasuredSet(folder, ingestion_embedder(state), question_embedder(state))
        texts = len(measured.chunks)
        print(f"\n{folder.name}: {len(set(measured.documents))} documents, {texts} chunks")
        print(f"{'':28s}" + "".join(f"{name:>12s}" for name in FIGURES))
        for name, cases in ranked(measured).items():
            values = {measure.name: measure.value or 0.0 for measure in measures(cases)}
            print(f"{name:28s}" + "".join(f"{values[figure]:12.1%}" for figure in FIGURES))


def ranked(measured: MeasuredSet) -> dict[str, list[Case]]:
    """The cases of every way of ranking."""
    cases: dict[str, list[Case]] = defaultdict(list)
    library = _library(measured)
    for asked in measured.questions:
        scores = measured.scores(asked.text, measured.allowed(asked))
        orders = {name: way(scores) for name, way in WAYS.items()}
        orders["BM25, bm25s"] = ranking(library(asked.text), scores.allowed)
        orders["Lectern's fusion"] = [
            index_of(passage.chunk_id) for passage in measured.ranked(scores)
        ]
        for name, order in orders.items():
            cases[name].append(measured.case(asked, [int(index) for index in order[:SHOWN]]))
        cases["Lectern, joined"].append(measured.case_of(asked, measured.passages(scores)))
    return cases


def _reciprocal(scores: Scores, constant: int, lexical: float) -> Sequence[int]:
    sums = np.zeros(len(scores.dense))
    for values, weight in ((scores.dense, 1.0), (scores.lexical, lexical)):
        order = ranking(values, scores.allowed)
        sums[order] += weight / (constant + 1 + np.arange(len(order)))
    return _of_candidates(sums, scores)


def _weighted(scores: Scores, lexical: float) -> Sequence[int]:
    whole = sum(scores.rarities.values()) or 1.0
    return _of_candidates(scores.dense + lexical * scores.lexical / whole, scores)


def _of_candidates(values: NDArray[np.float64], scores: Scores) -> Sequence[int]:
    return [int(index) for index in ranking(values, candidates(scores))]


WAYS: dict[str, Callable[[Scores], Sequence[int]]] = {
    "vectors": lambda s: [int(i) for i in ranking(s.dense, s.allowed)],
    "BM25, own": lambda s: [int(i) for i in ranking(s.lexical, s.allowed)],
    "reciprocal ranks, 60, 1:1": lambda s: _reciprocal(s, 60, 1.0),
    "reciprocal ranks, 60, 1:3": lambda s: _reciprocal(s, 60, 3.0),
    "reciprocal ranks, 5, 1:2": lambda s: _reciprocal(s, 5, 2.0),
    "scores, 1:0.3": lambda s: _weighted(s, 0.3),
    "scores, 1:0.7": lambda s: _weighted(s, 0.7),
    "scores, 1:1.5": lambda s: _weighted(s, 1.5),
}


def _library(measured: MeasuredSet) -> Callable[[str], NDArray[np.float64]]:
    """The scores of bm25s with the analysis that its documentation shows."""
    index = bm25s.BM25(k1=1.2, b=0.75)
    texts = [draft.searchable for draft in measured.chunks]
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)

    def scores(question: str) -> NDArray[np.float64]:
        [found] = bm25s.tokenize([question], stopwords="en", show_progress=False, return_ids=False)
        if not found:  # bm25s cannot search for nothing
            return np.zeros(len(texts))
        return np.asarray(index.get_scores(found), dtype=float)

    return scores


if __name__ == "__main__":
    main()
