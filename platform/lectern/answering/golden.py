"""Golden questions: read from a file, asked on the path that people use, and measured."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lectern.answering.ask import answer_of, answer_question
from lectern.answering.measures import Case, Result
from lectern.answering.models import Answer
from lectern.documents.models import Collection, Document
from lectern.errors import Invalid
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenQuestion:
    """A question with what is right about it.

    ``document`` is the gold document's path; ``pages`` are physical, from 1, empty where
    there are none; ``answer`` None means that the documents do not answer. ``within`` tells
    to ask within that one document.
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

    golden: GoldenQuestion
    case: Case
    answer: Answer
    milliseconds: float
    record: dict[str, Any]


def golden_questions(file: Path) -> list[GoldenQuestion]:
    """The questions of a JSON-lines file; ``Invalid`` names the line that is wrong."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file.name} is not UTF-8: {error}. Save it as UTF-8.") from error
    questions = []
    # Not splitlines(): a text may hold separators that end no line of JSON.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            questions.append(_golden(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(
                f"{file.name}, line {number} is no golden question: it needs id, question, answer, "
                f"doc, pages and evidence_text as JSON ({error!r})"
            ) from error
    return questions


def ask_golden(
    actor: Principal,
    collection: Collection,
    questions: list[GoldenQuestion],
    documents: Mapping[str, Document],
) -> Iterator[Outcome]:
    """Ask each question; ``documents`` by the path under which the questions name them."""
    paths = {str(document.pk): path for path, document in documents.items()}
    for golden in questions:
        started = time.perf_counter()
        with tenant_context(actor.tenant_id):
            within = documents.get(golden.document) if golden.within else None
            answer = answer_of(answer_question(actor, collection, golden.text, document=within))
            elapsed = (time.perf_counter() - started) * 1000
            outcome = _outcome(golden, answer, paths, elapsed)
        yield outcome


def _golden(row: Mapping[str, Any]) -> GoldenQuestion:
    return GoldenQuestion(
        id=str(row["id"]),
        text=row["question"],
        answer=row["answer"],
        document=row["doc"] or "",
        pages=tuple(int(page) for page in row["pages"]),
        evidence=row["evidence_text"],
        within=row.get("scope") == "doc",
    )


def _outcome(
    golden: GoldenQuestion, answer: Answer, paths: Mapping[str, str], elapsed: float
) -> Outcome:
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
    )
    record = {
        "question_id": golden.id,
        "answer": answer.text if answered else None,
        "refused": not answered,
        "citations": citations,
        "results": results,
    }
    return Outcome(golden=golden, case=case, answer=answer, milliseconds=elapsed, record=record)
