"""What real workers do when they are killed, frozen, crashed, stopped, lied to or cut off."""

import signal
import time
from uuid import uuid4

import pytest
from celery import Celery
from django.db import connections
from django.db.models import Min

from exercises import PUBLISHED
from factories import make_tenant
from lectern.embedded.addresses import BROKER_PREFIX
from lectern.jobs import queue
from lectern.jobs.broker import QUEUES, RUN_JOB
from lectern.jobs.models import Job, JobEvent
from lectern.jobs.sweep import seconds_since_sweep
from lectern.tenants.scoping import tenant_context
from worker_processes import wait_until

INGEST = Job.Kind.INGEST_DOCUMENT
EXERCISE = "exercise_worker"
# A lease, a sweep and a start of the next attempt, on a machine that is busy with other tests.
RECOVERY_SECONDS = 20


@pytest.fixture
def actor(committed):
    return make_tenant()


def queue_job(actor, *steps, **payload):
    """A job that does ``steps``; ``again`` in later attempts."""
    payload = {"number": str(uuid4()), "steps": steps, **payload}
    with tenant_context(actor.tenant_id):
        return queue.enqueue(actor.tenant_id, INGEST, payload)


def now(job):
    """The job as its row is at this moment."""
    with tenant_context(job.tenant_id):
        return Job.objects.get(pk=job.pk)


def events(job):
    with tenant_context(job.tenant_id):
        return [event.message for event in JobEvent.objects.filter(job=job)]


def published_by(job):
    """The attempts whose result can be read now."""
    with tenant_context(job.tenant_id):
        published = JobEvent.objects.filter(job=job, message=PUBLISHED)
        return list(published.values_list("attempt", flat=True))


def await_status(job, status, worker, seconds=RECOVERY_SECONDS):
    wait_until(
        lambda: now(job).status == status,
        seconds=seconds,
        otherwise=lambda: f"{now(job).status} {events(job)}\n{worker.log()}",
    )
    return now(job)


def await_stage(job, worker):
    """Wait until the handler is at work, which is after the claim."""
    wait_until(lambda: now(job).stage, seconds=RECOVERY_SECONDS, otherwise=worker.log)


def count_done(actor):
    with tenant_context(actor.tenant_id):
        return Job.objects.filter(status="succeeded").count()


# --- a worker dies ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "steps",
    [
        [("work", 60)],
        [("work", 0.1), ("publish", 60)],
        [("publish", 0), ("work", 60)],
    ],
    ids=["before it publishes", "while it publishes", "after it published"],
)
def test_a_job_whose_worker_is_killed_is_done_by_the_next(actor, start_worker, tmp_path, steps):
    first = start_worker(EXERCISE)
    in_transaction = tmp_path / "in-transaction"
    again = [("publish", 0)]
    job = queue_job(actor, *steps, again=again, signal=str(in_transaction))
    if "publish" in steps[-1]:
        wait_until(in_transaction.exists, seconds=RECOVERY_SECONDS, otherwise=first.log)
    else:
        await_stage(job, first)
    first.kill()

    second = start_worker(EXERCISE)
    done = await_status(job, "succeeded", second)

    assert (done.result, published_by(job)) == ({"attempt": 2}, [2])


def test_the_history_of_a_job_shows_the_attempt_that_was_killed(actor, start_worker):
    worker = start_worker(EXERCISE)
    job = queue_job(actor, ("work", 60), again=[])
    await_stage(job, worker)
    worker.kill()

    await_status(job, "succeeded", start_worker(EXERCISE))

    assert events(job) == [
        "Attempt 1 of 3 started.",
        "Attempt 1 of 3: The worker stopped answering.",
        "Attempt 2 of 3 started.",
        "Attempt 2 succeeded.",
    ]


@pytest.mark.parametrize("step", [("die", 1), ("crash", 0)], ids=["exits", "segmentation fault"])
def test_a_job_that_kills_its_process_each_time_fails_as_poison(actor, start_worker, step):
    worker = start_worker(EXERCISE)

    job = queue_job(actor, step)

    failed = await_status(job, "failed", worker, seconds=3 * RECOVERY_SECONDS)
    assert (failed.error_code, failed.attempt) == ("poison", 3)


