"""Fit the model that tells whether passages answer, and say how well it does.

    python benchmarks/refusal.py STATE DIR DIR...

``STATE`` is the state folder; each ``DIR`` holds docs/ and questions.jsonl. Beside the few
questions that a set says it does not answer, three kinds are made: questions of the other sets,
questions whose document is taken away, and questions on one document put to another. Shares
are of folds by document that the fit has not seen; the coefficients printed are of all.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from _measured_set import Asked, MeasuredSet
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from lectern.answering.evidence import THRESHOLD, Evidence, weigh
from lectern.backends.engines import ingestion_embedder, question_embedder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

FOLDS = 5
# How much a question of each kind counts: the real ones are few, those of other sets easy.
KINDS = {
    "answered": 1.0,
    "unanswered": 8.0,
    "taken away": 1.0,
    "other document": 1.0,
    "other set": 0.4,
}
FALSE_REFUSALS = (0.05, 0.10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A question put to a set, of which kind it is, and the evidence for an answer."""

    folder: str
    kind: str
    document: str
    evidence: Evidence


def main() -> None:
    state, *folders = map(Path, sys.argv[1:])
    sets = {
        folder.name: MeasuredSet(folder, ingestion_embedder(state), question_embedder(state))
        for folder in folders
    }
    rows = [row for name in sets for row in _weighed(name, sets)]
    figures = np.array([[row.evidence.cosine, row.evidence.coverage] for row in rows])
    answered = np.array([row.kind == "answered" for row in rows])
    weights = _weights(rows, answered)
    unseen = _unseen(rows, figures, answered, weights)
    model = _model().fit(figures, answered, weights)
    (cosine, coverage), intercept = model.coef_[0], model.intercept_[0]
    print(f"COSINE = {cosine:.2f}  COVERAGE = {coverage:.2f}  INTERCEPT = {intercept:.2f}")
    print(f"AUC on unseen documents {roc_auc_score(answered, unseen):.3f}")
    for share in FALSE_REFUSALS:
        _tell(rows, unseen, float(np.quantile(unseen[answered], share)))
    print("as shipped:")
    _tell(rows, np.array([row.evidence.probability for row in rows]), THRESHOLD)


def _weighed(name: str, sets: dict[str, MeasuredSet]) -> Iterator[Weighed]:
    here = sets[name]
    within = sorted({asked.document for asked in here.questions if asked.within})
    for asked in here.questions:
        kind = "unanswered" if asked.answer is None else "answered"
        yield _put(here, name, kind, asked, here.allowed(asked))
        if asked.answer is None:
            continue
        if asked.within:
            other = within[(within.index(asked.document) + 1) % len(within)]
            yield _put(here, name, "other document", asked, here.names == other)
        else:
            yield _put(here, name, "taken away", asked, here.names != asked.document)
    for other_name, other_set in sets.items():
        for asked in other_set.questions:
            if other_name != name and asked.answer is not None and not asked.within:
                yield _put(here, name, "other set", replace(asked, within=False))


def _put(
    measured: MeasuredSet,
    name: str,
    kind: str,
    asked: Asked,
    allowed: NDArray[np.bool_] | None = None,
) -> Weighed:
    scores = measured.scores(asked.text, measured.allowed(asked) if allowed is None else allowed)
    evidence = weigh(asked.text, measured.passages(scores), scores.rarities)
    return Weighed(folder=name, kind=kind, document=asked.document, evidence=evidence)


def _weights(rows: Sequence[Weighed], answered: NDArray[np.bool_]) -> NDArray[np.float64]:
    """By kind, and both answers alike in sum."""
    weights = np.array([KINDS[row.kind] for row in rows])
    weights[answered] *= weights[~answered].sum() / weights[answered].sum()
    return weights


def _unseen(
    rows: Sequence[Weighed],
    figures: NDArray[np.float64],
    answered: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The probability of each row by a model fitted without the row's document."""
    folds = np.array([crc32(row.document.encode()) % FOLDS for row in rows])
    found = np.zeros(len(rows))
    for fold in range(FOLDS):
        seen = folds != fold
        model = _model().fit(figures[seen], answered[seen], weights[seen])
        found[~seen] = model.predict_proba(figures[~seen])[:, 1]
    return found


def _model() -> LogisticRegression:
    return LogisticRegression(C=3.0, max_iter=2000)


def _tell(rows: Sequence[Weighed], probabilities: NDArray[np.float64], threshold: float) -> None:
    print(f"  refused below {threshold:.2f}:")
    for folder in sorted({row.folder for row in rows}):
        shares = []
        for kind in KINDS:
            refused = [
                probability < threshold
                for row, probability in zip(rows, probabilities, strict=True)
                if row.folder == folder and row.kind == kind
            ]
            if refused:
                shares.append(f"{kind} {np.mean(refused):.2f} of {len(refused)}")
        print(f"    {folder:12s} {', '.join(shares)}")


if __name__ == "__main__":
    main()
