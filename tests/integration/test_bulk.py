"""Changing many documents at once."""

import pytest

from factories import make_collection, make_document, make_member, make_tenant, make_upload
from lectern.answering.models import Answer, Citation, Question
from lectern.documents import bulk
from lectern.documents.access import Access
from lectern.documents.bulk import (
    Action,
    Change,
    change_documents,
    documents_matching,
    documents_named,
)
from lectern.documents.library import Wanted
from lectern.documents.models import Collection, Document, DocumentMetadata
from lectern.documents.removal import GONE, remove_documents
from lectern.errors import Invalid, NotAllowed, NotFound
from lectern.jobs.models import Job, JobEvent
from lectern.tenants.access import Principal
from lectern.tenants.models import AuditEvent
from lectern.tenants.scoping import tenant_context


@pytest.fixture
def documents(tenant: Principal, collection: Collection) -> list[Document]:
    return [make_upload(tenant, collection, name=f"note {n}.txt").document for n in range(3)]


def end_jobs(**changes: str) -> None:
    Job.objects.update(**({"status": "failed", "error": "Broken."} | changes))


def done(tenant: Principal, documents: list[Document], change: Change) -> list[tuple[bool, str]]:
    collection = documents[0].collection
    outcomes = change_documents(tenant, collection, documents, change)
    return [(outcome.done, outcome.detail) for outcome in outcomes]


def test_many_are_read_again_and_those_being_read_are_told(
    tenant: Principal, documents: list[Document]
):
    end_jobs()
    Job.objects.filter(payload__version_id=str(documents[0].versions.get().pk)).update(
        status="queued", error=""
    )

    outcomes = done(tenant, documents, Change(action=Action.REPROCESS))

    assert outcomes == [(False, "It is being read already."), (True, ""), (True, "")]
    assert Job.objects.filter(status="queued").count() == 3
    assert documents[1].versions.get().job.status == "queued"
    assert AuditEvent.objects.filter(action="document.reprocessed").count() == 2


def test_many_are_removed_with_what_was_made_of_them(tenant: Principal, collection: Collection):
    doomed = [make_document(tenant, collection, f"Fact {n}.", title=f"t{n}") for n in range(3)]
    kept = make_document(tenant, collection, "Kept.", title="kept")

    done(tenant, doomed, Change(action=Action.REMOVE))

    collection.refresh_from_db()
    assert list(Document.objects.all()) == [kept]
    assert collection.chunk_count == 1
    assert AuditEvent.objects.filter(action="document.removed").count() == 3


def test_removal_takes_along_what_came_with_a_mail(tenant: Principal, documents: list[Document]):
    mail, attached, within = documents
    Document.objects.filter(pk=attached.pk).update(parent=mail)
    Document.objects.filter(pk=within.pk).update(parent=attached)

    removed = remove_documents(tenant, mail.collection, [mail.pk])

    assert (removed.documents, removed.versions) == (3, 3)
    assert not Document.objects.exists()


def test_removal_silences_what_jobs_said_of_the_files(tenant: Principal, documents: list[Document]):
    end_jobs(error="note 0.txt is encrypted.")
    job = documents[0].versions.get().job
    JobEvent.objects.create(
        tenant_id=tenant.tenant_id, job=job, attempt=1, level="error", message="note 0.txt broke."
    )

    remove_documents(tenant, documents[0].collection, [documents[0].pk])

    job.refresh_from_db()
    assert job.error == GONE
    assert "note 0" not in " ".join(event.message for event in job.events.all())
    assert Job.objects.exclude(pk=job.pk).first().error == "note 0.txt is encrypted."


