"""Who reads a document, and what that means for everything that was made of it."""

import pytest

from factories import make_document, make_member, make_upload
from lectern.answering.models import Answer, Citation, Finding, Question
from lectern.answering.readable import WITHHELD, read_answer, readable_answers, readable_questions
from lectern.documents.access import (
    Access,
    access_of,
    change_access,
    inherit_access,
    jobs_seen_by,
    read_document,
    read_version,
)
from lectern.documents.library import collections_with_counts, work_in
from lectern.documents.models import Collection, Document
from lectern.documents.readable import readable_documents
from lectern.errors import Conflict, Invalid, NotAllowed, NotFound
from lectern.jobs.models import Job
from lectern.tenants.access import Permission, Principal, Role
from lectern.tenants.groups import add_key, add_person, create_group
from lectern.tenants.keys import issue_key, key_principal
from lectern.tenants.models import AuditEvent, Group, Membership, new_id

RESTRICTED = Access(restricted=True)


@pytest.fixture
def group(tenant: Principal) -> Group:
    return create_group(tenant, name="Finance")


@pytest.fixture
def reader(tenant: Principal) -> Principal:
    return make_member(tenant)


@pytest.fixture
def document(tenant: Principal, collection: Collection) -> Document:
    return make_document(tenant, collection, "Salaries rose.")


def answered(tenant: Principal, document: Document, *, cited: bool = True) -> Answer:
    """An answer that read a passage of ``document`` and, if ``cited``, quotes it."""
    owner = {"tenant_id": tenant.tenant_id}
    question = Question.objects.create(
        **owner, collection=document.collection, text="What?", asked_by_id=tenant.user_id
    )
    version = document.current_version
    passage = {
        "document_id": str(document.pk),
        "version_id": str(version.pk),
        "title": document.title,
        "page": 1,
        "start": 0,
        "end": 5,
        "text": "Salaries rose.",
    }
    answer = Answer.objects.create(
        **owner,
        question=question,
        outcome="answered" if cited else "refused",
        text="Salaries rose.",
        engine="quotation",
        confidence=0.9,
        passages=[passage],
    )
    Finding.objects.create(
        **owner, answer=answer, plugin="p", check_name="c", severity="note", message="Salaries."
    )
    if cited:
        place = {"number": 1, "sentence_start": 0, "sentence_end": 5, "page": 1, "start": 0}
        Citation.objects.create(
            **owner, answer=answer, document=document, version=version, end=5, **place
        )
    return answer


def test_a_restricted_document_is_not_found_and_asking_for_it_is_written_down(
    tenant: Principal, reader: Principal, document: Document
):
    change_access(tenant, [document], RESTRICTED)

    with pytest.raises(NotFound) as kept:
        read_document(reader, document.pk)
    with pytest.raises(NotFound) as unknown:
        read_document(reader, new_id())

    assert kept.value.message == unknown.value.message
    assert list(
        AuditEvent.objects.filter(action="denied").values_list("subject_id", flat=True)
    ) == [document.pk]


@pytest.mark.parametrize("role", [Role.READER, Role.AUDITOR])
def test_its_groups_people_read_it(tenant: Principal, document: Document, group: Group, role: str):
    person = make_member(tenant, role)
    change_access(tenant, [document], access_of([group.pk], restricted=True))
    assert document not in readable_documents(person)

    add_person(tenant, group, Membership.objects.get(user_id=person.user_id))

    assert read_document(person, document.pk) == document
    assert read_version(person, document.current_version_id).document == document


def test_its_groups_keys_read_it(tenant: Principal, document: Document, group: Group):
    issued = issue_key(tenant, name="program", scopes=[Permission.READ])
    change_access(tenant, [document], access_of([group.pk], restricted=True))
    program = key_principal(issued.secret)
    assert document not in readable_documents(program)

    add_key(tenant, group, issued.row)

    assert document in readable_documents(program)


def test_opening_it_lets_everybody_read_it(
    tenant: Principal, reader: Principal, document: Document, group: Group
):
    change_access(tenant, [document], access_of([group.pk], restricted=True))

    change_access(tenant, [document], Access())

    assert document in readable_documents(reader)
    assert not document.readers.exists()


