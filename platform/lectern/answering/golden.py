"""Golden questions: asked on the path that people use, measured, and not kept as asked."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lectern.answering.ask import answer_of, answer_question
from lectern.answering.measures import Case, Result
from lectern.answering.models import Answer
from lectern.documents.models import Collection, Document
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A golden question as it is asked: its text, with what is right about it.

    ``document`` is the gold document's path; ``pages`` are physical, from 1, empty where
    there are none; ``answer`` None means that the documents do not answer, and an empty one
    that only the place is known. ``within`` tells to ask within that one document.
    """

    id: str
    text: str
    answer: str | None
    document: str
    pages: tuple[int, ...]
    evidence: str
    within: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came back for a golden question; ``milliseconds`` are wall time for the whole answer."""

    golden: Golden
    case: Case
    answer: Answer
    milliseconds: float
    record: dict[str, Any]


def ask_golden(
    actor: Principal,
    collection: Collection,
    questions: Sequence[Golden],
    documents: Mapping[str, Document],
) -> Iterator[Outcome]:
    """Ask each question; ``documents`` by the path under which the questions name them.

    Each is answered and stored as people's questions are, and then taken back.
    """
    for golden in questions:
        with suppress(_TakenBack), tenant_context(actor.tenant_id):
            outcome = _asked(actor, collection, golden, documents)
            raise _TakenBack
        yield outcome


class _TakenBack(Exception):
    """Ends the transaction of a question that nobody asked."""


def _asked(
    actor: Principal,
    collection: Collection,
    golden: Golden,
    documents: Mapping[str, Document],
) -> Outcome:
    paths = {str(document.pk): path for path, document in documents.items()}
    within = documents.get(golden.document) if golden.within else None
    started = time.perf_counter()
    answer = answer_of(answer_question(actor, collection, golden.text, document=within))
    elapsed = (time.perf_counter() - started) * 1000
    return _outcome(golden, answer, paths, elapsed)


def _outcome(golden: Golden, answer: Answer, paths: Mapping[str, str], elapsed: float) -> Outcome:
    results = [
        {
            "doc": paths.get(passage["document_id"], ""),
            "page": passage["page"],
            "text": f"{passage['context']}\n{passage['text']}".strip(),
            "score": passage["score"],
        }
        for passage in answer.passages
    ]
    answered = answer.outcome == Answer.Outcome.ANSWERED
    citations = [
        {
            "doc": paths.get(str(citation.document_id), ""),
            "page": citation.page,
            "quote": citation.quote,
            "boxes": citation.boxes,
        }
        for citation in answer.citations.all()
    ]
    case = Case(
        document=golden.document,
        pages=golden.pages,
        evidence=golden.evidence,
        answer=golden.answer,
        results=tuple(
            Result(document=result["doc"], pages=(result["page"],), text=result["text"])
            for result in results
        ),
        given=answer.text if answered else None,
        citations=tuple(
            Result(document=citation["doc"], pages=(citation["page"],), text=citation["quote"])
            for citation in citations
        ),
    )
    record = {
        "question_id": golden.id,
        "answer": answer.text if answered else None,
        "refused": not answered,
        "citations": citations,
        "results": results,
    }
    return Outcome(golden=golden, case=case, answer=answer, milliseconds=elapsed, record=record)
