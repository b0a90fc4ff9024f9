"""``docs/permissions.md`` lists who may do what, and everybody is tried on everything."""

import re
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from api_operations import call, ids_of, operations
from factories import make_member
from lectern.tenants.access import KEY_SCOPES, ROLE_PERMISSIONS, Permission, Role
from lectern.tenants.models import Membership
from lectern.tenants.people import remove_member
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key, make_seeded_tenant
from web_addresses import addresses, browser_of, path_ids_of, visit

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
ANY_KEY, ANY_MEMBER, ANYBODY = "any key", "any member", "anybody"


def table(heading):
    """The cells of each row of the table below ``heading``."""
    lines = PAGE.read_text(encoding="utf-8").split(f"| {heading} |")[1].split("\n\n")[0]
    rows = [line for line in lines.splitlines()[2:] if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


OPERATIONS = {operation.name: operation for operation in operations()}
ADDRESSES = {address.name: address for address in addresses()}
SCOPES = {
    name: set() if scopes == ANY_KEY else {Permission(each) for each in scopes.split("`, `")}
    for name, _, scopes in table("Operation")
}
PERMISSIONS = {name: permission for name, _, permission in table("Page")}


@pytest.fixture(scope="module")
def stored(django_db_setup, django_db_blocker):
    """A tenant that all tests of this module share; each undoes what it does."""
    with django_db_blocker.unblock():
        yield make_seeded_tenant()


@pytest.fixture
def seeded(db, stored, monkeypatch):
    # A stream gives its connection back, which would end the test's transaction.
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    return stored


def test_the_page_lists_what_each_role_may_do():
    listed = {name: [cell == "yes" for cell in cells] for name, *cells in table("Permission")}

    assert listed == {
        permission: [
            *(permission in ROLE_PERMISSIONS[role] for role in Role.values),
            permission in KEY_SCOPES,
        ]
        for permission in Permission
    }


def test_the_page_lists_every_operation_and_its_address():
    listed = {name: address for name, address, _ in table("Operation")}

    assert listed == {each.name: f"{each.method} {each.path}" for each in OPERATIONS.values()}


def test_the_page_lists_every_page_and_its_address():
    listed = {name: address for name, address, _ in table("Page")}

    assert listed == {
        each.name: re.sub(r"<\w+:(\w+)>", r"{\1}", each.route) for each in ADDRESSES.values()
    }


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=str)
def test_a_key_does_what_its_scopes_allow_and_nothing_else(seeded, operation):
    needed = SCOPES[operation.name]
    keys = [{scope} for scope in KEY_SCOPES] + [needed, KEY_SCOPES - needed]

    refused = [
        scopes
        for scopes in keys
        if scopes
        and call(operation, make_key(seeded.administrator, *scopes), ids_of(seeded)).status_code
        == 403
    ]

    assert refused == [scopes for scopes in keys if scopes and not needed <= scopes]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=str)
def test_without_a_key_nothing_is_done_however_much_a_session_may(seeded, operation):
    browser = browser_of(seeded.administrator)
    path = operation.path.format_map(ids_of(seeded) | {"number": 1})

    statuses = {
        client.generic(operation.method, path, "{}", content_type="application/json").status_code
        for client in (Client(), browser, api_client("lec_0123456789_nothing"))
    }

    assert statuses == {401}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=str)
def test_a_page_serves_the_roles_that_have_its_permission(seeded, address):
    refused = {
        role
        for role in Role.values
        if 403 in statuses_of(browser_of(make_member(seeded.administrator, role)), address, seeded)
    }

    needed = PERMISSIONS[address.name]
    allowed = {
        role
        for role in Role.values
        if needed in {ANYBODY, ANY_MEMBER} or needed in ROLE_PERMISSIONS[role]
    }
    assert refused == set(Role.values) - allowed


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=str)
def test_a_stranger_is_led_to_the_sign_in_page(seeded, address):
    stranger = Client(raise_request_exception=False)

    pages = [visit(stranger, m, address, path_ids_of(seeded), seeded) for m in ("GET", "POST")]

    led = [page.get("Location", "").startswith("/account/login") for page in pages]
    assert led == [PERMISSIONS[address.name] != ANYBODY] * 2


def statuses_of(browser, address, tenant):
    return {
        visit(browser, method, address, path_ids_of(tenant), tenant).status_code
        for method in ("GET", "POST")
    }


def test_a_removed_member_is_out_with_the_next_request(seeded):
    member = make_member(seeded.administrator, Role.CURATOR)
    browser = browser_of(member)
    assert browser.get("/library").status_code == 200

    with tenant_context(seeded.administrator.tenant_id):
        remove_member(seeded.administrator, Membership.objects.get(user_id=member.user_id))

    assert browser.get("/library").status_code == 403
