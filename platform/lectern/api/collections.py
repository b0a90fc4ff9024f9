"""Collections: documents that are asked together."""

from datetime import datetime
from typing import Any

from ninja import Field, Query, Router

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import CollectionId
from lectern.api.pagination import Listing, Paging, listing
from lectern.api.shapes import Asked, Shown, Words
from lectern.documents import collections as operations
from lectern.documents.library import collections_with_counts, found
from lectern.documents.models import Collection
from lectern.tenants.access import Permission

router = Router(tags=["Collections"])


class CollectionIn(Asked):
    """A collection to be made."""

    name: Words = Field(examples=["Annual reports"])
    description: Words = ""
    plugin: Words = Field("", description="The plugin that works on it; empty for none.")


class CollectionChange(Asked):
    """What shall be different; what is left out stays."""

    name: Words | None = None
    description: Words | None = None
    plugin: Words | None = None


class CollectionOut(Shown):
    """A collection and the size of its index, as far as the asking key may read it."""

    id: CollectionId
    name: str
    description: str
    plugin: str
    chunk_count: int
    created_at: datetime


@router.get("/collections", response=Listing[CollectionOut], auth=BearerKey(Permission.READ))
def list_collections(request: ApiRequest, paging: Query[Paging]) -> Listing[CollectionOut]:
    """List the collections of the tenant, newest first."""
    return listing(request, collections_with_counts(request.auth), paging, _shown)


@router.post(
    "/collections",
    response={201: CollectionOut},
    auth=BearerKey(Permission.MANAGE_COLLECTIONS),
)
def create_collection(request: ApiRequest, body: CollectionIn) -> CollectionOut:
    """Make an empty collection. Its name must be new in the tenant (409 otherwise)."""
    collection = operations.create_collection(
        request.auth, name=body.name, description=body.description, plugin=body.plugin
    )
    collection.refresh_from_db()
    return CollectionOut.of(collection)


@router.get("/collections/{collection_id}", response=CollectionOut, auth=BearerKey(Permission.READ))
def get_collection(request: ApiRequest, collection_id: CollectionId) -> CollectionOut:
    """Show one collection."""
    return _shown(found(collections_with_counts(request.auth), "collection", pk=collection_id))


@router.patch(
    "/collections/{collection_id}",
    response=CollectionOut,
    auth=BearerKey(Permission.MANAGE_COLLECTIONS),
)
def change_collection(
    request: ApiRequest, collection_id: CollectionId, body: CollectionChange
) -> CollectionOut:
    """Rename or describe a collection, or give it another plugin."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    changed = operations.change_collection(
        request.auth,
        collection,
        name=collection.name if body.name is None else body.name,
        description=collection.description if body.description is None else body.description,
        plugin=collection.plugin if body.plugin is None else body.plugin,
    )
    return CollectionOut.of(changed)


@router.delete(
    "/collections/{collection_id}",
    response={204: None},
    # Its documents go with it.
    auth=BearerKey(Permission.MANAGE_COLLECTIONS, Permission.WRITE),
)
def delete_collection(request: ApiRequest, collection_id: CollectionId) -> None:
    """Delete a collection with all its documents and questions."""
    operations.remove_collection(
        request.auth, found(Collection.objects, "collection", pk=collection_id)
    )


def _shown(collection: Any) -> CollectionOut:
    return CollectionOut.of(collection, chunk_count=collection.chunks_shown)
