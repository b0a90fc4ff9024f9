"""What people are told when something is wrong: what happened, what to do, and the request's id."""

import errno
import json
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from factories import make_collection, make_member, make_tenant
from html_pages import faults_of, find, text_of
from lectern.jobs.models import Sweep
from lectern.tenants.access import Role
from lectern.tenants.scoping import tenant_context
from lectern.web import library
from web_addresses import browser_of


class FullDisk(FileSystemStorage):
    """A storage without room."""

    def _save(self, name, content):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def browser(administrator):
    return browser_of(administrator)


def page_of(response):
    return response.content.decode()


def assert_error_page(response, status):
    page = page_of(response)
    assert response.status_code == status
    assert faults_of(page) == []
    assert text_of(find(page, ".//code[@id='request-id']")[0]) == response["X-Request-ID"]
    assert "Traceback" not in page


def test_every_request_has_an_id_of_its_own(db):
    first, second = (Client().get("/account/login/")["X-Request-ID"] for _ in range(2))

    assert first != second


def test_an_unknown_address_leads_back_into_the_site(browser):
    response = browser.get("/nowhere")

    assert_error_page(response, 404)
    assert find(page_of(response), ".//nav")


def test_a_stranger_is_shown_an_error_without_navigation(db):
    response = Client().get("/nowhere")

    assert_error_page(response, 404)
    assert not find(page_of(response), ".//nav")


def test_what_a_role_does_not_allow_is_refused_with_a_name_to_ask(administrator):
    response = browser_of(make_member(administrator, role=Role.READER)).get("/members")

    assert_error_page(response, 403)
    assert "Ask an administrator" in page_of(response)


def test_a_wrong_method_is_refused_with_the_right_one(browser):
    response = browser.get("/ask")

    assert_error_page(response, 405)
    assert response["Allow"] == "POST"


def test_a_form_without_its_token_is_refused(administrator):
    browser = browser_of(administrator)
    browser.handler.enforce_csrf_checks = True

    assert_error_page(browser.post("/library/new", {"name": "x"}), 403)


def test_a_foreign_host_name_is_refused(db):
    assert_error_page(Client(headers={"host": "evil.example"}).get("/account/login/"), 400)


def test_a_form_with_too_much_text_is_too_large(browser):
    response = browser.post("/library/new", {"name": "x", "description": "y" * 3_000_000})

    assert_error_page(response, 413)


def test_a_full_disk_is_told_as_such(browser, administrator, settings):
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator)
    name = f"{__name__}.FullDisk"
    settings.STORAGES = settings.STORAGES | {"documents": {"BACKEND": name}}

    response = browser.post(
        f"/library/{collection.pk}/upload", {"files": SimpleUploadedFile("a.txt", b"Text.")}
    )

    assert "the disk is full" in page_of(response)


def test_a_failure_shows_no_inner_detail_and_an_id(browser, monkeypatch):
    def fails(*_args, **_options):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(library, "render", fails)

    response = browser.get("/library")

    assert_error_page(response, 500)
    assert "secret detail" not in page_of(response)


def test_a_database_that_does_not_answer_is_worth_another_try(browser, monkeypatch):
    def fails(*_args, **_options):
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr(library, "render", fails)

    response = browser.get("/library")

    assert_error_page(response, 503)
    assert response["Retry-After"] == "5"
    assert "10.0.0.7" not in page_of(response)


# --- health -----------------------------------------------------------------------------


def test_a_living_process_says_so_without_asking_anything(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/health/live").json() == {"status": "ok"}


def checks_of(response):
    return response.status_code, json.loads(response.content)["checks"]


@pytest.fixture
def swept(db):
    Sweep.objects.update_or_create(id=1, defaults={"at": timezone.now()})


def test_a_site_with_all_its_parts_is_ready(swept, broker):
    status, checks = checks_of(Client().get("/health/ready"))

    assert checks == dict.fromkeys(["database", "migrations", "broker", "sweep", "model"], "ok")
    assert status == 200


def test_without_its_broker_a_site_is_not_ready(swept, settings):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"

    status, checks = checks_of(Client().get("/health/ready"))

    assert (status, checks["broker"]) == (503, "does not answer")


def test_when_nobody_looks_after_jobs_a_site_is_not_ready(swept, broker):
    Sweep.objects.update(at=timezone.now() - timedelta(hours=1))

    status, checks = checks_of(Client().get("/health/ready"))

    assert (status, checks["sweep"]) == (503, "late")


def test_readiness_names_no_host_and_no_path(swept, settings):
    settings.BROKER_URL = "redis://:hunter2@127.0.0.1:1/0"

    body = page_of(Client().get("/health/ready"))

    assert "hunter2" not in body
    assert "127.0.0.1" not in body
    assert connection.settings_dict["HOST"] not in body
    assert str(settings.STATE) not in body
