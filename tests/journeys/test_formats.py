"""A file of each further format on its way from the upload to an answer that cites its page.

PDF, Word, Excel, HTML, Markdown and plain text go that way in test_upload_to_answer.
"""

import io
import os
import shutil
import time

import pytest
from PIL import Image

from api_visits import Customer
from made_files import add_slide, make_mail, make_odf, make_picture, make_pptx

PIXELS_PER_POINT = 1.5
DEEPEST = 5


def slides(show):
    add_slide(show, "Works council", "The works council meets on Mondays.")
    add_slide(show, "Bicycles", "A company bicycle is leased for 36 months.", notes="Ask Ada.")


def odf_table(*rows):
    lines = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="Tariffs">{lines}</table:table>'


# One file of each format: content, a question to it, what its answer says, on which page.
FILES = {
    "bicycles.pptx": (
        make_pptx(slides),
        *("For how many months is a company bicycle leased?", "36 months", 2),
    ),
    "keys.odt": (
        make_odf("text", "<text:p>A lost key of the archive costs its holder 80 euros.</text:p>"),
        *("What does a lost key of the archive cost?", "80 euros", 1),
    ),
    "tariffs.ods": (
        make_odf("spreadsheet", odf_table(("Tariff", "Euros"), ("Night shift", "412"))),
        *("How many euros is the tariff of the night shift?", "412", 1),
    ),
    "fire.odp": (
        make_odf(
            "presentation",
            "<draw:page/><draw:page><draw:frame><draw:text-box><text:p>The fire drill takes place "
            "every second October.</text:p></draw:text-box></draw:frame></draw:page>",
        ),
        *("When does the fire drill take place?", "every second October", 2),
    ),
    "meters.csv": (
        b"Building;Meter number\nNorth wing;88213\nSouth wing;90417\n",
        *("What is the meter number of the south wing?", "90417", 1),
    ),
    "visitors.txt": (
        "Besucher müssen am Empfang ihren Führerschein hinterlegen.".encode("cp1252"),
        *("Wo müssen Besucher ihren Führerschein hinterlegen?", "am Empfang", 1),
    ),
    "lift.eml": (
        make_mail("Dear all,\n\nthe lift is serviced by Schindelhauer in Basel.").as_bytes(),
        *("By whom is the lift serviced?", "Schindelhauer", 1),
    ),
}
SCANS = {
    "insurance.png": "The insurance of the building ends on 31 August 2031.",
    "cleaning.jpg": "The windows are cleaned in every third week of a quarter.",
    "roof.pdf": "The roof was renewed by the carpenter Amsler in 1998.",
}
SCAN_QUESTIONS = {
    "insurance.png": ("When does the insurance of the building end?", "31 August 2031"),
    "cleaning.jpg": ("In which weeks are the windows cleaned?", "third week"),
    "roof.pdf": ("By whom was the roof renewed?", "Amsler"),
}
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".pdf": "PDF"}


@pytest.fixture(scope="module")
def library(web, worker, django_db_blocker):
    """A program whose collection holds all of ``FILES``; ``library.read`` are they, by name."""
    with django_db_blocker.unblock():
        opened = Customer(web.url)
        sent = [("files", (name, content)) for name, (content, *_) in FILES.items()]
        uploads = opened.sent("POST", f"/collections/{opened.collection}/documents", files=sent)
        opened.read = {
            item["file_name"]: opened.settled(item["document"]) for item in uploads["items"]
        }
        yield opened
        opened.http.close()


@pytest.fixture
def tesseract():
    """Without it nothing is recognised, which on a build machine is a failure."""
    if shutil.which("tesseract") is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("no tesseract on this machine: apt-get install -y tesseract-ocr")


