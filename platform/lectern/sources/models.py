"""Sources, what is known of each thing in them, and what each sync did."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now

from lectern.documents.models import Collection, Document
from lectern.jobs.models import Job
from lectern.tenants.models import TenantOwned, User


class Source(TenantOwned):
    """A folder, a bucket: its documents are kept in a collection as they are out there."""

    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="sources"
    )
    name = models.CharField(max_length=200)
    # The connector's name, and its settings as its form gave them.
    connector = models.CharField(max_length=60)
    settings = models.JSONField(default=dict)
    # Secrets among the settings, encrypted; they are written and never shown.
    secrets = models.BinaryField(default=bytes)
    # Minutes between syncs; None means on request only.
    every_minutes = models.PositiveIntegerField(null=True)
    next_sync_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "collection", "name"], name="source_name_once"
            ),
            models.CheckConstraint(
                condition=Q(every_minutes__isnull=True) | Q(every_minutes__gte=1),
                name="source_pause_sensible",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_sync_at"],
                condition=Q(next_sync_at__isnull=False),
                name="source_due",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SourceItem(TenantOwned):
    """One thing in a source, as last seen, and the document that it became."""

    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, db_constraint=False, related_name="items"
    )
    key = models.TextField()
    # What the connector says changes when the content does.
    fingerprint = models.CharField(max_length=200)
    document = models.ForeignKey(
        Document, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    # Whether the document came from here; one that was there before stays when this goes.
    brought = models.BooleanField(default=False, db_default=False)
    # Why it is no document: too large, not a known format; empty when it is one.
    problem = models.TextField(blank=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["key"]
        constraints = [
            # By its digest: an index takes no long text.
            models.UniqueConstraint("tenant", "source", MD5("key"), name="source_item_once")
        ]

    def __str__(self) -> str:
        return self.key


class SourceRun(TenantOwned):
    """One sync: when, what it did, and why it failed if it did."""

    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, db_constraint=False, related_name="runs"
    )
    job = models.ForeignKey(
        Job, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    # How many were seen, added, changed, removed, unchanged, and had a problem.
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["tenant", "source", "-started_at"], name="source_runs")]

    def __str__(self) -> str:
        return f"sync of {self.source_id}"
