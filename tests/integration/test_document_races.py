"""What may happen to a document at once: reading, answering, new versions, deletion."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from factories import make_collection, make_document, make_tenant, make_upload, publish_text
from lectern.answering.ask import answer_of, answer_question
from lectern.answering.models import Answer, Citation
from lectern.backends.engines import question_embedder
from lectern.documents.collections import remove_collection
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.removal import remove_document
from lectern.documents.uploads import accept_upload
from lectern.errors import Conflict, NotFound
from lectern.jobs.models import Job
from lectern.jobs.queue import claim, fenced
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context

POLICY = "Claims are submitted within 30 days of the journey, with receipts for every item."
LONGEST_WAIT_S = 20.0


@pytest.fixture
def shared(committed) -> tuple[Principal, Collection]:
    """A tenant and its collection, seen by all connections."""
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        return actor, make_collection(actor)


@pytest.fixture
def beside() -> Iterator[Callable[..., "Future[object]"]]:
    """Runs a function in a thread with a connection of its own."""

    def on_own_connection(work: Callable[[], object]) -> object:
        try:
            return work()
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(4) as threads:
        yield lambda work: threads.submit(on_own_connection, work)


@contextmanager
def inside(actor: Principal) -> Iterator[None]:
    with tenant_context(actor.tenant_id):
        yield


def wait_until_blocked(done: "Future[object]") -> None:
    """Return when another session waits for a lock, or when ``done`` needed none."""
    until = time.monotonic() + LONGEST_WAIT_S
    with connection.cursor() as cursor:
        while time.monotonic() < until and not done.done():
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid())"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)


def new_version(actor: Principal, document: Document, text: str) -> DocumentVersion:
    file = SimpleUploadedFile("newer.txt", text.encode())
    return accept_upload(actor, document.collection, file, document=document).version


def test_an_upload_does_not_wait_for_what_is_being_published(shared, beside):
    actor, collection = shared
    with inside(actor):
        upload = make_upload(actor, collection, "The limit is 10.")
    held, release = threading.Event(), threading.Event()

    def publish() -> None:
        with inside(actor):
            publish_text(upload.version, "The limit is 10.")
            held.set()
            release.wait(LONGEST_WAIT_S)

    publishing = beside(publish)
    held.wait(LONGEST_WAIT_S)

    def upload_another() -> None:
        with inside(actor):
            make_upload(actor, collection, "Another document.")

    uploading = beside(upload_another)
    uploading.result(timeout=LONGEST_WAIT_S / 2)
    release.set()
    publishing.result(timeout=LONGEST_WAIT_S)


def test_publishing_and_uploading_a_new_version_do_not_lock_each_other_out(shared, beside):
    actor, collection = shared
    with inside(actor):
        document = make_document(actor, collection, "The limit is 10.")
    uploaded = threading.Event()

    def upload() -> None:
        with inside(actor):
            new_version(actor, document, "The limit is 20.")
            uploaded.set()
            time.sleep(0.5)

    uploading = beside(upload)
    uploaded.wait(LONGEST_WAIT_S)
    with inside(actor):
        publish_text(document.current_version, "The limit is 10.")

    uploading.result(timeout=LONGEST_WAIT_S)
    with inside(actor):
        assert document.versions.count() == 2


def test_a_document_that_an_answer_in_flight_cites_is_deleted_with_its_quote(shared, beside):
    actor, collection = shared
    with inside(actor):
        embedder = question_embedder(settings.STATE)
        document = make_document(actor, collection, POLICY, embedder=embedder)
        collection.refresh_from_db()

    with inside(actor):
        answer = answer_of(answer_question(actor, collection, "Within how many days are claims?"))
        assert answer.outcome == Answer.Outcome.ANSWERED

        def remove() -> None:
            with inside(actor):
                remove_document(actor, document)

        removing = beside(remove)
        wait_until_blocked(removing)
    removing.result(timeout=LONGEST_WAIT_S)

    with inside(actor):
        answer.refresh_from_db()
        assert "30 days" not in answer.text
        assert set(Citation.objects.values_list("quote", "document")) == {("", None)}


def test_a_version_uploaded_while_its_document_is_deleted_leaves_no_file(shared, beside):
    actor, collection = shared
    with inside(actor):
        document = make_document(actor, collection, "The limit is 10.")

    with inside(actor):
        version = new_version(actor, document, "The limit is 20.")

        def remove() -> None:
            with inside(actor):
                remove_document(actor, document)

        removing = beside(remove)
        wait_until_blocked(removing)
    removing.result(timeout=LONGEST_WAIT_S)

    assert not storages["documents"].exists(version.file)


def test_a_new_version_of_a_document_that_was_just_deleted_is_refused(
    tenant: Principal, collection: Collection
):
    document = make_document(tenant, collection, "The limit is 10.")
    remove_document(tenant, document)

    with pytest.raises(NotFound, match="deleted"):
        new_version(tenant, document, "The limit is 20.")


def test_a_document_is_deleted_once(tenant: Principal, collection: Collection):
    document = make_document(tenant, collection, "The limit is 10.")
    remove_document(tenant, document)

    with pytest.raises(NotFound, match="deleted already"):
        remove_document(tenant, document)


def test_a_collection_is_deleted_while_its_documents_are_being_published(shared, beside):
    actor, collection = shared
    with inside(actor):
        uploads = [make_upload(actor, collection, f"Text {number}.") for number in range(2)]
    taken = [claim(upload.version.job_id) for upload in uploads]
    held = threading.Event()

    def publish() -> None:
        with fenced(taken[0]):
            held.set()
            time.sleep(0.5)
            publish_text(uploads[0].version, "Text 0.")

    publishing = beside(publish)
    held.wait(LONGEST_WAIT_S)
    with inside(actor):
        removed = remove_collection(actor, collection)

    assert removed == 2
    publishing.result(timeout=LONGEST_WAIT_S)
    with inside(actor):
        assert set(Job.objects.values_list("status", flat=True)) == {Job.Status.CANCELLED}


def test_what_is_read_for_a_deleted_collection_is_not_published(
    tenant: Principal, collection: Collection
):
    upload = make_upload(tenant, collection, "Text.")
    remove_collection(tenant, collection)

    with pytest.raises(Conflict, match="deleted"):
        publish_text(upload.version, "Text.")
