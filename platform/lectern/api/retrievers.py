"""Retrievers: which embedder a collection is searched with, and changing it."""

from ninja import Field, Router

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import CollectionId, JobId
from lectern.api.jobs import JobOut, shown_job
from lectern.api.shapes import Asked, Shown, Words
from lectern.documents import retrievers as operations
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.tenants.access import Permission

router = Router(tags=["Retrievers"])


class RetrieverChoice(Asked):
    """An embedder by its name."""

    embedder: Words = Field(description="A name from the list of retrievers.")


class RetrieverOut(Shown):
    """An embedder as the collection sees it; ``present`` of its chunks have vectors of it."""

    name: str
    dimensions: int
    in_use: bool
    kept: bool = Field(description="New documents get vectors of it.")
    installed: bool
    complete: bool = Field(description="Searching can be switched to it at once.")
    present: int
    missing: int
    job_id: JobId | None


class RetrieversOut(Shown):
    """Every embedder that is installed or kept, the one in use first."""

    items: list[RetrieverOut]


@router.get(
    "/collections/{collection_id}/retrievers",
    response=RetrieversOut,
    auth=BearerKey(Permission.MANAGE_COLLECTIONS),
)
def list_retrievers(request: ApiRequest, collection_id: CollectionId) -> RetrieversOut:
    """List the embedders that a collection is or could be searched with."""
    return _shown(_found(collection_id))


@router.post(
    "/collections/{collection_id}/retrievers",
    response={202: JobOut},
    auth=BearerKey(Permission.MANAGE_COLLECTIONS),
)
def start_reembedding(
    request: ApiRequest, collection_id: CollectionId, body: RetrieverChoice
) -> JobOut:
    """Make all vectors of another embedder; the job then switches searching to it.

    Nobody notices until then. 409 if it is in use already, or another one is being made.
    """
    job = operations.start_reembedding(request.auth, _found(collection_id), body.embedder)
    job.refresh_from_db()
    return shown_job(job)


@router.post(
    "/collections/{collection_id}/retrievers/use",
    response=RetrieversOut,
    auth=BearerKey(Permission.MANAGE_COLLECTIONS),
)
def use_retriever(
    request: ApiRequest, collection_id: CollectionId, body: RetrieverChoice
) -> RetrieversOut:
    """Search with an embedder whose vectors are complete, at once; this is also the way back."""
    collection = _found(collection_id)
    operations.use_retriever(request.auth, collection, body.embedder)
    collection.refresh_from_db()
    return _shown(collection)


@router.post(
    "/collections/{collection_id}/retrievers/drop",
    response=RetrieversOut,
    auth=BearerKey(Permission.MANAGE_COLLECTIONS),
)
def drop_retriever(
    request: ApiRequest, collection_id: CollectionId, body: RetrieverChoice
) -> RetrieversOut:
    """Delete the vectors of an embedder that is not in use."""
    collection = _found(collection_id)
    operations.drop_retriever(request.auth, collection, body.embedder)
    return _shown(collection)


def _found(collection_id: CollectionId) -> Collection:
    collection: Collection = found(Collection.objects, "collection", pk=collection_id)
    return collection


def _shown(collection: Collection) -> RetrieversOut:
    return RetrieversOut(
        items=[
            RetrieverOut.of(state, job_id=state.job.pk if state.job else None)
            for state in operations.retrievers_of(collection)
        ]
    )
