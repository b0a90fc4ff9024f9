"""Who may read a document: everybody who reads in the tenant, or chosen groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from lectern.documents.models import Document, DocumentReader, DocumentVersion
from lectern.documents.readable import hidden_documents, readable_documents
from lectern.errors import Conflict, Invalid, NotFound
from lectern.jobs.models import Job
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require
from lectern.tenants.denials import note_denial
from lectern.tenants.models import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Open to everybody, or ``restricted`` to ``groups``; to no group means to those who write."""

    restricted: bool = False
    groups: tuple[Group, ...] = ()


OPEN = Access()


def access_of(groups: Iterable[UUID], *, restricted: bool) -> Access:
    """The access to the groups with these ids. ``NotFound`` if the tenant lacks one of them."""
    wanted = set(groups)
    if wanted and not restricted:
        raise Invalid("Groups are for restricted documents. Restrict it, or name no groups.")
    found = tuple(Group.objects.filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise NotFound("There is no such group. It may have been deleted.")
    return Access(restricted=restricted, groups=found)


def read_document(actor: Principal, document_id: UUID) -> Document:
    """The document with this id, with its collection, if ``actor`` may read it.

    One that is kept from them is not found, in the same words as one that never was; that they
    asked for it is written down.
    """
    if not _reads(actor, document_id):
        raise NotFound("There is no such document. It may have been deleted.")
    return Document.objects.select_related("collection", "current_version", "created_by").get(
        pk=document_id
    )


def read_version(actor: Principal, version_id: UUID) -> DocumentVersion:
    """The version with this id, with its job, if ``actor`` may read its document."""
    rows = DocumentVersion.objects.select_related("job")
    version: DocumentVersion | None = rows.filter(pk=version_id).first()
    if version is None or not _reads(actor, version.document_id):
        raise NotFound("There is no such version. It may have been deleted.")
    return version


def jobs_seen_by(actor: Principal) -> QuerySet[Job]:
    """The jobs but for those on documents that ``actor`` may not read: a job names its file."""
    jobs: QuerySet[Job] = Job.objects.all()
    if actor.may(Permission.WRITE):
        return jobs
    version = Cast(KeyTextTransform("version_id", "payload"), UUIDField())
    kept = DocumentVersion.objects.filter(
        pk=OuterRef("version"), document__in=hidden_documents(actor)
    )
    return jobs.alias(version=version).exclude(Exists(kept))


@transaction.atomic
def change_access(actor: Principal, documents: Sequence[Document], access: Access) -> None:
    """Let exactly those of ``access`` read ``documents`` from now on, and what came with them.

    What came with a mail is read by who reads the mail, so it cannot be changed on its own.
    """
    require(actor, Permission.WRITE)
    attached = next((each for each in documents if each.parent_id is not None), None)
    if attached is not None:
        raise Conflict(
            f"{attached.title} came with a mail and is read by who reads that. Change the mail's "
            "access instead."
        )
    ids = [document.pk for document in documents]
    list(Document.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    set_access([*ids, *attachments_of(ids)], access)
    names = [group.name for group in access.groups]
    for document in documents:
        audit.record(
            actor, "document.access_changed", document, restricted=access.restricted, groups=names
        )


def set_access(ids: Sequence[UUID], access: Access) -> None:
    """Store ``access`` for the documents with these ids; the caller has checked and records it."""
    held = Document.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    documents = list(held.only("pk", "tenant_id"))
    DocumentReader.objects.filter(document__in=ids).delete()
    DocumentReader.objects.bulk_create(
        (
            DocumentReader(tenant_id=document.tenant_id, document=document, group=group)
            for document in documents
            for group in access.groups
        ),
        batch_size=1_000,
    )
    Document.objects.filter(pk__in=ids).update(restricted=access.restricted)


def inherit_access(document: Document, parent: Document) -> None:
    """Let who reads ``parent`` read ``document``, which came with or from it, and nobody else."""
    # Held, so that a change of the mail's access comes before this or finds the document.
    mail = Document.objects.select_for_update(no_key=True).get(pk=parent.pk)
    readers = DocumentReader.objects.filter(document=mail).values("group")
    groups = tuple(Group.objects.filter(pk__in=readers))
    set_access([document.pk], Access(restricted=mail.restricted, groups=groups))


def attachments_of(ids: Iterable[UUID]) -> list[UUID]:
    """The ids of what came with these documents, and with that in turn, nearest first."""
    found: list[UUID] = []
    parents = list(ids)
    while parents:
        attached = Document.objects.filter(parent__in=parents).order_by("pk")
        parents = list(attached.values_list("pk", flat=True))
        found += parents
    return found


def documents_read_by(group: Group) -> QuerySet[Document]:
    """The restricted documents that ``group`` reads."""
    read = DocumentReader.objects.filter(group=group)
    documents: QuerySet[Document] = Document.objects.filter(
        restricted=True, pk__in=read.values("document")
    )
    return documents


def documents_read_only_by(group: Group) -> QuerySet[Document]:
    """The restricted documents that no group but ``group`` reads."""
    others = DocumentReader.objects.exclude(group=group)
    return documents_read_by(group).exclude(pk__in=others.values("document"))


def _reads(actor: Principal, document_id: UUID) -> bool:
    if readable_documents(actor).filter(pk=document_id).exists():
        return True
    kept = Document.objects.filter(pk=document_id).first()
    if kept is not None:
        note_denial(actor, kept, permission=Permission.WRITE)
    return False
