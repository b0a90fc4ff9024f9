"""Fitting a collection's search and its refusals to its own golden questions.

Questions made from the documents themselves were tried and do not serve: they repeat the words
of their passage, so they find word search better and refusals rarer than people's questions do
(docs/benchmarks.md). Golden questions are people's. What is learnt is drawn towards the built-in
values, the more the fewer questions there are, and kept only where it helps on questions that
were held out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from statistics import fmean
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from lectern.answering.ask import PASSAGES, RANKED
from lectern.answering.evidence import THRESHOLD, weigh
from lectern.answering.models import GoldenQuestion
from lectern.backends.engines import question_embedder
from lectern.documents.explaining import EVERYTHING
from lectern.documents.fusion import BUILT_IN, Candidate, Weights, fused
from lectern.documents.joining import joined
from lectern.documents.models import Collection
from lectern.documents.scope import scope_of
from lectern.documents.search import retrieve
from lectern.documents.tuning import Tuning, stored_tuning
from lectern.documents.understanding import prefer
from lectern.errors import Conflict
from lectern.jobs.models import Job
from lectern.jobs.queue import enqueue
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require, system_principal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

# Fewer say more about chance than about the collection.
LEAST_QUESTIONS = 30
FOLDS = 5
LEXICAL = (0.6, 0.9, 1.2, 1.6, 2.2)
NEIGHBOUR = (0.0, 0.1, 0.2, 0.3)
DOCUMENT = (0.0, 0.2, 0.4, 0.8)
# As many questions as these speak for the built-in values.
PRIOR_QUESTIONS = 60
# How many of the questions with an answer may be refused.
FALSE_REFUSALS = 0.05
LEAST_UNANSWERABLE = 10
MOST_MOVED = 0.1
_READ = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A golden question as it was searched: all candidates, which of them are right, and how
    sure the evidence is; ``bonus`` is what preferred documents get."""

    candidates: tuple[Candidate, ...]
    right: frozenset[UUID]
    bonus: Mapping[UUID, float]
    rarity: float
    answerable: bool
    probability: float

    def reciprocal_rank(self, weights: Weights) -> float:
        """1 / the rank of the first right passage by ``weights``, 0 beyond the tenth."""
        ordered = fused(self.candidates, rarity=self.rarity, weights=weights)
        ordered.sort(key=lambda pair: -pair[1] - self.bonus.get(pair[0].document_id, 0.0))
        for rank, (candidate, _) in enumerate(ordered[:_READ], 1):
            if candidate.chunk_id in self.right:
                return 1 / rank
        return 0.0


@transaction.atomic
def start_tuning(actor: Principal, collection: Collection) -> Job:
    """Queue fitting ``collection`` to its golden questions."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    count = GoldenQuestion.objects.filter(collection=collection).count()
    if count < LEAST_QUESTIONS:
        raise Conflict(
            f"{collection.name} has {count} golden questions; fitting search to them takes at "
            f"least {LEAST_QUESTIONS}. Save more in the retrieval lab, or import a file of them.",
            code="too_few_golden_questions",
        )
    payload = {"collection_id": str(collection.pk)}
    job = enqueue(actor.tenant_id, Job.Kind.TUNE_COLLECTION, payload)
    audit.record(actor, "collection.tuning_started", collection)
    return job


@transaction.atomic
def forget_tuning(actor: Principal, collection: Collection) -> None:
    """Search ``collection`` by the built-in values again."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    Collection.objects.filter(pk=collection.pk).update(tuning={})
    audit.record(actor, "collection.tuning_forgotten", collection, before=collection.tuning)


def asked(collection: Collection, golden: GoldenQuestion) -> Asked:
    """``golden`` as it is searched with the built-in weights. Runs inside the tenant."""
    actor = system_principal(collection.tenant_id)
    within = golden.document if golden.within_document else None
    scope, understanding = prefer(scope_of(actor, [collection], within), golden.text)
    embedder = question_embedder(settings.STATE, collection.embedder)
    scope = replace(scope, weights=BUILT_IN)
    text = understanding.expanded(golden.text)
    found = retrieve(scope, text, embedder, limit=EVERYTHING)
    first = joined(found.passages[:RANKED], limit=PASSAGES)
    right = (
        passage.chunk_id
        for passage in found.passages
        if passage.document_id == golden.document_id
        and (not golden.pages or passage.page in golden.pages)
    )
    return Asked(
        candidates=tuple(
            Candidate(
                chunk_id=passage.chunk_id,
                document_id=passage.document_id,
                position=passage.position or 0,
                dense=passage.dense,
                lexical=passage.lexical,
            )
            for passage in found.passages
        ),
        right=frozenset(right),
        bonus=scope.preferred,
        rarity=sum(found.rarities.values()),
        answerable=golden.answerable,
        probability=weigh(
            golden.text, first, found.rarities, understanding=understanding
        ).probability,
    )


