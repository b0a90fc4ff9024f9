"""Jobs and what happened in them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lectern.tenants.models import TenantOwned

ATTEMPTS = 3


class Job(TenantOwned):
    """One piece of long work. Its status is the only execution status in Lectern."""

    class Kind(models.TextChoices):
        INGEST_DOCUMENT = "ingest_document", "Read a document"
        SYNC_SOURCE = "sync_source", "Fetch documents from a source"
        RUN_GOLDEN = "run_golden", "Ask the golden questions"
        TUNE_COLLECTION = "tune_collection", "Fit search to the documents"
        REEMBED_COLLECTION = "reembed_collection", "Embed with another model"

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ACTIVE: ClassVar[list[str]] = ["queued", "running"]
    TRANSITIONS: ClassVar[dict[str, list[str]]] = {
        "queued": ["running", "cancelled", "failed"],
        "running": ["succeeded", "failed", "cancelled", "queued"],
        "failed": ["queued"],
        "cancelled": ["queued"],
    }

    kind = models.CharField(max_length=40, choices=Kind.choices)
    payload = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=ATTEMPTS)
    stage = models.CharField(max_length=60, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    # All times are the database's: a worker with a wrong clock can neither lose nor steal a lease.
    created_at = models.DateTimeField(db_default=Now())
    run_after = models.DateTimeField(db_default=Now())
    announced_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "payload"],
                condition=Q(status__in=["queued", "running"]),
                name="job_unique_while_active",
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(lease_expires_at__isnull=False),
                name="job_running_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error=""), name="job_failed_has_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "run_after"],
                condition=Q(status__in=["queued", "running"]),
                name="job_active",
            ),
            # In this order jobs are announced: those called already first, then the oldest.
            models.Index(
                fields=["tenant", "kind", "announced_at", "created_at"],
                condition=Q(status="queued"),
                name="job_waiting",
            ),
            models.Index(fields=["tenant", "-created_at"], name="job_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"

    @property
    def active(self) -> bool:
        return self.status in self.ACTIVE


class JobEvent(TenantOwned):
    """A line of a job's log, kept even when the job is killed."""

    class Level(models.TextChoices):
        INFO = "info", "Info"
        WARNING = "warning", "Warning"
        ERROR = "error", "Error"

    job = models.ForeignKey(
        Job, on_delete=models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.INFO)
    message = models.TextField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["tenant", "job", "at"], name="jobevent_by_job")]

    def __str__(self) -> str:
        return self.message


class JobAttempt(TenantOwned):
    """One attempt at a job: when, how it ended and why; an empty outcome means that it runs."""

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        GIVEN_BACK = "given back", "Goes on later"
        # Nobody saw it end; its last sign of life is taken for that.
        LOST = "lost", "Stopped without a word"

    job = models.ForeignKey(
        Job, on_delete=models.DO_NOTHING, db_constraint=False, related_name="attempts"
    )
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "job", "number"], name="job_attempt_once")
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} {self.outcome}"


class JobStage(TenantOwned):
    """One stage of one attempt: parsing, embedding; how long it took is its end less its start."""

    job = models.ForeignKey(
        Job, on_delete=models.DO_NOTHING, db_constraint=False, related_name="stages"
    )
    attempt = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["tenant", "job", "attempt"], name="jobstage_by_job")]

    def __str__(self) -> str:
        return self.name


class Sweep(models.Model):
    """When jobs were last looked after. One row, of no tenant; it also elects who does it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    # When stored files that belong to nothing were last looked for.
    tidied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="sweep_one_row")]

    def __str__(self) -> str:
        return f"swept at {self.at}"