def settled_all(visit, count):
    """All documents of the collection, once there are ``count`` and none is being read."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        documents = visit.documents()
        states = [each["latest_version"]["state"]["name"] for each in documents]
        if len(documents) >= count and not {"queued", "reading"} & set(states):
            return documents
        time.sleep(0.3)
    raise AssertionError(f"{count} documents did not become ready: {documents}")


def assert_cited(visit, answer, expected, page):
    assert answer["outcome"] == "answered", answer
    assert expected in answer["text"]
    first = answer["citations"][0]
    shown = visit.sent("GET", f"/versions/{first['version_id']}/pages/{first['page']}")
    assert first["page"] == page
    assert first["quote"] == shown["text"][first["start"] : first["end"]] != ""


@pytest.mark.parametrize("name", FILES)
def test_an_answer_from_each_format_is_cited_by_its_page(library, name):
    _, question, expected, page = FILES[name]

    answer = library.ask(question)

    assert library.read[name]["latest_version"]["state"]["name"] == "ready"
    assert_cited(library, answer, expected, page)
    assert answer["citations"][0]["document_id"] == library.read[name]["id"]


def test_a_slide_has_its_number_and_no_picture(library):
    version = library.read["bicycles.pptx"]["current_version_id"]

    picture = library.http.get(f"/versions/{version}/pages/2/image")
    text = library.sent("GET", f"/versions/{version}/pages/2")["text"]

    assert picture.status_code == 404
    assert text.startswith("Bicycles")


@pytest.mark.usefixtures("tesseract", "worker")
@pytest.mark.parametrize("name", SCANS)
def test_an_answer_from_a_scan_is_cited_by_the_place_on_the_picture(visit, name):
    question, expected = SCAN_QUESTIONS[name]
    scan = make_picture(SCANS[name], format=FORMATS[name[-4:]])
    document = visit.settled(visit.uploaded(name, scan))

    answer = visit.ask(question)

    assert document["latest_version"]["state"]["name"] == "ready"
    assert_cited(visit, answer, expected, 1)
    first = answer["citations"][0]
    address = f"/versions/{first['version_id']}/pages/1"
    width = visit.sent("GET", address)["width"]
    drawn = Image.open(io.BytesIO(visit.http.get(f"{address}/image").content)).convert("L")
    assert drawn.width == round(width * PIXELS_PER_POINT)
    for box in first["boxes"]:
        inside = drawn.crop([round(side * PIXELS_PER_POINT) for side in box])
        assert inside.getextrema()[0] < 128, "nothing is printed where the citation points"


# --- what comes with a mail ---------------------------------------------------------------


def a_mail_with_a_contract():
    contract = b"The contract with the caterer ends on 30 June 2029."
    program = b"\x7fELF" + bytes(range(256))
    files = [("contract.txt", contract), ("run.exe", program)]
    return make_mail("Please keep the contract.", subject="Caterer", files=files).as_bytes()


def test_what_comes_with_a_mail_is_a_document_of_its_own(visit, worker):
    visit.uploaded("caterer.eml", a_mail_with_a_contract())

    by_title = {each["title"]: each for each in settled_all(visit, 2)}

    mail, contract = by_title["caterer.eml"], by_title["contract.txt"]
    assert (mail["parent_id"], contract["parent_id"]) == (None, mail["id"])
    (warning,) = mail["latest_version"]["warnings"]
    assert warning.startswith("An attachment was left out: run.exe is a program.")
    answer = visit.ask("When does the contract with the caterer end?")
    assert answer["citations"][0]["document_id"] == contract["id"]
    assert "30 June 2029" in answer["text"]


def test_reading_a_mail_again_doubles_nothing(visit, worker):
    visit.uploaded("caterer.eml", a_mail_with_a_contract())
    before = {each["title"]: each["id"] for each in settled_all(visit, 2)}

    visit.sent("POST", f"/documents/{before['caterer.eml']}/reprocess")
    visit.settled(visit.sent("GET", f"/documents/{before['caterer.eml']}"))

    assert {each["title"]: each["id"] for each in settled_all(visit, 2)} == before


def test_what_came_with_a_mail_goes_with_it(visit, worker):
    visit.uploaded("caterer.eml", a_mail_with_a_contract())
    by_title = {each["title"]: each["id"] for each in settled_all(visit, 2)}

    visit.sent("DELETE", f"/documents/{by_title['caterer.eml']}")

    assert visit.documents() == []
    assert visit.ask("When does the contract with the caterer end?")["passages"] == []


def test_a_new_version_of_a_mail_takes_away_what_it_does_not_bring(visit, worker):
    mail = visit.uploaded("caterer.eml", a_mail_with_a_contract())
    settled_all(visit, 2)

    shorter = make_mail("The contract was signed on paper.", subject="Caterer").as_bytes()
    visit.sent("POST", f"/documents/{mail['id']}/versions", files={"file": ("m.eml", shorter)})
    visit.settled(mail)

    deadline = time.monotonic() + 30
    while len(visit.documents()) > 1 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [each["id"] for each in visit.documents()] == [mail["id"]]


def test_bytes_that_the_collection_has_are_linked_and_stay_when_the_mail_goes(visit, worker):
    own = visit.settled(
        visit.uploaded("own.txt", b"The contract with the caterer ends on 30 June 2029.")
    )
    mail = visit.settled(visit.uploaded("caterer.eml", a_mail_with_a_contract()))

    visit.sent("DELETE", f"/documents/{mail['id']}")

    assert [(each["id"], each["parent_id"]) for each in visit.documents()] == [(own["id"], None)]


def test_mails_in_mails_are_opened_to_a_depth_and_then_say_so(visit, worker):
    message = make_mail("The innermost.", subject="Level 7")
    for level in reversed(range(7)):
        message = make_mail(
            f"The mail of level {level}.", subject=f"Level {level}", files=[("", message)]
        )
    visit.uploaded("level0.eml", message.as_bytes())

    documents = settled_all(visit, DEEPEST + 1)

    told = {each["title"]: each["latest_version"]["warnings"] for each in documents}
    assert set(told) == {"level0.eml", *(f"Level {level}.eml" for level in range(1, 6))}
    assert told["Level 5.eml"][0].startswith("This mail lies in 5 others, one inside the other")
    assert not any(told[title] for title in told if title != "Level 5.eml")