def learnt_from(questions: Sequence[Asked]) -> dict[str, Any]:
    """What a collection's ``tuning`` becomes, with the figures that say why."""
    answerable = [one for one in questions if one.answerable and one.right]
    weights, before, after = _weights(answerable)
    tuning = Tuning(weights=weights, threshold=_threshold(questions))
    return stored_tuning(
        tuning,
        {
            "questions": len(questions),
            "unanswerable": sum(not one.answerable for one in questions),
            "built_in": round(before, 4),
            "held_out": round(after, 4),
            "kept": weights != BUILT_IN,
        },
    )


def _weights(questions: Sequence[Asked]) -> tuple[Weights, float, float]:
    """The weights, and the mean reciprocal ranks of the built-in ones and of those learnt, each
    on questions that it was not learnt from; the built-in ones unless others are better so."""
    if len(questions) < LEAST_QUESTIONS:
        return BUILT_IN, 0.0, 0.0
    grid = [
        Weights(lexical=lexical, neighbour=neighbour, document=document)
        for lexical, neighbour, document in product(LEXICAL, NEIGHBOUR, DOCUMENT)
    ]
    ranks = {weights: [one.reciprocal_rank(weights) for one in questions] for weights in grid}

    def learnt(chosen: Callable[[int], bool]) -> Weights:
        places = [place for place in range(len(questions)) if chosen(place)]
        best = max(grid, key=lambda weights: fmean(ranks[weights][place] for place in places))
        return _drawn_in(best, len(places))

    held_out = []
    for fold in range(FOLDS):
        weights = learnt(lambda place, fold=fold: place % FOLDS != fold)  # type: ignore[misc]
        held_out += [one.reciprocal_rank(weights) for one in questions[fold::FOLDS]]
    before = fmean(one.reciprocal_rank(BUILT_IN) for one in questions)
    after = fmean(held_out)
    # One question more at the first place in a hundred, or it may be chance.
    better = after > before + 0.01
    return (learnt(lambda _place: True) if better else BUILT_IN), before, after


def _drawn_in(weights: Weights, questions: int) -> Weights:
    """``weights`` drawn towards the built-in ones."""
    share = questions / (questions + PRIOR_QUESTIONS)

    def between(name: str) -> float:
        own, built_in = getattr(weights, name), getattr(BUILT_IN, name)
        return float(round(built_in + share * (own - built_in), 3))

    return Weights(
        lexical=between("lexical"), neighbour=between("neighbour"), document=between("document")
    )


def _threshold(questions: Sequence[Asked]) -> float | None:
    """Where answering and refusing go wrong least, drawn towards the built-in threshold.

    Without enough questions that have no answer: where few enough of the others are refused.
    """
    answerable = sorted(one.probability for one in questions if one.answerable)
    without = [one.probability for one in questions if not one.answerable]
    if len(answerable) < LEAST_QUESTIONS:
        return None
    if len(without) >= LEAST_UNANSWERABLE:
        own = max(sorted({*answerable, *without}), key=lambda at: _right(at, answerable, without))
    else:
        own = answerable[int(FALSE_REFUSALS * len(answerable))]
        # Nothing is gained above the surest question that has no answer.
        own = min(own, max(without, default=THRESHOLD) + 0.02)
        own = min(max(own, THRESHOLD - MOST_MOVED), THRESHOLD + MOST_MOVED)
    share = len(answerable) / (len(answerable) + PRIOR_QUESTIONS)
    return round(THRESHOLD + share * (own - THRESHOLD), 3)


def _right(threshold: float, answerable: Sequence[float], without: Sequence[float]) -> float:
    """The share of either kind that is treated rightly, on average."""
    answered = fmean(probability >= threshold for probability in answerable)
    return (answered + fmean(probability < threshold for probability in without)) / 2
