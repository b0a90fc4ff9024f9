"""Groups, access, metadata and changes of many documents in the browser and by the API."""

import json

import pytest

from factories import make_collection, make_member, make_tenant, make_upload
from html_pages import faults_of, find, text_of
from lectern.documents.models import Collection, Document, DocumentMetadata
from lectern.documents.states import StateName
from lectern.jobs.models import Job
from lectern.tenants.access import KEY_SCOPES, Permission, Principal, Role
from lectern.tenants.groups import create_group
from lectern.tenants.models import AuditEvent, Group, GroupMember, Membership
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key
from web_addresses import browser_of, confirmed_browser_of


@pytest.fixture
def administrator(db) -> Principal:
    return make_tenant()


@pytest.fixture
def inside(administrator: Principal):
    with tenant_context(administrator.tenant_id):
        yield administrator


@pytest.fixture
def documents(inside: Principal) -> list[Document]:
    collection = make_collection(inside)
    return [make_upload(inside, collection, name=f"note {n}.txt").document for n in range(3)]


@pytest.fixture
def collection(documents: list[Document]) -> Collection:
    return documents[0].collection


@pytest.fixture
def group(inside: Principal) -> Group:
    return create_group(inside, name="Finance")


def titles(page) -> list[str]:
    return [text_of(each) for each in find(page.content.decode(), ".//a[@class='title']")]


def test_a_person_is_put_into_a_group_and_taken_out(inside: Principal, group: Group):
    browser = confirmed_browser_of(inside)
    member = Membership.objects.get(user_id=inside.user_id)

    browser.post(f"/groups/{group.pk}/members", {"person": str(member.pk)})
    page = browser.get(f"/groups/{group.pk}").content.decode()
    assert faults_of(page) == []
    assert GroupMember.objects.get().user_id == inside.user_id

    browser.post(f"/groups/{group.pk}/people/{member.pk}/remove")
    assert not GroupMember.objects.exists()


def test_making_a_group_asks_for_the_password_again(inside: Principal):
    response = browser_of(inside).post("/groups", {"name": "Finance"})

    assert "reauthenticate" in response["Location"]
    assert not Group.objects.exists()


@pytest.mark.parametrize("sent", [{"person": "nonsense"}, {"key": "nonsense"}, {}])
def test_nonsense_puts_nobody_into_a_group(inside: Principal, group: Group, sent: dict[str, str]):
    response = confirmed_browser_of(inside).post(f"/groups/{group.pk}/members", sent)

    assert response.status_code == 302
    assert not GroupMember.objects.exists()


def test_a_document_is_restricted_on_its_page(
    inside: Principal, documents: list[Document], group: Group
):
    sent = {"access": "restricted", "groups": [str(group.pk)]}

    browser_of(inside).post(f"/documents/{documents[0].pk}/access", sent)

    document = Document.objects.get(restricted=True)
    assert (document, document.readers.get().group) == (documents[0], group)


def test_a_form_without_a_choice_opens_nothing(inside: Principal, documents: list[Document]):
    Document.objects.update(restricted=True)
    browser = browser_of(inside)

    page = browser.post(f"/documents/{documents[0].pk}/access")
    many = browser.post(
        f"/library/{documents[0].collection_id}/bulk",
        {"action": "access", "everything": "1", "confirmed": "1"},
    )

    assert (page.status_code, many.status_code) == (422, 422)
    assert "Say who reads them" in many.content.decode()
    assert faults_of(many.content.decode()) == []
    assert Document.objects.filter(restricted=True).count() == 3


def test_many_are_deleted_once_their_number_was_typed(
    inside: Principal, documents: list[Document], collection: Collection
):
    browser = browser_of(inside)
    chosen = {"action": "remove", "documents": [str(each.pk) for each in documents[:2]]}

    asked = browser.post(f"/library/{collection.pk}/bulk", chosen)
    wrong = browser.post(f"/library/{collection.pk}/bulk", chosen | {"confirmed": 1, "count": 3})
    assert faults_of(asked.content.decode()) == []
    assert "Delete 2 documents?" in asked.content.decode()
    assert (wrong.status_code, Document.objects.count()) == (422, 3)

    done = browser.post(f"/library/{collection.pk}/bulk", chosen | {"confirmed": 1, "count": 2})

    assert "2 documents were deleted" in done.content.decode()
    assert list(Document.objects.all()) == documents[2:]


def test_all_that_a_filter_lists_are_read_again(
    inside: Principal, documents: list[Document], collection: Collection
):
    Job.objects.update(status="failed", error="Broken.")
    sent = {"action": "reprocess", "everything": "1", "q": "note 1", "confirmed": "1"}

    page = browser_of(inside).post(f"/library/{collection.pk}/bulk", sent).content.decode()

    assert "1 document will be read again" in page
    assert Job.objects.filter(status="queued").count() == 1


@pytest.mark.parametrize("sent", [{}, {"action": "remove"}, {"action": "x", "everything": "1"}])
def test_nothing_chosen_changes_nothing(
    inside: Principal, documents: list[Document], collection: Collection, sent: dict[str, str]
):
    page = browser_of(inside).post(f"/library/{collection.pk}/bulk", sent, follow=True)

    assert "hoose documents" in page.content.decode() or "No documents" in page.content.decode()
    assert Document.objects.count() == 3