def test_whoever_only_reads_changes_no_access(reader: Principal, document: Document):
    with pytest.raises(NotAllowed, match="documents:write"):
        change_access(reader, [document], RESTRICTED)


def test_groups_are_for_restricted_documents(group: Group):
    with pytest.raises(Invalid, match="Restrict it"):
        access_of([group.pk], restricted=False)


def test_an_unknown_group_restricts_nothing(tenant: Principal):
    with pytest.raises(NotFound, match="no such group"):
        access_of([new_id()], restricted=True)


def test_what_came_with_a_mail_is_read_by_who_reads_the_mail(
    tenant: Principal, reader: Principal, document: Document, group: Group, collection: Collection
):
    attached = make_document(tenant, collection, "An attachment.", title="attached")
    Document.objects.filter(pk=attached.pk).update(parent=document)
    attached.refresh_from_db()

    change_access(tenant, [document], access_of([group.pk], restricted=True))

    assert attached not in readable_documents(reader)
    with pytest.raises(Conflict, match="came with a mail"):
        change_access(tenant, [attached], Access())


def test_an_attachment_inherits_the_access_of_its_mail(
    tenant: Principal, document: Document, group: Group, collection: Collection
):
    change_access(tenant, [document], access_of([group.pk], restricted=True))
    attached = make_document(tenant, collection, "An attachment.", title="attached")

    inherit_access(attached, document)

    attached.refresh_from_db()
    assert attached.restricted
    assert [each.group for each in attached.readers.all()] == [group]


def test_a_restricted_document_is_not_counted(
    tenant: Principal, reader: Principal, document: Document, collection: Collection
):
    make_document(tenant, collection, "Open to all.", title="open")
    unread = make_upload(tenant, collection)
    Job.objects.filter(pk=unread.version.job_id).update(status="failed", error="Broken.")
    change_access(tenant, [document, unread.document], RESTRICTED)

    def seen(actor: Principal) -> tuple[int, int, int, int]:
        row = collections_with_counts(actor).get(pk=collection.pk)
        failed = work_in(actor, collection).failed
        return row.documents_count, row.ready_count, row.chunks_shown, failed

    assert seen(reader) == (1, 1, 1, 0)
    assert seen(tenant) == (3, 2, 2, 1)


def test_the_jobs_of_a_restricted_document_are_left_out(
    tenant: Principal, document: Document, collection: Collection
):
    auditor = make_member(tenant, Role.AUDITOR)
    other = make_upload(tenant, collection).version.job
    change_access(tenant, [document], RESTRICTED)

    assert list(jobs_seen_by(auditor)) == [other]
    assert jobs_seen_by(tenant).count() == 2


def test_an_answer_that_cites_a_restricted_document_is_not_found(
    tenant: Principal, reader: Principal, document: Document
):
    answer = answered(tenant, document)
    assert read_answer(reader, answer.pk) == answer

    change_access(tenant, [document], RESTRICTED)

    assert not readable_answers(reader).exists()
    assert not readable_questions(reader).exists()
    with pytest.raises(NotFound, match="no such answer"):
        read_answer(reader, answer.pk)
    assert read_answer(tenant, answer.pk) == answer


def test_an_answer_asked_of_a_restricted_document_is_not_found(
    tenant: Principal, reader: Principal, document: Document
):
    answer = answered(tenant, document, cited=False)
    Question.objects.update(document=document)
    change_access(tenant, [document], RESTRICTED)

    assert answer not in readable_answers(reader)
    assert not readable_questions(reader).exists()


def test_passages_that_were_read_and_not_cited_are_left_out(
    tenant: Principal, reader: Principal, document: Document
):
    answer = answered(tenant, document, cited=False)
    change_access(tenant, [document], RESTRICTED)

    shown = read_answer(reader, answer.pk)

    assert shown.passages == []
    assert [finding.message for finding in shown.findings.all()] == [WITHHELD]
    assert shown.text == WITHHELD
    assert read_answer(tenant, answer.pk).passages != []


def test_a_new_document_is_restricted_from_the_start(
    tenant: Principal, reader: Principal, collection: Collection, group: Group
):
    made = make_upload(tenant, collection, access=access_of([group.pk], restricted=True))

    assert made.document.restricted
    assert made.document not in readable_documents(reader)
