"""Asking: the question box, the answer by form post, and the answer as a stream."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lectern.answering.ask import Done, Event, answer_of, answer_question
from lectern.answering.readable import readable_questions
from lectern.answering.streaming import (
    CONTENT_TYPE,
    HEADERS,
    Description,
    StreamEvent,
    as_json,
    server_sent,
)
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.documents.readable import readable_documents
from lectern.errors import LecternError
from lectern.tenants.access import Permission, Principal
from lectern.web.errors import status_of
from lectern.web.forms import QuestionForm
from lectern.web.pages import MemberRequest, id_of, page
from lectern.web.suggestions import example_questions

RECENT = 6
# A longer list is no help in a menu; the document's own page leads to asking it.
DOCUMENTS_IN_MENU = 200


@page(Permission.READ)
def ask_page(request: MemberRequest) -> HttpResponse:
    """The question box, with what was asked before and what could be asked."""
    return render(request, "web/ask.html", ask_context(request, request.GET))


@page(Permission.ASK, "POST")
def ask(request: MemberRequest) -> HttpResponse:
    """Answer by form post, for readers without JavaScript."""
    form = QuestionForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            answer = answer_of(_events(request.principal, form.cleaned_data))
            return redirect("answer", answer.pk)
        except LecternError as error:
            form.add_error("question", error.message)
            status = status_of(error)
    context = ask_context(request, request.POST) | {"form": form}
    return render(request, "web/ask.html", context, status=status)


@page(Permission.ASK, "POST")
def ask_stream(request: MemberRequest) -> HttpResponse | StreamingHttpResponse:
    """Answer as server-sent events; what is wrong with the question is told as JSON."""
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": " ".join(_messages(form))}, status=422)
    try:
        events = _events(request.principal, form.cleaned_data)
    except LecternError as error:
        return JsonResponse({"message": error.message}, status=status_of(error))
    return StreamingHttpResponse(
        server_sent(events, describe=_with_address), content_type=CONTENT_TYPE, headers=HEADERS
    )


@page(Permission.READ)
def ask_documents(request: MemberRequest) -> HttpResponse:
    """The menu of documents for the collection that was just chosen."""
    return render(request, "web/ask_documents.html", _choice(request.principal, request.GET))


def ask_context(request: MemberRequest, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the question box shows; ``given`` may name a collection, a document, a question."""
    mine = readable_questions(request.principal).filter(asked_by=request.principal.user_id)
    recent = mine.select_related("collection").prefetch_related("answers")[:RECENT]
    choice = _choice(request.principal, given, last=recent[0].collection_id if recent else None)
    return choice | {
        "question": given.get("question", ""),
        "previous": id_of(given.get("previous")),
        "question_limit": settings.MAX_QUESTION_CHARACTERS,
        "recent": recent,
        "examples": example_questions(request.principal, choice["chosen"]),
    }


def _choice(actor: Principal, given: Mapping[str, Any], last: UUID | None = None) -> dict[str, Any]:
    """The collections and the documents to choose from, and what of them is chosen."""
    collections = list(Collection.objects.all())
    by_id = {str(collection.pk): collection for collection in collections}
    filled = next((each for each in collections if each.chunk_count), None)
    first = filled or (collections[0] if collections else None)
    chosen = by_id.get(given.get("collection", "")) or by_id.get(str(last)) or first
    ready = readable_documents(actor).filter(collection=chosen, current_version__isnull=False)
    documents = list(ready.order_by("title").only("title")[: DOCUMENTS_IN_MENU + 1])
    asked = id_of(given.get("document"))
    document = ready.filter(pk=asked).first() if asked else None
    return {
        "collections": collections,
        "chosen": chosen,
        "documents": documents if len(documents) <= DOCUMENTS_IN_MENU else [],
        "document": document,
        "nothing_ready": filled is None,
    }


def _events(actor: Principal, asked: dict[str, Any]) -> Iterator[Event]:
    collection = found(Collection.objects, "collection", pk=asked["collection"])
    document = None
    if asked["document"]:
        documents = readable_documents(actor).filter(collection=collection)
        document = found(documents, "document", pk=asked["document"])
    previous = None
    if asked["previous"]:
        mine = readable_questions(actor).filter(asked_by=actor.user_id, collection=collection)
        # Another collection may have been chosen since: then nothing is followed up.
        previous = mine.filter(pk=asked["previous"]).first()
    return answer_question(
        actor, collection, asked["question"], document=document, previous=previous
    )


def _with_address(event: StreamEvent) -> Description:
    """The event's data; the last one also tells where the answer is kept."""
    name, data = as_json(event)
    if isinstance(event, Done):
        return name, {**data, "url": reverse("answer", args=[event.answer_id])}
    return name, data


def _messages(form: QuestionForm) -> list[str]:
    return [str(message) for messages in form.errors.values() for message in messages]
