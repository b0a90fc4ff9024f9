"""Accepting files."""

import errno
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from factories import make_collection, make_tenant, make_upload
from lectern.documents.library import Wanted, documents_with_state
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.removal import remove_document
from lectern.documents.states import StateName, state_of
from lectern.documents.uploads import Upload, accept_upload, accept_uploads, clean_name
from lectern.errors import Invalid, NotAllowed, TooLarge, Unavailable
from lectern.jobs.models import Job
from lectern.tenants.access import Permission, Principal
from lectern.tenants.scoping import tenant_context


def a_file(content: bytes = b"Some text.", name: str = "note.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_an_upload_is_stored_and_queued(tenant: Principal, collection: Collection):
    upload = accept_upload(tenant, collection, a_file())

    version = DocumentVersion.objects.select_related("job").get(pk=upload.version.pk)
    assert storages["documents"].open(version.file).read() == b"Some text."
    assert state_of(version).name == StateName.QUEUED
    assert version.job.payload == {"version_id": str(version.pk)}


def test_the_same_bytes_are_linked(tenant: Principal, collection: Collection):
    first = accept_upload(tenant, collection, a_file(name="first.txt"))

    second = accept_upload(tenant, collection, a_file(name="second.txt"))

    assert second.linked
    assert second.document == first.document
    assert Document.objects.count() == 1


def test_uploading_again_what_could_not_be_read_tries_it_once_more(
    tenant: Principal, collection: Collection
):
    first = accept_upload(tenant, collection, a_file())
    Job.objects.filter(pk=first.version.job_id).update(status="failed", error="It was damaged.")

    accept_upload(tenant, collection, a_file())

    version = DocumentVersion.objects.select_related("job").get(pk=first.version.pk)
    assert state_of(version).name == StateName.QUEUED


def test_the_same_bytes_uploaded_at_once_become_one_document(committed):
    tenant = make_tenant()
    with tenant_context(tenant.tenant_id):
        collection = make_collection(tenant)
    together = Barrier(8)

    def upload(_: int) -> str:
        together.wait()
        try:
            with tenant_context(tenant.tenant_id):
                return str(accept_upload(tenant, collection, a_file()).document.pk)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(8) as threads:
        documents = set(threads.map(upload, range(8)))

    with tenant_context(tenant.tenant_id):
        assert documents == {str(pk) for pk in Document.objects.values_list("pk", flat=True)}
        assert len(documents) == 1


def test_an_empty_file_is_refused(tenant: Principal, collection: Collection):
    with pytest.raises(Invalid, match=r"note\.txt is empty"):
        accept_upload(tenant, collection, a_file(b""))


def test_a_file_over_the_limit_is_refused(tenant: Principal, collection: Collection, settings):
    settings.MAX_UPLOAD_MB = 0

    with pytest.raises(TooLarge, match="larger than 0 MB"):
        accept_upload(tenant, collection, a_file())


def test_what_is_no_document_is_refused(tenant: Principal, collection: Collection):
    with pytest.raises(Invalid, match=r"run\.pdf"):
        accept_upload(tenant, collection, a_file(b"\x7fELF" + bytes(range(256)), "run.pdf"))


def test_a_full_disk_keeps_nothing(tenant: Principal, collection: Collection, monkeypatch):
    def no_room(self, name, content, max_length=None):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.save", no_room)

    with pytest.raises(Unavailable, match="disk is full") as refusal:
        accept_upload(tenant, collection, a_file())

    assert refusal.value.code == "disk_full"
    assert Document.objects.count() == 0


def test_whoever_may_only_read_cannot_upload(tenant: Principal, collection: Collection):
    reader = Principal(
        tenant_id=tenant.tenant_id, permissions=frozenset({Permission.READ}), name="Ada"
    )

    with pytest.raises(NotAllowed, match="documents:write"):
        accept_upload(reader, collection, a_file())


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\docs\\report.pdf", "report.pdf"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("\u202egnp.exe.pdf", "gnp.exe.pdf"),
        ("", "unnamed"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_a_file_name_is_data_only(sent: str, shown: str):
    assert clean_name(sent) == shown


def test_a_stored_path_holds_nothing_that_was_sent(tenant: Principal, collection: Collection):
    upload = make_upload(tenant, collection, name="secret plan.txt")

    assert upload.version.file == f"{tenant.tenant_id}/{upload.version.pk}"


def test_uploading_again_an_older_version_that_failed_tries_that_one(
    tenant: Principal, collection: Collection
):
    first = accept_upload(tenant, collection, a_file(b"The first text."))
    Job.objects.filter(pk=first.version.job_id).update(status="failed", error="It was damaged.")
    newer = accept_upload(tenant, collection, a_file(b"A newer one."), document=first.document)
    Job.objects.filter(pk=newer.version.job_id).update(status="succeeded")

    again = accept_upload(tenant, collection, a_file(b"The first text."))

    assert again.version == first.version
    assert again.version.job.status == Job.Status.QUEUED
    newer.version.refresh_from_db()
    assert newer.version.job.status == Job.Status.SUCCEEDED


def test_uploading_again_brings_back_a_file_that_was_lost(
    tenant: Principal, collection: Collection
):
    first = accept_upload(tenant, collection, a_file())
    storages["documents"].delete(first.version.file)

    again = accept_upload(tenant, collection, a_file())

    version = DocumentVersion.objects.get(pk=again.version.pk)
    assert version == first.version
    assert storages["documents"].open(version.file).read() == b"Some text."


def test_titles_are_searched_for_whatever_is_typed(tenant: Principal, collection: Collection):
    upload = make_upload(tenant, collection, name="note.txt")

    assert list(documents_with_state(tenant, collection, Wanted(title="no\0te"))) == [
        upload.document
    ]


def test_a_deleted_documents_job_tells_why_it_was_cancelled(
    tenant: Principal, collection: Collection
):
    upload = make_upload(tenant, collection)

    remove_document(tenant, upload.document)

    job = Job.objects.get(pk=upload.version.job_id)
    assert job.status == Job.Status.CANCELLED
    assert "deleted" in job.events.get().message


def test_twenty_requests_with_the_same_files_do_not_wait_for_each_other_for_ever(committed):
    tenant = make_tenant()
    with tenant_context(tenant.tenant_id):
        collection = make_collection(tenant)
    names = [f"note {n}.txt" for n in range(6)]
    together = Barrier(20)

    def upload(turn: int) -> list[str]:
        # Each brings them in another order, in one transaction as a request does.
        ordered = names[turn % 6 :] + names[: turn % 6]
        files = [SimpleUploadedFile(name, name.encode()) for name in ordered]
        together.wait()
        try:
            with tenant_context(tenant.tenant_id):
                taken = accept_uploads(tenant, collection, files)
            return [each.version.file_name for each in taken if isinstance(each, Upload)]
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(20) as threads:
        outcomes = list(threads.map(upload, range(20)))

    assert all(sorted(each) == names for each in outcomes)
    with tenant_context(tenant.tenant_id):
        assert Document.objects.count() == 6
