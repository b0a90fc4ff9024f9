"""Golden questions asked by a worker: what a run keeps, and when one is begun."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from factories import make_collection, make_document, make_tenant, make_upload, publish_text
from lectern.answering.golden_runs import finish_run, runs_of, start_run
from lectern.answering.golden_set import GoldenDraft, add_golden
from lectern.answering.models import Answer, GoldenResult, GoldenRun, Question
from lectern.backends.engines import question_embedder
from lectern.documents.collections import remove_collection
from lectern.documents.index_changes import index_changed
from lectern.documents.removal import remove_document
from lectern.errors import Conflict
from lectern.jobs.models import Job
from lectern.tenants.scoping import tenant_context
from lectern_workers import golden as asking
from lectern_workers.runner import run

PAGES = (
    "Claims are submitted within 30 days of the journey, with receipts.",
    "Parking at the site in Aarhus is free for the first hour.",
)
NOWHERE = "Who won the chess world championship in 1972?"


@pytest.fixture
def actor(committed):
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        yield actor


@pytest.fixture
def collection(actor):
    return make_collection(actor)


@pytest.fixture
def policy(actor, collection):
    return ready(actor, collection, *PAGES)


@pytest.fixture
def golden(actor, collection, policy):
    """Two questions that the policy answers and one that it does not."""
    drafts = [
        GoldenDraft(
            text="Within how many days must claims be submitted?",
            document=policy,
            pages=(1,),
            answer="within 30 days",
        ),
        GoldenDraft(text="Is parking free in Aarhus?", document=policy, pages=(2,)),
        GoldenDraft(text=NOWHERE, answerable=False),
    ]
    return [add_golden(actor, collection, draft) for draft in drafts]


def ready(actor, collection, *pages, title="Policy"):
    embedder = question_embedder(settings.STATE)
    return make_document(actor, collection, *pages, title=title, embedder=embedder)


def finished(actor, collection):
    """A run begun on request and done by a worker."""
    with tenant_context(actor.tenant_id):
        begun = start_run(actor, collection)
    return done(actor, begun)


def done(actor, begun):
    run(begun.job_id)
    with tenant_context(actor.tenant_id):
        return GoldenRun.objects.select_related("job").get(pk=begun.pk)


def waiting(collection):
    return list(runs_of(collection).filter(job__status=Job.Status.QUEUED))


def seconds_to_wait(begun):
    begun.job.refresh_from_db()
    return (begun.job.run_after - timezone.now()) / timedelta(seconds=1)


@pytest.fixture
def committed_golden(django_db_setup, django_db_blocker):
    """The golden questions as a worker sees them: committed."""
    with django_db_blocker.unblock():
        actor = make_tenant()
        with tenant_context(actor.tenant_id):
            collection = make_collection(actor)
            policy = ready(actor, collection, *PAGES)
            for number, text in enumerate(("Claims within how many days?", "Is parking free?"), 1):
                add_golden(
                    actor, collection, GoldenDraft(text=text, document=policy, pages=(number,))
                )
            add_golden(
                actor,
                collection,
                GoldenDraft(
                    text="Until when are claims submitted?",
                    document=policy,
                    pages=(1,),
                    answer="within 30 days",
                ),
            )
            add_golden(actor, collection, GoldenDraft(text=NOWHERE, answerable=False))
        yield actor, collection, policy


def test_a_run_tells_what_was_found_answered_and_refused(committed_golden):
    actor, collection, _ = committed_golden

    figures = finished(actor, collection).figures

    assert (figures["questions"], figures["found"], figures["hit_1"]) == (4, 3, 1.0)
    assert (figures["answered_right"], figures["refused_right"]) == (1.0, 1.0)
    assert figures["p50_ms"] > 0


def test_a_run_says_what_it_measured(committed_golden):
    actor, collection, _ = committed_golden

    subject = finished(actor, collection).subject

    assert (subject["documents"], subject["chunks"]) == (1, 2)
    assert subject["embedder"] == question_embedder(settings.STATE).name


def test_golden_questions_are_in_nobodys_history(committed_golden):
    actor, collection, _ = committed_golden

    finished(actor, collection)

    with tenant_context(actor.tenant_id):
        assert not Question.objects.exists()
        assert not Answer.objects.exists()


def test_a_killed_run_goes_on_where_it_was(committed_golden, monkeypatch):
    actor, collection, _ = committed_golden
    with tenant_context(actor.tenant_id):
        begun = start_run(actor, collection)
    asked, ask = [], asking._ask

    def killed_after_two(context, golden_run, golden):
        asked.append(golden.pk)
        if len(asked) == 3:
            raise MemoryError
        ask(context, golden_run, golden)

    monkeypatch.setattr(asking, "_ask", killed_after_two)
    run(begun.job_id)
    with tenant_context(actor.tenant_id):
        Job.objects.filter(pk=begun.job_id).update(run_after=timezone.now())
    ended = done(actor, begun)

    assert ended.finished_at is not None
    assert len(asked) == 5
    assert len(set(asked)) == 4
    with tenant_context(actor.tenant_id):
        assert GoldenResult.objects.filter(run=begun).count() == 4


def test_a_run_is_compared_with_the_one_before(committed_golden):
    actor, collection, policy = committed_golden
    first = finished(actor, collection)
    with tenant_context(actor.tenant_id):
        # What answers stands on another page from now on.
        upload = make_upload(actor, collection, text="newer")
        version = upload.version
        version.document_id = policy.pk
        version.number = 2
        version.save()
        pages = ("A page of its own in front.", *PAGES)
        publish_text(version, *pages, embedder=question_embedder(settings.STATE))

    figures = finished(actor, collection).figures

    assert figures["before"] == str(first.pk)
    assert (figures["worse"], figures["better"]) == (3, 0)


def test_a_question_that_was_deleted_meanwhile_has_no_result(committed_golden, monkeypatch):
    actor, collection, _ = committed_golden
    with tenant_context(actor.tenant_id):
        begun = start_run(actor, collection)
    ask = asking._ask

    def deleted_before(context, golden_run, golden):
        if not golden.answerable:
            with tenant_context(actor.tenant_id):
                golden.delete()
                golden.pk = golden.id
        ask(context, golden_run, golden)

    monkeypatch.setattr(asking, "_ask", deleted_before)

    assert done(actor, begun).figures["questions"] == 3


# --- what begins a run ------------------------------------------------------------------


def test_without_golden_questions_there_is_nothing_to_run(actor, collection):
    with pytest.raises(Conflict, match="no golden questions"):
        start_run(actor, collection)


def test_a_run_that_waits_is_the_one_that_is_asked_for(actor, collection, golden):
    assert start_run(actor, collection) == start_run(actor, collection)


def test_changed_documents_are_measured_once_nothing_more_comes(actor, collection, golden):
    ready(actor, collection, "One more page.", title="One")
    ready(actor, collection, "And another.", title="Two")

    (begun,) = waiting(collection)
    assert begun.cause == GoldenRun.Cause.INDEX
    assert 170 < seconds_to_wait(begun) <= 181


def test_a_removed_document_is_a_change(actor, collection, golden):
    other = ready(actor, collection, "One more page.", title="One")
    Job.objects.filter(kind=Job.Kind.RUN_GOLDEN).update(status=Job.Status.SUCCEEDED)

    remove_document(actor, other)

    assert len(waiting(collection)) == 1


def test_another_embedder_is_measured_at_once(actor, collection, golden):
    ready(actor, collection, "One more page.", title="One")

    index_changed(collection, complete=True)

    (begun,) = waiting(collection)
    assert seconds_to_wait(begun) < 1


def test_what_somebody_asked_for_is_not_put_off_by_documents(actor, collection, golden):
    begun = start_run(actor, collection)

    ready(actor, collection, "One more page.", title="One")

    assert waiting(collection) == [begun]
    assert seconds_to_wait(begun) < 1


def test_without_golden_questions_a_change_begins_nothing(actor, collection):
    ready(actor, collection, "A page.", title="One")

    assert not GoldenRun.objects.exists()


def test_a_removed_collection_leaves_no_run_waiting(actor, collection, golden):
    begun = start_run(actor, collection)

    remove_collection(actor, collection)

    assert Job.objects.get(pk=begun.job_id).status == Job.Status.CANCELLED
    assert not Job.objects.filter(kind=Job.Kind.RUN_GOLDEN, status=Job.Status.QUEUED).exists()


def test_a_removed_document_takes_its_golden_questions_and_results_along(
    actor, collection, policy, golden
):
    begun = start_run(actor, collection)
    GoldenResult.objects.create(
        tenant_id=actor.tenant_id,
        run=begun,
        question=golden[0],
        rank=1,
        refused=False,
        milliseconds=1.0,
    )

    remove_document(actor, policy)

    assert list(collection.golden.values_list("text", flat=True)) == [NOWHERE]
    assert not GoldenResult.objects.exists()
    assert finish_run(begun)["questions"] == 0
