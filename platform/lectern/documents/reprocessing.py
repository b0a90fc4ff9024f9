"""Reading a stored file again: after a failure, or because reading has become better."""

from django.db import transaction

from lectern.documents.library import latest_version
from lectern.documents.models import Document, DocumentVersion
from lectern.errors import Conflict, NotFound
from lectern.jobs.models import Job
from lectern.jobs.queue import enqueue
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
