"""What a collection's search was fitted to."""

from typing import Any

from ninja import Field, Router

from lectern.answering import tuning
from lectern.api.authentication import ApiRequest
from lectern.api.golden import CURATE
from lectern.api.identifiers import CollectionId
from lectern.api.jobs import JobOut, shown_job
from lectern.api.shapes import Shown
from lectern.documents.library import found
from lectern.documents.models import Collection

router = Router(tags=["Golden questions"])


class TuningOut(Shown):
    """What was learnt from the golden questions. All empty: the built-in values are used."""

    weights: dict[str, float] = Field(description="How much words and neighbours count.")
    threshold: float | None = Field(description="Less probable answers are refused.")
    learnt: dict[str, Any] = Field(description="From how many questions, and what it brought.")


@router.get("/collections/{collection_id}/tuning", response=TuningOut, auth=CURATE)
def get_tuning(request: ApiRequest, collection_id: CollectionId) -> TuningOut:
    """Show what search was fitted to."""
    stored = _found(collection_id).tuning
    return TuningOut(
        weights=stored.get("weights", {}),
        threshold=stored.get("threshold"),
        learnt=stored.get("learnt", {}),
    )


@router.post("/collections/{collection_id}/tuning", response={202: JobOut}, auth=CURATE)
def start_tuning(request: ApiRequest, collection_id: CollectionId) -> JobOut:
    """Fit search and refusals to the golden questions; at least 30 are needed (409 otherwise)."""
    job = tuning.start_tuning(request.auth, _found(collection_id))
    job.refresh_from_db()
    return shown_job(job)


@router.delete("/collections/{collection_id}/tuning", response={204: None}, auth=CURATE)
def forget_tuning(request: ApiRequest, collection_id: CollectionId) -> None:
    """Search by the built-in values again."""
    tuning.forget_tuning(request.auth, _found(collection_id))


def _found(collection_id: CollectionId) -> Collection:
    collection: Collection = found(Collection.objects, "collection", pk=collection_id)
    return collection
