"""Files that cannot be taken or read, full disks, and brokers that are not there.

Each gets a status, a code and a sentence that says what to do; nothing is kept of what was
refused, nothing half is shown, and the same worker and web server go on.
"""

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection

from api_visits import problem_in
from lectern.documents.models import Collection, Document, DocumentVersion, Page
from lectern.tenants.scoping import tenant_context
from made_files import Filled, lines, make_docx, make_pdf

QUESTION = "Within how many days must claims be submitted?"
FACT = "Claims are submitted within 30 days of the journey, with receipts."
MEGABYTE = 1024 * 1024
CHUNKS = "SELECT count(*) FROM documents_chunk"

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(scope="module", autouse=True)
def servers(web, worker):
    """The processes that serve the first of these tests; the last finds them again."""
    return web, worker


def pdf_of_many_pages(count):
    """A PDF of empty pages, as small as they can be written."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/MediaBox[0 0 9 9]/Count %d/Kids[%s]>>" % (count, kids),
        *[b"<</Type/Page/Parent 2 0 R>>"] * count,
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)


def zip_bomb():
    """A Word file of 0.6 MB that unpacks to 600 MB."""
    data = io.BytesIO(make_docx(lambda document: document.add_paragraph(FACT)))
    with (
        zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/media/image1.png", "w") as member,
    ):
        for _ in range(600):
            member.write(bytes(MEGABYTE))
    return data.getvalue()


def report():
    return make_pdf([lines(FACT, y=100 + 10 * number) for number in range(5)])


def kept_of(tenant):
    """How much of the tenant's documents is in any table or folder."""
    with tenant_context(tenant.tenant_id):
        rows = [model.objects.count() for model in (Document, DocumentVersion, Page)]
        with connection.cursor() as cursor:
            cursor.execute(CHUNKS)
            rows += cursor.fetchone()
    folder = Path(configured.STATE) / "documents" / str(tenant.tenant_id)
    return [*rows, len(list(folder.iterdir())) if folder.is_dir() else 0]


def assert_nothing_kept(visit):
    assert visit.documents() == []
    assert kept_of(visit.administrator) == [0, 0, 0, 0, 0]


def assert_unread(visit, document):
    """Nothing of what could not be read is shown, searched or counted."""
    version = document["latest_version"]
    assert (document["current_version_id"], version["ready_at"]) == (None, None)
    assert visit.sent("GET", f"/versions/{version['id']}/pages")["items"] == []
    assert visit.ask(QUESTION)["passages"] == []
    with tenant_context(visit.administrator.tenant_id):
        assert Collection.objects.get().chunk_count == 0


# --- files that are refused at once -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "status", "code", "advice"),
    [
        ("empty.pdf", lambda: b"", 422, "empty", "empty.pdf is empty (0 bytes). Check the file"),
        (
            "report.pdf",
            lambda: b"<!doctype html><html><body>Please sign in</body></html>",
            *(422, "wrong_name", "report.pdf is named .pdf but is a web page (HTML). Check that"),
        ),
        (
            "long.txt",
            lambda: b"word " * 900_000,
            *(413, "too_large", "long.txt is larger than 4 MB, the limit of this site. Split it"),
        ),
        ("bomb.docx", zip_bomb, 413, "unpacks_too_large", "bomb.docx would unpack to 601 MB"),
        (
            "photo.gif",
            lambda: b"GIF89a\0\1\0\1\0\0",
            *(422, "unsupported_type", "photo.gif is a picture (GIF). Save it as PNG or JPEG"),
        ),
    ],
    ids=["empty", "wrong name", "over the limit", "zip bomb", "picture"],
)
def test_a_file_that_cannot_be_taken_is_refused_with_the_reason(
    visit, name, content, status, code, advice
):
    response = visit.upload(name, content())

    assert problem_in(response, status, code).startswith(advice)
    assert_nothing_kept(visit)


def test_a_file_beyond_any_request_is_refused_before_it_is_taken(visit):
    response = visit.upload("huge.txt", b"word " * (2 * MEGABYTE))

    assert "split what is too large" in problem_in(response, 413, "too_large")
    assert_nothing_kept(visit)


def test_a_good_file_is_taken_although_one_beside_it_is_refused(visit):
    files = [("files", ("empty.txt", b"")), ("files", ("policy.txt", FACT.encode()))]

    sent = visit.sent("POST", f"/collections/{visit.collection}/documents", files=files)

    assert [item["document"] is None for item in sent["items"]] == [True, False]
    assert sent["items"][0]["problem"]["code"] == "empty"
    visit.settled(sent["items"][1]["document"])
    assert visit.ask(QUESTION)["outcome"] == "answered"


