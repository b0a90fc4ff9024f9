"""Answering a question: the whole path, from top to bottom.

Nothing here holds a database connection between two events: each step that needs the
database opens the tenant for itself, so a slow reader of a stream costs nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.db import Error

from lectern import sdk
from lectern.answering.checking import blocked, check
from lectern.answering.citing import CitationDraft, CitedText, cite
from lectern.answering.computing import computed
from lectern.answering.evidence import Evidence, weigh
from lectern.answering.follow_ups import standalone
from lectern.answering.models import Answer, Question
from lectern.answering.quoting import quote
from lectern.answering.recording import record_answer
from lectern.answering.table_sources import cite_cells, sources_of
from lectern.backends.engines import question_embedder
from lectern.documents.clock import Clock
from lectern.documents.joining import joined
from lectern.documents.models import Collection, Document
from lectern.documents.passages import Passage, Retrieval
from lectern.documents.scope import scope_of
from lectern.documents.search import retrieve
from lectern.documents.tuning import tuning_of
from lectern.documents.understanding import prefer
from lectern.errors import Invalid, LecternError
from lectern.tenants.access import Permission, Principal, require
from lectern.tenants.scoping import tenant_context

ENGINE = "quotation"
COMPUTING = "computation"
PASSAGES = 10
RANKED = 12  # some are joined
REFUSAL = "Nothing in these documents answers that."
FAILURE = "Something failed here while this was answered. Ask again."
NO_DOCUMENTS = "There is nothing to search yet: no document here is ready. Add documents first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The question was stored and these passages were found for it, best first.

    ``searched_for`` is the question as it was searched for: a follow-up written out.
    """

    question_id: UUID
    passages: tuple[Passage, ...]
    searched_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The next sentence of the answer, with what it rests on."""

    text: str
    citation: CitationDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The answer, or the refusal, was stored; this is always the last event."""

    answer_id: UUID
    outcome: str
    text: str