def test_an_answer_that_cites_two_of_the_removed_loses_both(
    tenant: Principal, collection: Collection
):
    pair = [make_document(tenant, collection, f"Fact {n}.", title=f"t{n}") for n in range(2)]
    owner = {"tenant_id": tenant.tenant_id}
    question = Question.objects.create(**owner, collection=collection, text="What?")
    passages = [
        {"document_id": str(each.pk), "version_id": "", "text": "Fact.", "context": ""}
        for each in pair
    ]
    answer = Answer.objects.create(
        **owner,
        question=question,
        outcome="answered",
        text="Fact 0. Fact 1.",
        engine="quotation",
        confidence=1,
        passages=passages,
    )
    for number, each in enumerate(pair):
        place = {"page": 1, "start": 0, "end": 7, "quote": f"Fact {number}."}
        Citation.objects.create(
            **owner,
            answer=answer,
            number=number + 1,
            document=each,
            version=each.current_version,
            sentence_start=8 * number,
            sentence_end=8 * number + 7,
            **place,
        )

    removed = remove_documents(tenant, collection, [each.pk for each in pair])

    answer.refresh_from_db()
    assert removed.derived == 1
    assert "Fact" not in answer.text + str(answer.passages)
    assert {citation.document_id for citation in answer.citations.all()} == {None}


def test_who_reads_many_is_changed(tenant: Principal, documents: list[Document]):
    Document.objects.filter(pk=documents[1].pk).update(parent=documents[0])
    documents[1].refresh_from_db()

    outcomes = done(
        tenant, documents[1:], Change(action=Action.ACCESS, access=Access(restricted=True))
    )

    assert outcomes == [(False, "It came with a mail and is read by who reads that."), (True, "")]
    assert list(Document.objects.filter(restricted=True)) == [documents[2]]


def test_many_are_described(tenant: Principal, documents: list[Document]):
    done(tenant, documents, Change(action=Action.METADATA, metadata={"type": ["letter"]}))

    assert DocumentMetadata.objects.filter(name="type", value="letter").count() == 3


def test_a_long_list_of_names_is_refused(tenant: Principal, documents: list[Document]):
    change = Change(action=Action.METADATA, metadata={f"name {each}": [] for each in range(21)})

    with pytest.raises(Invalid, match="name at most 20"):
        done(tenant, documents, change)


def test_a_selection_goes_on_behind_the_last(
    tenant: Principal, documents: list[Document], collection: Collection, monkeypatch
):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)

    first = documents_matching(tenant, collection, Wanted())
    second = documents_matching(tenant, collection, Wanted(), after=first.following)

    assert [*first.documents, *second.documents] == documents[::-1]
    assert second.following is None


def test_one_unknown_id_changes_nothing(
    tenant: Principal, documents: list[Document], collection: Collection
):
    other = make_upload(tenant, make_collection(tenant)).document

    with pytest.raises(NotFound):
        documents_named(tenant, collection, [documents[0].pk, other.pk])


def test_too_many_ids_are_refused(tenant: Principal, collection: Collection, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    made = [make_upload(tenant, collection).document.pk for _ in range(2)]

    with pytest.raises(Invalid, match="1 at most"):
        documents_named(tenant, collection, made)


def test_whoever_only_reads_changes_nothing(tenant: Principal, documents: list[Document]):
    reader = make_member(tenant)

    with pytest.raises(NotAllowed):
        done(reader, documents, Change(action=Action.REMOVE))


def test_queries_do_not_grow_with_each_document(
    tenant: Principal, collection: Collection, django_assert_max_num_queries
):
    made = [make_upload(tenant, collection).document for _ in range(10)]
    end_jobs()

    with django_assert_max_num_queries(30):
        done(tenant, made, Change(action=Action.REPROCESS))


def test_another_tenants_documents_match_nothing(db):
    ours, theirs = make_tenant(), make_tenant()
    with tenant_context(theirs.tenant_id):
        foreign = make_upload(theirs, make_collection(theirs)).document
    with tenant_context(ours.tenant_id):
        collection = make_collection(ours)
        with pytest.raises(NotFound):
            documents_named(ours, collection, [foreign.pk])
        assert documents_matching(ours, replace_id(collection, foreign), Wanted()).documents == ()


def replace_id(collection: Collection, foreign: Document) -> Collection:
    return Collection(pk=foreign.collection_id, tenant_id=collection.tenant_id)
