"""What is kept of attempts at jobs: their stages, how long they took, how they ended."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from factories import make_collection, make_upload
from lectern.jobs import queue
from lectern.jobs.attempts import AttemptTimes, attempts_of
from lectern.jobs.models import Job, JobAttempt, JobStage
from lectern.jobs.sweep import recover
from lectern.tenants.access import Principal


@pytest.fixture
def job(tenant: Principal) -> Job:
    return make_upload(tenant, make_collection(tenant)).version.job


def taken(job: Job) -> queue.Claim:
    Job.objects.filter(pk=job.pk).update(run_after=Now())
    claim = queue.claim(job.pk)
    assert claim is not None
    return claim


def kept(job: Job) -> list[AttemptTimes]:
    return attempts_of([job])[job]


def told(job: Job) -> list[tuple[str, str, list[str]]]:
    return [
        (times.attempt.outcome, times.attempt.error, [stage.name for stage in times.stages])
        for times in kept(job)
    ]


def test_stages_are_kept_in_their_order(job: Job):
    claim = taken(job)
    for stage, done in [("parsing page", 0), ("parsing page", 1), ("embedding", 0), ("storing", 0)]:
        queue.report(claim, stage=stage, done=done, total=2)
    queue.succeed(claim, {})

    assert told(job) == [("succeeded", "", ["parsing page", "embedding", "storing"])]
    assert not JobStage.objects.filter(ended_at=None).exists()


def test_a_stages_seconds_are_its_own(job: Job):
    claim = taken(job)
    queue.report(claim, stage="parsing page", done=0, total=1)
    started = JobStage.objects.filter(job=job)
    started.update(started_at=Now() - timedelta(seconds=90))
    queue.report(claim, stage="embedding", done=0, total=1)

    (times,) = kept(job)

    assert times.stages[0].seconds == pytest.approx(90, abs=5)
    assert times.stages[1].seconds == pytest.approx(0, abs=5)


def test_a_failed_attempt_says_why_and_the_next_has_its_own(job: Job):
    queue.try_again(taken(job), code="broken", message="The disk broke.")
    queue.report(taken(job), stage="embedding", done=0, total=1)

    assert told(job) == [("failed", "The disk broke.", []), ("", "", ["embedding"])]


def test_an_attempt_whose_worker_was_killed_shows_its_last_stage(job: Job):
    claim = taken(job)
    queue.report(claim, stage="embedding", done=0, total=1)
    Job.objects.filter(pk=job.pk).update(lease_expires_at=Now() - timedelta(seconds=1))

    recover(job.pk, job.tenant_id)

    (times,) = kept(job)
    assert times.attempt.get_outcome_display() == "Stopped without a word"
    assert [stage.name for stage in times.stages] == ["embedding"]
    assert times.attempt.ended_at is not None


@pytest.mark.parametrize("end", ["cancelled", "given back"])
def test_an_attempt_that_was_stopped_says_so(tenant: Principal, job: Job, end: str):
    claim = taken(job)
    queue.report(claim, stage="embedding", done=0, total=1)

    if end == "cancelled":
        queue.cancel(tenant, Job.objects.get(pk=job.pk))
    else:
        queue.give_back(claim)

    assert told(job) == [(end, "", ["embedding"])]
    assert not JobStage.objects.filter(ended_at=None).exists()


def test_an_attempt_that_lost_its_job_enters_no_stage(job: Job):
    zombie = taken(job)
    Job.objects.filter(pk=job.pk).update(lease_expires_at=Now() - timedelta(seconds=1))
    recover(job.pk, job.tenant_id)

    with pytest.raises(queue.LeaseLost):
        queue.report(zombie, stage="embedding", done=0, total=1)

    assert told(job) == [("lost", "The worker stopped answering.", [])]


def test_what_is_left_of_an_attempt_does_not_keep_its_job_from_being_done(tenant, collection):
    job = make_upload(tenant, collection).version.job
    JobAttempt.objects.create(
        tenant_id=tenant.tenant_id, job=job, number=1, outcome=JobAttempt.Outcome.LOST
    )

    claimed = queue.claim(job.pk)

    assert claimed is not None
    assert [attempt.outcome for attempt in job.attempts.all()] == [""]
