"""What programs are told when something is wrong: always a problem, never a page or a trace."""

import errno
import json
import threading
from base64 import urlsafe_b64encode

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from factories import PASSWORD, make_collection, make_tenant
from lectern.api.versions import LOWEST_FIRST
from lectern.documents.models import Document, Page
from lectern.errors import Invalid
from lectern.tenants.access import Permission, Principal
from lectern.tenants.keys import issue_key, revoke_key
from lectern.tenants.models import ApiKey, User
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key

COLLECTIONS = "/api/v1/collections"


class FullDisk(FileSystemStorage):
    """A storage without room."""

    def _save(self, name, content):
        raise OSError(errno.ENOSPC, "No space left on device")


class BrokenDisk(FileSystemStorage):
    """A storage that fails in a way nobody foresaw."""

    def _save(self, name, content):
        raise RuntimeError("/secret/path is on fire")


@pytest.fixture
def administrator(db) -> Principal:
    return make_tenant()


@pytest.fixture
def client(administrator) -> Client:
    return api_client(make_key(administrator))


def problem_in(response, status, code):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = json.loads(response.content)
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"urn:lectern:problem:{code}"
    assert problem["request_id"] == response["X-Request-ID"]
    return problem


def post(client, path, body):
    return client.post(path, json.dumps(body), content_type="application/json")


def test_a_request_without_a_key_is_told_how_to_send_one(db):
    response = Client().get(COLLECTIONS)

    problem = problem_in(response, 401, "not_authenticated")
    assert "Authorization: Bearer" in problem["detail"]
    assert response["WWW-Authenticate"] == 'Bearer realm="lectern"'


def test_unknown_revoked_and_expired_keys_get_the_same_words(administrator):
    with tenant_context(administrator.tenant_id):
        revoked = issue_key(administrator, name="old", scopes=["ask"])
        revoke_key(administrator, revoked.row)
        expired = issue_key(administrator, name="past", scopes=["ask"], expires_at=timezone.now())
        ApiKey.objects.filter(pk=expired.row.pk).update(expires_at="2020-01-01T00:00:00Z")

    problems = [
        problem_in(api_client(secret).get(COLLECTIONS), 401, "not_authenticated")
        for secret in ("nonsense", "lec_0123456789_x", revoked.secret, expired.secret)
    ]

    assert len({problem["detail"] for problem in problems}) == 1


def test_a_signed_in_person_is_nobody_to_the_api(administrator):
    browser = Client()
    browser.force_login(User.objects.get(pk=administrator.user_id))

    problem_in(browser.get(COLLECTIONS), 401, "not_authenticated")


def test_a_form_post_from_a_signed_in_browser_does_nothing(administrator):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(pk=administrator.user_id))

    problem_in(browser.post(COLLECTIONS, {"name": "Forged"}), 401, "not_authenticated")


def test_of_a_key_and_a_session_the_key_counts(administrator):
    other = make_tenant()
    browser = api_client(make_key(administrator))
    browser.force_login(User.objects.get(pk=other.user_id))

    me = browser.get("/api/v1/me").json()

    assert me["tenant"]["id"] == f"ten_{administrator.tenant_id.hex}"


@pytest.mark.parametrize("name", ["api_key", "key", "access_token", "token", "Authorization"])
def test_a_key_in_the_address_counts_for_nothing(administrator, name):
    secret = make_key(administrator)

    problem_in(Client().get(COLLECTIONS, {name: secret}), 401, "not_authenticated")


def test_two_keys_in_one_request_are_no_key(administrator):
    one, other = make_key(administrator), make_key(administrator)
    client = Client(headers={"Authorization": f"Bearer {one},Bearer {other}"})

    problem_in(client.get(COLLECTIONS), 401, "not_authenticated")


def test_basic_credentials_are_no_key(administrator):
    client = Client(headers={"Authorization": f"Basic {make_key(administrator)}"})

    problem_in(client.get(COLLECTIONS), 401, "not_authenticated")


def test_a_key_is_stored_so_that_nobody_can_use_what_is_stored(administrator):
    secret = make_key(administrator)
    with tenant_context(administrator.tenant_id), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(k::text, ' ') FROM tenants_apikey k")
        (stored,) = cursor.fetchone()

    assert secret.rpartition("_")[2] not in stored
    assert PASSWORD not in stored


def test_a_key_without_the_scope_is_told_which_one_it_needs(administrator):
    client = api_client(make_key(administrator, Permission.ASK))

    problem = problem_in(client.get(COLLECTIONS), 403, "not_allowed")

    assert "documents:read" in problem["detail"]


@pytest.mark.parametrize("path", ["/me", "/unicorns", "/collections/x", "/openapi.json"])
def test_no_response_may_be_kept_guessed_at_or_framed(client, path):
    response = client.get(f"/api/v1{path}")

    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Content-Security-Policy"].count("'none'") >= 3
    assert len(response["X-Request-ID"]) == 32


def test_a_foreign_host_name_is_refused_as_a_problem(client):
    response = client.get("/api/v1/me", headers={"Host": "evil.example"})

    problem_in(response, 400, "malformed")


def test_an_unknown_address_is_a_problem_too(client):
    problem_in(client.get("/api/v1/unicorns"), 404, "not_found")


