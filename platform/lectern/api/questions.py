"""Questions: asking them, and reading the answer whole or while it is made."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Field, Router

from lectern.answering.ask import Done, Sentence, Sources, answer_of, answer_question
from lectern.answering.readable import readable_questions
from lectern.answering.streaming import (
    CONTENT_TYPE,
    HEADERS,
    Description,
    Failed,
    StreamEvent,
    server_sent,
)
from lectern.api.answers import AnswerOut, PassageOut, shown_answer, shown_passage
from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.errors import request_id
from lectern.api.identifiers import AnswerId, CollectionId, DocumentId, QuestionId, VersionId
from lectern.api.shapes import Asked, Shown, Words
from lectern.documents.content import Box
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.documents.readable import readable_documents
from lectern.tenants.access import Permission

router = Router(tags=["Questions"])

EVENTS: dict[str, Any] = {
    "responses": {
        200: {
            "content": {
                CONTENT_TYPE: {
                    "schema": {
                        "type": "string",
                        "description": "Events `sources`, `sentence` (one for each sentence) and "
                        "last `done` or `error`; the data of each is JSON.",
                    }
                }
            }
        }
    }
}


class QuestionIn(Asked):
    """A question to the documents of a collection, or to one document of it.

    Of a follow-up ("And in 2022?") `previous_question_id` names the question before it: what it
    leaves out is taken from there, and `standalone` of the question tells what it became.
    """

    text: Words = Field(examples=["What was the revenue in 2023?"])
    document_id: DocumentId | None = None
    previous_question_id: QuestionId | None = None


class SourcesEvent(Shown):
    """The question was stored, and these passages were found for it."""

    question_id: QuestionId
    passages: list[PassageOut]
    searched_for: str


class SentenceEvent(Shown):
    """The next sentence of the answer, and the place on a page that it rests on."""

    number: int
    text: str
    document_id: DocumentId
    version_id: VersionId
    document_title: str
    page: int
    page_label: str
    start: int
    end: int
    boxes: list[Box]
    quote: str


class DoneEvent(Shown):
    """The answer was stored; its citations have ids now."""

    answer_id: AnswerId
    outcome: str
    text: str


class FailedEvent(Shown):
    """The answer could not be finished; ``code`` and ``detail`` as in a problem."""

    code: str
    detail: str
    request_id: str


@router.post(
    "/collections/{collection_id}/questions",
    response=AnswerOut,
    auth=BearerKey(Permission.ASK),
    openapi_extra=EVENTS,
)
def ask_question(
    request: ApiRequest, collection_id: CollectionId, body: QuestionIn
) -> AnswerOut | HttpResponseBase:
    """Ask a question and wait for the answer.

    With `Accept: text/event-stream` the answer arrives as server-sent events instead, each
    sentence as soon as it is there.
    """
    collection = found(Collection.objects, "collection", pk=collection_id)
    document = None
    if body.document_id is not None:
        documents = readable_documents(request.auth).filter(collection=collection)
        document = found(documents, "document", pk=body.document_id)
    previous = None
    if body.previous_question_id is not None:
        asked = readable_questions(request.auth).filter(collection=collection)
        if not request.auth.may(Permission.READ):
            asked = asked.filter(asked_with_key=request.auth.key_id)
        previous = found(asked, "question", pk=body.previous_question_id)
    events = answer_question(
        request.auth, collection, body.text, document=document, previous=previous
    )
    if request.get_preferred_type(["application/json", CONTENT_TYPE]) != CONTENT_TYPE:
        return shown_answer(answer_of(events))
    return StreamingHttpResponse(
        server_sent(events, describe=lambda event: _described(request, event)),
        content_type=CONTENT_TYPE,
        headers=HEADERS,
    )


def _described(request: HttpRequest, event: StreamEvent) -> Description:
    shown: Shown
    match event:
        case Sources():
            name = "sources"
            passages = [shown_passage(passage) for passage in event.passages]
            shown = SourcesEvent(
                question_id=event.question_id, passages=passages, searched_for=event.searched_for
            )
        case Sentence():
            name, shown = "sentence", _sentence(event)
        case Done():
            name = "done"
            shown = DoneEvent(answer_id=event.answer_id, outcome=event.outcome, text=event.text)
        case Failed():
            name = "error"
            shown = FailedEvent(
                code=event.code, detail=event.message, request_id=request_id(request)
            )
    return name, shown.model_dump()


def _sentence(event: Sentence) -> SentenceEvent:
    citation = event.citation
    return SentenceEvent(
        number=citation.number,
        text=event.text,
        document_id=citation.passage.document_id,
        version_id=citation.passage.version_id,
        document_title=citation.passage.document_title,
        page=citation.passage.page,
        page_label=citation.page_label,
        start=citation.start,
        end=citation.end,
        boxes=list(citation.boxes),
        quote=citation.quote,
    )