Event = Sources | Sentence | Done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What is answered: a cited text, or a refusal with its reason."""

    outcome: str
    cited: CitedText
    findings: Sequence[sdk.Finding] = ()


def answer_question(
    actor: Principal,
    collection: Collection,
    text: str,
    *,
    document: Document | None = None,
    previous: Question | None = None,
) -> Iterator[Event]:
    """Answer ``text`` from ``collection``, or from one ``document`` of it.

    What a follow-up leaves out is taken from the ``previous`` question. Refuses bad questions
    at once; searching begins with the first event that is taken.
    """
    require(actor, Permission.ASK)
    text = checked_question(text)
    question = Question(
        tenant_id=actor.tenant_id,
        collection=collection,
        document=document,
        text=text,
        previous=previous,
        standalone=_written_out(text, previous),
        asked_by_id=actor.user_id,
        asked_with_key=actor.key_id,
    )
    return _events(actor, question)


def answer_of(events: Iterator[Event]) -> Answer:
    """Take all ``events`` and give the stored answer. Runs inside the tenant."""
    *_, done = events
    assert isinstance(done, Done)
    answer: Answer = Answer.objects.select_related("question").get(pk=done.answer_id)
    return answer


def searched_for(question: Question) -> str:
    """The question as it stands alone."""
    return question.standalone or question.text


def _written_out(text: str, previous: Question | None) -> str:
    """``text`` with what it takes from the question before; empty if it stands alone."""
    if previous is None:
        return ""
    written = standalone(text, searched_for(previous))[: settings.MAX_QUESTION_CHARACTERS]
    return "" if written == text else written


def _events(actor: Principal, question: Question) -> Iterator[Event]:
    clock = Clock()
    collection, text = question.collection, searched_for(question)
    embedder = question_embedder(settings.STATE, collection.embedder)
    with tenant_context(actor.tenant_id):
        question.save(force_insert=True)
        scope, understanding = prefer(scope_of(actor, [collection], question.document), text)
        clock.note("understanding")
        found = retrieve(scope, understanding.expanded(text), embedder, limit=RANKED)
        found = replace(found, passages=joined(found.passages, limit=PASSAGES))
        threshold = tuning_of(collection).threshold
        evidence = weigh(text, found.passages, found.rarities, threshold, understanding)
    clock.note("search")
    try:
        yield Sources(question_id=question.pk, passages=found.passages, searched_for=text)
        yield from _answered(actor, question, found, evidence, clock)
    except Exception as error:
        # Where the database is what failed, the question stays without a verdict.
        with suppress(Error):
            _record_failure(actor, question, error, clock)
        raise


def _answered(
    actor: Principal, question: Question, found: Retrieval, evidence: Evidence, clock: Clock
) -> Iterator[Event]:
    text, collection = searched_for(question), question.collection
    embedder = question_embedder(settings.STATE, collection.embedder)
    with tenant_context(actor.tenant_id):
        computation = computed(text, sources_of(found.passages))
    clock.note("compute")
    quoting = evidence.suffices and computation is None
    quotes = quote(text, found, embedder) if quoting else []
    clock.note("quote")
    with tenant_context(actor.tenant_id):
        cited = cite_cells(computation) if computation else cite(quotes)
        verdict = _judge(collection.plugin, text, cited, found)
    clock.note("check")
    yield from _sentences(verdict.cited)

    with tenant_context(actor.tenant_id):
        answer = record_answer(
            Answer(
                tenant_id=actor.tenant_id,
                question=question,
                outcome=verdict.outcome,
                text=verdict.cited.text,
                engine=COMPUTING if computation else ENGINE,
                adapter=collection.answerer,
                confidence=evidence.probability,
                computation=computation.facts if computation and verdict.cited.citations else {},
                timings=clock.steps,
            ),
            verdict.cited.citations,
            verdict.findings,
            found.passages,
        )
    yield Done(answer_id=answer.pk, outcome=answer.outcome, text=answer.text)


def _sentences(cited: CitedText) -> Iterator[Sentence]:
    """Each sentence once, with the first place that it rests on."""
    told: set[tuple[int, int]] = set()
    for citation in cited.citations:
        if citation.sentence not in told:
            told.add(citation.sentence)
            start, end = citation.sentence
            yield Sentence(text=cited.text[start:end], citation=citation)


def _record_failure(actor: Principal, question: Question, error: Exception, clock: Clock) -> None:
    with tenant_context(actor.tenant_id):
        Answer.objects.create(
            tenant_id=actor.tenant_id,
            question=question,
            outcome=Answer.Outcome.FAILED,
            text=error.message if isinstance(error, LecternError) else FAILURE,
            engine=ENGINE,
            adapter=question.collection.answerer,
            confidence=0.0,
            timings=clock.steps,
        )


def _judge(plugin: str, question: str, cited: CitedText, found: Retrieval) -> _Verdict:
    if not cited.citations:
        text = REFUSAL if found.passages else NO_DOCUMENTS
        return _Verdict(outcome=Answer.Outcome.REFUSED, cited=CitedText(text=text, citations=()))
    findings = check(plugin, question, cited, found.passages)
    if reason := blocked(findings):
        refusal = CitedText(text=reason, citations=())
        return _Verdict(outcome=Answer.Outcome.REFUSED, cited=refusal, findings=findings)
    return _Verdict(outcome=Answer.Outcome.ANSWERED, cited=cited, findings=findings)


def checked_question(text: str) -> str:
    """``text`` as it is searched for; ``Invalid`` if it is empty or too long."""
    # Postgres stores neither NUL nor what a terminal sent that is no Unicode.
    text = text.replace("\0", "").encode(errors="replace").decode().strip()
    if not text:
        raise Invalid("The question is empty. Type a question.", code="question_empty")
    if len(text) > settings.MAX_QUESTION_CHARACTERS:
        raise Invalid(
            f"The question has {len(text):,} characters; the limit is "
            f"{settings.MAX_QUESTION_CHARACTERS:,}. Shorten it; a long text can be uploaded.",
            code="question_too_long",
        )
    return text
