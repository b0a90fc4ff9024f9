"""What people are told about a version: where it stands, why, and what they can do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import F, Q

from lectern.documents.models import DocumentVersion
from lectern.jobs.models import Job


class StateName(StrEnum):
    """The states that a version is shown in."""

    QUEUED = "queued"
    READING = "reading"
    READY = "ready"
    ATTENTION = "needs attention"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """A state with its numbers and its reason; all of it comes from rows, none is stored.

    ``changing`` tells that looking again soon may show something else.
    """

    name: StateName
    text: str
    done: int = 0
    total: int = 0
    reason: str = ""
    can_retry: bool = False
    changing: bool = False


def state_of(version: DocumentVersion) -> DocumentState:
    """The state of ``version``, whose job is loaded with it."""
    if version.ready_at is not None:
        return _ready(version, version.job, version.ready_at)
    if version.job is None:
        return _stopped(StateName.FAILED, "Its job is gone.")
    return _working(version.job)


def condition_of(state: StateName) -> Q:
    """``state_of`` as a condition on versions in the database, for lists that are filtered."""
    ready, unread = Q(ready_at__isnull=False), Q(ready_at__isnull=True)
    failed, running = Q(job__status=Job.Status.FAILED), Q(job__status=Job.Status.RUNNING)
    # Both ways round, and not by negation: of a version without a job neither would be true.
    again = Q(job__status=Job.Status.QUEUED) | running & Q(job__started_at__gt=F("ready_at"))
    settled = (
        Q(job__isnull=True)
        | Q(job__status__in=[Job.Status.SUCCEEDED, Job.Status.FAILED, Job.Status.CANCELLED])
        | running & Q(job__started_at__lte=F("ready_at"))
    )
    stopped = {StateName.QUEUED: Job.Status.QUEUED, StateName.CANCELLED: Job.Status.CANCELLED}
    match state:
        case StateName.READY:
            return ready & (again | settled & ~failed & Q(warnings=[]))
        case StateName.ATTENTION:
            return ready & settled & (failed | ~Q(warnings=[]))
        case StateName.FAILED:
            return unread & (Q(job__isnull=True) | failed)
        case StateName.READING:
            return unread & Q(job__status__in=[Job.Status.RUNNING, Job.Status.SUCCEEDED])
    return unread & Q(job__status=stopped[state])


def _ready(version: DocumentVersion, job: Job | None, since: datetime) -> DocumentState:
    if job is not None and _reads_again(job, since):
        return DocumentState(name=StateName.READY, text="ready, being read again", changing=True)
    if job is not None and job.status == Job.Status.FAILED:
        return DocumentState(
            name=StateName.ATTENTION,
            text="ready, but reading it again failed",
            reason=job.error,
            can_retry=True,
        )
    if version.warnings:
        return DocumentState(
            name=StateName.ATTENTION, text="ready, with remarks", reason=" ".join(version.warnings)
        )
    return DocumentState(name=StateName.READY, text="ready")


def _reads_again(job: Job, since: datetime) -> bool:
    # The attempt that made the version ready goes on for a moment after that.
    started = job.started_at
    return job.status == Job.Status.QUEUED or (
        job.status == Job.Status.RUNNING and started is not None and started > since
    )


def _working(job: Job) -> DocumentState:
    match job.status:
        case Job.Status.QUEUED:
            again = f"waiting for attempt {job.attempt + 1} of {job.max_attempts}"
            return DocumentState(
                name=StateName.QUEUED,
                text=again if job.attempt else "queued",
                reason=job.error,
                changing=True,
            )
        case Job.Status.FAILED:
            return _stopped(StateName.FAILED, job.error)
        case Job.Status.CANCELLED:
            return _stopped(StateName.CANCELLED, "")
    return DocumentState(
        name=StateName.READING,
        text=_progress(job),
        done=job.done,
        total=job.total,
        changing=True,
    )


def _stopped(name: StateName, reason: str) -> DocumentState:
    return DocumentState(name=name, text=name.value, reason=reason, can_retry=True)


def _progress(job: Job) -> str:
    if not job.total:
        return job.stage or "starting"
    # "parsing page" counts pages, "embedding" counts chunks: "parsing page 12 of 80".
    return f"{job.stage} {job.done} of {job.total}"
