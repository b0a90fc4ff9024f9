"""Queueing jobs, taking them, and everything that may be written about one.

Each write is one conditional UPDATE or happens under the job's row lock, so that of any
number of processes one wins. Only the database's clock counts: a machine with a wrong clock
can neither lose nor steal a lease.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from lectern.errors import Conflict
from lectern.jobs.announcing import announce_waiting
from lectern.jobs.attempts import Outcome, begin_attempt, end_attempt, enter_stage
from lectern.jobs.models import ATTEMPTS, Job, JobEvent
from lectern.lifecycle import InvalidTransition, advance
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require
from lectern.tenants.scoping import tenant_context

FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(minutes=10)
LONGEST_MESSAGE = 10_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job that this process has taken; ``attempt`` tells this taking from all others."""

    job_id: UUID
    tenant_id: UUID
    kind: str
    payload: dict[str, Any]
    attempt: int


class AttemptEnded(Exception):
    """This attempt is over and may write nothing more."""


class JobCancelled(AttemptEnded):
    """Somebody cancelled the job."""


class LeaseLost(AttemptEnded):
    """The job was given to another attempt, or is gone."""


# --- for those who want work done -------------------------------------------------------


def enqueue(
    tenant_id: UUID, kind: Job.Kind, payload: dict[str, Any], *, delay: timedelta = timedelta()
) -> Job:
    """Record a job; once the transaction commits, call a worker. A dead broker is no error.

    The same work is not queued twice: while a job with this payload waits or runs, that
    one is returned. After a ``delay`` it is the sweep that calls. The caller is inside the tenant.
    """
    job: Job
    job, new = Job.objects.get_or_create(
        tenant_id=tenant_id,
        kind=kind,
        payload=payload,
        status__in=Job.ACTIVE,
        defaults={"run_after": Now() + delay},
    )
    if new and not delay:
        _announce_on_commit(job)
    return job


def enqueue_many(tenant_id: UUID, kind: Job.Kind, payloads: Sequence[dict[str, Any]]) -> list[Job]:
    """``enqueue`` for many at once. The caller holds what none of them is queued twice for."""
    jobs = [Job(tenant_id=tenant_id, kind=kind, payload=payload) for payload in payloads]
    Job.objects.bulk_create(jobs, batch_size=500)
    if jobs:
        _announce_on_commit(jobs[0])
    return jobs


def put_off(job: Job, *, delay: timedelta) -> bool:
    """Have ``job`` wait for ``delay`` from now; False if it waits no more."""
    waiting = Job.objects.filter(pk=job.pk, status=Job.Status.QUEUED)
    changed: int = waiting.update(run_after=Now() + delay)
    return bool(changed)


def hurry(job: Job) -> bool:
    """Have ``job`` wait no longer for its next attempt; False if it was not put off.

    The caller is inside the tenant.
    """
    early = Job.objects.filter(pk=job.pk, status=Job.Status.QUEUED, run_after__gt=Now())
    changed: int = early.update(run_after=Now(), announced_at=None)
    if changed:
        _announce_on_commit(job)
    return bool(changed)


def cancel(actor: Principal, job: Job) -> Job:
    """End a job that waits or runs; a running one stops at its next report of progress."""
    require(actor, Permission.RUN_JOBS)
    with transaction.atomic():
        if not _cancelled(job):
            raise Conflict("This job is over already; there is nothing to cancel.")
        end_attempt(job, Outcome.CANCELLED)
        _note(job, f"Cancelled by {actor.name}.")
        audit.record(actor, "job.cancelled", job)
    return job


def withdraw(job: Job) -> bool:
    """Cancel ``job`` because what it works on goes away; False if it was over already."""
    cancelled = _cancelled(job)
    if cancelled:
        end_attempt(job, Outcome.CANCELLED)
        _note(job, "Cancelled: what it works on was deleted.")
    return cancelled


