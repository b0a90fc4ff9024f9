"""What comes with a mail, when its versions overtake each other."""

from django.core.files.uploadedfile import SimpleUploadedFile

from factories import make_collection, make_tenant, publish_text
from lectern.documents.models import Document
from lectern.documents.uploads import accept_upload
from lectern.jobs.queue import claim
from lectern.tenants.scoping import tenant_context
from lectern_workers.context import JobContext
from lectern_workers.heartbeat import Heartbeat
from lectern_workers.ingestion.attachments import take_attachments
from lectern_workers.ingestion.sandbox import Attachment


def test_a_version_that_was_replaced_leaves_what_the_newer_one_brought(committed):
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        collection = make_collection(actor)
        older = accept_upload(actor, collection, SimpleUploadedFile("mail.txt", b"The first."))
        newer = accept_upload(
            actor,
            collection,
            SimpleUploadedFile("mail.txt", b"The second."),
            document=older.document,
        )
        publish_text(older.version, "The first.")
        publish_text(newer.version, "The second.")
    brought = Attachment(name="new.txt", data=b"What the newer one brought.")
    _take(newer.version, brought)

    _take(older.version, Attachment(name="old.txt", data=b"What the older one brought."))

    with tenant_context(actor.tenant_id):
        attached = Document.objects.filter(parent=older.document)
        assert [document.title for document in attached] == ["new.txt"]


def _take(version, attachment):
    taken = claim(version.job_id)
    with Heartbeat(taken) as heartbeat:
        take_attachments(JobContext(taken, heartbeat), version, [attachment])
