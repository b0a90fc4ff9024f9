"""Golden questions: what is right about a question, for measuring search and answers."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Field, File, Query, Router, UploadedFile

from lectern.answering import golden_set
from lectern.answering.golden_files import as_csv, as_json_lines, read_questions
from lectern.answering.golden_set import GoldenDraft, golden_of, visible
from lectern.answering.models import GoldenQuestion
from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import CollectionId, DocumentId, GoldenId
from lectern.api.pagination import Listing, Paging, listing
from lectern.api.shapes import Asked, Shown, Words
from lectern.documents.access import read_document
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.tenants.access import Permission

router = Router(tags=["Golden questions"])

# They name documents and quote them.
CURATE = BearerKey(Permission.MANAGE_COLLECTIONS, Permission.READ)
FILE_BODY: dict[str, Any] = {
    "responses": {
        200: {
            "content": {
                kind: {"schema": {"type": "string"}} for kind in ("application/jsonl", "text/csv")
            }
        }
    }
}
PageNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class GoldenIn(Asked):
    """A question, and where the answer stands; or that no document answers it."""

    text: Words = Field(examples=["What was the revenue in 2023?"])
    answer: Words = Field("", description="The right answer; empty if only its place is known.")
    answerable: bool = True
    document_id: DocumentId | None = None
    pages: list[PageNumber] = Field([], description="Physical pages, from 1; empty for any.")
    evidence: Words = Field("", description="The words on the page that answer it.")
    within_document: bool = Field(False, description="Ask it of its document alone.")


class GoldenChange(Asked):
    """What shall be different; what is left out stays."""

    text: Words | None = None
    answer: Words | None = None
    answerable: bool | None = None
    document_id: DocumentId | None = None
    pages: list[PageNumber] | None = None
    evidence: Words | None = None
    within_document: bool | None = None


class GoldenOut(Shown):
    """A golden question. ``document_id`` is null if no document answers it."""

    id: GoldenId
    collection_id: CollectionId
    text: str
    answer: str
    answerable: bool
    document_id: DocumentId | None
    pages: list[int]
    evidence: str
    within_document: bool
    created_at: datetime


class ImportOut(Shown):
    """What became of a file's questions; ``problems`` has a sentence for each one left out."""

    added: int
    known: int
    problems: list[str]


class FileWanted(Asked):
    """Which kind of file is wanted."""

    format: str = Field("jsonl", pattern="^(jsonl|csv)$", description="`jsonl` or `csv`.")


@router.get(
    "/collections/{collection_id}/golden-questions", response=Listing[GoldenOut], auth=CURATE
)
def list_golden_questions(
    request: ApiRequest, collection_id: CollectionId, paging: Query[Paging]
) -> Listing[GoldenOut]:
    """List the golden questions of a collection, newest first."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    return listing(request, golden_of(request.auth, collection), paging, GoldenOut.of)


@router.post(
    "/collections/{collection_id}/golden-questions", response={201: GoldenOut}, auth=CURATE
)
def create_golden_question(
    request: ApiRequest, collection_id: CollectionId, body: GoldenIn
) -> GoldenOut:
    """Save a golden question. The same wording of the same document is refused (409)."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    return GoldenOut.of(golden_set.add_golden(request.auth, collection, _draft(request, body)))


@router.get(
    "/collections/{collection_id}/golden-questions/file",
    response={200: None},
    auth=CURATE,
    openapi_extra=FILE_BODY,
)
def export_golden_questions(
    request: ApiRequest, collection_id: CollectionId, wanted: Query[FileWanted]
) -> HttpResponse:
    """Download the golden questions as one JSON object a line, or as CSV."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    questions = golden_set.exported_golden(request.auth, collection)
    if wanted.format == "csv":
        return HttpResponse(as_csv(questions), content_type="text/csv; charset=utf-8")
    return HttpResponse(as_json_lines(questions), content_type="application/jsonl")


@router.post("/collections/{collection_id}/golden-questions/file", response=ImportOut, auth=CURATE)
def import_golden_questions(
    request: ApiRequest, collection_id: CollectionId, questions: File[UploadedFile]
) -> ImportOut:
    """Add the golden questions of a file; those that are here already are counted only."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    outcome = golden_set.import_golden(request.auth, collection, read_questions(questions))
    return ImportOut.of(outcome)


@router.get("/golden-questions/{golden_id}", response=GoldenOut, auth=CURATE)
def get_golden_question(request: ApiRequest, golden_id: GoldenId) -> GoldenOut:
    """Show one golden question."""
    return GoldenOut.of(_golden(request, golden_id))


@router.patch("/golden-questions/{golden_id}", response=GoldenOut, auth=CURATE)
def change_golden_question(
    request: ApiRequest, golden_id: GoldenId, body: GoldenChange
) -> GoldenOut:
    """Change a golden question. Its results so far are deleted: they measured something else."""
    golden = _golden(request, golden_id)
    stored = {name: getattr(golden, name) for name in GoldenIn.model_fields}
    changed = GoldenIn(**stored | body.model_dump(exclude_none=True))
    return GoldenOut.of(golden_set.change_golden(request.auth, golden, _draft(request, changed)))


@router.delete("/golden-questions/{golden_id}", response={204: None}, auth=CURATE)
def delete_golden_question(request: ApiRequest, golden_id: GoldenId) -> None:
    """Delete a golden question with its results."""
    golden_set.remove_golden(request.auth, _golden(request, golden_id))


def _golden(request: ApiRequest, golden_id: GoldenId) -> GoldenQuestion:
    questions = visible(request.auth, GoldenQuestion.objects.select_related("collection"))
    golden: GoldenQuestion = found(questions, "golden question", pk=golden_id)
    return golden


def _draft(request: ApiRequest, body: GoldenIn) -> GoldenDraft:
    given = body.model_dump(exclude={"document_id", "pages"})
    document = read_document(request.auth, body.document_id) if body.document_id else None
    return GoldenDraft(**given, document=document, pages=tuple(body.pages))