def test_what_a_person_says_of_a_document_is_shown_and_found(
    inside: Principal, documents: list[Document], collection: Collection
):
    browser = browser_of(inside)
    sent = {"name": "company", "values": "Acme\n\nAcme Europe"}
    browser.post(f"/documents/{documents[0].pk}/metadata", sent)

    page = browser.get(f"/documents/{documents[0].pk}").content.decode()
    listed = browser.get(f"/library/{collection.pk}?known=company:Acme")

    assert faults_of(page) == []
    assert "said by a person" in page
    assert titles(listed) == ["note 0.txt"]
    assert faults_of(listed.content.decode()) == []


@pytest.mark.parametrize("query", ["state=nonsense", "by=nonsense", "known=nonsense", "readers=x"])
def test_a_filter_that_says_nothing_filters_nothing(
    inside: Principal, documents: list[Document], collection: Collection, query: str
):
    page = browser_of(inside).get(f"/library/{collection.pk}?{query}")

    assert len(titles(page)) == 3


def test_a_document_is_renamed(inside: Principal, documents: list[Document]):
    browser_of(inside).post(f"/documents/{documents[0].pk}/title", {"title": " A  letter "})

    assert Document.objects.get(pk=documents[0].pk).title == "A letter"


def test_what_is_refused_is_written_down_once_and_says_what_was_missing(inside: Principal):
    reader = make_member(inside, Role.READER)
    browser = browser_of(reader)

    for _ in range(3):
        assert browser.get("/members").status_code == 403
    assert browser.get("/keys").status_code == 403

    denied = AuditEvent.objects.filter(action="denied", actor_id=reader.user_id)
    assert sorted(event.detail["permission"] for event in denied) == ["keys:write", "members:write"]


def test_a_key_that_lacks_a_scope_is_written_down(inside: Principal, collection: Collection):
    client = api_client(make_key(inside, Permission.READ))

    assert client.delete(f"/api/v1/collections/col_{collection.pk.hex}").status_code == 403

    assert AuditEvent.objects.get(action="denied").detail == {"permission": "collections:write"}


class Api:
    """The API with a key of every scope."""

    def __init__(self, actor: Principal) -> None:
        self.client = api_client(make_key(actor, *KEY_SCOPES))

    def send(self, method: str, path: str, body: object = None):
        return self.client.generic(
            method, f"/api/v1{path}", json.dumps(body or {}), "application/json"
        )


def test_programs_restrict_describe_and_find_documents(
    inside: Principal, documents: list[Document], collection: Collection, group: Group
):
    api, document = Api(inside), f"doc_{documents[0].pk.hex}"

    api.send(
        "PUT",
        f"/documents/{document}/access",
        {"restricted": True, "group_ids": [f"grp_{group.pk.hex}"]},
    )
    api.send("PATCH", f"/documents/{document}", {"title": "Letter", "metadata": {"type": ["a"]}})
    query = "restricted=true&known=type:a&state=queued"
    listed = api.send("GET", f"/collections/col_{collection.pk.hex}/documents?{query}").json()

    (shown,) = listed["items"]
    assert (shown["id"], shown["title"], shown["restricted"]) == (document, "Letter", True)
    assert shown["metadata"] == [{"name": "type", "value": "a", "source": "person", "page": None}]


def test_access_is_said_and_never_left_to_a_default(inside: Principal, documents: list[Document]):
    Document.objects.update(restricted=True)
    api, place = Api(inside), f"/collections/col_{documents[0].collection_id.hex}/documents/bulk"

    one = api.send("PUT", f"/documents/doc_{documents[0].pk.hex}/access", {"group_ids": []})
    many = api.send("POST", place, {"action": "access"})

    assert (one.status_code, many.status_code) == (422, 422)
    assert Document.objects.filter(restricted=True).count() == 3


def test_programs_change_many_documents_page_by_page(
    inside: Principal, documents: list[Document], collection: Collection, monkeypatch
):
    monkeypatch.setattr("lectern.documents.bulk.AT_ONCE", 2)
    place = f"/collections/col_{collection.pk.hex}/documents/bulk?state={StateName.QUEUED}"
    body = {"action": "metadata", "metadata": {"type": ["note"]}}
    api = Api(inside)

    first = api.send("POST", place, body).json()
    second = api.send("POST", place, body | {"after": first["following"]}).json()

    assert [len(first["items"]), len(second["items"])] == [2, 1]
    assert second["following"] is None
    assert DocumentMetadata.objects.filter(name="type").count() == 3


def test_a_job_tells_its_attempts(inside: Principal, documents: list[Document]):
    job = documents[0].versions.get().job
    job.attempts.create(tenant_id=inside.tenant_id, number=1, outcome="lost")
    job.stages.create(tenant_id=inside.tenant_id, attempt=1, name="embedding")

    told = Api(inside).send("GET", f"/jobs/job_{job.pk.hex}").json()

    (attempt,) = told["attempts"]
    assert (attempt["outcome"], attempt["stages"][0]["name"]) == ("lost", "embedding")
    page = browser_of(inside).get(f"/jobs/{job.pk}").content.decode()
    assert "Stopped without a word" in page
    assert faults_of(page) == []
