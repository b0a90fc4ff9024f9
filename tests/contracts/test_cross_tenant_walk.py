"""A tenant's administrator, with every permission, visits everything with another tenant's ids.

Both walks are generated, from the API's description and from the table of addresses; what
has no seed fails, so nothing new can be left out.
"""

import json

import pytest
from django.db import connections
from django.urls import get_resolver

from api_operations import IDS, PLAIN, call, ids_of, ids_of_nothing, operations
from lectern.jobs import queue
from lectern.jobs.models import Job
from lectern.tenants.scoping import tenant_context
from lectern_workers.runner import run
from tenant_seeds import make_seeded_tenant, rows_of
from web_addresses import (
    ACCOUNT,
    FILES,
    INPUT_IDS,
    INPUT_PLAIN,
    PATH_IDS,
    PATH_PLAIN,
    addresses,
    confirmed_browser_of,
    inputs,
    path_ids_of,
    path_ids_of_nothing,
    visit,
)

ADDRESSES = addresses()
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

    expected = CONFLICTS.get(operation.name, operation.statuses & {200, 201, 202, 204})
    assert response.status_code in expected & operation.statuses


# The seeded job waits, so there is nothing to repeat.
CONFLICTS = {"make_version_current": {409}, "reprocess_document": {409}, "retry_job": {409}}
# It has only the built-in embedder, which is in use.
CONFLICTS |= {"start_reembedding": {409}, "drop_retriever": {409}}
# One golden question is too few to learn from.
CONFLICTS |= {"start_tuning": {409}}


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

    assert 404 in operation.statuses
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


# --- pages ------------------------------------------------------------------------------


def test_the_walk_knows_every_name_in_an_address():
    names = {name for address in ADDRESSES for name in address.names}

    assert names == set(PATH_IDS) | set(PATH_PLAIN)


def test_the_walk_knows_every_input_of_a_page():
    assert inputs() == set(INPUT_IDS) | set(INPUT_PLAIN) | FILES


def test_every_address_is_a_page_the_api_or_the_sign_in():
    assert {str(each.pattern) for each in get_resolver().url_patterns} == {"api/v1/", ACCOUNT, ""}


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_the_seeds_reach_the_tenants_own_pages(theirs, address, kept_connection):
    browser = confirmed_browser_of(theirs.administrator)

    statuses = {
        visit(browser, method, address, path_ids_of(theirs), theirs).status_code
        for method in ("GET", "POST")
    } - {405}

    assert statuses
    assert statuses <= PAGE_STATUSES.get(address.name, {200, 302, 422})


# The seeded job waits, the seeded member is the only administrator, the seeded invitation is for
# somebody else, and nothing was set up.
PAGE_STATUSES = {
    "version-current": {409},
    "invitation": {404},
    "document-retry": {409},
    "job-retry": {409},
    "member-remove": {200, 409},
    "member-role": {409},
    "health-ready": {503},
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", [each for each in ADDRESSES if each.ids], ids=str)
def test_another_tenants_page_is_an_unknown_page(theirs, ours, address, method):
    before = rows_of(theirs)
    browser = confirmed_browser_of(ours.administrator)

    page = visit(browser, method, address, path_ids_of(theirs), theirs)
    reference = visit(browser, method, address, path_ids_of_nothing(), ours)

    assert page.status_code == reference.status_code
    assert page.status_code in {404, 405}
    assert theirs.marker not in page.content.decode()
    assert rows_of(theirs) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_a_page_with_foreign_ids_in_its_form_shows_and_changes_nothing_foreign(
    theirs, ours, address, method, kept_connection
):
    before = rows_of(theirs)
    browser = confirmed_browser_of(ours.administrator)

    page = visit(browser, method, address, path_ids_of(ours), theirs)

    assert theirs.marker.encode() not in body_of(page)
    assert rows_of(theirs) == before


@pytest.mark.parametrize("name", ["ask-send", "ask-stream"])
def test_another_tenants_collection_cannot_be_asked(theirs, ours, name):
    (address,) = [each for each in ADDRESSES if each.name == name]

    page = visit(confirmed_browser_of(ours.administrator), "POST", address, {}, theirs)

    assert page.status_code == 404


def test_nobody_enters_a_tenant_they_are_no_member_of(theirs, ours):
    browser = confirmed_browser_of(ours.administrator)
    browser.post("/tenant", {"tenant": str(theirs.administrator.tenant_id)})

    library = browser.get("/library").content.decode()

    assert ours.marker in library
    assert theirs.marker not in library


# --- jobs -------------------------------------------------------------------------------

PAYLOADS = {
    Job.Kind.INGEST_DOCUMENT: lambda tenant: {"version_id": str(tenant.version.pk)},
    Job.Kind.SYNC_SOURCE: lambda tenant: {"source_id": str(tenant.source.pk)},
    Job.Kind.RUN_GOLDEN: lambda tenant: {
        "collection_id": str(tenant.collection.pk),
        "run_id": str(tenant.golden_run.pk),
    },
    Job.Kind.TUNE_COLLECTION: lambda tenant: {"collection_id": str(tenant.collection.pk)},
    Job.Kind.REEMBED_COLLECTION: lambda tenant: {
        "collection_id": str(tenant.collection.pk),
        "embedder": tenant.marker,
    },
}


def test_the_walk_knows_every_kind_of_job():
    assert set(PAYLOADS) == set(Job.Kind)


@pytest.mark.parametrize("kind", list(Job.Kind))
def test_a_job_with_another_tenants_ids_finds_nothing(committed, kind):
    theirs, ours = make_seeded_tenant(), make_seeded_tenant()
    before = rows_of(theirs)
    with tenant_context(ours.administrator.tenant_id):
        job = queue.enqueue(ours.administrator.tenant_id, kind, PAYLOADS[kind](theirs))

    run(job.pk)

    assert rows_of(theirs) == before
    with tenant_context(ours.administrator.tenant_id):
        job.refresh_from_db()
        log = [event.message for event in job.events.all()]
    assert (job.status, job.error_code) == ("failed", "deleted")
    assert theirs.marker not in f"{job.error} {job.result} {log}"
