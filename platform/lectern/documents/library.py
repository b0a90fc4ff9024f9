"""Reading the library: documents with what is known of their latest version."""

from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.errors import NotFound


def documents_with_state(collection: Collection, *, search: str = "") -> QuerySet[Document]:
    """The documents of ``collection``, newest first, each with ``latest`` as a one-element list.

    ``latest_version(document)`` reads it; two queries however many documents there are.
    """
    newest = DocumentVersion.objects.filter(document=OuterRef("document")).order_by("-number")
    latest = DocumentVersion.objects.filter(pk=Subquery(newest.values("pk")[:1]))
    documents: QuerySet[Document] = Document.objects.filter(collection=collection)
    # No title holds a NUL, and Postgres takes none.
    words = search.replace("\0", "").strip()
    if words:
        documents = documents.filter(title__icontains=words)
    return documents.order_by("-created_at", "-id").prefetch_related(
        Prefetch("versions", queryset=latest.select_related("job"), to_attr="latest")
    )


def latest_version(document: Document) -> DocumentVersion:
    """The version uploaded last, ready or not, with its job."""
    loaded: list[DocumentVersion] | None = getattr(document, "latest", None)
    if loaded is not None:
        return loaded[0]
    versions = document.versions.select_related("job").order_by("-number")
    version: DocumentVersion | None = versions.first()
    if version is None:
        raise NotFound("The document was deleted.")
    return version


def found(rows: Any, thing: str, **conditions: Any) -> Any:
    """The one row of the scoped ``rows`` that meets ``conditions``; ``NotFound`` otherwise.

    Another tenant's row is not found, in the same words as one that never was.
    """
    row = rows.filter(**conditions).first()
    if row is None:
        raise NotFound(f"There is no such {thing}. It may have been deleted.")
    return row
