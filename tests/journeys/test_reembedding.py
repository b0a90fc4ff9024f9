"""Embedding a collection with another model by a worker that is killed in the middle."""

import pytest
from django.conf import settings as configured
from django.db import connection

from factories import make_collection, make_document, make_tenant
from lectern.backends.engines import question_embedder
from lectern.backends.installed import add
from lectern.backends.weights import EMBEDDER_NAME
from lectern.documents.retrievers import start_reembedding
from lectern.tenants.scoping import tenant_context
from small_models import save_small_model
from worker_processes import WorkerProcess, wait_until

CHUNKS = 3000
SECONDS = 120


@pytest.fixture
def small(settings, tmp_path) -> str:
    """The name of a second embedder, installed in a state folder of its own."""
    question_embedder(configured.STATE)
    (tmp_path / "models").mkdir()
    known = (configured.STATE / "models" / EMBEDDER_NAME).resolve()
    (tmp_path / "models" / EMBEDDER_NAME).symlink_to(known)
    settings.STATE = tmp_path
    return add(tmp_path, "small", save_small_model(tmp_path / "saved")).name


@pytest.fixture
def hire(server_environment, broker, tmp_path):
    """Starts workers that know the second embedder."""
    lease = {"LECTERN_STATE": str(tmp_path), "LECTERN_JOB_LEASE_SECONDS": "3"}
    hired: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        log_file = tmp_path / f"worker{len(hired)}.log"
        hired.append(WorkerProcess("lectern_workers.app", server_environment | lease, log_file))
        hired[-1].await_ready()
        return hired[-1]

    yield start
    for worker in hired:
        worker.end()


def vectors_of(actor, name):
    """How many vectors of the embedder there are, and of how many chunks."""
    with tenant_context(actor.tenant_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT chunk_id) FROM documents_chunkembedding"
            " WHERE embedder = %s",
            [name],
        )
        return cursor.fetchone()


def status_of(actor, job):
    with tenant_context(actor.tenant_id):
        job.refresh_from_db()
    return job.status


def test_a_worker_that_is_killed_in_the_middle_costs_no_vector_and_makes_none_twice(
    committed, hire, small
):
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        collection = make_collection(actor)
        make_document(
            actor,
            collection,
            "\n\n".join(f"Rule {number} of the house." for number in range(CHUNKS)),
        )
    worker = hire()
    with tenant_context(actor.tenant_id):
        job = start_reembedding(actor, collection, small)

    wait_until(lambda: vectors_of(actor, small)[0], seconds=SECONDS, otherwise=worker.log)
    worker.kill()
    made, switched = vectors_of(actor, small)[0], embedder_of(actor, collection)
    worker = hire()
    wait_until(lambda: status_of(actor, job) == "succeeded", seconds=SECONDS, otherwise=worker.log)

    assert 0 < made < CHUNKS
    assert switched == EMBEDDER_NAME
    assert vectors_of(actor, small) == (CHUNKS, CHUNKS)
    assert embedder_of(actor, collection) == small


def embedder_of(actor, collection):
    with tenant_context(actor.tenant_id):
        collection.refresh_from_db()
        return collection.embedder
