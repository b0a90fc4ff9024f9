"""Every page for everybody: valid, labelled, without inline code, whatever it shows."""

import pytest
from django.test import Client

from factories import make_member
from html_pages import faults_of, find, text_of
from lectern.answering.models import Answer, Citation, Finding, Question
from lectern.documents.models import Collection, Document, DocumentVersion, Page
from lectern.jobs.models import Job, JobEvent
from lectern.tenants.access import Role
from lectern.tenants.models import ApiKey, Membership, User
from lectern.tenants.scoping import tenant_context
from tenant_seeds import make_seeded_tenant
from web_addresses import addresses, browser_of, path_ids_of, visit

ACCOUNT_PAGES = [
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/",
    "/account/2fa/webauthn/add/",
    "/account/password/change/",
    "/account/sessions/",
    "/account/logout/",
    "/account/reauthenticate/",
]
STRANGERS_PAGES = [
    "/account/login/",
    "/nowhere",
]
PAYLOAD = """"><img src=x onerror=alert(1)>'{{ request.method }}{% now 'Y' %}</script><script>"""
DIRECTIVES = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
]


@pytest.fixture(scope="module")
def stored(django_db_setup, django_db_blocker):
    """A tenant that all tests of this module share; each undoes what it does."""
    with django_db_blocker.unblock():
        yield make_seeded_tenant()


@pytest.fixture
def seeded(db, stored):
    return stored


def browser_for(seeded, role):
    if role == Role.ADMINISTRATOR:
        return browser_of(seeded.administrator)
    return browser_of(make_member(seeded.administrator, role=role))


def is_page(response):
    """Whether it is a whole page: not a file, not a redirection, not a piece of a page."""
    html = response.get("Content-Type", "").startswith("text/html")
    return html and b"<!doctype html>" in response.content


def html_in(response):
    assert response["Content-Type"].startswith("text/html")
    return response.content.decode()


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("address", addresses(), ids=str)
def test_every_page_is_valid_and_labelled_for_every_role(seeded, address, role):
    page = visit(browser_for(seeded, role), "GET", address, path_ids_of(seeded), seeded)

    if is_page(page):
        assert faults_of(html_in(page)) == []


@pytest.mark.parametrize("path", ACCOUNT_PAGES)
def test_every_page_of_the_account_is_valid_and_labelled(seeded, path):
    browser = browser_for(seeded, Role.READER)
    browser.post("/account/reauthenticate/", {"password": "correct horse battery staple"})

    page = browser.get(path, follow=True)

    assert page.status_code == 200
    assert faults_of(html_in(page)) == []


@pytest.mark.parametrize("path", STRANGERS_PAGES)
def test_every_page_for_strangers_is_valid_and_labelled(db, path):
    assert faults_of(html_in(Client().get(path))) == []


@pytest.mark.parametrize("address", addresses(), ids=str)
def test_a_stranger_is_led_to_the_sign_in(db, seeded, address):
    if address.name.startswith("health-") or address.name in {"preferences", "invitation"}:
        return

    page = visit(Client(), "GET", address, path_ids_of(seeded), seeded)

    assert page.status_code == 302
    assert page["Location"].startswith("/account/login/?next=/")


@pytest.mark.parametrize("path", ["/", "/nowhere", "/health/live", "/account/login/"])
def test_every_response_forbids_what_pages_do_not_need(db, path):
    response = Client().get(path)

    for directive in DIRECTIVES:
        assert directive in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_pages_are_kept_by_no_cache(seeded):
    assert browser_for(seeded, Role.READER).get("/library")["Cache-Control"] == "no-store"


@pytest.fixture
def poisoned(seeded):
    """The tenant with a payload in every text that people or files can write."""
    with tenant_context(seeded.administrator.tenant_id):
        Collection.objects.update(name=PAYLOAD, description=PAYLOAD)
        Document.objects.update(title=PAYLOAD)
        DocumentVersion.objects.update(file_name=PAYLOAD, warnings=[PAYLOAD])
        removal = ["header", PAYLOAD, 0]
        Page.objects.update(text=PAYLOAD * 2, label=PAYLOAD, problem=PAYLOAD, removed=[removal])
        Job.objects.update(error=PAYLOAD, stage=PAYLOAD[:60])
        JobEvent.objects.update(message=PAYLOAD)
        Question.objects.update(text=PAYLOAD)
        passages = [{**passage, "title": PAYLOAD, "text": PAYLOAD} for passage in _passages(seeded)]
        Answer.objects.update(text=PAYLOAD, adapter=PAYLOAD, passages=passages)
        Citation.objects.update(quote=PAYLOAD, document_title=PAYLOAD, page_label=PAYLOAD)
        Finding.objects.update(message=PAYLOAD, plugin=PAYLOAD[:60])
        ApiKey.objects.update(name=PAYLOAD)
        users = Membership.objects.values("user_id")
        User.objects.filter(pk__in=users).update(name=PAYLOAD)
    return seeded


def _passages(seeded):
    return Answer.objects.get(pk=seeded.answer.pk).passages


@pytest.mark.parametrize("address", addresses(), ids=str)
def test_what_people_and_files_write_is_shown_as_text(poisoned, address):
    page = visit(
        browser_of(poisoned.administrator), "GET", address, path_ids_of(poisoned), poisoned
    )

    if page.get("Content-Type", "").startswith("text/html"):
        assert "<img src=x" not in page.content.decode()
        assert "<script>" not in page.content.decode()
    if is_page(page):
        assert faults_of(html_in(page)) == []


@pytest.mark.parametrize(
    ("path", "tag"),
    [
        ("/library/{0.collection.pk}", "h1"),
        ("/documents/{0.document.pk}", "h1"),
        ("/answers/{0.answer.pk}", "h1"),
        ("/answers/{0.answer.pk}", "blockquote"),
        ("/members", "tbody/tr/th"),
        ("/keys", "tbody/tr/th"),
    ],
)
def test_a_title_is_shown_letter_by_letter(poisoned, path, tag):
    page = browser_of(poisoned.administrator).get(path.format(poisoned))

    assert text_of(find(html_in(page), f".//main//{tag}")[0]).startswith(PAYLOAD)
