"""Answers and the places in the documents that they cite."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from ninja import Field, Query, Router

from lectern.answering.models import Answer, Citation
from lectern.answering.readable import read_answer, readable_answers, withhold
from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import (
    AnswerId,
    CitationId,
    CollectionId,
    DocumentId,
    QuestionId,
    VersionId,
)
from lectern.api.pagination import Listing, Paging, listing
from lectern.api.shapes import Shown
from lectern.documents.content import Box
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.documents.passages import Passage
from lectern.tenants.access import Permission, Principal

router = Router(tags=["Answers"])


class QuestionOut(Shown):
    """A question as it was asked. ``document_id`` is set if it was asked of one document.

    A follow-up has the question before it, and in ``standalone`` what was searched for in its
    place; that is empty where it was searched as asked.
    """

    id: QuestionId
    collection_id: CollectionId
    document_id: DocumentId | None
    text: str
    previous_id: QuestionId | None
    standalone: str
    asked_at: datetime


class CitationOut(Shown):
    """The place on a page that one sentence of an answer rests on.

    The sentence is the range ``sentence_start`` to ``sentence_end`` of the answer's text; the
    source is the range ``start`` to ``end`` of the page's text, word for word ``quote``.
    ``boxes`` are [x0, y0, x1, y1] in points from the top left of the page, one for each line.
    When the document is deleted, ``removed_at`` says when and its words are gone from here.
    """

    id: CitationId
    answer_id: AnswerId
    number: int
    sentence_start: int
    sentence_end: int
    document_id: DocumentId | None
    version_id: VersionId | None
    document_title: str
    page: int
    page_label: str
    start: int
    end: int
    boxes: list[Box]
    quote: str
    heading: str
    removed_at: datetime | None


class PassageOut(Shown):
    """A passage that was found for the question, with its scores; best first.

    When the document is deleted, ``removed`` is true and its words are gone from here.
    """

    document_id: DocumentId
    version_id: VersionId
    title: str
    page: int
    start: int
    end: int
    text: str
    context: str
    score: float
    dense: float | None
    lexical: float | None
    removed: bool = False


class FindingOut(Shown):
    """What a plugin's check said about an answer."""

    plugin: str
    check_name: str
    severity: str
    message: str
    start: int | None
    end: int | None


class AnswerSummary(Shown):
    """An answer (`answered`) or a refusal (`refused`: the documents do not say)."""

    id: AnswerId
    question: QuestionOut
    outcome: str
    text: str
    confidence: float = Field(description="How likely it is that the passages hold the answer.")
    engine: str
    computation: dict[str, Any] = Field(
        description="How it was computed from the cited cells; empty for quotations."
    )
    adapter: str
    citations: list[CitationOut]
    created_at: datetime


class AnswerOut(AnswerSummary):
    """An answer with everything that it was made from."""

    findings: list[FindingOut]
    passages: list[PassageOut]
    timings: dict[str, float] = Field(description="Milliseconds for each step.")


class AnswerFilter(Paging):
    """Which answers are wanted."""

    collection_id: CollectionId | None = None
    outcome: Answer.Outcome | None = None


@router.get("/answers", response=Listing[AnswerSummary], auth=BearerKey(Permission.READ))
def list_answers(request: ApiRequest, wanted: Query[AnswerFilter]) -> Listing[AnswerSummary]:
    """List what was answered to questions asked with this key, newest first, without passages."""
    asked = readable_answers(request.auth).filter(question__asked_with_key=request.auth.key_id)
    answers = asked.select_related("question").prefetch_related("citations", "findings")
    if wanted.collection_id is not None:
        collection = found(Collection.objects, "collection", pk=wanted.collection_id)
        answers = answers.filter(question__collection=collection)
    if wanted.outcome is not None:
        answers = answers.filter(outcome=wanted.outcome)
    return listing(request, answers.defer("passages"), wanted, partial(_summary, request.auth))


@router.get("/answers/{answer_id}", response=AnswerOut, auth=BearerKey(Permission.READ))
def get_answer(request: ApiRequest, answer_id: AnswerId) -> AnswerOut:
    """Show one answer with its question, citations and passages."""
    return shown_answer(read_answer(request.auth, answer_id))


@router.get(
    "/answers/{answer_id}/citations",
    response=list[CitationOut],
    auth=BearerKey(Permission.READ),
)
def list_citations(request: ApiRequest, answer_id: AnswerId) -> list[CitationOut]:
    """List the citations of an answer in the order of its sentences."""
    answer = read_answer(request.auth, answer_id)
    return [CitationOut.of(citation) for citation in answer.citations.all()]


@router.get("/citations/{citation_id}", response=CitationOut, auth=BearerKey(Permission.READ))
def get_citation(request: ApiRequest, citation_id: CitationId) -> CitationOut:
    """Show one citation: where to look, and what stands there."""
    citations = Citation.objects.filter(answer__in=readable_answers(request.auth))
    return CitationOut.of(found(citations, "citation", pk=citation_id))


def shown_answer(answer: Answer) -> AnswerOut:
    """``answer`` as a response."""
    return AnswerOut.of(
        answer,
        citations=list(answer.citations.all()),
        findings=list(answer.findings.all()),
        passages=[_stored(passage) for passage in answer.passages],
    )


def shown_passage(passage: Passage) -> PassageOut:
    """A passage that was just found, as it is shown with the stored answer later."""
    return PassageOut.of(passage, title=passage.document_title, removed=False)


def _summary(actor: Principal, answer: Answer) -> AnswerSummary:
    if answer.outcome == Answer.Outcome.REFUSED and answer.findings.all():
        # What such a refusal says is from a check, which has seen every passage.
        withhold(actor, answer)
    return AnswerSummary.of(answer, citations=list(answer.citations.all()))


def _stored(passage: dict[str, Any]) -> PassageOut:
    ids = {name: UUID(passage[name]) for name in ("document_id", "version_id")}
    return PassageOut.model_validate(passage | ids)
