"""The retrieval lab: what is found for a question, in which order, and why."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from lectern.answering.retrieval_lab import MOST_PASSAGES, Look, look
from lectern.documents.explaining import Explained
from lectern.documents.library import facets, found
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.readable import readable_documents
from lectern.documents.terms import terms
from lectern.errors import LecternError
from lectern.tenants.access import Permission, Principal
from lectern.web.marking import Run
from lectern.web.pages import MemberRequest, id_of, page

PASSAGES = 10
DOCUMENTS_IN_MENU = 500
_WORD = re.compile(r"[^\W_]+(?:[.,'\u2019-][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the lab is asked, as its address spells it."""

    question: str
    document: UUID | None
    known: tuple[tuple[str, str], ...]
    passages: int

    @property
    def filters(self) -> dict[str, list[str]]:
        """The values wanted of each metadata name."""
        wanted: dict[str, list[str]] = {}
        for name, value in self.known:
            wanted.setdefault(name, []).append(value)
        return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPassage:
    """A passage in one of the orders: its place there, and its text with the words that matched."""

    place: int
    explained: Explained
    paged: bool
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One of the three orders of a question's passages; ``name`` tells the template which."""

    name: str
    passages: tuple[LabPassage, ...]


@page(Permission.MANAGE_COLLECTIONS)
def lab(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Try a question; the address holds all of it, so that it can be sent to a colleague."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    asked = asked_by(request.GET)
    context: dict[str, Any] = {
        "collection": collection,
        "asked": asked,
        "known": [f"{name}:{value}" for name, value in asked.known],
        "question_limit": settings.MAX_QUESTION_CHARACTERS,
        "most_passages": MOST_PASSAGES,
        **_menu(request.principal, collection),
    }
    if not asked.question:
        return render(request, "web/lab.html", context)
    try:
        seen = _look(request.principal, collection, asked)
    except LecternError as error:
        return render(request, "web/lab.html", context | {"error": error.message}, status=422)
    shown = {"look": seen, "orders": _orders(seen)}
    shown["coverage_percent"] = round(100 * seen.evidence.coverage)
    return render(request, "web/lab.html", context | shown)


def asked_by(given: QueryDict) -> Asked:
    """What an address spells; what it spells wrongly is left out."""
    # Postgres takes no NUL.
    pairs = [pair.replace("\0", "").partition(":") for pair in given.getlist("known")]
    passages = given.get("passages", "")
    return Asked(
        question=given.get("question", "").strip(),
        document=id_of(given.get("document", "")),
        known=tuple((name, value) for name, _, value in pairs if value),
        passages=int(passages[:4]) if passages.isdecimal() else PASSAGES,
    )


def marked_terms(text: str, wanted: Iterable[str]) -> tuple[Run, ...]:
    """``text`` with every word marked that holds one of the ``wanted`` terms."""
    return tuple(_runs(text, frozenset(wanted)))


def _runs(text: str, wanted: frozenset[str]) -> Iterator[Run]:
    at = 0
    for word in _WORD.finditer(text):
        if wanted.isdisjoint(terms(word.group())):
            continue
        if word.start() > at:
            yield Run(text=text[at : word.start()], marked=False)
        yield Run(text=word.group(), marked=True)
        at = word.end()
    if at < len(text):
        yield Run(text=text[at:], marked=False)


def _look(actor: Principal, collection: Collection, asked: Asked) -> Look:
    document = None
    if asked.document is not None:
        readable = readable_documents(actor).filter(collection=collection)
        document = found(readable, "document", pk=asked.document)
    return look(
        actor,
        collection,
        asked.question,
        document=document,
        filters=asked.filters,
        limit=asked.passages,
    )


def _orders(seen: Look) -> list[Order]:
    explanation = seen.explanation
    listed = (
        ("fused", explanation.fused),
        ("meaning", explanation.by_meaning),
        ("words", explanation.by_words),
    )
    paged = _paged(each for _, order in listed for each in order)
    return [
        Order(
            name=name,
            passages=tuple(
                LabPassage(
                    place=place,
                    explained=each,
                    paged=each.passage.version_id in paged,
                    runs=marked_terms(each.passage.text, explanation.retrieval.rarities),
                )
                for place, each in enumerate(order, start=1)
            ),
        )
        for name, order in listed
    ]


def _paged(explained: Iterable[Explained]) -> set[UUID]:
    versions = {each.passage.version_id for each in explained}
    paged = DocumentVersion.objects.filter(pk__in=versions, paged=True)
    return set(paged.values_list("pk", flat=True))


def _menu(actor: Principal, collection: Collection) -> dict[str, Any]:
    """The documents and the metadata that the lab can be narrowed to."""
    ready = readable_documents(actor).filter(collection=collection, current_version__isnull=False)
    documents: list[Document] = list(ready.order_by("title").only("title")[:DOCUMENTS_IN_MENU])
    return {"documents": documents, "facets": facets(ready)}
