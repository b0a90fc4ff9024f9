"""Jobs over the API."""

import pytest

from factories import make_collection, make_tenant, make_upload
from lectern.jobs.models import Job, JobEvent
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key

JOBS = "/api/v1/jobs"


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def client(administrator):
    return api_client(make_key(administrator))


@pytest.fixture
def job(administrator):
    with tenant_context(administrator.tenant_id):
        return make_upload(administrator, make_collection(administrator)).version.job


def address_of(job):
    return f"{JOBS}/job_{job.pk.hex}"


def test_jobs_can_be_filtered_by_status(client, job):
    assert [each["id"] for each in client.get(JOBS).json()["items"]] == [f"job_{job.pk.hex}"]
    assert client.get(JOBS, {"status": "failed"}).json()["items"] == []
    assert client.get(JOBS, {"status": "lost"}).status_code == 422


def test_the_log_of_a_job_is_read_oldest_first(client, administrator, job):
    with tenant_context(administrator.tenant_id):
        for message in ("One.", "Two.", "Three."):
            JobEvent.objects.create(
                tenant_id=administrator.tenant_id, job=job, attempt=1, message=message
            )

    first = client.get(f"{address_of(job)}/events", {"limit": 2}).json()

    rest = client.get(first["next"]).json()
    messages = [event["message"] for event in first["items"] + rest["items"]]
    assert messages == ["One.", "Two.", "Three."]


def test_a_cancelled_job_can_be_retried(client, job):
    assert client.post(f"{address_of(job)}/cancel").json()["status"] == "cancelled"
    assert client.post(f"{address_of(job)}/retry").json()["status"] == "queued"


def test_a_job_that_is_over_cannot_be_cancelled(client, administrator, job):
    with tenant_context(administrator.tenant_id):
        Job.objects.update(status="succeeded")

    response = client.post(f"{address_of(job)}/cancel")

    assert response.status_code == 409
    assert "over already" in response.json()["detail"]