def test_the_same_bytes_twice_are_one_document(visit):
    first = visit.uploaded("policy.txt", FACT.encode())

    again = visit.upload("copy of policy.txt", FACT.encode()).json()["items"][0]

    assert (again["linked"], again["document"]["id"]) == (True, first["id"])
    assert [each["id"] for each in visit.documents()] == [first["id"]]


# --- files that turn out to be unreadable -----------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code", "told"),
    [
        (
            "locked.pdf",
            lambda: make_pdf([lines(FACT)], encrypted=True),
            *("password", "locked.pdf is protected by a password. Remove the password and upload"),
        ),
        (
            "cut.pdf",
            lambda: report()[: len(report()) // 2],
            *("damaged", "cut.pdf is damaged or cut off and cannot be opened as a PDF. Export or"),
        ),
        (
            "scan.pdf",
            lambda: make_pdf([[Filled(image=True)]] * 3),
            *("image_only", "scan.pdf has pictures of pages but no text. "),
        ),
        (
            "long.pdf",
            lambda: pdf_of_many_pages(20_000),
            *("too_many_pages", "long.pdf has 20,000 pages; the limit is 2,000. Split it and"),
        ),
        ("blank.pdf", lambda: make_pdf([[]]), "no_text", "blank.pdf holds no text"),
    ],
    ids=["encrypted", "cut off", "pictures only", "20,000 pages", "blank"],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(visit, name, content, code, told):
    document = visit.settled(visit.uploaded(name, content()))

    state = document["latest_version"]["state"]
    assert (state["name"], state["can_retry"]) == ("failed", True)
    assert state["reason"].startswith(told)
    job = visit.sent("GET", f"/jobs/{document['latest_version']['job_id']}")
    assert (job["error_code"], job["attempt"]) == (code, 1)
    assert_unread(visit, document)


def test_of_a_pdf_with_a_damaged_page_the_others_are_read_and_that_one_is_named(visit):
    damaged = report().replace(b"\n10 0 obj\n<<", b"\n10 0 obj\n[[", 1)

    document = visit.settled(visit.uploaded("report.pdf", damaged))

    version = document["latest_version"]
    assert version["state"]["name"] == "needs attention"
    (warning,) = version["warnings"]
    assert warning.startswith("Page 2 is damaged and could not be read. If you need it, export")
    assert visit.ask(QUESTION)["outcome"] == "answered"


def test_characters_that_cannot_be_stored_are_left_out_of_what_is_read(visit):
    text = f"Travel policy\n\n{FACT}\n\n".replace("30 days", "30\0 days") + "Economy class. " * 9

    document = visit.settled(visit.uploaded("nul.txt", text.encode()))

    assert document["latest_version"]["state"]["name"] == "ready"
    page = visit.sent("GET", f"/versions/{document['current_version_id']}/pages/1")
    assert FACT in page["text"]


def test_a_file_that_failed_can_be_tried_again(visit):
    document = visit.settled(visit.uploaded("scan.pdf", make_pdf([[Filled(image=True)]])))

    job = visit.sent("POST", f"/documents/{document['id']}/reprocess")

    assert job["status"] in {"queued", "running"}
    again = visit.settled(document)["latest_version"]
    assert (again["job_id"], again["state"]["name"]) == (job["id"], "failed")


# --- a full disk ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size", [600_000, 2_000_000], ids=["when it is stored", "while it still arrives"]
)
def test_a_full_disk_is_told_and_keeps_nothing(visit, web, size):
    content = f"<html><p>{FACT}</p><!--{'-' * size}--></html>".encode()

    with web.full_disk(room=200_000):
        response = visit.upload("policy.html", content)

    assert "the disk is full" in problem_in(response, 507, "disk_full")
    assert_nothing_kept(visit)
    assert visit.settled(visit.uploaded("policy.html", content))["current_version_id"]


# --- no broker --------------------------------------------------------------------------


def test_an_upload_without_a_broker_waits_and_is_read_when_the_broker_is_back(visit, broker_server):
    broker_server.stop()
    try:
        document = visit.uploaded("policy.txt", FACT.encode())
        state = visit.sent("GET", f"/documents/{document['id']}")["latest_version"]["state"]
    finally:
        broker_server.start()

    assert (state["name"], state["text"]) == ("queued", "queued")
    assert visit.settled(document)["latest_version"]["state"]["name"] == "ready"


def test_a_question_needs_no_broker(visit, broker_server):
    visit.settled(visit.uploaded("policy.txt", FACT.encode()))
    broker_server.stop()
    try:
        answer = visit.ask(QUESTION)
    finally:
        broker_server.start()

    assert answer["outcome"] == "answered"


# --- and after all of it ----------------------------------------------------------------


def test_after_all_of_it_the_same_processes_read_and_answer(servers, visit):
    visit.settled(visit.uploaded("policy.pdf", report()))

    assert "30 days" in visit.ask(QUESTION)["text"]
    assert [process.alive() for process in servers] == [True, True]
