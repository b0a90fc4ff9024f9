"""Jobs: long work, its progress and its log."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Query, Router

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import JobId, VersionId
from lectern.api.pagination import Listing, Order, Paging, listing
from lectern.api.shapes import Shown
from lectern.documents.access import jobs_seen_by
from lectern.documents.library import found
from lectern.jobs.attempts import attempts_of
from lectern.jobs.models import Job
from lectern.jobs.queue import cancel, retry
from lectern.tenants.access import Permission

router = Router(tags=["Jobs"])

OLDEST_FIRST = Order(field="at", descending=False)


class JobOut(Shown):
    """A job. ``done`` of ``total`` counts what ``stage`` names."""

    id: JobId
    kind: str
    status: str
    stage: str
    done: int
    total: int
    attempt: int
    max_attempts: int
    error_code: str
    error: str
    version_id: VersionId | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class StageOut(Shown):
    """A stage of an attempt, and for how long it has run."""

    name: str
    started_at: datetime
    seconds: float


class AttemptOut(Shown):
    """One attempt at a job: how it ended (empty while it runs), and the time of each stage.

    One that was ``lost`` stopped without a word in its last stage.
    """

    number: int
    outcome: str
    error_code: str
    error: str
    started_at: datetime
    ended_at: datetime | None
    stages: list[StageOut]


class JobDetail(JobOut):
    """A job with its attempts."""

    attempts: list[AttemptOut]


class JobEventOut(Shown):
    """A line of a job's log."""

    at: datetime
    attempt: int
    level: str
    message: str


class JobFilter(Paging):
    """Which jobs are wanted."""

    status: Job.Status | None = Field(None, description="Only jobs of this status.")


@router.get("/jobs", response=Listing[JobOut], auth=BearerKey(Permission.READ_JOBS))
def list_jobs(request: ApiRequest, wanted: Query[JobFilter]) -> Listing[JobOut]:
    """List the jobs of the tenant, newest first."""
    jobs = jobs_seen_by(request.auth)
    if wanted.status is not None:
        jobs = jobs.filter(status=wanted.status)
    return listing(request, jobs, wanted, shown_job)


@router.get("/jobs/{job_id}", response=JobDetail, auth=BearerKey(Permission.READ_JOBS))
def get_job(request: ApiRequest, job_id: JobId) -> JobDetail:
    """Show one job with its progress, its attempts and the seconds of their stages."""
    job: Job = found(jobs_seen_by(request.auth), "job", pk=job_id)
    attempts = [
        AttemptOut.of(times.attempt, stages=[StageOut.of(stage) for stage in times.stages])
        for times in attempts_of([job])[job]
    ]
    return JobDetail(**shown_job(job).model_dump(), attempts=attempts)


@router.get(
    "/jobs/{job_id}/events", response=Listing[JobEventOut], auth=BearerKey(Permission.READ_JOBS)
)
def list_job_events(
    request: ApiRequest, job_id: JobId, paging: Query[Paging]
) -> Listing[JobEventOut]:
    """List the lines of a job's log, oldest first, over all its attempts."""
    job = found(jobs_seen_by(request.auth), "job", pk=job_id)
    return listing(request, job.events.all(), paging, JobEventOut.of, OLDEST_FIRST)


@router.post("/jobs/{job_id}/cancel", response=JobOut, auth=BearerKey(Permission.RUN_JOBS))
def cancel_job(request: ApiRequest, job_id: JobId) -> JobOut:
    """Stop a job that waits or runs."""
    job = found(jobs_seen_by(request.auth), "job", pk=job_id)
    cancel(request.auth, job)
    job.refresh_from_db()
    return shown_job(job)


@router.post("/jobs/{job_id}/retry", response=JobOut, auth=BearerKey(Permission.RUN_JOBS))
def retry_job(request: ApiRequest, job_id: JobId) -> JobOut:
    """Queue a job again that failed or was cancelled."""
    job = found(jobs_seen_by(request.auth), "job", pk=job_id)
    retry(request.auth, job)
    job.refresh_from_db()
    return shown_job(job)


def shown_job(job: Job) -> JobOut:
    """``job`` as a response."""
    version = job.payload.get("version_id")
    return JobOut.of(job, version_id=UUID(version) if version else None)
