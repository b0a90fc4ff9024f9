"""Golden runs as people read them: each question's result, and what changed since a former run.

Only results of questions are shown whose documents the reader may read, and of their passages
only those of such documents; the figures of a run count all of its questions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from lectern.answering.golden_runs import run_before, runs_of, standing_of
from lectern.answering.golden_set import visible
from lectern.answering.models import GoldenQuestion, GoldenResult, GoldenRun
from lectern.answering.standings import Change, Standing, change
from lectern.documents.models import Collection, Document
from lectern.documents.readable import readable_documents
from lectern.errors import NotFound
from lectern.tenants.access import Principal

PLACES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a passage of a result is from, and whether that is the right place."""

    document: Document
    page: int
    score: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """A result with the places of its passages, best first."""

    result: GoldenResult
    places: tuple[Place, ...]

    @property
    def standing(self) -> Standing:
        """How it went."""
        return standing_of(self.result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One question in a run and in an earlier one; None if it was not asked then."""

    golden: GoldenQuestion
    after: ReadResult
    before: ReadResult | None
    change: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run beside an earlier one: the questions by how they changed, ``new`` if not asked then."""

    run: GoldenRun
    before: GoldenRun | None
    worse: tuple[Compared, ...]
    better: tuple[Compared, ...]
    same: tuple[Compared, ...]
    new: tuple[Compared, ...]

    @property
    def listed(self) -> tuple[Compared, ...]:
        """All questions, those that got worse first."""
        return (*self.worse, *self.better, *self.new, *self.same)


def comparison_of(actor: Principal, run: GoldenRun, against: UUID | None = None) -> Comparison:
    """``run`` beside the run ``against`` of its collection, else the one finished before it."""
    before = _earlier(run, against)
    results, earlier = _results(actor, run), _results(actor, before) if before else {}
    documents = _documents(actor, [*results.values(), *earlier.values()])
    compared = [
        _compared(result, earlier.get(question), documents) for question, result in results.items()
    ]
    return Comparison(
        run=run,
        before=before,
        worse=tuple(each for each in compared if each.change is Change.WORSE),
        better=tuple(each for each in compared if each.change is Change.BETTER),
        same=tuple(each for each in compared if each.change is Change.SAME),
        new=tuple(each for each in compared if each.change is None),
    )


def last_finished(collection: Collection) -> GoldenRun | None:
    """The run of ``collection`` that was finished last."""
    return runs_of(collection).filter(finished_at__isnull=False).order_by("-finished_at").first()


def last_results(questions: Iterable[GoldenQuestion]) -> dict[UUID, GoldenResult]:
    """The newest result of each of ``questions`` that has one."""
    results = GoldenResult.objects.filter(question__in=[each.pk for each in questions])
    newest = results.order_by("question_id", "-run__created_at").distinct("question_id")
    return {result.question_id: result for result in newest.select_related("question", "run")}


def _earlier(run: GoldenRun, against: UUID | None) -> GoldenRun | None:
    if against is None:
        return run_before(run)
    other = runs_of(run.collection).filter(pk=against).first()
    if other is None:
        raise NotFound("There is no such golden run. It may have been deleted.")
    return other


def _results(actor: Principal, run: GoldenRun) -> dict[UUID, GoldenResult]:
    questions = visible(actor, GoldenQuestion.objects.filter(collection=run.collection))
    results = GoldenResult.objects.filter(run=run, question__in=questions)
    listed = results.select_related("question__document").order_by("question__created_at", "id")
    return {result.question_id: result for result in listed}


def _documents(actor: Principal, results: Iterable[GoldenResult]) -> dict[str, Document]:
    wanted = {document for result in results for document, *_ in result.passages[:PLACES_SHOWN]}
    readable = readable_documents(actor).filter(pk__in=wanted)
    return {str(document.pk): document for document in readable}


def _compared(
    after: GoldenResult, before: GoldenResult | None, documents: Mapping[str, Document]
) -> Compared:
    return Compared(
        golden=after.question,
        after=_read(after, documents),
        before=_read(before, documents) if before else None,
        change=change(standing_of(before), standing_of(after)) if before else None,
    )


def _read(result: GoldenResult, documents: Mapping[str, Document]) -> ReadResult:
    golden = result.question
    places = (
        Place(
            document=documents[document],
            page=page,
            score=score,
            right=document == str(golden.document_id)
            and (not golden.pages or page in golden.pages),
        )
        for document, page, score in result.passages[:PLACES_SHOWN]
        if document in documents
    )
    return ReadResult(result=result, places=tuple(places))
