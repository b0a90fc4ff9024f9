"""Which documents a principal may read: the one rule that lists, pages and search go by.

A restricted document is read by the members of its groups and by whoever may change documents;
any other document by everybody who may read in the tenant.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from lectern.documents.models import Document, DocumentReader
from lectern.tenants.access import Permission, Principal
from lectern.tenants.models import GroupMember


def readable_documents(actor: Principal) -> QuerySet[Document]:
    """The documents that ``actor`` may read. Runs inside the tenant."""
    documents: QuerySet[Document] = Document.objects.all()
    if actor.may(Permission.WRITE):
        return documents
    return documents.filter(Q(restricted=False) | _read_through_a_group(actor))


def hidden_documents(actor: Principal) -> QuerySet[Document]:
    """The documents that ``actor`` may not read: all that ``readable_documents`` leaves out."""
    documents: QuerySet[Document] = Document.objects.all()
    if actor.may(Permission.WRITE):
        return documents.none()
    return documents.filter(~_read_through_a_group(actor), restricted=True)


def _read_through_a_group(actor: Principal) -> Exists:
    groups = _groups(actor).values("group_id")
    return Exists(DocumentReader.objects.filter(document=OuterRef("pk"), group__in=groups))


def _groups(actor: Principal) -> QuerySet[GroupMember]:
    members: QuerySet[GroupMember] = GroupMember.objects.all()
    # A key's rights are its own: the groups of who made it say nothing.
    if actor.key_id is not None:
        return members.filter(key_id=actor.key_id)
    # Looking for the person None would find the places of keys.
    return members.none() if actor.user_id is None else members.filter(user_id=actor.user_id)
