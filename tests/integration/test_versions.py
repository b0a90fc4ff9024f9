"""Older versions that answer again, and answers that keep what they were made from."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import make_collection, make_document, make_tenant, publish_text
from lectern.answering.ask import answer_question
from lectern.answering.models import Answer
from lectern.backends.engines import question_embedder
from lectern.documents.models import Document, DocumentVersion
from lectern.documents.reprocessing import make_current
from lectern.documents.states import StateName, state_of
from lectern.documents.uploads import Upload, accept_upload
from lectern.errors import Conflict
from lectern.tenants.access import Principal
from lectern.tenants.models import AuditEvent
from lectern.tenants.scoping import tenant_context


def upload(tenant: Principal, document: Document, text: str) -> Upload:
    file = SimpleUploadedFile("note.txt", text.encode())
    return accept_upload(tenant, document.collection, file, document=document)


@pytest.fixture
def document(tenant: Principal) -> Document:
    """A document whose second version answers."""
    made = make_document(tenant, make_collection(tenant), "Fees are 10.")
    publish_text(upload(tenant, made, "Fees are 20.").version, "Fees are 20.")
    made.refresh_from_db()
    return made


def newest(document: Document) -> DocumentVersion:
    return document.versions.select_related("job").order_by("-number").first()


def test_the_bytes_of_an_older_version_make_it_answer_again(tenant: Principal, document: Document):
    first = document.versions.get(number=1)

    again = upload(tenant, document, "Fees are 10.")

    assert (again.linked, again.version.pk, again.version.number) == (True, first.pk, 3)
    assert document.versions.count() == 2
    assert state_of(newest(document)).name == StateName.QUEUED


def test_until_it_is_read_the_last_version_answers(tenant: Principal, document: Document):
    former = document.current_version

    restored = make_current(tenant, document.versions.get(number=1))

    document.refresh_from_db()
    assert document.current_version == former
    publish_text(restored, "Fees are 10.")
    document.refresh_from_db()
    assert document.current_version == restored
    assert AuditEvent.objects.filter(action="document.version_restored").count() == 1


def test_the_bytes_of_the_newest_version_change_nothing(tenant: Principal, document: Document):
    again = upload(tenant, document, "Fees are 20.")

    assert (again.linked, again.version.number) == (True, 2)
    assert newest(document).ready_at is not None


def test_the_newest_version_cannot_be_made_newest(tenant: Principal, document: Document):
    with pytest.raises(Conflict, match="newest"):
        make_current(tenant, newest(document))


@pytest.fixture
def answering(committed) -> Iterator[tuple[Principal, Document]]:
    """A tenant with a document that can be asked, seen by all connections."""
    actor = make_tenant()
    embedder = question_embedder(settings.STATE)
    with tenant_context(actor.tenant_id):
        collection = make_collection(actor)
        text = "Claims are submitted within 30 days of the journey."
        yield actor, make_document(actor, collection, text, embedder=embedder)


def test_an_answer_in_flight_keeps_the_version_that_it_read(answering):
    actor, document = answering
    former = document.current_version
    events = answer_question(
        actor, document.collection, "Within how many days are claims submitted?"
    )
    next(events)

    with tenant_context(actor.tenant_id):
        newer = upload(actor, document, "Claims are submitted within 60 days.").version
        publish_text(newer, "Claims are submitted within 60 days.")
    *_, done = events

    with tenant_context(actor.tenant_id):
        document.refresh_from_db()
        answer = Answer.objects.get(pk=done.answer_id)
        assert document.current_version == newer
        assert "30 days" in answer.text
        assert [citation.version for citation in answer.citations.all()] == [former]
