"""The library in the browser: collections, uploads, documents, their pages and files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import make_collection, make_document, make_member, make_tenant, make_upload
from html_pages import SVG, faults_of, find, text_of
from lectern.answering.models import Question
from lectern.documents.access import Access
from lectern.documents.models import Collection, Document, Page
from lectern.jobs.models import Job, JobEvent
from lectern.tenants.access import Role
from lectern.tenants.scoping import tenant_context
from tenant_seeds import make_seeded_tenant
from web_addresses import browser_of


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def collection(administrator):
    with tenant_context(administrator.tenant_id):
        return make_collection(administrator, name="Policies")


@pytest.fixture
def browser(administrator):
    return browser_of(administrator)


def page_of(response):
    return response.content.decode()


def upload(browser, collection, *files, **headers):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return browser.post(f"/library/{collection.pk}/upload", {"files": sent}, headers=headers)


def rows_in(page):
    return [text_of(row) for row in find(page, ".//ul[@class='upload-rows']/li")]


def tally_in(page):
    return [text_of(count) for count in find(page, ".//dl[@class='tally']/div/dd")]


def states_in(browser, collection):
    page = page_of(browser.get(f"/library/{collection.pk}"))
    return [text_of(cell) for cell in find(page, ".//tbody/tr/td[2]")]


# --- collections ------------------------------------------------------------------------


def test_a_collection_is_made_changed_and_found_in_the_library(browser, administrator):
    made = browser.post("/library/new", {"name": "Contracts", "description": "All of them"})
    browser.post(f"{made['Location']}/edit", {"name": "Agreements", "description": ""})

    assert "Agreements" in page_of(browser.get("/library"))
    assert "Contracts" not in page_of(browser.get("/library"))


def test_a_name_that_is_taken_is_said_beside_its_field(browser, collection):
    response = browser.post("/library/new", {"name": "Policies"})

    page = page_of(response)
    assert response.status_code == 422
    assert faults_of(page) == []
    assert "There is already a collection" in text_of(find(page, ".//div[@id='id_name_error']")[0])


def test_deleting_a_collection_counts_and_asks_for_its_name(browser, administrator, collection):
    with tenant_context(administrator.tenant_id):
        make_document(administrator, collection, "One.", title="One")
        make_document(administrator, collection, "Two.", title="Two")
        tenant = {"tenant_id": administrator.tenant_id}
        Question.objects.create(**tenant, collection=collection, text="Why?")
    address = f"/library/{collection.pk}/delete"

    counted = tally_in(page_of(browser.get(address)))
    wrong = browser.post(address, {"name": "policies"})
    right = browser.post(address, {"name": "Policies"})

    assert counted == ["2", "2", "1"]
    assert wrong.status_code == 422
    assert right["Location"] == "/library"
    with tenant_context(administrator.tenant_id):
        assert not Collection.objects.exists()


# --- uploads ----------------------------------------------------------------------------


def test_each_of_many_files_has_a_row_with_its_outcome(browser, collection):
    response = upload(
        browser, collection, ("a.txt", b"Text A."), ("b.txt", b""), ("c.pdf", b"\x89PNG\r\n")
    )

    a, b, c = rows_in(page_of(response))
    assert "stored, and waiting to be read" in a
    assert "empty (0 bytes)" in b
    assert "c.pdf" in c
    assert len(states_in(browser, collection)) == 1


def test_bytes_that_are_here_already_are_linked(browser, collection):
    upload(browser, collection, ("a.txt", b"The same."))

    (row,) = rows_in(page_of(upload(browser, collection, ("b.txt", b"The same."))))

    assert row == "b.txt is here already, as a.txt"
    assert len(states_in(browser, collection)) == 1


def test_a_script_gets_the_rows_alone(browser, collection):
    piece = page_of(upload(browser, collection, ("a.txt", b"Text."), **{"HX-Request": "true"}))

    assert piece.lstrip().startswith("<li")


def test_an_upload_without_files_says_so(browser, collection):
    response = upload(browser, collection)

    assert response.status_code == 422
    assert rows_in(page_of(response)) == ["No file arrived. Choose at least one."]


def test_a_reader_cannot_upload(administrator, collection):
    reader = browser_of(make_member(administrator, role=Role.READER))

    assert upload(reader, collection, ("a.txt", b"Text.")).status_code == 403
    assert "Drop files here" not in page_of(reader.get(f"/library/{collection.pk}"))


def test_a_file_that_is_too_large_is_refused_before_it_is_taken_apart(
    browser, collection, settings
):
    settings.MAX_UPLOAD_MB = 0

    response = upload(browser, collection, ("a.txt", b"x" * 1024 * 1100))

    assert response.status_code == 413
    assert faults_of(page_of(response)) == []


# --- states -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("job", "state"),
    [
        ({"status": "queued"}, "queued"),
        (
            {"status": "running", "stage": "parsing page", "done": 12, "total": 80},
            "parsing page 12 of 80 12 / 80",
        ),
        (
            {"status": "running", "stage": "embedding", "done": 340, "total": 900},
            "embedding 340 of 900 340 / 900",
        ),
        ({"status": "failed", "error": "It is encrypted."}, "failed It is encrypted."),
        ({"status": "cancelled"}, "cancelled"),
    ],
)
def test_a_row_tells_where_its_document_stands(browser, administrator, collection, job, state):
    with tenant_context(administrator.tenant_id):
        version = make_upload(administrator, collection).version
        lease = version.created_at if job["status"] == "running" else None
        Job.objects.filter(pk=version.job_id).update(**job, lease_expires_at=lease)

    assert states_in(browser, collection) == [state]


@pytest.mark.parametrize(("status", "polls"), [("queued", True), ("cancelled", False)])
def test_a_list_looks_again_only_while_something_is_changing(
    browser, administrator, collection, status, polls
):
    with tenant_context(administrator.tenant_id):
        version = make_upload(administrator, collection).version
        Job.objects.filter(pk=version.job_id).update(status=status)

    (section,) = find(page_of(browser.get(f"/library/{collection.pk}")), ".//section")

    assert ("every 2s" in section.get("hx-trigger")) is polls


def test_what_failed_can_be_tried_again(browser, administrator, collection):
    with tenant_context(administrator.tenant_id):
        made = make_upload(administrator, collection)
        Job.objects.filter(pk=made.version.job_id).update(status="failed", error="Crashed.")

    response = browser.post(f"/documents/{made.document.pk}/retry")

    assert response["Location"] == f"/documents/{made.document.pk}"
    assert states_in(browser, collection) == ["queued"]


def test_what_is_being_read_cannot_be_tried_again(browser, administrator, collection):
    with tenant_context(administrator.tenant_id):
        made = make_upload(administrator, collection)

    response = browser.post(f"/documents/{made.document.pk}/retry")

    assert response.status_code == 409
    assert "is being read already" in page_of(response)


def test_titles_can_be_searched_and_lists_are_paged(browser, administrator, collection):
    with tenant_context(administrator.tenant_id):
        for number in range(30):
            make_upload(administrator, collection, name=f"report {number}.txt")
    address = f"/library/{collection.pk}"

    assert len(find(page_of(browser.get(address)), ".//tbody/tr")) == 25
    assert len(find(page_of(browser.get(f"{address}?page=2")), ".//tbody/tr")) == 5
    assert len(find(page_of(browser.get(f"{address}?q=REPORT 29")), ".//tbody/tr")) == 1


def test_who_uploaded_only_restricted_documents_is_not_named(administrator, collection):
    curator, other = (make_member(administrator, role=Role.CURATOR) for _ in range(2))
    with tenant_context(administrator.tenant_id):
        make_upload(curator, collection, access=Access(restricted=True))
        for actor in (administrator, other):
            make_upload(actor, collection)
    address = f"/library/{collection.pk}"

    pages = [page_of(browser_of(each).get(address)) for each in (curator, make_member(curator))]

    named = [[f'value="{each.user_id}"' in page for each in (curator, other)] for page in pages]
    assert named == [[True, True], [False, True]]


def test_a_longer_list_asks_the_database_no_more_often(browser, administrator, collection):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/library/{collection.pk}")
        return len(asked)

    with tenant_context(administrator.tenant_id):
        make_upload(administrator, collection)
    queries()
    before = queries()
    with tenant_context(administrator.tenant_id):
        for _ in range(10):
            make_upload(administrator, collection)

    assert queries() == before


# --- a document -------------------------------------------------------------------------


def test_a_document_tells_its_pages_versions_and_attempts(browser, administrator, collection):
    with tenant_context(administrator.tenant_id):
        document = make_document(administrator, collection, "Fees are due.", "Second page.")
        job = document.current_version.job
        tenant = {"tenant_id": administrator.tenant_id}
        JobEvent.objects.create(**tenant, job=job, attempt=1, message="Attempt 1 started.")

    page = page_of(browser.get(f"/documents/{document.pk}"))

    assert len(find(page, ".//ol[@class='page-cards']/li")) == 2
    assert "Attempt 1 started." in page
    assert "Handbook.txt" in text_of(find(page, ".//section[@aria-labelledby='versions-title']")[0])


def test_a_new_version_waits_beside_the_one_that_answers(browser, administrator, collection):
    with tenant_context(administrator.tenant_id):
        document = make_document(administrator, collection, "Fees are due.")
    file = SimpleUploadedFile("new.txt", b"Fees are waived.")

    browser.post(f"/documents/{document.pk}/versions", {"file": file})

    page = page_of(browser.get(f"/documents/{document.pk}"))
    assert "(2 is not ready)" in page
    assert "Fees are due." in page


@pytest.mark.parametrize(("content", "words"), [(b"", "empty (0 bytes)"), (b"%PDF-1.7", "bad.txt")])
def test_a_new_version_that_cannot_be_taken_is_refused_beside_its_field(
    browser, administrator, collection, content, words
):
    with tenant_context(administrator.tenant_id):
        document = make_document(administrator, collection, "Fees are due.")
    file = SimpleUploadedFile("bad.txt", content)

    response = browser.post(f"/documents/{document.pk}/versions", {"file": file})

    assert response.status_code == 422
    assert words in text_of(find(page_of(response), ".//div[@id='id_file_error']")[0])


def test_deleting_a_document_counts_what_goes_with_it(db):
    seeded = make_seeded_tenant()
    browser = browser_of(seeded.administrator)
    address = f"/documents/{seeded.document.pk}/delete"

    counted = tally_in(page_of(browser.get(address)))
    browser.post(address)

    assert counted == ["1", "1", "2", "1"]
    with tenant_context(seeded.administrator.tenant_id):
        assert not Document.objects.exists()


def test_a_range_in_the_address_is_marked_on_the_page(browser, administrator, collection):
    with tenant_context(administrator.tenant_id):
        document = make_document(administrator, collection, "Fees are due in May.")

    page = page_of(browser.get(f"/documents/{document.pk}/pages/1?start=0&end=4"))

    assert [text_of(mark) for mark in find(page, ".//mark")] == ["Fees"]


def test_the_words_of_a_range_are_boxed_on_the_image(db):
    seeded = make_seeded_tenant()
    with tenant_context(seeded.administrator.tenant_id):
        Page.objects.update(width=420, height=595)

    page = page_of(browser_of(seeded.administrator).get(f"/answers/{seeded.answer.pk}"))

    (box,) = find(page, f".//{SVG}rect[@id='mark']")
    assert [box.get(name) for name in ("x", "y", "width", "height")] == [
        "70.5",
        "71",
        "231",
        "14",
    ]


def test_what_cleaning_left_out_is_shown(browser, administrator, collection):
    with tenant_context(administrator.tenant_id):
        document = make_document(administrator, collection, "Fees are due.")
        Page.objects.update(removed=[["footer", "Confidential", 13]])

    page = page_of(browser.get(f"/documents/{document.pk}/pages/1"))

    assert "Confidential" in text_of(find(page, ".//details[@class='removals']")[0])


@pytest.mark.parametrize("path", ["pages/9", "pages/1?version=9", "versions/9/original"])
def test_a_page_or_version_that_is_not_there_is_not_found(browser, administrator, collection, path):
    with tenant_context(administrator.tenant_id):
        document = make_document(administrator, collection, "Fees are due.")

    assert browser.get(f"/documents/{document.pk}/{path}").status_code == 404
