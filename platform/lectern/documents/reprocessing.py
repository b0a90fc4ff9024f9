"""Reading a stored file again: after a failure, or because reading has become better."""

from django.db import transaction

from lectern.documents.library import latest_version
from lectern.documents.models import Document, DocumentVersion
from lectern.errors import Conflict
from lectern.jobs.models import Job
from lectern.jobs.queue import enqueue
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require


@transaction.atomic
def reprocess(actor: Principal, document: Document) -> Job:
    """Queue the latest version of ``document`` to be read again; readers keep what they have."""
    require(actor, Permission.WRITE)
    version = latest_version(document)
    if version.job is not None and version.job.active:
        raise Conflict(f"{version.file_name} is being read already. Wait, or cancel that first.")
    job = enqueue(actor.tenant_id, Job.Kind.INGEST_DOCUMENT, {"version_id": str(version.pk)})
    DocumentVersion.objects.filter(pk=version.pk).update(job=job)
    audit.record(actor, "document.reprocessed", document, version=version.number)
    return job
