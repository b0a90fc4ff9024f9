"""Fit the model that tells whether passages answer, and say how well it does on unseen sets.

    python benchmarks/refusal.py STATE DIR DIR...

``STATE`` is the state folder; each ``DIR`` holds docs/ and questions.jsonl. Beside the few
questions that a set says it does not answer, three kinds are made: questions of the other sets,
questions whose document is taken away, with all of the same company, and questions on one
document put to another. Each set is shown under a model and a threshold of the others alone;
then what is fitted to all of them, and the model as it is built in.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from _measured_set import Asked, MeasuredSet
from narrowing import understood
from sklearn.linear_model import LogisticRegression

from lectern.answering.evidence import THRESHOLD, Evidence, weigh
from lectern.backends.engines import ingestion_embedder, question_embedder
from lectern.documents.joining import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# How much the questions of each kind count together, in every set alike.
KINDS = {
    "answered": 1.0,
    "unanswered": 0.5,
    "taken away": 0.2,
    "other document": 0.1,
    "other set": 0.2,
}
# How many of a set's answerable questions may be refused, where the threshold is chosen.
FALSE_REFUSALS = 0.07
PASSAGES, RANKED = 10, 12  # as lectern.answering.ask has them


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A question put to a set, of which kind it is, and the evidence for an answer."""

    folder: str
    kind: str
    evidence: Evidence


def main() -> None:
    state, *folders = map(Path, sys.argv[1:])
    sets = {
        folder.name: MeasuredSet(folder, ingestion_embedder(state), question_embedder(state))
        for folder in folders
    }
    rows = [row for name in sets for row in _weighed(name, sets)]
    print("refused, in shares; each set by what is fitted to the others:")
    for name in sets if len(sets) > 1 else ():
        others = [row for row in rows if row.folder != name]
        model = _fitted(others)
        threshold = _threshold(others, _probabilities(model, others))
        here = [row for row in rows if row.folder == name]
        _tell(here, _probabilities(model, here), threshold)
    model = _fitted(rows)
    (cosine, coverage, nowhere), intercept = model.coef_[0], model.intercept_[0]
    threshold = _threshold(rows, _probabilities(model, rows))
    print(f"fitted to all: COSINE = {cosine:.1f}  COVERAGE = {coverage:.1f}  ", end="")
    print(f"NOWHERE = {nowhere:.1f}  INTERCEPT = {intercept:.1f}  THRESHOLD = {threshold:.2f}")
    print("as built in:")
    for name in sets:
        here = [row for row in rows if row.folder == name]
        _tell(here, np.array([row.evidence.probability for row in here]), THRESHOLD)


def _weighed(name: str, sets: dict[str, MeasuredSet]) -> Iterator[Weighed]:
    here = sets[name]
    within = sorted({asked.document for asked in here.questions if asked.within})
    for asked in here.questions:
        yield _put(here, name, "unanswered" if asked.answer is None else "answered", asked)
        if asked.answer is None:
            continue
        if asked.within:
            other = within[(within.index(asked.document) + 1) % len(within)]
            yield _put(here, name, "other document", replace(asked, document=other))
        else:
            yield _put(here, name, "taken away", asked, _same_company(here, asked.document))
    for other_name, other_set in sets.items():
        for asked in other_set.questions:
            if other_name != name and asked.answer is not None and not asked.within:
                yield _put(here, name, "other set", asked)


def _same_company(measured: MeasuredSet, document: str) -> frozenset[str]:
    """``document`` and the others of its company: they often answer what is asked of it."""
    titles = dict(zip(measured.keys, measured.documents, strict=True))
    companies = {
        row.folded
        for row in measured.known
        if row.name == "company" and titles.get(row.document_id) == document
    }
    same = {
        titles[row.document_id]
        for row in measured.known
        if row.name == "company" and row.folded in companies and row.document_id in titles
    }
    return frozenset({document} | same)


def _put(
    measured: MeasuredSet, name: str, kind: str, asked: Asked, away: frozenset[str] = frozenset()
) -> Weighed:
    hidden = {
        key for key, title in zip(measured.keys, measured.documents, strict=True) if title in away
    }
    known = understood(measured, asked, hidden)
    allowed = measured.allowed(asked) & ~np.isin(measured.names, list(away))
    scores = measured.scores(known.expanded(asked.text), allowed)
    ranked = measured.ranked(scores, known.preferred)[:RANKED]
    passages = joined(ranked, limit=PASSAGES)
    evidence = weigh(asked.text, passages, scores.rarities, understanding=known)
    return Weighed(folder=name, kind=kind, evidence=evidence)


def _fitted(rows: Sequence[Weighed]) -> LogisticRegression:
    """The model of ``rows``, every set and every kind in it counting as ``KINDS`` says."""
    groups = [(row.folder, row.kind) for row in rows]
    sizes = {group: groups.count(group) for group in set(groups)}
    weights = np.array([KINDS[kind] / sizes[folder, kind] for folder, kind in groups])
    answered = np.array([row.kind == "answered" for row in rows])
    model = LogisticRegression(C=3.0, max_iter=2000)
    return model.fit(_figures(rows), answered, 1000 * weights)


def _figures(rows: Sequence[Weighed]) -> NDArray[np.float64]:
    found = [row.evidence for row in rows]
    return np.array([[one.cosine, one.coverage, float(bool(one.nowhere))] for one in found])


def _probabilities(model: LogisticRegression, rows: Sequence[Weighed]) -> NDArray[np.float64]:
    return np.asarray(model.predict_proba(_figures(rows))[:, 1])


def _threshold(rows: Sequence[Weighed], probabilities: NDArray[np.float64]) -> float:
    """The highest at which no set has too many of its answerable questions refused."""
    answered = np.array([row.kind == "answered" for row in rows])
    folders = np.array([row.folder for row in rows])
    return min(
        float(np.quantile(probabilities[answered & (folders == folder)], FALSE_REFUSALS))
        for folder in set(folders)
    )


def _tell(rows: Sequence[Weighed], probabilities: NDArray[np.float64], threshold: float) -> None:
    kinds = np.array([row.kind for row in rows])
    shares = [
        f"{kind} {np.mean(probabilities[kinds == kind] < threshold):.3f} of {sum(kinds == kind)}"
        for kind in KINDS
        if (kinds == kind).any()
    ]
    print(f"  {rows[0].folder:12s} below {threshold:.2f}: {', '.join(shares)}")


if __name__ == "__main__":
    main()
