"""Golden runs: all golden questions of a collection asked at one time, and their figures.

A run is begun by a person, or by itself after the index changed. Each result is stored once
however often a worker is killed on the way.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

import lectern
from lectern.answering.measures import answer_is_contained, first_rank, is_hit
from lectern.answering.models import GoldenQuestion, GoldenResult, GoldenRun
from lectern.answering.standings import Change, Standing, changes, figures_of
from lectern.documents.index_changes import on_index_change
from lectern.documents.models import Collection
from lectern.errors import Conflict
from lectern.jobs.models import Job
from lectern.jobs.queue import enqueue, put_off
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    # Loading it would load the embedders' libraries into every process that is set up.
    from lectern.answering.golden import Outcome


def connect() -> None:
    """Have the golden questions asked again when an index changed."""
    on_index_change(_ask_again)


def runs_of(collection: Collection) -> QuerySet[GoldenRun]:
    """The runs of ``collection`` with their jobs, newest first."""
    runs: QuerySet[GoldenRun] = GoldenRun.objects.filter(collection=collection)
    return runs.select_related("job").order_by("-created_at", "-id")


def run_before(run: GoldenRun) -> GoldenRun | None:
    """The last run that was finished before ``run`` was begun."""
    finished = runs_of(run.collection).filter(finished_at__isnull=False)
    return finished.filter(
        Q(created_at__lt=run.created_at) | Q(created_at=run.created_at, pk__lt=run.pk)
    ).first()


@transaction.atomic
def start_run(actor: Principal, collection: Collection) -> GoldenRun:
    """Queue a run. Where one waits already, that one is meant and waits no longer."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    if not GoldenQuestion.objects.filter(collection=collection).exists():
        raise Conflict(
            f"{collection.name} has no golden questions yet. Save some in the retrieval lab, "
            "or import a file of them.",
            code="no_golden_questions",
        )
    run = _queued(collection, GoldenRun.Cause.REQUEST, actor.user_id, delay=timedelta())
    audit.record(actor, "golden.run_started", run)
    return run


def remaining(run: GoldenRun) -> list[GoldenQuestion]:
    """The golden questions that ``run`` has no result of yet, oldest first."""
    done = GoldenResult.objects.filter(run=run).values("question_id")
    questions = GoldenQuestion.objects.filter(collection=run.collection).exclude(pk__in=done)
    return list(questions.select_related("document").order_by("created_at", "id"))


def store_result(run: GoldenRun, golden: GoldenQuestion, outcome: Outcome) -> None:
    """Keep how ``golden`` went in ``run``; once, and not if it was deleted meanwhile."""
    # Locked, so that it cannot go before the result that points to it is stored.
    held = GoldenQuestion.objects.select_for_update(no_key=True).filter(pk=golden.pk)
    if not held.exists() or GoldenResult.objects.filter(run=run, question=golden).exists():
        return
    GoldenResult.objects.create(
        tenant_id=run.tenant_id,
        run=run,
        question=golden,
        rank=first_rank(outcome.case, is_hit) if golden.answerable else None,
        refused=outcome.case.given is None,
        answered_right=answer_is_contained(outcome.case) if golden.answer else None,
        milliseconds=round(outcome.milliseconds, 2),
        passages=[
            [passage["document_id"], passage["page"], round(passage["score"], 4)]
            for passage in outcome.answer.passages
        ],
    )


def finish_run(run: GoldenRun) -> dict[str, Any]:
    """Work out the figures of ``run``, store and return them."""
    standings = standings_of(run)
    figures = figures_of(list(standings.values()))
    before = run_before(run)
    if before is not None:
        changed = changes(standings_of(before), standings)
        figures["before"] = str(before.pk)
        figures |= {each.value: len(changed[each]) for each in (Change.WORSE, Change.BETTER)}
    GoldenRun.objects.filter(pk=run.pk).update(figures=figures, finished_at=Now())
    return figures


def standings_of(run: GoldenRun) -> dict[UUID, Standing]:
    """How each question of ``run`` went, by the question's id."""
    results = GoldenResult.objects.filter(run=run).select_related("question")
    return {result.question_id: standing_of(result) for result in results}


def standing_of(result: GoldenResult) -> Standing:
    """``result`` as it is compared; its question is loaded."""
    return Standing(
        answerable=result.question.answerable,
        rank=result.rank,
        refused=result.refused,
        answered_right=result.answered_right,
        milliseconds=result.milliseconds,
    )


def subject_of(collection: Collection) -> dict[str, Any]:
    """What a run measures: the embedder, the tuning, how much is searched, and by which code."""
    return {
        "embedder": collection.embedder,
        "tuning": collection.tuning,
        "documents": collection.documents.filter(current_version__isnull=False).count(),
        "chunks": collection.chunk_count,
        "lectern": lectern.__version__,
    }


def _ask_again(collection: Collection, complete: bool) -> None:
    if not GoldenQuestion.objects.filter(collection=collection).exists():
        return
    quiet = timedelta(seconds=0 if complete else settings.GOLDEN_QUIET_SECONDS)
    _queued(collection, GoldenRun.Cause.INDEX, None, delay=quiet)


def _queued(
    collection: Collection, cause: GoldenRun.Cause, asked_by: UUID | None, *, delay: timedelta
) -> GoldenRun:
    """The collection's run that waits, put off or brought forward to ``delay``, else a new one."""
    # Of two who ask at once the second finds the run of the first.
    Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk).first()
    waiting = runs_of(collection).filter(job__status=Job.Status.QUEUED, job__attempt=0).first()
    if waiting and waiting.job and put_off(waiting.job, delay=_wait(waiting, cause, delay)):
        return waiting
    run = GoldenRun(
        tenant_id=collection.tenant_id,
        collection=collection,
        cause=cause,
        requested_by_id=asked_by,
    )
    payload = {"collection_id": str(collection.pk), "run_id": str(run.pk)}
    run.job = enqueue(collection.tenant_id, Job.Kind.RUN_GOLDEN, payload, delay=delay)
    run.save(force_insert=True)
    run.refresh_from_db()
    return run


def _wait(waiting: GoldenRun, cause: GoldenRun.Cause, delay: timedelta) -> timedelta:
    # What a person asked for does not wait for documents that come in after it.
    asked_for = waiting.cause == GoldenRun.Cause.REQUEST and cause == GoldenRun.Cause.INDEX
    return timedelta() if asked_for else delay
