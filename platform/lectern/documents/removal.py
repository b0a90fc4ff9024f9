"""Deleting a document, and everything that was derived from it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet

from lectern.documents.access import attachments_of
from lectern.documents.index import forget_chunks, hold_index
from lectern.documents.index_changes import index_changed
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.page_images import forget_images
from lectern.errors import NotFound
from lectern.jobs.models import Job, JobAttempt, JobEvent
from lectern.jobs.queue import withdraw
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

GONE = "[removed with its document]"

# Called with the documents' ids inside the removing transaction. Higher layers register here
# at start, so that removal reaches up without knowing up.
_listeners: list[Callable[[Sequence[UUID]], int]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What a removal reached: documents, those that came with a mail included, and so on."""

    documents: int
    versions: int
    derived: int


def on_removal(listener: Callable[[Sequence[UUID]], int]) -> None:
    """Have ``listener`` remove what it derived from documents; it returns how much that was."""
    if listener not in _listeners:
        _listeners.append(listener)


@transaction.atomic
def remove_document(actor: Principal, document: Document) -> Removed:
    """Delete ``document`` for readers at once, with versions, pages, chunks, vectors and files.

    What came with it, if it is a mail, goes too.
    """
    removed = remove_documents(actor, document.collection, [document.pk])
    if not removed.documents:
        raise NotFound("This document was deleted already.")
    return removed


@transaction.atomic
def remove_documents(actor: Principal, collection: Collection, ids: Sequence[UUID]) -> Removed:
    """``remove_document`` for many of one collection; those that are gone already do not count."""
    removed = erase_documents(actor, collection.pk, ids)
    if removed.documents:
        index_changed(collection, complete=False)
    return removed


@transaction.atomic
def erase_documents(actor: Principal, collection_id: UUID, ids: Sequence[UUID]) -> Removed:
    """``remove_documents`` where the collection goes as well, so that nobody measures it again."""
    require(actor, Permission.WRITE)
    doomed = [*ids, *attachments_of(ids)]
    of_doomed = DocumentVersion.objects.filter(document__in=doomed)
    collection = hold_for_removal(of_doomed, collection_id)
    rows = Document.objects.select_for_update().filter(pk__in=doomed, collection=collection)
    held = list(rows.order_by("pk"))
    if collection is None or not held:
        return Removed(documents=0, versions=0, derived=0)
    held_ids = [document.pk for document in held]
    # Read only now: a version whose upload held the document's row is among them.
    versions = list(DocumentVersion.objects.filter(document__in=held_ids))
    for document in held:
        # Only the version that answers has chunks.
        if document.current_version_id is not None:
            forget_chunks(collection, document_id=document.pk)
    derived = sum(listener(held_ids) for listener in _listeners)
    _silence_jobs(versions)
    counts = Counter(version.document_id for version in versions)
    for document in held:
        audit.record(
            actor,
            "document.removed",
            document,
            versions=counts[document.pk],
            answers_changed=derived,
        )
    # Pages and versions follow by the database's own cascade.
    Document.objects.filter(pk__in=held_ids).delete()
    transaction.on_commit(lambda: delete_files(versions), robust=True)
    return Removed(documents=len(held), versions=len(versions), derived=derived)


def hold_for_removal(versions: QuerySet[DocumentVersion], collection_id: UUID) -> Collection | None:
    """Cancel the jobs of ``versions`` and lock them and their collection's index.

    In this order: a worker that publishes holds its job, then the index; an answer in flight
    holds the versions that it cites, and is stored before they go or not at all.
    """
    active = Job.objects.filter(status__in=Job.ACTIVE)
    for job in active.filter(pk__in=versions.order_by().values("job")).order_by("pk"):
        withdraw(job)
    collection = hold_index(collection_id)
    list(versions.select_for_update().order_by("pk").values_list("pk"))
    return collection


def delete_files(versions: Iterable[DocumentVersion]) -> None:
    """Delete what is stored outside the database of versions that have no row any more."""
    for version in versions:
        # The file last: if this is killed, what is left over is found by its file.
        forget_images(version)
        storages["documents"].delete(version.file)


def _silence_jobs(versions: Iterable[DocumentVersion]) -> None:
    """Blank what the jobs of ``versions`` say of their files: names, and what was wrong."""
    ids = [str(version.pk) for version in versions]
    jobs = Job.objects.filter(kind=Job.Kind.INGEST_DOCUMENT, payload__version_id__in=ids)
    silenced = list(jobs.values_list("pk", flat=True))
    JobEvent.objects.filter(
        job__in=silenced, level__in=[JobEvent.Level.WARNING, JobEvent.Level.ERROR]
    ).update(message=GONE)
    JobAttempt.objects.filter(job__in=silenced).exclude(error="").update(error=GONE)
    Job.objects.filter(pk__in=silenced).exclude(error="").update(error=GONE)
