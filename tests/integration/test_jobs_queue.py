"""Queueing and taking jobs: who gets one, who may write about it, and where it ends."""

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from factories import make_member, make_tenant
from lectern.errors import Conflict, NotAllowed
from lectern.jobs import queue
from lectern.jobs.models import Job, JobEvent
from lectern.jobs.queue import JobCancelled, LeaseLost
from lectern.tenants.access import Role
from lectern.tenants.models import AuditEvent
from lectern.tenants.scoping import tenant_context

INGEST = Job.Kind.INGEST_DOCUMENT


def queue_job(tenant, **payload):
    return queue.enqueue(tenant.tenant_id, INGEST, payload or {"version_id": str(uuid4())})


def claim_again_after_the_lease(job):
    """What the sweep and a second worker do to a job whose worker is silent."""
    Job.objects.filter(pk=job.pk).update(status="queued", run_after=Now())
    return queue.claim(job.pk)


def seconds_until(job, field):
    """How far away a time of the job is, by the database's clock."""
    ahead = Job.objects.values_list(F(field) - Now(), flat=True).get(pk=job.pk)
    return ahead.total_seconds()


def test_the_same_work_is_queued_once_while_it_waits(tenant):
    first = queue_job(tenant, version_id="one")

    assert queue_job(tenant, version_id="one") == first


def test_finished_work_can_be_queued_again(tenant):
    first = queue_job(tenant, version_id="one")
    queue.succeed(queue.claim(first.pk), {})

    assert queue_job(tenant, version_id="one") != first


def test_an_unknown_job_cannot_be_claimed(tenant):
    assert queue.claim(uuid4()) is None


def test_a_claim_knows_the_job_and_its_tenant(tenant):
    job = queue_job(tenant, version_id="one")

    claim = queue.claim(job.pk)

    assert (claim.tenant_id, claim.payload, claim.attempt) == (
        tenant.tenant_id,
        {"version_id": "one"},
        1,
    )


def test_a_job_that_is_taken_cannot_be_taken_again(tenant):
    job = queue_job(tenant)
    queue.claim(job.pk)

    assert queue.claim(job.pk) is None


