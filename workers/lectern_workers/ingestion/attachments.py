"""The files that came with a mail become documents of their own, which go when the mail goes."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet

from lectern.documents.access import inherit_access
from lectern.documents.models import Document, DocumentVersion
from lectern.documents.removal import remove_document
from lectern.documents.uploads import accept_upload
from lectern.errors import Invalid
from lectern.jobs.models import JobEvent
from lectern.tenants.access import Principal, system_principal
from lectern.tenants.scoping import tenant_context
from lectern_workers.context import JobContext
from lectern_workers.ingestion.sandbox import Attachment, ReadDocument

# How many mails may lie around a mail whose attachments are still taken.
DEEPEST = 5


def within_depth(version: DocumentVersion, read: ReadDocument) -> ReadDocument:
    """The document as it was read, without attachments if it lies in too many mails itself."""
    if not read.attachments or _depth(version) < DEEPEST:
        return read
    told = (
        f"This mail lies in {DEEPEST} others, one inside the other: its "
        f"{len(read.attachments)} attachments were left out. Save and upload those that you need."
    )
    facts = replace(read.facts, warnings=(*read.facts.warnings, told))
    return replace(read, facts=facts, attachments=[])


def take_attachments(
    context: JobContext, version: DocumentVersion, attachments: Sequence[Attachment]
) -> int:
    """Accept the attachments of a version that is read, in its collection; how many there are.

    Doing it again changes nothing: bytes that the collection has are linked. What an earlier
    version of the mail brought and this one does not have is removed. A version that a newer one
    has replaced takes and removes nothing any more.
    """
    actor = replace(system_principal(context.tenant_id), user_id=version.uploaded_by_id)
    kept: set[UUID] = set()
    for done, attachment in enumerate(attachments):
        context.progress("taking attachment", done, len(attachments))
        taken = _take(context, actor, version, attachment)
        kept.update([taken] if taken else [])
    with tenant_context(context.tenant_id):
        gone = list(_brought(version).exclude(pk__in=kept))
    for document in gone:
        with context.fenced():
            if _brought(version).filter(pk=document.pk).exists():
                remove_document(actor, document)
    return len(kept)


def _take(
    context: JobContext, actor: Principal, version: DocumentVersion, attachment: Attachment
) -> UUID | None:
    file = SimpleUploadedFile(attachment.name, attachment.data)
    try:
        # Under the lease, so that who deletes the mail finds all that came with it.
        with context.fenced():
            mail = Document.objects.select_related("collection").get(pk=version.document_id)
            if mail.current_version_id != version.pk:
                return None
            upload = accept_upload(actor, mail.collection, file)
            if not upload.linked:
                Document.objects.filter(pk=upload.document.pk).update(parent=mail)
                inherit_access(upload.document, mail)
            return upload.document.pk
    except Invalid as refused:
        context.log(f"An attachment was left out: {refused.message}", JobEvent.Level.WARNING)
        return None


def _brought(version: DocumentVersion) -> QuerySet[Document]:
    """What came with the mail, while ``version`` of it is the one that answers."""
    rows: QuerySet[Document] = Document.objects.filter(
        parent=version.document_id, parent__current_version=version.pk
    )
    return rows


def _depth(version: DocumentVersion) -> int:
    """How many mails lie around a document."""
    with tenant_context(version.tenant_id):
        around = 0
        at = Document.objects.filter(pk=version.document_id).first()
        while at is not None and at.parent_id is not None and around < DEEPEST:
            around += 1
            at = Document.objects.filter(pk=at.parent_id).first()
    return around
