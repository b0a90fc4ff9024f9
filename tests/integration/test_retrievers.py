"""Changing a collection's embedder while documents come and go and people ask."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection, connections

from factories import make_collection, make_document, make_tenant, make_upload, publish_text
from fakes import HashEmbedder
from lectern.backends.engines import ingestion_embedder, question_embedder
from lectern.backends.installed import add, installed
from lectern.backends.weights import EMBEDDER_NAME
from lectern.documents import vector_index
from lectern.documents.index import EmbedderChanged, hold_index
from lectern.documents.models import Collection, Retriever
from lectern.documents.removal import remove_document
from lectern.documents.retrievers import (
    drop_retriever,
    retrievers_of,
    start_reembedding,
    switch,
    use_retriever,
)
from lectern.documents.scope import scope_of
from lectern.documents.search import retrieve
from lectern.errors import Conflict, NotAllowed, Unavailable
from lectern.jobs.models import Job
from lectern.tenants.access import Principal, Role, system_principal
from lectern.tenants.scoping import tenant_context
from lectern_workers import reembedding
from lectern_workers.runner import run
from small_models import DIMENSIONS, save_small_model

PAGE = "\n\n".join(f"Paragraph {number} tells of item {number * 7}." for number in range(9))


@pytest.fixture(scope="module")
def state_with_models(tmp_path_factory) -> Path:
    """A state folder with the built-in model and a small one."""
    state = tmp_path_factory.mktemp("state")
    (state / "models").mkdir()
    known = configured.STATE / "models" / EMBEDDER_NAME
    question_embedder(configured.STATE)
    (state / "models" / EMBEDDER_NAME).symlink_to(known.resolve())
    add(state, "small", save_small_model(tmp_path_factory.mktemp("small")))
    return state


@pytest.fixture
def small(settings, state_with_models) -> str:
    """The name of an installed embedder besides the built-in one."""
    settings.STATE = state_with_models
    return installed(state_with_models)[1].name


@pytest.fixture
def stored(committed, small) -> tuple[Principal, Collection]:
    """A tenant with a collection of nine chunks, embedded by the (fake) built-in one."""
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        collection = make_collection(actor)
        make_document(actor, collection, PAGE)
    return actor, collection


def started(actor: Principal, collection: Collection, name: str) -> Job:
    with tenant_context(actor.tenant_id):
        return start_reembedding(actor, collection, name)


def reembedded(actor: Principal, collection: Collection, name: str) -> Job:
    job = started(actor, collection, name)
    run(job.pk)
    return now(actor, job)


def now(actor: Principal, job: Job) -> Job:
    with tenant_context(actor.tenant_id):
        job.refresh_from_db()
    return job


def in_use(actor: Principal, collection: Collection) -> str:
    with tenant_context(actor.tenant_id):
        collection.refresh_from_db()
        return collection.embedder


def vectors(actor: Principal) -> dict[str, int]:
    """How many vectors the tenant has of each embedder, and dimensions."""
    with tenant_context(actor.tenant_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT embedder, dimensions, count(*) FROM documents_chunkembedding GROUP BY 1, 2"
        )
        return {(name, dimensions): count for name, dimensions, count in cursor.fetchall()}


def test_a_collection_is_searched_with_the_new_embedder_once_all_vectors_are_there(stored, small):
    actor, collection = stored

    job = reembedded(actor, collection, small)

    assert (job.status, job.result) == ("succeeded", {"embedder": small, "vectors": 9})
    assert in_use(actor, collection) == small
    assert vectors(actor) == {(EMBEDDER_NAME, 384): 9, (small, DIMENSIONS): 9}


def test_a_question_is_compared_with_vectors_of_its_own_embedder(stored, small):
    actor, collection = stored
    reembedded(actor, collection, small)
    embedder = question_embedder(configured.STATE, small)

    with tenant_context(actor.tenant_id):
        collection.refresh_from_db()
        found = retrieve(scope_of(actor, [collection]), "item 49", embedder).passages

    texts = ingestion_embedder(configured.STATE, small).embed([p.text for p in found])
    expected = texts @ embedder.embed(["item 49"])[0]
    assert len(found) == 9
    assert [p.dense for p in found] == pytest.approx(list(expected), abs=2e-3)


def test_until_then_it_is_searched_as_before(stored, small, monkeypatch):
    monkeypatch.setattr(reembedding, "EMBEDDED_AT_ONCE", 4)
    monkeypatch.setattr(reembedding, "TURN", timedelta())
    actor, collection = stored

    job = reembedded(actor, collection, small)

    assert job.status == "queued"
    assert in_use(actor, collection) == EMBEDDER_NAME
    assert vectors(actor)[small, DIMENSIONS] == 4


def in_turns(actor: Principal, job: Job, monkeypatch, *between) -> Job:
    """Run the job in turns of four chunks, doing one of ``between`` after each."""
    monkeypatch.setattr(reembedding, "EMBEDDED_AT_ONCE", 4)
    monkeypatch.setattr(reembedding, "TURN", timedelta())
    for interlude in (*between, *[lambda: None] * 9):
        run(job.pk)
        with tenant_context(actor.tenant_id):
            interlude()
        if not now(actor, job).active:
            return job
    return job


def test_what_one_turn_made_the_next_does_not_make_again(stored, small, monkeypatch):
    actor, collection = stored

    job = in_turns(actor, started(actor, collection, small), monkeypatch)

    assert job.status == "succeeded"
    assert vectors(actor)[small, DIMENSIONS] == 9


def test_a_document_that_comes_without_the_new_vectors_gets_them_before_the_switch(
    stored, small, monkeypatch
):
    actor, collection = stored
    job = started(actor, collection, small)

    job = in_turns(
        actor,
        job,
        monkeypatch,
        lambda: make_document(actor, collection, "One more paragraph.\n\nAnd another."),
    )

    assert job.status == "succeeded"
    assert vectors(actor) == {(EMBEDDER_NAME, 384): 11, (small, DIMENSIONS): 11}


def test_a_document_that_is_deleted_meanwhile_leaves_no_vectors(stored, small, monkeypatch):
    actor, collection = stored
    with tenant_context(actor.tenant_id):
        doomed = make_document(actor, collection, "To be deleted.\n\nAll of it.")
    job = started(actor, collection, small)

    job = in_turns(actor, job, monkeypatch, lambda: remove_document(actor, doomed))

    assert job.status == "succeeded"
    assert vectors(actor) == {(EMBEDDER_NAME, 384): 9, (small, DIMENSIONS): 9}


def test_a_new_document_gets_vectors_of_every_embedder_that_is_kept(stored, small):
    actor, collection = stored
    reembedded(actor, collection, small)
    with tenant_context(actor.tenant_id):
        upload = make_upload(actor, collection, "A rule for bearings.")

    run(upload.version.job_id)

    assert vectors(actor) == {(EMBEDDER_NAME, 384): 10, (small, DIMENSIONS): 10}


def test_vectors_of_the_former_embedder_alone_are_not_published_after_the_switch(stored, small):
    actor, collection = stored
    reembedded(actor, collection, small)

    with tenant_context(actor.tenant_id), pytest.raises(EmbedderChanged, match="was switched"):
        upload = make_upload(actor, collection)
        publish_text(upload.version, "Too late.", embedder=HashEmbedder())


def test_a_document_that_is_read_during_the_switch_is_embedded_again(stored, small):
    actor, collection = stored
    reembedded(actor, collection, small)
    with tenant_context(actor.tenant_id):
        use_retriever(actor, collection, EMBEDDER_NAME)
        Retriever.objects.filter(name=small).delete()
        upload = make_upload(actor, collection, "A rule for bearings.")
    reading = threading.Thread(target=run, args=[upload.version.job_id])

    with tenant_context(actor.tenant_id):
        held = hold_index(collection.pk)
        reading.start()
        wait_until_somebody_waits_for_a_lock()
        switch(system_principal(actor.tenant_id), held, small, dimensions=DIMENSIONS)
    reading.join(60)

    with tenant_context(actor.tenant_id):
        upload.version.refresh_from_db()
    assert upload.version.ready_at is not None
    assert vectors(actor)[small, DIMENSIONS] == 10


def wait_until_somebody_waits_for_a_lock() -> None:
    with connections["owner"].cursor() as cursor:
        for _ in range(600):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.1)
    raise AssertionError("nobody waited for the index")


def test_switching_back_takes_less_than_a_second_and_finds_the_same(stored, small):
    actor, collection = stored
    with tenant_context(actor.tenant_id):
        collection.refresh_from_db()
        before = retrieve(scope_of(actor, [collection]), "item 49", HashEmbedder()).passages
    reembedded(actor, collection, small)

    begun = time.perf_counter()
    with tenant_context(actor.tenant_id):
        use_retriever(actor, collection, EMBEDDER_NAME)
    taken = time.perf_counter() - begun

    assert in_use(actor, collection) == EMBEDDER_NAME
    with tenant_context(actor.tenant_id):
        after = retrieve(scope_of(actor, [collection]), "item 49", HashEmbedder()).passages
    assert after == before
    assert taken < 1


def test_switching_to_vectors_that_are_incomplete_is_refused(stored, small, monkeypatch):
    actor, collection = stored
    monkeypatch.setattr(reembedding, "EMBEDDED_AT_ONCE", 4)
    monkeypatch.setattr(reembedding, "TURN", timedelta())
    reembedded(actor, collection, small)

    with tenant_context(actor.tenant_id), pytest.raises(Conflict, match="no vectors of"):
        use_retriever(actor, collection, small)

    assert in_use(actor, collection) == EMBEDDER_NAME


def test_a_job_whose_vectors_are_dropped_meanwhile_stops(stored, small, monkeypatch):
    actor, collection = stored
    job = started(actor, collection, small)

    job = in_turns(actor, job, monkeypatch, lambda: drop_retriever(actor, collection, small))

    assert job.status == "cancelled"
    assert vectors(actor) == {(EMBEDDER_NAME, 384): 9}


def test_dropped_vectors_are_gone_and_can_be_made_again(stored, small):
    actor, collection = stored
    reembedded(actor, collection, small)
    with tenant_context(actor.tenant_id):
        use_retriever(actor, collection, EMBEDDER_NAME)
        dropped = drop_retriever(actor, collection, small)

    assert dropped == 9
    assert vectors(actor) == {(EMBEDDER_NAME, 384): 9}
    assert reembedded(actor, collection, small).status == "succeeded"


def test_the_embedder_in_use_cannot_be_dropped(stored, small):
    actor, collection = stored

    with tenant_context(actor.tenant_id), pytest.raises(Conflict, match="Switch to another"):
        drop_retriever(actor, collection, EMBEDDER_NAME)


def test_an_embedder_that_is_not_installed_cannot_be_chosen(stored):
    with pytest.raises(Unavailable, match="not installed"):
        started(*stored, "nobody")


def test_readers_cannot_change_the_embedder(stored, small):
    actor, collection = stored
    reader = make_tenant(role=Role.READER)

    with tenant_context(actor.tenant_id), pytest.raises(NotAllowed):
        start_reembedding(reader, collection, small)


def test_what_there_is_of_each_embedder_is_told(stored, small, monkeypatch):
    actor, collection = stored
    job = in_turns(actor, started(actor, collection, small), monkeypatch, lambda: None)
    with tenant_context(actor.tenant_id):
        use_retriever(actor, collection, EMBEDDER_NAME)
        collection.refresh_from_db()

        first, second = retrievers_of(collection)

    assert (first.name, first.dimensions, first.in_use) == (EMBEDDER_NAME, 384, True)
    assert (second.name, second.dimensions, second.in_use) == (small, DIMENSIONS, False)
    assert (second.present, second.missing, second.complete) == (9, 0, True)
    assert second.job == job


def test_a_large_collection_is_not_switched_before_its_index_is_there(stored, small, monkeypatch):
    actor, collection = stored
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 5)

    job = reembedded(actor, collection, small)

    assert job.status == "queued"
    assert in_use(actor, collection) == EMBEDDER_NAME
    list(vector_index.build_missing_indexes())
    with tenant_context(actor.tenant_id):
        Job.objects.filter(pk=job.pk).update(run_after=job.created_at)
    run(job.pk)
    assert (now(actor, job).status, in_use(actor, collection)) == ("succeeded", small)
    drop_indexes()


def drop_indexes() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'near\\_%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
