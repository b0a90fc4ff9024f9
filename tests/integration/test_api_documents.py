"""Documents over the API: uploading, following, reading pages, downloading, deleting."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from factories import make_collection, make_document, make_tenant, publish_text
from lectern.documents.models import Document, DocumentVersion
from lectern.jobs.models import Job
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key, make_seeded_tenant, pdf_of_one_page


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def client(administrator):
    return api_client(make_key(administrator))


@pytest.fixture
def collection(administrator):
    with tenant_context(administrator.tenant_id):
        return make_collection(administrator)


@pytest.fixture
def handbook(administrator, collection):
    with tenant_context(administrator.tenant_id):
        return make_document(administrator, collection, "First page.", "Second page.")


def documents_of(collection):
    return f"/api/v1/collections/col_{collection.pk.hex}/documents"


def address_of(document):
    return f"/api/v1/documents/doc_{document.pk.hex}"


def version_address(document):
    return f"/api/v1/versions/ver_{document.current_version_id.hex}"


def upload(client, collection, *files):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(documents_of(collection), {"files": sent})


def test_an_uploaded_file_waits_to_be_read(client, collection):
    response = upload(client, collection, ("note.txt", b"Some text."))

    assert response.status_code == 202
    (item,) = response.json()["items"]
    assert item["problem"] is None
    assert item["document"]["title"] == "note.txt"
    assert item["document"]["current_version_id"] is None
    assert item["document"]["latest_version"]["state"]["name"] == "queued"
    assert item["document"]["latest_version"]["state"]["changing"] is True


def test_an_upload_is_kept_when_the_broker_is_down(committed, settings):
    # Nobody listens on this port, so every call is refused at once.
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    administrator = make_tenant()
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator)

    response = upload(api_client(make_key(administrator)), collection, ("note.txt", b"Some text."))

    assert response.status_code == 202
    with tenant_context(administrator.tenant_id):
        assert Job.objects.get().status == "queued"


def test_the_job_of_an_upload_can_be_followed(client, collection):
    (item,) = upload(client, collection, ("note.txt", b"Some text.")).json()["items"]
    version = item["document"]["latest_version"]

    job = client.get(f"/api/v1/jobs/{version['job_id']}").json()

    assert (job["status"], job["version_id"]) == ("queued", version["id"])


def test_each_of_many_files_is_answered_for(client, collection):
    response = upload(
        client, collection, ("good.txt", b"Some text."), ("empty.txt", b""), ("too.txt", b"More.")
    )

    items = response.json()["items"]
    assert response.status_code == 202
    assert [item["file_name"] for item in items] == ["good.txt", "empty.txt", "too.txt"]
    assert [item["problem"] and item["problem"]["status"] for item in items] == [None, 422, None]
    assert "empty" in items[1]["problem"]["detail"]


def test_when_no_file_is_accepted_the_response_is_a_problem(client, collection):
    response = upload(client, collection, ("empty.txt", b""))

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"


def test_an_upload_without_a_file_names_the_missing_field(client, collection):
    response = client.post(documents_of(collection), {})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "file.files"


def test_an_upload_over_the_limit_is_refused_before_it_is_read(client, collection, settings):
    settings.MAX_UPLOAD_MB = 1

    response = upload(client, collection, ("large.txt", b"a" * 3_000_000))

    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


def test_the_same_bytes_are_linked(client, collection):
    upload(client, collection, ("note.txt", b"Some text."))

    (again,) = upload(client, collection, ("copy.txt", b"Some text.")).json()["items"]

    assert again["linked"] is True
    assert again["document"]["title"] == "note.txt"


def test_twenty_uploads_of_one_file_at_once_make_one_document(committed):
    administrator = make_tenant()
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator)
    secret = make_key(administrator)
    together = threading.Barrier(20)
    statuses = []

    def send():
        together.wait()
        response = upload(api_client(secret), collection, ("note.txt", b"Some text."))
        statuses.append(response.status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [202] * 20
    with tenant_context(administrator.tenant_id):
        assert Document.objects.count() == DocumentVersion.objects.count() == 1
        assert Job.objects.count() == 1


def test_a_new_version_keeps_the_document_and_its_readers(client, handbook):
    file = SimpleUploadedFile("handbook-2.txt", b"Better text.")

    response = client.post(f"{address_of(handbook)}/versions", {"file": file})

    assert response.status_code == 202
    document = response.json()["document"]
    assert document["id"] == f"doc_{handbook.pk.hex}"
    assert document["latest_version"]["number"] == 2
    assert document["current_version_id"] == f"ver_{handbook.current_version_id.hex}"


def test_versions_are_listed_latest_first(client, handbook):
    file = SimpleUploadedFile("handbook-2.txt", b"Better text.")
    client.post(f"{address_of(handbook)}/versions", {"file": file})

    versions = client.get(f"{address_of(handbook)}/versions").json()["items"]

    assert [version["number"] for version in versions] == [2, 1]
    assert [version["state"]["name"] for version in versions] == ["queued", "ready"]


def test_documents_can_be_searched_by_title_and_filtered_by_readiness(client, collection, handbook):
    upload(client, collection, ("notes.txt", b"Some text."))

    def titles(**query):
        items = client.get(documents_of(collection), query).json()["items"]
        return [item["title"] for item in items]

    assert titles() == ["notes.txt", "Handbook.txt"]
    assert titles(search="hand") == ["Handbook.txt"]
    assert titles(ready="true") == ["Handbook.txt"]
    assert titles(ready="false") == ["notes.txt"]
    assert titles(search="unicorn") == []


def test_a_list_of_documents_takes_the_same_queries_however_long(
    client, administrator, collection, django_assert_max_num_queries
):
    with tenant_context(administrator.tenant_id):
        for number in range(12):
            make_document(administrator, collection, f"Page {number}.")

    with django_assert_max_num_queries(14):
        assert len(client.get(documents_of(collection)).json()["items"]) == 12


def test_pages_are_listed_in_their_order(client, handbook):
    pages = client.get(f"{version_address(handbook)}/pages", {"limit": 1}).json()

    assert [page["number"] for page in pages["items"]] == [1]
    assert [page["number"] for page in client.get(pages["next"]).json()["items"]] == [2]


def test_a_page_has_its_text_and_on_demand_its_words(client, administrator, handbook):
    plain = client.get(f"{version_address(handbook)}/pages/2").json()
    with_words = client.get(f"{version_address(handbook)}/pages/2", {"words": "true"}).json()

    assert (plain["text"], plain["words"]) == ("Second page.", None)
    assert with_words["words"] == []


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999", "-1", "one"])
def test_a_page_that_is_not_there_is_not_found(client, handbook, number):
    assert client.get(f"{version_address(handbook)}/pages/{number}").status_code == 404
    assert client.get(f"{version_address(handbook)}/pages/{number}/image").status_code == 404


def test_the_image_of_a_page_is_a_png(db):
    seeded = make_seeded_tenant()
    address = f"/api/v1/versions/ver_{seeded.version.pk.hex}/pages/1/image"

    image = api_client(seeded.secret).get(address)

    assert image["Content-Type"] == "image/png"
    assert image.content.startswith(b"\x89PNG")


def test_a_part_of_a_text_has_no_image(client, handbook):
    assert client.get(f"{version_address(handbook)}/pages/1/image").status_code == 404


def test_the_original_is_downloaded_byte_for_byte_and_can_do_no_harm(committed):
    administrator = make_tenant()
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator)
    client = api_client(make_key(administrator))
    content = pdf_of_one_page()
    name = 'Bericht "2023"\r\nX-Evil: yes é.pdf'
    (item,) = upload(client, collection, (name, content)).json()["items"]

    response = client.get(f"/api/v1/versions/{item['document']['latest_version']['id']}/file")

    assert b"".join(response) == content
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "X-Evil" not in response.headers


def test_a_deleted_document_is_gone_with_its_pages(client, handbook):
    page = f"{version_address(handbook)}/pages/1"

    assert client.delete(address_of(handbook)).status_code == 204
    assert client.get(address_of(handbook)).status_code == 404
    assert client.get(page).status_code == 404


def test_a_document_is_read_again_on_request(client, administrator, handbook):
    with tenant_context(administrator.tenant_id):
        Job.objects.update(status="succeeded")

    response = client.post(f"{address_of(handbook)}/reprocess")

    assert response.status_code == 202
    assert response.json()["status"] == "queued"


def test_what_is_being_read_is_not_read_again(client, collection):
    (item,) = upload(client, collection, ("note.txt", b"Some text.")).json()["items"]

    response = client.post(f"/api/v1/documents/{item['document']['id']}/reprocess")

    assert response.status_code == 409


def test_a_ready_document_says_so(client, administrator, collection):
    (item,) = upload(client, collection, ("note.txt", b"Some text.")).json()["items"]
    with tenant_context(administrator.tenant_id):
        publish_text(DocumentVersion.objects.get(), "Some text.")

    document = client.get(f"/api/v1/documents/{item['document']['id']}").json()

    assert document["latest_version"]["state"]["name"] == "ready"
    assert document["current_version_id"] == document["latest_version"]["id"]
