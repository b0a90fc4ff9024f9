"""Calling workers: whom, in which order, and what happens when the broker does not answer."""

import base64
import json
import socket
import time
from contextlib import closing
from uuid import UUID, uuid4

import pytest

from factories import make_tenant
from lectern.embedded.addresses import BROKER_PREFIX
from lectern.jobs import queue
from lectern.jobs.announcing import PLACES, announce_waiting
from lectern.jobs.broker import QUEUES, calls_waiting
from lectern.jobs.models import Job
from lectern.tenants.scoping import tenant_context

INGEST = Job.Kind.INGEST_DOCUMENT


@pytest.fixture
def silent_server():
    """Accepts connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=50)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def closed_port():
    """Nobody listens here."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


def queue_jobs(actor, count):
    with tenant_context(actor.tenant_id):
        return [
            queue.enqueue(actor.tenant_id, INGEST, {"version_id": str(uuid4())}).pk
            for _ in range(count)
        ]


def called(broker):
    """The jobs that workers are called for, first call first; the calls are gone afterwards."""
    calls, key = [], f"{BROKER_PREFIX}{QUEUES[INGEST]}"
    while message := broker.rpop(key):
        arguments, _, _ = json.loads(base64.b64decode(json.loads(message)["body"]))
        calls.append(UUID(arguments[0]))
    return calls


def test_a_job_is_called_for_when_its_transaction_commits(committed, broker):
    jobs = queue_jobs(make_tenant(), 1)

    assert called(broker) == jobs


def test_a_job_whose_transaction_fails_is_not_called_for(committed, broker):
    actor = make_tenant()

    with pytest.raises(ZeroDivisionError), tenant_context(actor.tenant_id):
        queue.enqueue(actor.tenant_id, INGEST, {})
        _ = 1 / 0

    assert called(broker) == []


def test_a_message_carries_the_id_of_the_job_and_nothing_of_its_content(committed, broker):
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        queue.enqueue(actor.tenant_id, INGEST, {"version_id": "secret"})

    message = broker.rpop(f"{BROKER_PREFIX}{QUEUES[INGEST]}")
    body = base64.b64decode(json.loads(message)["body"])

    assert b"secret" not in message + body


def test_of_a_thousand_jobs_of_a_tenant_a_few_are_called_for(committed, broker):
    jobs = queue_jobs(make_tenant(), PLACES + 10)

    assert called(broker) == jobs[:PLACES]


def test_the_place_of_a_job_that_was_taken_goes_to_the_next(committed, broker):
    actor = make_tenant()
    jobs = queue_jobs(actor, PLACES + 2)
    called(broker)
    queue.claim(jobs[0])

    announce_waiting(INGEST, tenant_id=actor.tenant_id)

    assert called(broker) == [jobs[PLACES]]


def test_tenants_are_called_for_in_turns(committed, broker, settings):
    settings.BROKER_URL = ""
    busy = queue_jobs(make_tenant(), 3)
    quiet = queue_jobs(make_tenant(), 1)
    settings.BROKER_URL = broker_url(broker)

    announce_waiting(INGEST, at_most=1000)

    ours = [job for job in called(broker) if job in {*busy, *quiet}]
    assert ours == [busy[0], quiet[0], busy[1], busy[2]]


def test_a_call_that_was_lost_is_repeated_after_a_lease(committed, broker, settings):
    actor = make_tenant()
    jobs = queue_jobs(actor, 1)
    broker.flushall()
    settings.JOB_LEASE_SECONDS = 0

    announce_waiting(INGEST, tenant_id=actor.tenant_id)

    assert called(broker) == jobs


def test_a_call_is_not_repeated_while_it_may_still_be_answered(committed, broker):
    actor = make_tenant()
    queue_jobs(actor, 1)
    called(broker)

    announce_waiting(INGEST, tenant_id=actor.tenant_id)

    assert called(broker) == []


def test_calls_that_no_worker_took_are_counted(committed, broker):
    queue_jobs(make_tenant(), 3)

    assert calls_waiting(INGEST) == 3


def test_an_empty_queue_holds_no_calls(broker):
    assert calls_waiting(INGEST) == 0


@pytest.mark.parametrize("server", ["silent_server", "closed_port"])
def test_a_dead_broker_costs_whoever_queues_a_job_less_than_a_second(
    committed, settings, request, server
):
    settings.BROKER_URL = request.getfixturevalue(server)
    actor = make_tenant()
    began = time.monotonic()

    jobs = queue_jobs(actor, 1)

    elapsed = time.monotonic() - began
    with tenant_context(actor.tenant_id):
        status = Job.objects.get(pk=jobs[0]).status
    assert (status, elapsed < 1.0) == ("queued", True)


def test_a_dead_broker_is_told_from_an_empty_one(settings, closed_port):
    settings.BROKER_URL = closed_port

    assert calls_waiting(INGEST) is None


def test_a_broker_that_was_restarted_takes_the_next_call(committed, broker, broker_server):
    actor = make_tenant()
    queue_jobs(actor, 1)
    called(broker)
    broker_server.stop()
    broker_server.start()

    jobs = queue_jobs(actor, 1)

    assert called(broker) == jobs


def broker_url(broker):
    options = broker.connection_pool.connection_kwargs
    return f"redis://:{options['password']}@{options['host']}:{options['port']}/0"
