"""Changing many documents of a collection with one call."""

from ninja import Field, Query, Router

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.documents import DocumentFilter
from lectern.api.identifiers import CollectionId, DocumentId, GroupId, Named
from lectern.api.shapes import Asked, Shown, Words
from lectern.documents.access import Access, access_of
from lectern.documents.bulk import (
    AT_ONCE,
    Action,
    Change,
    Selection,
    change_documents,
    documents_matching,
    documents_named,
)
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.errors import Invalid
from lectern.tenants.access import Permission

router = Router(tags=["Documents"])


class BulkIn(Asked):
    """What to do to which documents.

    Without ``document_ids`` it is done to those that the query asks for, the newest first:
    go on with ``after`` until ``following`` is null. ``restricted`` and ``group_ids`` are for
    `access`, ``metadata`` is for the action of this name.
    """

    action: Action
    metadata: dict[Words, list[Words]] = {}
    restricted: bool | None = None
    group_ids: list[GroupId] = []
    document_ids: list[DocumentId] | None = Field(None, max_length=AT_ONCE)
    after: str = Field("", description="Where to go on; taken from `following`.")


class BulkItem(Shown):
    """What became of one document; ``detail`` says why it was left as it is."""

    document_id: DocumentId
    title: str
    done: bool
    detail: str


class BulkOut(Shown):
    """What became of each document, and where to go on if more match."""

    items: list[BulkItem]
    following: DocumentId | None


@router.post(
    "/collections/{collection_id}/documents/bulk",
    response=BulkOut,
    auth=BearerKey(Permission.WRITE),
)
def change_many_documents(
    request: ApiRequest, collection_id: CollectionId, wanted: Query[DocumentFilter], body: BulkIn
) -> BulkOut:
    """Reprocess, remove, restrict or describe up to 1,000 documents, in one transaction."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    selection = _selection(request, collection, wanted, body)
    change = Change(action=body.action, access=_access(body), metadata=body.metadata)
    outcomes = change_documents(request.auth, collection, selection.documents, change)
    items = [
        BulkItem(
            document_id=outcome.document.pk,
            title=outcome.document.title,
            done=outcome.done,
            detail=outcome.detail,
        )
        for outcome in outcomes
    ]
    return BulkOut(items=items, following=selection.following)


def _access(body: BulkIn) -> Access:
    if body.action is Action.ACCESS and body.restricted is None:
        raise Invalid("Say in `restricted` whether the documents are; nothing was changed.")
    return access_of(body.group_ids, restricted=bool(body.restricted))


def _selection(
    request: ApiRequest, collection: Collection, wanted: DocumentFilter, body: BulkIn
) -> Selection:
    matching = wanted.wanted()
    if body.document_ids is not None:
        return documents_named(request.auth, collection, body.document_ids)
    after = Named("doc", "document").read(body.after) if body.after else None
    return documents_matching(request.auth, collection, matching, after=after)
