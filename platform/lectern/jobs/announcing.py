"""Calling workers for waiting jobs, a few of each tenant at a time."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from lectern.jobs.broker import announce
from lectern.jobs.models import Job
from lectern.tenants.scoping import tenant_context

# The broker serves calls in the order of their arrival. Of a tenant's thousand jobs only so
# many are called for at a time, so that another tenant's one job stands behind few.
PLACES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A job that a worker is to be called for."""

    job_id: UUID
    tenant_id: UUID


def announce_waiting(kind: str, *, tenant_id: UUID | None = None, at_most: int = PLACES) -> int:
    """Call workers for the jobs of this kind that are next in line; returns how many were called.

    Of one tenant, or of all in turns. Stops at the first call that the broker does not take.
    The caller is outside any transaction.
    """
    called: dict[UUID, list[UUID]] = defaultdict(list)
    for waiting in _next_in_line(kind, tenant_id, at_most):
        if not announce(waiting.job_id, kind):
            break
        called[waiting.tenant_id].append(waiting.job_id)
    for tenant, jobs in called.items():
        with tenant_context(tenant):
            queued = Job.objects.filter(pk__in=jobs, status=Job.Status.QUEUED)
            queued.update(announced_at=Now())
    return sum(map(len, called.values()))


def _next_in_line(kind: str, tenant_id: UUID | None, at_most: int) -> list[Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job_id, tenant_id "
            "FROM lectern_waiting_jobs(%s, %s, %s, make_interval(secs => %s), %s)",
            # A call that was not answered within a lease's time is taken for lost.
            [kind, tenant_id, PLACES, settings.JOB_LEASE_SECONDS, at_most],
        )
        return [Waiting(job_id=row[0], tenant_id=row[1]) for row in cursor.fetchall()]
