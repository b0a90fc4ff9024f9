"""Sources added and synced as their worker does it."""

from lectern.documents.models import Document
from lectern.jobs.models import Job
from lectern.sources.keeping import add_source
from lectern.sources.models import Source
from lectern.sources.syncing import sync_source


def make_source(actor, collection, connector="folder", every_minutes=None, **values) -> Source:
    return add_source(
        actor,
        collection,
        name=f"Our {connector}",
        connector=connector,
        settings=values,
        every_minutes=every_minutes,
    )


def synced(source):
    """Sync as the worker does; the counts that are not 0."""
    job = Job.objects.filter(kind="sync_source").latest("created_at")
    counts = sync_source(source.tenant_id, source.pk, job.pk, lambda *_: None)
    return {kind: count for kind, count in counts.items() if count}


def titles():
    return sorted(Document.objects.values_list("title", flat=True))
