"""What becomes of a version when its job runs."""

import sys

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import make_collection, make_tenant, make_upload
from lectern.documents.models import DocumentVersion, Page
from lectern.documents.reprocessing import reprocess
from lectern.documents.states import StateName, state_of
from lectern.documents.uploads import Upload, accept_upload
from lectern.jobs.models import Job, JobEvent
from lectern.jobs.queue import retry
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context
from lectern_workers.ingestion import reader_process
from lectern_workers.runner import run
from made_files import lines, make_pdf, saved


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


CRASHES = """
import ctypes
from lectern_workers.ingestion import reader
from lectern_workers.ingestion.parsing import pdf

read_page = pdf._read_page
def crashes(document, index, fonts):
    if index + 1 in {pages}:
        ctypes.string_at(0)
    return read_page(document, index, fonts)
pdf._read_page = crashes
reader.main()
"""


@pytest.fixture
def upload_that_crashes(committed, tmp_path, monkeypatch):
    """Uploads a PDF of four pages, of which some crash whoever reads them."""

    def upload(*pages: int) -> tuple[Principal, Upload]:
        program = saved(tmp_path, "crashes.py", CRASHES.format(pages=pages).encode())
        monkeypatch.setattr(
            reader_process, "_command", lambda *given: [sys.executable, str(program), *given]
        )
        content = make_pdf([lines(f"Rule {number} of the house", y=300) for number in range(1, 5)])
        actor = make_tenant()
        with tenant_context(actor.tenant_id):
            file = SimpleUploadedFile("rules.pdf", content)
            return actor, accept_upload(actor, make_collection(actor), file)

    return upload


LOST = (
    "Page 3 could not be read: reading it takes more memory than is allowed or breaks the reader."
)


def test_a_version_is_ready_without_the_page_that_crashed_its_reader_and_says_so(
    upload_that_crashes,
):
    actor, upload = upload_that_crashes(3)

    run(upload.version.job_id)

    version = version_now(actor, upload)
    assert (version.job.status, version.page_count) == (Job.Status.SUCCEEDED, 4)
    assert version.warnings == [f"{LOST} The other 3 pages are searchable."]
    assert state_of(version).name == StateName.ATTENTION
    with tenant_context(actor.tenant_id):
        pages = list(Page.objects.values_list("text", "problem"))
        events = JobEvent.objects.filter(level=JobEvent.Level.WARNING)
        noted = list(events.values_list("message", flat=True))
    assert pages[1:] == [("Rule 2 of the house", ""), ("", LOST), ("Rule 4 of the house", "")]
    assert noted == [f"Page 3 was left out: {LOST.partition(': ')[2]}"]


def test_pages_that_are_missing_are_told_in_one_sentence(upload_that_crashes):
    actor, upload = upload_that_crashes(1, 2, 4)

    run(upload.version.job_id)

    assert version_now(actor, upload).warnings == [
        "3 of 4 pages could not be read: 1-2, 4. The other one is. Each of them tells why."
    ]


def test_a_version_of_which_nothing_can_be_read_fails_and_says_why(upload_that_crashes):
    actor, upload = upload_that_crashes(1, 2, 3, 4)

    run(upload.version.job_id)

    job = version_now(actor, upload).job
    assert (job.status, job.attempt, job.error_code) == (Job.Status.FAILED, 1, "reader_broke")
    assert job.error.startswith("rules.pdf was given up: reading page 1 of 4 takes more memory")
