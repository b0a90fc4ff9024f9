"""Deleting a document, and everything that was derived from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet

from lectern.documents.index import forget_chunks, hold_index
from lectern.documents.index_changes import index_changed
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.page_images import forget_images
from lectern.errors import NotFound
from lectern.jobs.models import Job
from lectern.jobs.queue import withdraw
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

# Called with the document's id inside the removing transaction. Higher layers register here
# at start, so that removal reaches up without knowing up.
_listeners: list[Callable[[UUID], int]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What a removal reached."""

    versions: int
    derived: int


def on_removal(listener: Callable[[UUID], int]) -> None:
    """Have ``listener`` remove what it derived from a document; it returns how much that was."""
    if listener not in _listeners:
        _listeners.append(listener)


@transaction.atomic
def remove_document(actor: Principal, document: Document) -> Removed:
    """Delete ``document`` for readers at once, with versions, pages, chunks, vectors and files."""
    removed = erase_document(actor, document)
    index_changed(document.collection, complete=False)
    return removed


@transaction.atomic
def erase_document(actor: Principal, document: Document) -> Removed:
    """``remove_document`` where the collection goes as well, so that nobody measures it again."""
    require(actor, Permission.WRITE)
    collection = hold_for_removal(document.versions.all(), document.collection_id)
    held = Document.objects.select_for_update().filter(pk=document.pk).first()
    if collection is None or held is None:
        raise NotFound("This document was deleted already.")
    # Read only now: a version whose upload held the document's row is among them.
    versions = list(document.versions.all())
    forget_chunks(collection, document_id=document.pk)
    derived = sum(listener(document.pk) for listener in _listeners)
    audit.record(
        actor, "document.removed", document, versions=len(versions), answers_changed=derived
    )
    # Pages and versions follow by the database's own cascade.
    Document.objects.filter(pk=document.pk).delete()
    transaction.on_commit(lambda: delete_files(versions), robust=True)
    return Removed(versions=len(versions), derived=derived)


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