def test_a_worker_outlives_the_jobs_that_kill_its_children(actor, start_worker):
    worker = start_worker(EXERCISE)
    for _ in range(4):
        queue_job(actor, ("die", 1))

    await_status(queue_job(actor, ("work", 0.1)), "succeeded", worker)

    assert worker.alive()


# --- a worker is late -------------------------------------------------------------------


def test_a_worker_that_slept_past_its_lease_changes_nothing_when_it_wakes(actor, start_worker):
    sleeper = start_worker(EXERCISE)
    asleep = [("work", 0.1), ("hang", 4), ("publish", 0)]
    job = queue_job(actor, *asleep, again=[("publish", 0)], signal="/dev/null")
    await_stage(job, sleeper)
    sleeper.send(signal.SIGSTOP)
    await_status(job, "succeeded", start_worker(EXERCISE))

    sleeper.send(signal.SIGCONT)
    wait_until(
        lambda: "attempt dropped" in sleeper.log(), seconds=RECOVERY_SECONDS, otherwise=sleeper.log
    )

    assert (now(job).result, published_by(job)) == ({"attempt": 2}, [2])


def test_work_that_takes_longer_than_a_lease_is_not_started_twice(actor, start_worker):
    worker = start_worker(EXERCISE)
    job = queue_job(actor, ("hang", 8))

    done = await_status(job, "succeeded", worker)

    assert done.attempt == 1


# --- the broker loses, repeats and invents ----------------------------------------------


def test_a_flushed_broker_loses_no_job(actor, start_worker, broker):
    jobs = [queue_job(actor) for _ in range(100)]
    broker.flushall()

    worker = start_worker(EXERCISE)

    wait_until(lambda: count_done(actor) == len(jobs), seconds=120, otherwise=worker.log)


def test_a_broker_that_is_flushed_while_jobs_run_loses_none(actor, start_worker, broker):
    worker = start_worker(EXERCISE)
    jobs = [queue_job(actor, ("work", 0.2)) for _ in range(20)]
    wait_until(lambda: count_done(actor) >= 4, seconds=RECOVERY_SECONDS, otherwise=worker.log)

    broker.flushall()

    wait_until(lambda: count_done(actor) == len(jobs), seconds=60, otherwise=worker.log)


def test_a_job_queued_while_the_broker_is_down_is_done_when_it_is_back(
    actor, start_worker, broker_server
):
    worker = start_worker(EXERCISE)
    broker_server.stop()
    job = queue_job(actor)
    waiting = now(job).status

    broker_server.start()

    await_status(job, "succeeded", worker, seconds=60)
    assert waiting == "queued"


def test_a_job_that_workers_are_called_for_many_times_runs_once(actor, start_worker, broker):
    job = queue_job(actor, ("work", 1))
    for _ in range(20):
        call_for(broker, str(job.pk))

    worker = start_worker(EXERCISE)

    await_status(job, "succeeded", worker)
    wait_until(lambda: broker.llen(queue_key()) == 0, seconds=RECOVERY_SECONDS)
    assert now(job).attempt == 1


@pytest.mark.parametrize(
    "forged", [str(uuid4()), "1 OR 1=1", None, {"kind": "ingest_document"}, 7], ids=repr
)
def test_a_forged_call_does_nothing(actor, start_worker, broker, forged):
    worker = start_worker(EXERCISE)

    call_for(broker, forged)

    wait_until(lambda: "call ignored" in worker.log(), seconds=RECOVERY_SECONDS)
    await_status(queue_job(actor), "succeeded", worker)


def queue_key():
    return f"{BROKER_PREFIX}{QUEUES[INGEST]}"


def call_for(broker, job_id):
    """What anybody with the broker's password can send."""
    options = broker.connection_pool.connection_kwargs
    url = f"redis://:{options['password']}@{options['host']}:{options['port']}/0"
    with Celery(broker=url, set_as_current=False, fixups=[]) as stranger:
        stranger.conf.update(broker_transport_options={"global_keyprefix": BROKER_PREFIX})
        stranger.send_task(RUN_JOB, args=[job_id], queue=QUEUES[INGEST])


