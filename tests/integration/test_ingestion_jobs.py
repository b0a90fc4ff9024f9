"""What becomes of a version when its job runs."""

import pytest
from django.core.files.storage import storages

from factories import make_collection, make_tenant, make_upload
from lectern.documents.models import DocumentVersion
from lectern.documents.reprocessing import reprocess
from lectern.documents.states import StateName, state_of
from lectern.documents.uploads import Upload
from lectern.jobs.models import Job
from lectern.jobs.queue import retry
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context
from lectern_workers.runner import run


@pytest.fixture
def lost(committed) -> tuple[Principal, Upload]:
    """A version whose file is gone."""
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        upload = make_upload(actor, make_collection(actor))
    storages["documents"].delete(upload.version.file)
    return actor, upload


def version_now(actor: Principal, upload: Upload) -> DocumentVersion:
    with tenant_context(actor.tenant_id):
        return DocumentVersion.objects.select_related("job").get(pk=upload.version.pk)


def test_a_version_whose_file_is_gone_fails_at_once_and_says_so(lost):
    actor, upload = lost

    run(upload.version.job_id)

    job = version_now(actor, upload).job
    assert (job.status, job.attempt, job.error_code) == (Job.Status.FAILED, 1, "file_missing")


def test_a_retried_former_job_tells_the_state_of_its_version(lost):
    actor, upload = lost
    run(upload.version.job_id)
    with tenant_context(actor.tenant_id):
        latest = reprocess(actor, upload.document)
    run(latest.pk)
    with tenant_context(actor.tenant_id):
        former = retry(actor, Job.objects.get(pk=upload.version.job_id))

    run(former.pk)

    version = version_now(actor, upload)
    assert version.job_id == former.pk
    assert state_of(version).name == StateName.FAILED
