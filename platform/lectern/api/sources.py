"""Sources: where a collection's documents are fetched from."""

from datetime import datetime

from django.db.models import Q
from ninja import Field, Query, Router

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import CollectionId, DocumentId, SourceId
from lectern.api.jobs import JobOut, shown_job
from lectern.api.pagination import Listing, Order, Paging, listing
from lectern.api.shapes import Asked, Shown, Words
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.documents.readable import hidden_documents
from lectern.sources import keeping
from lectern.sources.connectors import connectors
from lectern.sources.models import Source
from lectern.tenants.access import Permission

router = Router(tags=["Sources"])

NEWEST_SYNC_FIRST = Order(field="started_at")
LAST_SEEN_FIRST = Order(field="seen_at")


class SettingOut(Shown):
    """A setting of a connector. A secret one is taken and never shown."""

    name: str
    label: str
    help: str
    default: str
    required: bool
    secret: bool


class ConnectorOut(Shown):
    """A kind of source."""

    name: str
    title: str
    settings: list[SettingOut]


class ConnectorsOut(Shown):
    """All kinds of sources that can be added."""

    items: list[ConnectorOut]


class SourceIn(Asked):
    """A source to be added."""

    name: Words = Field(examples=["Contracts"])
    connector: Words = Field(examples=["folder"])
    settings: dict[Words, Words] = Field({}, description="By the names that the connector lists.")
    every_minutes: int | None = Field(None, description="Null: on request only.")


class SourceChange(Asked):
    """What a source shall be. A secret that is left out stays."""

    name: Words
    settings: dict[Words, Words] = {}
    every_minutes: int | None = None


class SourceOut(Shown):
    """A source without its secrets."""

    id: SourceId
    collection_id: CollectionId
    name: str
    connector: str
    settings: dict[str, str]
    every_minutes: int | None
    next_sync_at: datetime | None
    created_at: datetime


class SourceRunOut(Shown):
    """One sync. ``counts`` tells what was added, changed, removed, unchanged and had problems."""

    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, int]
    error: str


class SourceItemOut(Shown):
    """One thing in a source, and the document that it is here or why it is none."""

    key: str
    document_id: DocumentId | None
    problem: str
    seen_at: datetime


class SourceRemoval(Asked):
    """How a source is removed."""

    with_documents: bool = Field(False, description="Delete the documents that it brought.")


class ItemFilter(Paging):
    """Which items are wanted."""

    problems: bool = Field(False, description="Only those that could not be taken.")


@router.get("/connectors", response=ConnectorsOut, auth=BearerKey(Permission.MANAGE_SOURCES))
def list_connectors(request: ApiRequest) -> ConnectorsOut:
    """List the kinds of sources, with their settings."""
    return ConnectorsOut(
        items=[
            ConnectorOut.of(kind, settings=[SettingOut.of(setting) for setting in kind.settings])
            for kind in connectors().values()
        ]
    )


@router.get(
    "/collections/{collection_id}/sources",
    response=Listing[SourceOut],
    auth=BearerKey(Permission.MANAGE_SOURCES),
)
def list_sources(
    request: ApiRequest, collection_id: CollectionId, paging: Query[Paging]
) -> Listing[SourceOut]:
    """List the sources of a collection, newest first."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    return listing(request, collection.sources.all(), paging, SourceOut.of)


@router.post(
    "/collections/{collection_id}/sources",
    response={201: SourceOut},
    auth=BearerKey(Permission.MANAGE_SOURCES),
)
def create_source(request: ApiRequest, collection_id: CollectionId, body: SourceIn) -> SourceOut:
    """Add a source. Its first sync is queued at once."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    made = keeping.add_source(request.auth, collection, **body.model_dump())
    made.refresh_from_db()
    return SourceOut.of(made)


@router.get("/sources/{source_id}", response=SourceOut, auth=BearerKey(Permission.MANAGE_SOURCES))
def get_source(request: ApiRequest, source_id: SourceId) -> SourceOut:
    """Show one source."""
    return SourceOut.of(_found(source_id))


@router.put("/sources/{source_id}", response=SourceOut, auth=BearerKey(Permission.MANAGE_SOURCES))
def change_source(request: ApiRequest, source_id: SourceId, body: SourceChange) -> SourceOut:
    """Change a source; it is synced with the new settings at once."""
    changed = keeping.change_source(request.auth, _found(source_id), **body.model_dump())
    changed.refresh_from_db()
    return SourceOut.of(changed)


@router.delete(
    "/sources/{source_id}",
    response={204: None},
    # Documents may go with it.
    auth=BearerKey(Permission.MANAGE_SOURCES, Permission.WRITE),
)
def delete_source(request: ApiRequest, source_id: SourceId, how: Query[SourceRemoval]) -> None:
    """Remove a source, with the documents that it brought or without."""
    keeping.remove_source(request.auth, _found(source_id), with_documents=how.with_documents)


@router.post(
    "/sources/{source_id}/sync",
    response={202: JobOut},
    auth=BearerKey(Permission.MANAGE_SOURCES),
)
def sync_source(request: ApiRequest, source_id: SourceId) -> JobOut:
    """Sync now; the answer is the job that does it."""
    job = keeping.request_sync(request.auth, _found(source_id))
    job.refresh_from_db()
    return shown_job(job)


@router.get(
    "/sources/{source_id}/runs",
    response=Listing[SourceRunOut],
    auth=BearerKey(Permission.MANAGE_SOURCES),
)
def list_source_runs(
    request: ApiRequest, source_id: SourceId, paging: Query[Paging]
) -> Listing[SourceRunOut]:
    """List the syncs of a source, newest first."""
    return listing(
        request, _found(source_id).runs.all(), paging, SourceRunOut.of, NEWEST_SYNC_FIRST
    )


@router.get(
    "/sources/{source_id}/items",
    response=Listing[SourceItemOut],
    auth=BearerKey(Permission.MANAGE_SOURCES),
)
def list_source_items(
    request: ApiRequest, source_id: SourceId, wanted: Query[ItemFilter]
) -> Listing[SourceItemOut]:
    """List what a source held at the last sync, and what became of it."""
    # An item names the file of its document.
    items = _found(source_id).items.exclude(document__in=hidden_documents(request.auth))
    if wanted.problems:
        items = items.filter(~Q(problem=""))
    return listing(request, items, wanted, SourceItemOut.of, LAST_SEEN_FIRST)


def _found(source_id: SourceId) -> Source:
    source: Source = found(Source.objects, "source", pk=source_id)
    return source