def retry(actor: Principal, job: Job) -> Job:
    """Queue a failed or cancelled job again, with as many attempts as a new one has."""
    require(actor, Permission.RUN_JOBS)
    if job.active or job.status == Job.Status.SUCCEEDED:
        raise Conflict(
            f"This job is {job.get_status_display().lower()}; there is nothing to retry."
        )
    fresh: dict[str, Any] = {"error": "", "error_code": "", "finished_at": None}
    try:
        with transaction.atomic():
            _queue_again(job, max_attempts=F("attempt") + ATTEMPTS, **fresh)
            _note(job, f"Queued again by {actor.name}.")
            audit.record(actor, "job.retried", job)
            _announce_on_commit(job)
    except (IntegrityError, InvalidTransition) as error:
        raise Conflict("The same work is queued or running already.") from error
    return job


# --- for workers ------------------------------------------------------------------------


def claim(job_id: UUID) -> Claim | None:
    """Take the job for this process, or None if another has it, it is over, early or unknown."""
    tenant_id = _tenant_of(job_id)
    if tenant_id is None:
        return None
    with tenant_context(tenant_id):
        due = Job.objects.filter(pk=job_id, status=Job.Status.QUEUED, run_after__lte=Now())
        job: Job | None = due.first()
        if job is None or not _take(job):
            return None
        begin_attempt(job)
        _note(job, f"Attempt {job.attempt} of {job.max_attempts} started.")
    return Claim(
        job_id=job.pk,
        tenant_id=tenant_id,
        kind=job.kind,
        payload=job.payload,
        attempt=job.attempt,
    )


@contextmanager
def fenced(claim: Claim) -> Iterator[Job]:
    """A transaction inside the tenant that holds the job's row, so that nobody else can take it.

    Raises JobCancelled or LeaseLost when the job is no longer ours. What is written inside
    is therefore written by one attempt only, even if a process slept past its lease.
    """
    with tenant_context(claim.tenant_id):
        job: Job | None = Job.objects.select_for_update(no_key=True).filter(pk=claim.job_id).first()
        if job is None or job.attempt != claim.attempt:
            raise LeaseLost(f"attempt {claim.attempt} of job {claim.job_id} was superseded")
        if job.status == Job.Status.CANCELLED:
            raise JobCancelled(f"job {claim.job_id} was cancelled")
        if job.status != Job.Status.RUNNING:
            raise LeaseLost(f"job {claim.job_id} is {job.status}; its lease had run out")
        yield job


def renew(claim: Claim) -> None:
    """Keep the job for another lease; raises AttemptEnded when it is no longer ours."""
    with fenced(claim):
        _rows(claim).update(heartbeat_at=Now(), lease_expires_at=_lease_end())


def report(claim: Claim, *, stage: str, done: int, total: int) -> None:
    """Show how far the job is; raises AttemptEnded when it is no longer ours."""
    with fenced(claim) as job:
        if job.stage != stage:
            enter_stage(job, stage)
        _rows(claim).update(stage=stage, done=done, total=total)


def note(claim: Claim, message: str, *, level: str = JobEvent.Level.INFO) -> None:
    """Add a line to the job's log, at once, so that it outlives this process."""
    with tenant_context(claim.tenant_id):
        _write_event(claim.tenant_id, claim.job_id, claim.attempt, message, level)


def succeed(claim: Claim, result: dict[str, Any]) -> None:
    """Give the verdict; raises AttemptEnded, and stores nothing, when the job is not ours."""
    with fenced(claim) as job:
        advance(job, Job.Status.SUCCEEDED, result=result, finished_at=Now())
        end_attempt(job, Outcome.SUCCEEDED)
        _note(job, f"Attempt {job.attempt} succeeded.")


def fail(claim: Claim, *, code: str, message: str) -> None:
    """End the job for good, with a sentence for people."""
    with fenced(claim) as job:
        end_attempt(job, Outcome.FAILED, code=code, error=_storable(message))
        fail_for_good(job, code=code, message=message)


