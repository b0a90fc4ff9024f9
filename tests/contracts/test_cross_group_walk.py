"""Readers without the group visit everything with the ids of a restricted document.

Like the walk across tenants this one is generated: whatever pages and operations there are, no
word of the document comes back, and what is of it alone is not found.
"""

import pytest
from django.db import connections

from api_operations import call, ids_of, operations
from factories import make_member
from lectern.tenants.access import KEY_SCOPES, Permission, Role
from lectern.tenants.models import AuditEvent
from lectern.tenants.scoping import tenant_context
from tenant_seeds import make_key, make_restricted, make_seeded_tenant, rows_of
from web_addresses import addresses, confirmed_browser_of, path_ids_of, visit

ADDRESSES = addresses()
OPERATIONS = operations()
# Of these ids each names the restricted document or what was made of it alone.
KEPT = {"document_id", "version_id", "answer_id", "citation_id", "job_id"}
READING_ROLES = [Role.READER, Role.AUDITOR]


@pytest.fixture(scope="module")
def stored(django_db_setup, django_db_blocker):
    """A tenant with a restricted document, and who may not read it."""
    with django_db_blocker.unblock():
        tenant = make_seeded_tenant()
        people = {role: make_member(tenant.administrator, role) for role in READING_ROLES}
        secret = make_key(tenant.administrator, *(KEY_SCOPES - {Permission.WRITE}))
        yield make_restricted(tenant), people, secret


@pytest.fixture(autouse=True)
def kept_connection(db, monkeypatch):
    """A stream gives its connection back, which would end the test's transaction."""
    monkeypatch.setattr(connections["default"], "close", lambda: None)


def body_of(response):
    return b"".join(response) if response.streaming else response.content


def documents_of(tenant):
    return {table: rows for table, rows in rows_of(tenant).items() if table.startswith("documents")}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("role", READING_ROLES)
@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_no_page_shows_a_restricted_document(stored, address, role, method):
    kept, people, _ = stored
    before = documents_of(kept)

    page = visit(confirmed_browser_of(people[role]), method, address, path_ids_of(kept), kept)

    assert kept.marker.encode() not in body_of(page)
    assert documents_of(kept) == before
    if KEPT & set(address.names):
        assert page.status_code in {403, 404, 405}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_no_operation_shows_a_restricted_document(stored, operation):
    kept, _, secret = stored
    before = documents_of(kept)

    response = call(operation, secret, ids_of(kept))

    assert kept.marker.encode() not in body_of(response)
    if KEPT & set(operation.ids):
        assert response.status_code in {403, 404}
        assert documents_of(kept) == before


def test_the_ids_of_the_walk_reach_what_they_name(stored):
    kept, _, _ = stored
    browser = confirmed_browser_of(kept.administrator)

    pages = [
        browser.get(path).content.decode()
        for path in (
            f"/documents/{kept.document.pk}",
            f"/answers/{kept.answer.pk}",
            f"/jobs/{kept.job.pk}",
            f"/library/{kept.collection.pk}",
        )
    ]

    assert all(kept.marker in page for page in pages)


def test_asking_for_a_restricted_document_is_written_down_once(stored):
    kept, people, _ = stored
    browser = confirmed_browser_of(people[Role.READER])

    for _ in range(3):
        assert browser.get(f"/documents/{kept.document.pk}").status_code == 404

    with tenant_context(kept.administrator.tenant_id):
        denied = AuditEvent.objects.filter(action="denied", subject_id=kept.document.pk)
        assert [event.actor_id for event in denied] == [people[Role.READER].user_id]
