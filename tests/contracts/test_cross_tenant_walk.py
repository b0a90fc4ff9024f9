"""A tenant's administrator, with every permission, visits everything with another tenant's ids.

Both walks are generated, from the API's description and from the table of addresses; what
has no seed fails, so nothing new can be left out.
"""

import json

import pytest
from django.db import connections

from api_operations import IDS, PLAIN, call, ids_of, ids_of_nothing, operations
from tenant_seeds import make_seeded_tenant, rows_of

OPERATIONS = operations()
WITH_IDS = [operation for operation in OPERATIONS if operation.ids]


@pytest.fixture(scope="module")
def two_tenants(django_db_setup, django_db_blocker):
    """Theirs and ours, stored for all tests of this module; each test undoes what it does."""
    with django_db_blocker.unblock():
        yield make_seeded_tenant(), make_seeded_tenant()


@pytest.fixture
def theirs(db, two_tenants):
    return two_tenants[0]


@pytest.fixture
def ours(db, two_tenants):
    return two_tenants[1]


@pytest.fixture
def kept_connection(monkeypatch):
    """A stream gives its connection back, which would end the test's transaction."""
    monkeypatch.setattr(connections["default"], "close", lambda: None)


def body_of(response):
    return b"".join(response) if response.streaming else response.content


def told(response):
    """What the response says, without the id that every request has anew."""
    problem = json.loads(body_of(response))
    del problem["request_id"]
    return response.status_code, problem


def test_the_walk_knows_every_parameter_of_the_api():
    names = {name for operation in OPERATIONS for _, name in operation.parts}

    assert names - set(PLAIN) - set(IDS) == set()


def test_no_parameter_is_seeded_that_the_api_does_not_have():
    names = {name for operation in OPERATIONS for _, name in operation.parts}

    assert set(PLAIN) | set(IDS) == names


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_the_seeds_reach_the_tenants_own_objects(theirs, operation, kept_connection):
    response = call(operation, theirs.secret, ids_of(theirs))

    assert response.status_code in {200, 201, 202, 204} | CONFLICTS.get(operation.name, set())


# The seeded job waits, so there is nothing to repeat.
CONFLICTS = {"reprocess_document": {409}, "retry_job": {409}}


@pytest.mark.parametrize(
    ("operation", "foreign"),
    [
        pytest.param(operation, foreign, id=f"{operation}-{'-'.join(foreign)}")
        for operation in WITH_IDS
        for foreign in {(name,) for name in operation.ids} | {tuple(operation.ids)}
    ],
)
def test_another_tenants_id_is_an_unknown_id(theirs, ours, operation, foreign):
    before = rows_of(theirs)
    own, known, unknown = ids_of(ours), ids_of(theirs), ids_of_nothing()

    response = call(operation, ours.secret, own | {name: known[name] for name in foreign})
    reference = call(operation, ours.secret, own | {name: unknown[name] for name in foreign})

    assert response.status_code == 404
    assert told(response) == told(reference)
    assert theirs.marker not in body_of(response).decode()
    assert rows_of(theirs) == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_without_foreign_ids_shows_and_changes_nothing_foreign(
    theirs, ours, operation, kept_connection
):
    before = rows_of(theirs)

    response = call(operation, ours.secret, ids_of(ours))

    assert theirs.marker.encode() not in body_of(response)
    assert rows_of(theirs) == before
