"""Deleting a document, and everything that was derived from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import storages
from django.db import transaction

from lectern.documents.index import forget_chunks
from lectern.documents.models import Document, DocumentVersion
from lectern.documents.page_images import forget_images
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
    require(actor, Permission.WRITE)
    versions = list(document.versions.select_related("job"))
    for version in versions:
        if version.job is not None:
            withdraw(version.job)
    forget_chunks(document.collection, document_id=document.pk)
    derived = sum(listener(document.pk) for listener in _listeners)
    audit.record(
        actor, "document.removed", document, versions=len(versions), answers_changed=derived
    )
    # Pages and versions follow by the database's own cascade.
    Document.objects.filter(pk=document.pk).delete()
    transaction.on_commit(lambda: _delete_files(versions), robust=True)
    return Removed(versions=len(versions), derived=derived)


def _delete_files(versions: Sequence[DocumentVersion]) -> None:
    for version in versions:
        storages["documents"].delete(version.file)
        forget_images(version)
