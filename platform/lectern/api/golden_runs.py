"""Golden runs: asking all golden questions of a collection, and comparing two runs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Query, Router

from lectern.answering import golden_runs
from lectern.answering.golden_reading import Compared, Comparison, Place, comparison_of
from lectern.answering.models import GoldenResult, GoldenRun
from lectern.api.authentication import ApiRequest
from lectern.api.golden import CURATE
from lectern.api.identifiers import CollectionId, DocumentId, GoldenId, GoldenRunId, JobId
from lectern.api.pagination import Listing, Paging, listing
from lectern.api.shapes import Asked, Shown
from lectern.documents.library import found
from lectern.documents.models import Collection

router = Router(tags=["Golden questions"])


class GoldenRunOut(Shown):
    """All golden questions of a collection, asked at one time.

    ``cause`` is `request` or `index` (the index changed). ``subject`` says what was measured.
    ``figures`` is empty until ``finished_at``; in it are counts of questions, means between 0
    and 1 (null over none), the median time, and how many stand worse and better than before.
    """

    id: GoldenRunId
    collection_id: CollectionId
    cause: str
    job_id: JobId | None
    status: str
    subject: dict[str, Any]
    figures: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None


class PlaceOut(Shown):
    """Where a passage of a result is from; ``right`` if that is the golden place."""

    document_id: DocumentId
    title: str
    page: int
    score: float
    right: bool


class GoldenResultOut(Shown):
    """How one question went. ``rank`` is the place of the first passage from the right page.

    ``rank`` is null where none was found, and ``answered_right`` where there is no golden answer.
    """

    rank: int | None
    refused: bool
    answered_right: bool | None
    milliseconds: float
    passages: list[PlaceOut]


class ComparedOut(Shown):
    """A question's result, its earlier one, and the change: `worse`, `better`, `same` or null."""

    golden_question_id: GoldenId
    text: str
    answerable: bool
    change: str | None
    result: GoldenResultOut
    before: GoldenResultOut | None


class ComparisonOut(Shown):
    """A run with its results, those that got worse first, beside an earlier run if there is one."""

    run: GoldenRunOut
    before: GoldenRunOut | None
    results: list[ComparedOut]


class Against(Asked):
    """Which run to compare with."""

    against: GoldenRunId | None = Field(None, description="Else the one finished before it.")


@router.post("/collections/{collection_id}/golden-runs", response={202: GoldenRunOut}, auth=CURATE)
def start_golden_run(request: ApiRequest, collection_id: CollectionId) -> GoldenRunOut:
    """Ask all golden questions of a collection; follow the job, or the run until it is finished."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    return _shown(golden_runs.start_run(request.auth, collection))


@router.get("/collections/{collection_id}/golden-runs", response=Listing[GoldenRunOut], auth=CURATE)
def list_golden_runs(
    request: ApiRequest, collection_id: CollectionId, paging: Query[Paging]
) -> Listing[GoldenRunOut]:
    """List the golden runs of a collection, newest first."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    return listing(request, golden_runs.runs_of(collection), paging, _shown)


@router.get("/golden-runs/{run_id}", response=ComparisonOut, auth=CURATE)
def get_golden_run(
    request: ApiRequest, run_id: GoldenRunId, wanted: Query[Against]
) -> ComparisonOut:
    """Show one run with its results so far, compared with an earlier run."""
    rows = GoldenRun.objects.select_related("job", "collection")
    run = found(rows, "golden run", pk=run_id)
    return _shown_comparison(comparison_of(request.auth, run, wanted.against))


def _shown(run: GoldenRun) -> GoldenRunOut:
    status = run.job.status if run.job else ""
    before = run.figures.get("before")
    figures = run.figures | ({"before": f"run_{UUID(before).hex}"} if before else {})
    return GoldenRunOut.of(run, status=status, figures=figures)


def _shown_comparison(comparison: Comparison) -> ComparisonOut:
    return ComparisonOut(
        run=_shown(comparison.run),
        before=_shown(comparison.before) if comparison.before else None,
        results=[_shown_question(each) for each in comparison.listed],
    )


def _shown_question(each: Compared) -> ComparedOut:
    return ComparedOut(
        golden_question_id=each.golden.pk,
        text=each.golden.text,
        answerable=each.golden.answerable,
        change=each.change,
        result=_shown_result(each.after.result, each.after.places),
        before=_shown_result(each.before.result, each.before.places) if each.before else None,
    )


def _shown_result(result: GoldenResult, places: tuple[Place, ...]) -> GoldenResultOut:
    passages = [
        PlaceOut.of(place, document_id=place.document.pk, title=place.document.title)
        for place in places
    ]
    return GoldenResultOut.of(result, passages=passages)
