"""Reading the library: documents with what is known of their latest version."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from lectern.documents.metadata_values import ALIAS, NOT_SHOWN, refuse_many
from lectern.documents.models import Collection, Document, DocumentMetadata, DocumentVersion
from lectern.documents.readable import hidden_documents, readable_documents
from lectern.documents.states import StateName, condition_of
from lectern.errors import NotFound
from lectern.jobs.models import Job
from lectern.tenants.access import Permission, Principal

VALUES_OFFERED = 12
# Short forms of names only repeat the names.
NOT_OFFERED = NOT_SHOWN | {ALIAS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents of a collection are listed; all conditions hold, empty ones let all through.

    ``metadata`` are pairs of a name and a value that must be known of the document.
    """

    title: str = ""
    state: StateName | None = None
    ready: bool | None = None
    restricted: bool | None = None
    uploaded_by: UUID | None = None
    metadata: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A value of a metadata name, and how many of the documents looked at have it."""

    value: str
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How many documents' newest versions are being read or wait for it, and how many failed."""

    active: int
    failed: int


def documents_with_state(
    actor: Principal, collection: Collection, wanted: Wanted
) -> QuerySet[Document]:
    """The documents that ``actor`` may read and ``wanted`` asks for, newest first.

    Each has ``latest`` as a one-element list, which ``latest_version(document)`` reads; two
    queries however many documents there are.
    """
    newest = DocumentVersion.objects.filter(document=OuterRef("document")).order_by("-number")
    latest = DocumentVersion.objects.filter(pk=Subquery(newest.values("pk")[:1]))
    documents = wanted_documents(actor, collection, wanted)
    return (
        documents.order_by("-created_at", "-id")
        .select_related("parent")
        .prefetch_related(
            Prefetch("versions", queryset=latest.select_related("job"), to_attr="latest")
        )
    )


def wanted_documents(
    actor: Principal, collection: Collection, wanted: Wanted
) -> QuerySet[Document]:
    """The documents of ``documents_with_state``, in no order and without their versions."""
    documents = readable_documents(actor).filter(collection=collection)
    # No title holds a NUL, and Postgres takes none.
    if title := wanted.title.replace("\0", "").strip():
        documents = documents.filter(title__icontains=title)
    if wanted.ready is not None:
        documents = documents.filter(current_version__isnull=not wanted.ready)
    if wanted.restricted is not None:
        documents = documents.filter(restricted=wanted.restricted)
    if wanted.uploaded_by is not None:
        documents = documents.filter(created_by=wanted.uploaded_by)
    refuse_many(wanted.metadata)
    for name, value in wanted.metadata:
        known = DocumentMetadata.objects.filter(name=name, value__iexact=value)
        documents = documents.filter(Exists(known.filter(document=OuterRef("pk"))))
    if wanted.state is not None:
        # By document and not as a list of ids: whatever the planner believes of the tables, each
        # is then one look-up.
        newest = _newest().filter(condition_of(wanted.state), document=OuterRef("pk"))
        documents = documents.filter(Exists(newest))
    return documents


def facets(documents: QuerySet[Document]) -> dict[str, list[Facet]]:
    """What is known of ``documents``, by name: the most frequent values of each first."""
    of_documents = Exists(documents.order_by().filter(pk=OuterRef("document")))
    known = DocumentMetadata.objects.filter(of_documents)
    known = known.exclude(name__in=NOT_OFFERED).exclude(value="")
    counted = known.values("name", "value").annotate(n=Count("document")).order_by("-n", "value")
    found: dict[str, list[Facet]] = defaultdict(list)
    for each in counted:
        if len(found[each["name"]]) < VALUES_OFFERED:
            found[each["name"]].append(Facet(value=each["value"], documents=each["n"]))
    return dict(sorted(found.items()))


def collections_with_counts(actor: Principal) -> QuerySet[Collection]:
    """The collections by name; ``documents_count``, ``ready_count`` and ``chunks_shown`` count
    only what ``actor`` may read."""
    inside = readable_documents(actor).filter(collection=OuterRef("pk")).order_by()
    grouped = inside.values("collection")
    chunks: Any = F("chunk_count")
    if not actor.may(Permission.WRITE):
        chunks = _number(grouped.annotate(n=Sum("current_version__chunk_count")))
    return Collection.objects.annotate(
        documents_count=_number(grouped.annotate(n=Count("pk"))),
        ready_count=_number(grouped.annotate(n=Count("current_version"))),
        chunks_shown=chunks,
    ).order_by("name")


def work_in(actor: Principal, collection: Collection) -> Work:
    """How the reading of the collection's documents stands; former versions do not count."""
    hidden = hidden_documents(actor).filter(pk=OuterRef("document"))
    unread = _newest().filter(~Exists(hidden), collection=collection, ready_at=None)
    counts = unread.aggregate(
        active=Count("pk", filter=Q(job__status__in=Job.ACTIVE)),
        failed=Count("pk", filter=condition_of(StateName.FAILED)),
    )
    return Work(**counts)


def _newest() -> QuerySet[DocumentVersion]:
    """The newest version of each document; a part of queries, fast for one document."""
    newer = DocumentVersion.objects.filter(
        document=OuterRef("document"), number__gt=OuterRef("number")
    )
    versions: QuerySet[DocumentVersion] = DocumentVersion.objects.filter(~Exists(newer))
    return versions


def _number(rows: QuerySet[Any, Any]) -> Coalesce:
    """The ``n`` of the one row, or 0, as a part of another query."""
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), 0)


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
