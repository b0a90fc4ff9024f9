"""What people are told about a version."""

from datetime import UTC, datetime

import pytest

from lectern.documents.models import DocumentVersion
from lectern.documents.states import StateName, state_of
from lectern.jobs.models import Job

READY_AT = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
BEFORE = datetime(2026, 1, 1, 11, 0, tzinfo=UTC)
AFTER = datetime(2026, 1, 1, 13, 0, tzinfo=UTC)


def ready_version(job: Job | None, **fields) -> DocumentVersion:
    return DocumentVersion(file_name="note.txt", ready_at=READY_AT, job=job, **fields)


def test_a_ready_version_that_waits_to_be_read_again_says_so_and_stays_ready():
    state = state_of(ready_version(Job(status="queued")))

    assert (state.name, state.text) == (StateName.READY, "ready, being read again")
    assert state.changing


def test_the_attempt_that_has_just_made_a_version_ready_is_no_second_reading():
    state = state_of(ready_version(Job(status="running", started_at=BEFORE)))

    assert (state.text, state.changing) == ("ready", False)


def test_a_second_reading_in_progress_is_told():
    state = state_of(ready_version(Job(status="running", started_at=AFTER)))

    assert state.text == "ready, being read again"


def test_a_second_reading_that_failed_needs_attention_and_can_be_retried():
    state = state_of(ready_version(Job(status="failed", error="It broke.", finished_at=AFTER)))

    assert (state.name, state.reason) == (StateName.ATTENTION, "It broke.")
    assert state.can_retry


@pytest.mark.parametrize("status", ["succeeded", "cancelled"])
def test_a_ready_version_whose_job_is_over_is_ready(status: str):
    state = state_of(ready_version(Job(status=status, started_at=BEFORE, finished_at=AFTER)))

    assert (state.name, state.changing) == (StateName.READY, False)


def test_remarks_of_the_reading_need_attention():
    state = state_of(ready_version(None, warnings=["Image only: page 2."]))

    assert (state.name, state.reason) == (StateName.ATTENTION, "Image only: page 2.")
    assert not state.can_retry


def test_a_version_that_failed_can_be_retried():
    state = state_of(DocumentVersion(job=Job(status="failed", error="It is damaged.")))

    assert (state.name, state.reason, state.can_retry) == (
        StateName.FAILED,
        "It is damaged.",
        True,
    )


def test_progress_counts_what_the_stage_counts():
    job = Job(status="running", stage="parsing page", done=12, total=80)

    assert state_of(DocumentVersion(job=job)).text == "parsing page 12 of 80"
