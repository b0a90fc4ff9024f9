"""Files in the browser: page images, and originals that are saved and never shown."""

import io
from threading import BoundedSemaphore

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from factories import make_collection, make_tenant
from lectern.documents import page_images
from lectern.documents.models import Document, DocumentVersion
from lectern.tenants.scoping import tenant_context
from made_files import lines, make_pdf
from web_addresses import browser_of

HOSTILE_NAME = '..\\..\\a"b\r\nSet-Cookie: x=1\u202egpj.exe;.txt'


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def collection(administrator):
    with tenant_context(administrator.tenant_id):
        return make_collection(administrator)


@pytest.fixture
def browser(administrator):
    return browser_of(administrator)


def upload(browser, collection, name, content):
    sent = SimpleUploadedFile(name, content)
    return browser.post(f"/library/{collection.pk}/upload", {"files": sent})


@pytest.fixture
def pdf(administrator, collection, browser):
    upload(browser, collection, "report.pdf", make_pdf([lines("Fees are due.")]))
    with tenant_context(administrator.tenant_id):
        DocumentVersion.objects.update(paged=True, page_count=1)
        return Document.objects.get()


def test_a_page_image_is_kept_by_its_readers_browser_alone(browser, pdf):
    address = f"/documents/{pdf.pk}/versions/1/pages/1.png"

    first = browser.get(address)
    again = browser.get(address, headers={"If-None-Match": first["ETag"]})

    assert Image.open(io.BytesIO(first.content)).format == "PNG"
    assert first["Cache-Control"] == "private, max-age=86400, immutable"
    assert again.status_code == 304
    assert not again.content


def test_pages_that_are_slow_to_draw_do_not_hold_everybody_up(browser, pdf, monkeypatch):
    monkeypatch.setattr(page_images, "_turns", BoundedSemaphore(1))
    monkeypatch.setattr(page_images, "TURN_COMES_WITHIN_S", 0)
    address = f"/documents/{pdf.pk}/versions/1/pages/1.png"

    with page_images._turns:
        meanwhile = browser.get(address).status_code

    assert (meanwhile, browser.get(address).status_code) == (503, 200)


def test_another_tenants_reader_is_not_told_that_an_image_is_unchanged(browser, pdf):
    address = f"/documents/{pdf.pk}/versions/1/pages/1.png"
    etag = browser.get(address)["ETag"]
    stranger = browser_of(make_tenant())

    assert stranger.get(address, headers={"If-None-Match": etag}).status_code == 404


def test_an_original_is_saved_and_never_shown(browser, pdf):
    response = browser.get(f"/documents/{pdf.pk}/versions/1/original")

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous")
def test_an_original_arrives_unchanged(browser, pdf):
    response = browser.get(f"/documents/{pdf.pk}/versions/1/original")

    assert b"".join(response) == make_pdf([lines("Fees are due.")])


def test_a_hostile_file_name_breaks_no_header(browser, administrator, collection):
    upload(browser, collection, HOSTILE_NAME, b"Some text.")
    with tenant_context(administrator.tenant_id):
        document = Document.objects.get()

    response = browser.get(f"/documents/{document.pk}/versions/1/original")

    assert response["Content-Disposition"].startswith("attachment; filename")
    assert "Set-Cookie" not in response.headers
    assert "\r" not in response["Content-Disposition"]
    assert "\u202e" not in response["Content-Disposition"]