def try_again(claim: Claim, *, code: str, message: str) -> None:
    """Queue the job for another attempt after a growing delay; fail it after the last one."""
    with fenced(claim) as job:
        end_attempt(job, Outcome.FAILED, code=code, error=_storable(message))
        if job.attempt >= job.max_attempts:
            fail_for_good(job, code=code, message=message)
            return
        delay = min(FIRST_DELAY * 6 ** (job.attempt - 1), LONGEST_DELAY)
        queue_after(job, delay=delay, code=code, message=message)


def give_back(claim: Claim) -> None:
    """Queue the job again without counting the attempt: the worker stops, the job did no wrong."""
    with fenced(claim) as job:
        end_attempt(job, Outcome.GIVEN_BACK)
        _queue_again(job, max_attempts=F("max_attempts") + 1)
        _note(job, f"The worker was stopped during attempt {job.attempt}; the job waits again.")


def go_on_later(claim: Claim, reason: str, delay: timedelta) -> None:
    """Queue the job for its next turn without counting this one, which did its part."""
    with fenced(claim) as job:
        end_attempt(job, Outcome.GIVEN_BACK)
        _queue_again(job, delay=delay, max_attempts=F("max_attempts") + 1)
        _note(job, reason)


# --- for the sweep as well --------------------------------------------------------------


def fail_for_good(job: Job, *, code: str, message: str) -> None:
    """Move a running job to failed; the caller holds its row."""
    message = _storable(message)
    advance(
        job,
        Job.Status.FAILED,
        unchanged=["status", "attempt"],
        error_code=code,
        error=message,
        finished_at=Now(),
    )
    _note(job, message, JobEvent.Level.ERROR)


def queue_after(job: Job, *, delay: timedelta, code: str, message: str) -> None:
    """Move a running job back to the queue, not to be taken before ``delay`` is over."""
    message = _storable(message)
    _queue_again(job, delay=delay, error_code=code, error=message)
    _note(job, f"Attempt {job.attempt} of {job.max_attempts}: {message}", JobEvent.Level.WARNING)


def _take(job: Job) -> bool:
    try:
        advance(
            job,
            Job.Status.RUNNING,
            unchanged=["attempt"],
            attempt=job.attempt + 1,
            started_at=Now(),
            heartbeat_at=Now(),
            lease_expires_at=_lease_end(),
            stage="",
            done=0,
            total=0,
            error_code="",
            error="",
        )
    except InvalidTransition:
        return False
    return True


def _cancelled(job: Job) -> bool:
    try:
        advance(job, Job.Status.CANCELLED, finished_at=Now())
    except InvalidTransition:
        return False
    return True


def _queue_again(job: Job, *, delay: timedelta = timedelta(), **changes: Any) -> None:
    # "status" too: a running job may go back to the queue, but not under a caller who took
    # it for a failed one, nor the other way round.
    advance(
        job,
        Job.Status.QUEUED,
        unchanged=["status", "attempt"],
        run_after=Now() + delay,
        announced_at=None,
        lease_expires_at=None,
        **changes,
    )


def _announce_on_commit(job: Job) -> None:
    # robust: the work is recorded; whatever goes wrong now is mended by the sweep.
    transaction.on_commit(lambda: announce_waiting(job.kind, tenant_id=job.tenant_id), robust=True)


def _tenant_of(job_id: UUID) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lectern_job_tenant(%s)", [job_id])
        row: tuple[UUID | None] = cursor.fetchone()
    return row[0]


def _rows(claim: Claim) -> Any:
    return Job.objects.filter(pk=claim.job_id)


def _lease_end() -> CombinedExpression:
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _note(job: Job, message: str, level: str = JobEvent.Level.INFO) -> None:
    _write_event(job.tenant_id, job.pk, job.attempt, message, level)


def _write_event(tenant_id: UUID, job_id: UUID, attempt: int, message: str, level: str) -> None:
    JobEvent.objects.create(
        tenant_id=tenant_id,
        job_id=job_id,
        attempt=attempt,
        level=level,
        message=_storable(message),
    )


def _storable(message: str) -> str:
    """What Postgres accepts of a message that may quote a damaged file; its end is kept."""
    text = message.replace("\0", "").encode(errors="replace").decode()
    return text[-LONGEST_MESSAGE:] or "No reason was given."
