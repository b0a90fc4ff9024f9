"""What documents are called."""

from django.db import transaction

from lectern.documents.models import Document
from lectern.errors import Invalid, NotFound
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

LONGEST_TITLE = 500  # characters


@transaction.atomic
def rename_document(actor: Principal, document: Document, title: str) -> Document:
    """Give ``document`` another title; its file, and what earlier answers called it, stay."""
    require(actor, Permission.WRITE)
    title = " ".join(title.replace("\0", "").split())
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise Invalid(f"A document needs a title of 1 to {LONGEST_TITLE} characters")
    former = document.title
    if not Document.objects.filter(pk=document.pk).update(title=title):
        raise NotFound("The document was deleted.")
    document.title = title
    audit.record(actor, "document.renamed", document, former=former, title=title)
    return document
