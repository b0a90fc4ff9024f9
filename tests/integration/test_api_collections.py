"""Collections over the API, and lists in pages."""

import json

import pytest

from factories import make_collection, make_tenant
from lectern.tenants.models import AuditEvent
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key

COLLECTIONS = "/api/v1/collections"


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def client(administrator):
    return api_client(make_key(administrator))


def send(client, method, path, body):
    return client.generic(method, path, json.dumps(body), content_type="application/json")


def pages_of(client, path):
    """The items of every page of a list, page by page."""
    pages = []
    while path:
        page = client.get(path).json()
        pages.append(page["items"])
        path = page["next"]
    return pages


def test_a_new_collection_can_be_fetched_by_its_id(client):
    made = send(client, "POST", COLLECTIONS, {"name": "Reports", "description": "Of each year"})

    assert made.status_code == 201
    assert made.json()["id"].startswith("col_")
    assert client.get(f"{COLLECTIONS}/{made.json()['id']}").json() == made.json()


def test_times_are_utc(client):
    made = send(client, "POST", COLLECTIONS, {"name": "Reports"}).json()

    assert made["created_at"].endswith("Z")


def test_what_a_change_leaves_out_stays(client):
    made = send(client, "POST", COLLECTIONS, {"name": "Reports", "description": "Old"}).json()

    changed = send(client, "PATCH", f"{COLLECTIONS}/{made['id']}", {"description": "New"}).json()

    assert (changed["name"], changed["description"]) == ("Reports", "New")


def test_an_empty_text_is_a_change(client):
    made = send(client, "POST", COLLECTIONS, {"name": "Reports", "description": "Old"}).json()

    changed = send(client, "PATCH", f"{COLLECTIONS}/{made['id']}", {"description": ""}).json()

    assert changed["description"] == ""


def test_a_description_has_at_most_2000_characters(client):
    named = {"name": "Reports"}
    longest = send(client, "POST", COLLECTIONS, named | {"description": "x" * 2000})
    path = f"{COLLECTIONS}/{longest.json()['id']}"

    refused = [
        send(client, "POST", COLLECTIONS, {"name": "More", "description": "x" * 2001}),
        send(client, "PATCH", path, {"description": "x" * 2001}),
    ]

    assert longest.status_code == 201
    assert [each.status_code for each in refused] == [422, 422]
    assert "Shorten it" in refused[0].json()["detail"]


def test_a_deleted_collection_is_gone(client):
    made = send(client, "POST", COLLECTIONS, {"name": "Reports"}).json()

    deleted = client.delete(f"{COLLECTIONS}/{made['id']}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(f"{COLLECTIONS}/{made['id']}").status_code == 404


def test_what_a_key_does_is_written_down_under_its_name(administrator, client):
    send(client, "POST", COLLECTIONS, {"name": "Reports"})

    with tenant_context(administrator.tenant_id):
        event = AuditEvent.objects.get(action="collection.created")
    assert event.actor == "key test"


def test_the_pages_of_a_list_hold_everything_once_and_newest_first(administrator, client):
    with tenant_context(administrator.tenant_id):
        names = [make_collection(administrator).name for _ in range(7)]

    pages = pages_of(client, f"{COLLECTIONS}?limit=3")

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [item["name"] for page in pages for item in page] == names[::-1]


def test_what_is_added_while_a_list_is_read_shifts_nothing(administrator, client):
    with tenant_context(administrator.tenant_id):
        names = [make_collection(administrator).name for _ in range(4)]
    first = client.get(f"{COLLECTIONS}?limit=2").json()
    with tenant_context(administrator.tenant_id):
        make_collection(administrator)

    second = client.get(first["next"]).json()

    assert [item["name"] for item in first["items"] + second["items"]] == names[::-1]


def test_the_next_page_keeps_the_limit(administrator, client):
    with tenant_context(administrator.tenant_id):
        for _ in range(3):
            make_collection(administrator)

    assert "limit=1" in client.get(f"{COLLECTIONS}?limit=1").json()["next"]


@pytest.mark.parametrize("limit", ["0", "201", "many", "-1"])
def test_a_page_has_one_to_two_hundred_items(client, limit):
    assert client.get(COLLECTIONS, {"limit": limit}).status_code == 422


def test_me_tells_the_tenant_and_the_scopes(administrator, client):
    me = client.get("/api/v1/me").json()

    assert me["tenant"]["id"] == f"ten_{administrator.tenant_id.hex}"
    assert me["key_id"].startswith("key_")
    assert "documents:write" in me["permissions"]
    assert "members:write" not in me["permissions"]
