"""Looking after jobs that nobody looks after: lost calls and silent workers."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from lectern.jobs.announcing import announce_waiting
from lectern.jobs.attempts import lose_attempt
from lectern.jobs.broker import calls_waiting
from lectern.jobs.models import Job
from lectern.jobs.queue import fail_for_good, queue_after
from lectern.tenants.scoping import tenant_context

log = logging.getLogger(__name__)

AT_ONCE = 1000
SILENT = "The worker stopped answering."
POISON = (
    "The worker died during attempt {attempt}, the last one. The job may need more memory than "
    "there is, or what it reads crashes the worker. Retry it when nothing else runs, or remove "
    "what it reads."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep did."""

    announced: int
    requeued: int
    failed: int


def sweep() -> Swept | None:
    """Return abandoned jobs to the queue and call workers for waiting ones; None if not our turn.

    Of any number of workers one sweeps each JOB_SWEEP_SECONDS.
    """
    if not _our_turn():
        return None
    verdicts = [recover(job_id, tenant_id) for job_id, tenant_id in _abandoned()]
    swept = Swept(
        announced=sum(_announce(kind) for kind in Job.Kind),
        requeued=verdicts.count(Job.Status.QUEUED),
        failed=verdicts.count(Job.Status.FAILED),
    )
    if any([swept.announced, swept.requeued, swept.failed]):
        log.info(
            "swept jobs announced=%d requeued=%d failed=%d",
            *(swept.announced, swept.requeued, swept.failed),
        )
    return swept


def seconds_since_sweep() -> float | None:
    """How long ago jobs were last looked after, by the database's clock; None if never."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM statement_timestamp() - at) FROM jobs_sweep")
        row = cursor.fetchone()
    return None if row is None else float(row[0])


def turn_to_tidy(every: timedelta) -> bool:
    """Whether it is for this process to tidy now: of any number of workers for one, so often."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_sweep SET tidied_at = statement_timestamp() WHERE tidied_at IS NULL "
            "OR tidied_at <= statement_timestamp() - make_interval(secs => %s) RETURNING id",
            [every.total_seconds()],
        )
        return cursor.fetchone() is not None


def recover(job_id: UUID, tenant_id: UUID) -> str | None:
    """Take an abandoned job from its worker; its new status, or None if the worker is alive."""
    with tenant_context(tenant_id):
        # A locked row belongs to a worker that is writing right now: it is alive.
        held = Job.objects.select_for_update(no_key=True, skip_locked=True)
        job: Job | None = held.filter(
            pk=job_id, status=Job.Status.RUNNING, lease_expires_at__lt=Now()
        ).first()
        if job is None:
            return None
        lose_attempt(job, error=SILENT)
        if job.attempt >= job.max_attempts:
            fail_for_good(job, code="poison", message=POISON.format(attempt=job.attempt))
        else:
            # The lease that ran out was the wait.
            queue_after(job, delay=timedelta(), code="worker_lost", message=SILENT)
    log.warning("job abandoned job=%s tenant=%s status=%s", job_id, tenant_id, job.status)
    return job.status


def _our_turn() -> bool:
    # A row and not an advisory lock: a frozen process would keep a lock, and with it everybody
    # from returning the jobs that froze with it. Two sweeps at once would do no harm.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_sweep (id, at) VALUES (1, statement_timestamp()) "
            "ON CONFLICT (id) DO UPDATE SET at = excluded.at "
            "WHERE jobs_sweep.at <= excluded.at - make_interval(secs => %s) RETURNING id",
            [settings.JOB_SWEEP_SECONDS],
        )
        return cursor.fetchone() is not None


def _abandoned() -> list[tuple[UUID, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT job_id, tenant_id FROM lectern_abandoned_jobs(%s)", [AT_ONCE])
        return [(row[0], row[1]) for row in cursor.fetchall()]


def _announce(kind: Job.Kind) -> int:
    # What nobody serves must not fill the broker with calls repeated for days.
    waiting = calls_waiting(kind)
    if waiting is None or waiting >= AT_ONCE:
        return 0
    return announce_waiting(kind, at_most=AT_ONCE - waiting)
