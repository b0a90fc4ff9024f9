"""What is kept of each attempt at a job: its stages with their times, and how it ended.

Written where the job's row is held, so that only the attempt that has the job writes of itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from lectern.jobs.models import Job, JobAttempt, JobStage

Outcome = JobAttempt.Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """A stage of an attempt. ``seconds`` go on while it runs, and are at least so many of the
    last stage of an attempt that stopped without a word."""

    name: str
    started_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptTimes:
    """An attempt with its stages in their order."""

    attempt: JobAttempt
    stages: tuple[StageTime, ...]

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return _seconds(self.attempt.started_at, self.attempt.ended_at)


def begin_attempt(job: Job) -> None:
    """Open the attempt that ``job`` is at; the caller has just taken the job.

    What may be left of an attempt of that number is written over: its history must never
    keep a job from being done.
    """
    fresh = {"started_at": Now(), "ended_at": None, "outcome": "", "error_code": "", "error": ""}
    JobAttempt.objects.update_or_create(
        tenant_id=job.tenant_id, job=job, number=job.attempt, defaults=fresh
    )


def enter_stage(job: Job, name: str) -> None:
    """End the attempt's stage, if it is in one, and begin the stage ``name``."""
    JobStage.objects.filter(job=job, attempt=job.attempt, ended_at=None).update(ended_at=Now())
    JobStage.objects.create(tenant_id=job.tenant_id, job=job, attempt=job.attempt, name=name)


def end_attempt(job: Job, outcome: Outcome, *, code: str = "", error: str = "") -> None:
    """Close the attempt that ``job`` is at, and its last stage; once, whoever comes second."""
    open_attempt = _open(job)
    if open_attempt.update(ended_at=Now(), outcome=outcome, error_code=code, error=error):
        JobStage.objects.filter(job=job, attempt=job.attempt, ended_at=None).update(ended_at=Now())


def lose_attempt(job: Job, *, error: str) -> None:
    """Close an attempt that nobody saw end, at its last sign of life. Its last stage stays open."""
    _open(job).update(
        ended_at=job.heartbeat_at or F("started_at"),
        outcome=Outcome.LOST,
        error_code="worker_lost",
        error=error,
    )


def attempts_of(jobs: Iterable[Job]) -> dict[Job, list[AttemptTimes]]:
    """The attempts at each of ``jobs``, in their order; two queries however many those are."""
    by_id = {job.pk: job for job in jobs}
    stages: dict[tuple[object, int], list[JobStage]] = defaultdict(list)
    for stage in JobStage.objects.filter(job__in=by_id):
        stages[stage.job_id, stage.attempt].append(stage)
    times: dict[Job, list[AttemptTimes]] = {job: [] for job in by_id.values()}
    for attempt in JobAttempt.objects.filter(job__in=by_id).order_by("job", "number"):
        of_attempt = stages[attempt.job_id, attempt.number]
        timed = tuple(_timed(stage, attempt.ended_at) for stage in of_attempt)
        times[by_id[attempt.job_id]].append(AttemptTimes(attempt=attempt, stages=timed))
    return times


def _open(job: Job) -> QuerySet[JobAttempt]:
    rows: QuerySet[JobAttempt] = JobAttempt.objects.filter(job=job, number=job.attempt, outcome="")
    return rows


def _timed(stage: JobStage, ended_at: datetime | None) -> StageTime:
    seconds = _seconds(stage.started_at, stage.ended_at or ended_at)
    return StageTime(name=stage.name, started_at=stage.started_at, seconds=seconds)


def _seconds(start: datetime, end: datetime | None) -> float:
    return max(0.0, ((end or timezone.now()) - start).total_seconds())