def test_of_sixteen_workers_called_at_once_one_gets_the_job(committed):
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        job = queue_job(actor)
    starting, claims = threading.Barrier(16), []

    def worker():
        starting.wait()
        try:
            claims.append(queue.claim(job.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [claim.attempt for claim in claims if claim is not None] == [1]


def test_a_lease_is_counted_on_the_database_clock(tenant, settings, monkeypatch):
    settings.JOB_LEASE_SECONDS = 60
    monkeypatch.setattr("time.time", lambda: 0.0)
    monkeypatch.setattr("django.utils.timezone.now", lambda: pytest.fail("asked this machine"))
    job = queue_job(tenant)

    queue.renew(queue.claim(job.pk))

    assert seconds_until(job, "lease_expires_at") == pytest.approx(60, abs=5)


def test_the_verdict_of_a_superseded_attempt_is_not_stored(tenant):
    job = queue_job(tenant)
    zombie = queue.claim(job.pk)
    claim_again_after_the_lease(job)

    with pytest.raises(LeaseLost):
        queue.succeed(zombie, {"by": "zombie"})

    job.refresh_from_db()
    assert (job.status, job.result) == ("running", {})


def test_a_late_failure_does_not_end_a_job_that_waits_again(tenant):
    job = queue_job(tenant)
    zombie = queue.claim(job.pk)
    Job.objects.update(status="queued")

    with pytest.raises(LeaseLost):
        queue.fail(zombie, code="late", message="Too late.")

    job.refresh_from_db()
    assert job.status == "queued"


def test_a_superseded_attempt_cannot_publish(tenant):
    job = queue_job(tenant)
    zombie = queue.claim(job.pk)
    claim_again_after_the_lease(job)

    with pytest.raises(LeaseLost), queue.fenced(zombie):
        pytest.fail("it came in")


def test_nobody_can_take_a_job_over_while_its_result_is_published(committed):
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        job = queue_job(actor)
    claim, outcome = queue.claim(job.pk), []

    def cancel():
        with tenant_context(actor.tenant_id):
            outcome.append(queue.withdraw(Job.objects.get(pk=job.pk)))
        connection.close()

    canceller = threading.Thread(target=cancel)
    with queue.fenced(claim) as held:
        canceller.start()
        canceller.join(timeout=0.5)
        waited = not outcome
        held.refresh_from_db()
        unchanged = held.status == "running"
    canceller.join()

    assert (waited, unchanged, outcome) == (True, True, [True])


def test_an_attempt_learns_that_its_job_was_cancelled(tenant):
    job = queue_job(tenant)
    claim = queue.claim(job.pk)
    queue.cancel(tenant, job)

    with pytest.raises(JobCancelled):
        queue.report(claim, stage="reading", done=1, total=2)


def test_a_reader_may_not_cancel(tenant):
    job = queue_job(tenant)
    reader = make_member(tenant, Role.READER)

    with pytest.raises(NotAllowed):
        queue.cancel(reader, job)


def test_what_is_over_cannot_be_cancelled(tenant):
    job = queue_job(tenant)
    queue.succeed(queue.claim(job.pk), {})

    with pytest.raises(Conflict):
        queue.cancel(tenant, job)


def test_cancelling_is_recorded(tenant):
    queue.cancel(tenant, queue_job(tenant))

    assert AuditEvent.objects.filter(action="job.cancelled").count() == 1


def test_a_failed_attempt_waits_before_the_next(tenant):
    job = queue_job(tenant)

    queue.try_again(queue.claim(job.pk), code="unavailable", message="The disk is full.")

    assert seconds_until(job, "run_after") == pytest.approx(10, abs=5)


def test_a_job_is_not_taken_before_its_delay_is_over(tenant):
    job = queue_job(tenant)
    queue.try_again(queue.claim(job.pk), code="unavailable", message="The disk is full.")

    assert queue.claim(job.pk) is None


def test_a_job_that_is_hurried_is_taken_before_its_delay_is_over(tenant):
    job = queue_job(tenant)
    queue.try_again(queue.claim(job.pk), code="unavailable", message="The disk is full.")

    assert queue.hurry(job)

    assert queue.claim(job.pk) is not None


def test_the_last_attempt_that_fails_ends_the_job_with_its_reason(tenant):
    job = queue_job(tenant)
    for _ in range(3):
        Job.objects.update(run_after=Now())
        queue.try_again(queue.claim(job.pk), code="unavailable", message="The disk is full.")

    job.refresh_from_db()
    assert (job.status, job.attempt, job.error_code, job.error) == (
        "failed",
        3,
        "unavailable",
        "The disk is full.",
    )


def test_a_reason_that_quotes_a_damaged_file_is_stored(tenant):
    job = queue_job(tenant)

    queue.fail(queue.claim(job.pk), code="invalid", message="It says \0 and \ud800 here.")

    job.refresh_from_db()
    assert job.error == "It says  and ? here."


def test_a_job_given_back_by_a_stopping_worker_keeps_all_its_attempts(tenant):
    job = queue_job(tenant)

    queue.give_back(queue.claim(job.pk))

    job.refresh_from_db()
    assert (job.status, job.max_attempts - job.attempt) == ("queued", 3)


def test_a_failed_job_that_is_retried_has_as_many_attempts_as_a_new_one(tenant):
    job = queue_job(tenant)
    queue.fail(queue.claim(job.pk), code="invalid", message="Broken.")
    job.refresh_from_db()

    queue.retry(tenant, job)

    assert (job.status, job.error, job.max_attempts - job.attempt) == ("queued", "", 3)


def test_a_running_job_cannot_be_retried(tenant):
    job = queue_job(tenant)
    queue.claim(job.pk)
    job.refresh_from_db()

    with pytest.raises(Conflict):
        queue.retry(tenant, job)


def test_a_job_whose_work_is_queued_anew_cannot_be_retried_beside_it(tenant):
    job = queue_job(tenant, version_id="one")
    queue.cancel(tenant, job)
    queue_job(tenant, version_id="one")

    with pytest.raises(Conflict):
        queue.retry(tenant, job)


def test_the_log_tells_of_every_attempt(tenant):
    job = queue_job(tenant)
    queue.try_again(queue.claim(job.pk), code="unavailable", message="The disk is full.")
    Job.objects.update(run_after=Now())
    queue.succeed(queue.claim(job.pk), {})

    assert [event.message for event in JobEvent.objects.filter(job=job)] == [
        "Attempt 1 of 3 started.",
        "Attempt 1 of 3: The disk is full.",
        "Attempt 2 of 3 started.",
        "Attempt 2 succeeded.",
    ]


def test_a_log_line_of_a_transaction_that_fails_later_is_kept(committed):
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        job = queue_job(actor)
    claim = queue.claim(job.pk)
    queue.note(claim, "Reading began.")

    with pytest.raises(ZeroDivisionError), queue.fenced(claim), transaction.atomic():
        _ = 1 / 0

    with tenant_context(actor.tenant_id):
        assert JobEvent.objects.filter(job=job, message="Reading began.").exists()


def test_a_job_of_another_tenant_is_not_seen(tenant):
    job = queue_job(tenant)
    other = make_tenant("Other")

    with tenant_context(other.tenant_id):
        assert not Job.objects.filter(pk=UUID(str(job.pk))).exists()
