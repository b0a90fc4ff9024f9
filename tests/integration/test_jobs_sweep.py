"""Looking after jobs: whose turn it is, and what becomes of abandoned ones."""

import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now

from factories import make_tenant
from lectern.jobs import queue
from lectern.jobs.models import Job, JobEvent, Sweep
from lectern.jobs.sweep import recover, seconds_since_sweep, sweep
from lectern.tenants.scoping import tenant_context


@pytest.fixture(autouse=True)
def our_turn(settings):
    """Every sweep of these tests may begin, and no broker is needed."""
    settings.JOB_SWEEP_SECONDS = 0
    settings.BROKER_URL = ""


def claimed_job(actor):
    job = queue.enqueue(actor.tenant_id, Job.Kind.INGEST_DOCUMENT, {"version_id": str(uuid4())})
    return queue.claim(job.pk), job


def let_the_lease_run_out(job):
    Job.objects.filter(pk=job.pk).update(lease_expires_at=Now())


def test_a_job_whose_worker_is_silent_waits_again(tenant):
    _, job = claimed_job(tenant)
    let_the_lease_run_out(job)

    sweep()

    job.refresh_from_db()
    assert (job.status, job.attempt, job.error) == (
        "queued",
        1,
        "The worker stopped answering.",
    )


def test_a_job_whose_worker_answered_after_all_stays_with_it(tenant):
    _, job = claimed_job(tenant)

    assert recover(job.pk, tenant.tenant_id) is None


def test_a_job_that_lost_its_last_worker_fails_as_poison(tenant):
    _, job = claimed_job(tenant)
    Job.objects.update(max_attempts=1)
    let_the_lease_run_out(job)

    sweep()

    job.refresh_from_db()
    assert (job.status, job.error_code) == ("failed", "poison")


def test_the_log_of_an_abandoned_job_says_what_happened(tenant):
    _, job = claimed_job(tenant)
    let_the_lease_run_out(job)

    sweep()

    warnings = JobEvent.objects.filter(job=job, level="warning")
    assert [event.message for event in warnings] == [
        "Attempt 1 of 3: The worker stopped answering."
    ]


def test_a_job_that_is_publishing_right_now_is_not_abandoned(committed):
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        claim, job = claimed_job(actor)
        let_the_lease_run_out(job)

    def sweep_elsewhere():
        sweep()
        connection.close()

    with queue.fenced(claim) as held:
        sweeping = threading.Thread(target=sweep_elsewhere)
        sweeping.start()
        sweeping.join(timeout=10)
        held.refresh_from_db()

        assert (held.status, sweeping.is_alive()) == ("running", False)


def test_of_many_workers_one_sweeps_in_a_period(committed, settings):
    settings.JOB_SWEEP_SECONDS = 60
    Sweep.objects.all().delete()
    starting, swept = threading.Barrier(8), []

    def worker():
        starting.wait()
        swept.append(sweep())
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(report is not None for report in swept) == 1


def test_a_sweep_is_due_again_after_its_period(db, settings):
    settings.JOB_SWEEP_SECONDS = 60
    sweep()
    Sweep.objects.update(at=Now() - queue.FIRST_DELAY * 6)

    assert sweep() is not None


def test_the_last_sweep_is_known(db):
    sweep()

    assert seconds_since_sweep() == pytest.approx(0, abs=5)


def test_before_the_first_sweep_none_is_known(db):
    Sweep.objects.all().delete()

    assert seconds_since_sweep() is None