# --- a job is stopped, or stops itself --------------------------------------------------


def test_a_running_job_that_is_cancelled_stops_and_publishes_nothing(actor, start_worker):
    worker = start_worker(EXERCISE)
    job = queue_job(actor, ("work", 60), ("publish", 0))
    await_stage(job, worker)

    with tenant_context(actor.tenant_id):
        queue.cancel(actor, Job.objects.get(pk=job.pk))

    wait_until(
        lambda: "attempt dropped" in worker.log(), seconds=RECOVERY_SECONDS, otherwise=worker.log
    )
    assert (now(job).status, published_by(job)) == ("cancelled", [])


def test_a_worker_that_is_stopped_gives_its_job_back_at_once(actor, start_worker):
    worker = start_worker(EXERCISE)
    job = queue_job(actor, ("work", 60))
    await_stage(job, worker)

    worker.ask_to_stop(within=10)

    given = now(job)
    assert (given.status, given.max_attempts - given.attempt) == ("queued", 3)


def test_a_job_that_tries_to_end_the_process_has_failed(actor, start_worker):
    worker = start_worker(EXERCISE)
    job = queue_job(actor, ("leave", 0), again=[])

    wait_until(lambda: now(job).error, seconds=RECOVERY_SECONDS, otherwise=worker.log)

    assert (now(job).status, now(job).error_code) == ("queued", "unexpected")


def test_an_unexpected_error_is_in_the_log_of_the_job(actor, start_worker):
    worker = start_worker(EXERCISE)
    job = queue_job(actor, ("fail", "the page is damaged"))

    wait_until(lambda: now(job).error, seconds=RECOVERY_SECONDS, otherwise=worker.log)

    assert "ValueError: the page is damaged" in "".join(events(job))


def test_what_a_document_says_does_not_reach_the_log_of_the_process(actor, start_worker):
    worker = start_worker(EXERCISE)
    job = queue_job(actor, ("fail", "salary of 90,000"))

    wait_until(lambda: now(job).error, seconds=RECOVERY_SECONDS, otherwise=worker.log)

    assert "90,000" not in worker.log()


# --- the database goes away -------------------------------------------------------------


def test_a_restart_of_the_database_costs_a_job_nothing(actor, start_worker, postgres):
    worker = start_worker(EXERCISE)
    job = queue_job(actor, ("work", 0.1), ("hang", 2), ("publish", 0), signal="/dev/null")
    await_stage(job, worker)

    postgres.stop()
    postgres.start()
    connections["default"].close()
    connections["default"].close_pool()

    done = await_status(job, "succeeded", worker)
    assert done.attempt == 1


# --- many tenants, many workers ---------------------------------------------------------


def test_one_job_of_a_tenant_does_not_wait_for_the_many_of_another(actor, start_worker):
    busy, quiet = make_tenant("Busy"), make_tenant("Quiet")
    for _ in range(60):
        queue_job(busy, ("work", 0.2))
    job = queue_job(quiet, ("work", 0.2))

    await_status(job, "succeeded", start_worker(EXERCISE))

    assert count_done(busy) < 20


def test_the_sweep_goes_on_when_the_worker_that_swept_is_frozen(actor, start_worker):
    first = start_worker(EXERCISE)
    second = start_worker(EXERCISE)

    first.send(signal.SIGSTOP)
    time.sleep(3)

    assert (second.alive(), seconds_since_sweep() < 3) == (True, True)


def test_the_first_jobs_are_taken_first(actor, start_worker):
    jobs = [queue_job(actor, ("work", 0.1)) for _ in range(12)]

    worker = start_worker(EXERCISE)
    wait_until(lambda: count_done(actor) == 12, seconds=60, otherwise=worker.log)

    with tenant_context(actor.tenant_id):
        first = Job.objects.filter(pk__in=[job.pk for job in jobs[:4]])
        last = Job.objects.filter(pk__in=[job.pk for job in jobs[-4:]])
        earliest = [rows.aggregate(at=Min("started_at"))["at"] for rows in (first, last)]
    assert earliest[0] < earliest[1]