def test_a_wrong_method_names_the_right_ones(client):
    response = client.put(COLLECTIONS)

    problem_in(response, 405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "spelled",
    [
        "col_" + "0" * 31,
        "col_" + "0" * 33,
        "col_" + "F" * 32,
        "doc_" + "0" * 32,
        "00000000-0000-0000-0000-000000000000",
        "col_%00" + "0" * 31,
        "col_" + "\u0660" * 32,
        "x",
    ],
)
def test_a_misspelled_id_is_an_unknown_one(client, spelled):
    unknown = problem_in(client.get(f"{COLLECTIONS}/col_{'0' * 32}"), 404, "not_found")
    misspelled = problem_in(client.get(f"{COLLECTIONS}/{spelled}"), 404, "not_found")

    assert misspelled["detail"] == unknown["detail"]


def test_every_wrong_field_is_named(client):
    response = post(client, COLLECTIONS, {"description": 7, "colour": "red"})

    problem = problem_in(response, 422, "invalid")
    assert {error["field"] for error in problem["errors"]} == {
        "body.name",
        "body.description",
        "body.colour",
    }


def test_a_body_that_is_no_json_is_malformed(client):
    response = client.post(COLLECTIONS, "{", content_type="application/json")

    problem_in(response, 400, "malformed")


def test_a_character_that_cannot_be_stored_is_refused(client):
    problem_in(post(client, COLLECTIONS, {"name": "a\0b"}), 422, "invalid")


def test_a_body_of_many_megabytes_is_too_large(client):
    problem_in(post(client, COLLECTIONS, {"name": "a" * 3_000_000}), 413, "too_large")


def test_a_made_up_cursor_is_refused(client):
    for cursor in ("x", "bnVsbA==", "W251bGwsIG51bGxd", "WzEsIDJd", "é"):
        problem_in(client.get(COLLECTIONS, {"cursor": cursor}), 422, "invalid_cursor")


@pytest.mark.parametrize("made_up", ["[" * 20_000, '[Infinity, "0"]', '[1e400, "0"]'])
def test_a_cursor_made_up_to_break_the_reader_is_refused(administrator, made_up):
    cursor = urlsafe_b64encode(made_up.encode()).decode()

    with tenant_context(administrator.tenant_id), pytest.raises(Invalid, match="not one of ours"):
        LOWEST_FIRST.after(Page.objects.all(), cursor)


def test_a_full_disk_is_told_and_nothing_is_kept(administrator, client, settings):
    collection = collection_of(administrator)
    settings.STORAGES = settings.STORAGES | {
        "documents": {"BACKEND": f"{__name__}.FullDisk", "OPTIONS": {"location": settings.STATE}}
    }

    response = upload(client, collection)

    problem = problem_in(response, 507, "disk_full")
    assert "Ask the operator" in problem["detail"]
    with tenant_context(administrator.tenant_id):
        assert not Document.objects.exists()


def test_an_unforeseen_error_tells_no_inner_detail(administrator, client, settings):
    collection = collection_of(administrator)
    settings.STORAGES = settings.STORAGES | {
        "documents": {"BACKEND": f"{__name__}.BrokenDisk", "OPTIONS": {"location": settings.STATE}}
    }

    response = upload(client, collection)

    problem_in(response, 500, "internal")
    assert b"RuntimeError" not in response.content
    assert b"/secret/path" not in response.content


def test_a_name_that_is_taken_is_a_conflict(client):
    post(client, COLLECTIONS, {"name": "Reports"})

    problem_in(post(client, COLLECTIONS, {"name": "Reports"}), 409, "conflict")


@pytest.fixture
def one_busy_connection(committed):
    """A pool whose only connection another thread uses, and which does not wait for long."""
    secret = make_key(make_tenant())
    connection.close()
    connection.close_pool()
    pool = connection.settings_dict["OPTIONS"]["pool"]
    former = dict(pool)
    pool.update(min_size=1, max_size=1, timeout=0.2)
    taken, done = threading.Event(), threading.Event()

    def hold():
        with connections["default"].cursor():
            taken.set()
            done.wait(30)
        connections["default"].close()

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(10)
    yield api_client(secret), done
    done.set()
    holder.join()
    connection.close()
    connection.close_pool()
    pool.clear()
    pool.update(former)


def test_when_all_connections_are_busy_clients_are_asked_to_come_back(one_busy_connection):
    client, done = one_busy_connection

    response = client.get(COLLECTIONS)

    problem_in(response, 503, "unavailable")
    assert response["Retry-After"] == "5"
    assert client.get("/health/live").status_code == 200
    done.set()
    assert client.get("/api/v1/me").status_code == 200


def test_after_the_database_dropped_its_connections_the_api_recovers_alone(committed):
    client = api_client(make_key(make_tenant()))
    assert client.get("/api/v1/me").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()"
        )
    connection.close()

    statuses = []
    for _ in range(10):
        statuses.append(client.get("/api/v1/me").status_code)
        # As the server does after each request, and the test client does not.
        connection.close()

    assert set(statuses) <= {200, 503}
    assert statuses[-1] == 200


def collection_of(administrator):
    with tenant_context(administrator.tenant_id):
        return make_collection(administrator)


def upload(client, collection):
    return client.post(
        f"{COLLECTIONS}/col_{collection.pk.hex}/documents",
        {"files": SimpleUploadedFile("a.txt", b"Some text.")},
    )
