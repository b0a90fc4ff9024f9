"""Reading a stored file again: after a failure, or because reading has become better."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from lectern.documents.index import hold_index
from lectern.documents.library import latest_version
from lectern.documents.models import Document, DocumentVersion
from lectern.errors import Conflict, NotFound
from lectern.jobs.models import Job
from lectern.jobs.queue import enqueue, enqueue_many
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require


def reprocess(actor: Principal, document: Document) -> Job:
    """Queue the latest version of ``document`` to be read again; readers keep what they have."""
    return read_again(actor, latest_version(document))


@transaction.atomic
def read_again(actor: Principal, version: DocumentVersion) -> Job:
    """Queue ``version`` to be read again; ``Conflict`` if that is being done already."""
    require(actor, Permission.WRITE)
    # Of two who ask at once the second finds the job of the first.
    rows = DocumentVersion.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("job", "document").filter(pk=version.pk).first()
    if held is None:
        raise NotFound("The document was deleted.")
    if held.job is not None and held.job.active:
        raise Conflict(f"{held.file_name} is being read already. Wait, or cancel that first.")
    job = enqueue(actor.tenant_id, Job.Kind.INGEST_DOCUMENT, {"version_id": str(held.pk)})
    DocumentVersion.objects.filter(pk=held.pk).update(job=job)
    audit.record(actor, "document.reprocessed", held.document, version=held.number)
    return job


@transaction.atomic
def reprocess_all(actor: Principal, documents: Sequence[UUID]) -> set[UUID]:
    """``reprocess`` for many; the ids of those that were queued, all others are read already."""
    require(actor, Permission.WRITE)
    newest = DocumentVersion.objects.filter(document__in=documents)
    newest = newest.order_by("document_id", "-number").distinct("document_id")
    rows = DocumentVersion.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("job", "document").filter(pk__in=[each.pk for each in newest])
    idle = [each for each in held.order_by("pk") if each.job is None or not each.job.active]
    payloads = [{"version_id": str(version.pk)} for version in idle]
    jobs = enqueue_many(actor.tenant_id, Job.Kind.INGEST_DOCUMENT, payloads)
    for version, job in zip(idle, jobs, strict=True):
        version.job = job
        audit.record(actor, "document.reprocessed", version.document, version=version.number)
    DocumentVersion.objects.bulk_update(idle, ["job"], batch_size=500)
    return {version.document_id for version in idle}


@transaction.atomic
def make_current(actor: Principal, version: DocumentVersion) -> DocumentVersion:
    """Have an older version answer again: it gets the next number and is read once more.

    Of a version that does not answer there is nothing in the index. Until it is read, the one
    that answers goes on; what was cited of either stays where it was.
    """
    require(actor, Permission.WRITE)
    # In the order of publishing: the index, the document, its versions.
    hold_index(version.collection_id)
    document = Document.objects.select_for_update().filter(pk=version.document_id).first()
    held = DocumentVersion.objects.select_for_update().filter(pk=version.pk).first()
    if document is None or held is None:
        raise NotFound("The document was deleted.")
    newest = latest_version(document).number
    if held.number == newest:
        raise Conflict(f"Version {held.number} is the newest of {document.title} already.")
    former = held.number
    job = enqueue(actor.tenant_id, Job.Kind.INGEST_DOCUMENT, {"version_id": str(held.pk)})
    held.number, held.job, held.ready_at = newest + 1, job, None
    held.save(update_fields=["number", "job", "ready_at"])
    audit.record(actor, "document.version_restored", document, former=former, number=held.number)
    return held
