"""Jobs: what runs, what waits, what failed and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lectern.documents.access import jobs_seen_by
from lectern.documents.library import found
from lectern.documents.models import DocumentVersion
from lectern.jobs import queue
from lectern.jobs.attempts import attempts_of
from lectern.jobs.models import Job
from lectern.tenants.access import Permission
from lectern.web.pages import MemberRequest, page, rows_of_page


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job with the version that it reads, if that still exists."""

    job: Job
    version: DocumentVersion | None


@page(Permission.READ_JOBS)
def jobs(request: MemberRequest) -> HttpResponse:
    """All jobs, newest first; ``?status=`` filters."""
    rows = jobs_seen_by(request.principal)
    status = request.GET.get("status", "")
    if status in Job.Status.values:
        rows = rows.filter(status=status)
    shown = rows_of_page(request, rows)
    context = {
        "rows": shown,
        "jobs": _with_versions(shown),
        "status": status,
        "statuses": Job.Status.choices,
        "changing": jobs_seen_by(request.principal).filter(status__in=Job.ACTIVE).exists(),
    }
    return render(request, "web/jobs.html", context)


@page(Permission.READ_JOBS)
def job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """One job with its log."""
    row = found(jobs_seen_by(request.principal), "job", pk=job_id)
    context = {
        "row": _with_versions([row])[0],
        "job": row,
        "events": row.events.all(),
        "attempts": attempts_of([row])[row],
    }
    return render(request, "web/job.html", context)


@page(Permission.RUN_JOBS, "POST")
def cancel_job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """End a job that waits or runs."""
    queue.cancel(request.principal, found(jobs_seen_by(request.principal), "job", pk=job_id))
    messages.success(request, _("The job was cancelled."))
    return redirect("job", job_id)


@page(Permission.RUN_JOBS, "POST")
def retry_job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    queue.retry(request.principal, found(jobs_seen_by(request.principal), "job", pk=job_id))
    messages.success(request, _("The job is queued again."))
    return redirect("job", job_id)


def _with_versions(rows: Iterable[Job]) -> list[JobRow]:
    wanted = {row.payload.get("version_id") for row in rows} - {None}
    versions = DocumentVersion.objects.filter(pk__in=wanted).select_related("document")
    by_id = {str(version.pk): version for version in versions}
    return [JobRow(job=row, version=by_id.get(row.payload.get("version_id"))) for row in rows]
