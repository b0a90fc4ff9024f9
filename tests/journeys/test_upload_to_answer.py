"""The way of a document from its upload to a cited answer, and out again, over HTTP alone."""

import io
import json
import re
from pathlib import Path

import httpx
import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import Argon2PasswordHasher
from PIL import Image

from api_visits import ApiVisit, Customer, problem_in
from factories import PASSWORD, make_tenant
from html_pages import find, text_of
from lectern.tenants.models import User
from made_files import lines, make_docx, make_pdf, make_xlsx

PIXELS_PER_POINT = 1.5
LONG_PAGES = 80
METALS = ("copper", "zinc", "cobalt", "nickel")


def long_pdf():
    """A report of many pages, each about something else."""
    return make_pdf(
        [
            [
                *lines(f"Region {number}", size=16, bold=True),
                *lines(
                    *[
                        f"Branch {number}{letter} sold {number * 37 + at} tonnes of "
                        f"{METALS[at % 4]} to its customers."
                        for at, letter in enumerate("abcdefghijklmnop")
                    ],
                    y=140,
                ),
            ]
            for number in range(1, LONG_PAGES + 1)
        ]
    )


def word_file(document):
    document.add_heading("Parking", level=1)
    document.add_paragraph("The parking permit costs 45 euros a month for employees.")


# One file of each format: content, a question to it, and what its answer says.
FILES = {
    "travel.pdf": (
        make_pdf(
            [
                lines("Travel and expenses", size=16, bold=True),
                [
                    *lines("Claims", y=90, size=14, bold=True),
                    *lines(
                        "Travel claims are submitted within 30 days of the journey, with",
                        "receipts for every item above 15 euros.",
                        y=120,
                    ),
                ],
            ]
        ),
        *("Within how many days are travel claims submitted?", "within 30 days"),
    ),
    "parking.docx": (make_docx(word_file), "What does the parking permit cost?", "45 euros"),
    "stock.xlsx": (
        make_xlsx({"Stock": [["Article", "Pieces in stock"], ["Copper pipe", 731], ["Valve", 52]]}),
        *("How many pieces of copper pipe are in stock?", "731"),
    ),
    "canteen.html": (
        b"<!doctype html><html><title>Canteen</title><body><h1>Canteen</h1>"
        b"<p>The canteen opens at 11:30 on working days.</p></body></html>",
        *("When does the canteen open?", "11:30"),
    ),
    "badges.md": (
        b"# Badges\n\nA lost badge is replaced at the reception for a fee of 20 euros.\n",
        *("Where is a lost badge replaced?", "reception"),
    ),
    "heating.txt": (
        b"The heating is switched on when the temperature falls below 19 degrees.\n",
        *("When is the heating switched on?", "19 degrees"),
    ),
}


@pytest.fixture(scope="module")
def library(web, worker, django_db_blocker):
    """A program whose collection holds all of ``FILES``; ``library.read`` are they, by name."""
    with django_db_blocker.unblock():
        opened = Customer(web.url)
        sent = [("files", (name, content)) for name, (content, _, _) in FILES.items()]
        uploads = opened.sent("POST", f"/collections/{opened.collection}/documents", files=sent)
        opened.read = {
            item["file_name"]: opened.settled(item["document"]) for item in uploads["items"]
        }
        yield opened
        opened.http.close()


def asked(library, name):
    """The answer to the question about one of ``FILES``, from the whole collection."""
    return library.ask(FILES[name][1])


def files_of(tenant):
    folders = [Path(configured.STATE) / name for name in ("documents", "page-images")]
    return [
        file
        for folder in folders
        for file in (folder / str(tenant.tenant_id)).rglob("*")
        if file.is_file()
    ]


def events_in(stream):
    """The events of a stream, as (name, data)."""
    parts = [part for part in stream.split("\n\n") if part and not part.startswith(":")]
    events = [dict(line.split(": ", 1) for line in part.splitlines()) for part in parts]
    return [(event["event"], json.loads(event["data"])) for event in events]


# --- in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_each_format_becomes_ready(library, name):
    document = library.read[name]

    assert document["latest_version"]["state"]["name"] == "ready"
    assert document["current_version_id"] == document["latest_version"]["id"]


def test_how_far_reading_is_can_be_seen_in_numbers(visit, worker):
    document = visit.uploaded("regions.pdf", long_pdf())

    seen = [state["text"] for state in visit.states(document)]

    shown = [re.fullmatch(r"(parsing page|embedding) (\d+) of (\d+)", text) for text in seen]
    steps = {found[1]: [] for found in shown if found}
    for found in filter(None, shown):
        steps[found[1]].append((int(found[2]), int(found[3])))
    assert (seen[-1], set(steps)) == ("ready", {"parsing page", "embedding"})
    assert {total for _, total in steps["parsing page"]} == {LONG_PAGES}
    assert all(done == sorted(done) for done in steps.values())
    assert all(done <= total for step in steps.values() for done, total in step)


# --- questions --------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_an_answer_from_each_format_is_cited_word_for_word(library, name):
    _, _, expected = FILES[name]

    answer = asked(library, name)

    assert answer["outcome"] == "answered"
    assert expected in answer["text"]
    first = answer["citations"][0]
    assert first["document_id"] == library.read[name]["id"]
    for citation in answer["citations"]:
        page = library.sent("GET", f"/versions/{citation['version_id']}/pages/{citation['page']}")
        assert citation["quote"] == page["text"][citation["start"] : citation["end"]] != ""
        assert answer["text"][citation["sentence_start"] : citation["sentence_end"]].strip()
        assert library.sent("GET", f"/citations/{citation['id']}") == citation


def test_a_citation_of_a_pdf_opens_its_page_with_the_lines_on_it(library):
    (citation, *_) = asked(library, "travel.pdf")["citations"]
    address = f"/versions/{citation['version_id']}/pages/{citation['page']}"

    page = library.sent("GET", address, params={"words": "true"})
    image = library.http.get(f"{address}/image")

    assert (citation["page"], image.status_code) == (2, 200)
    assert image.headers["content-type"] == "image/png"
    drawn = Image.open(io.BytesIO(image.content))
    width, height = page["width"], page["height"]
    assert drawn.size == (round(width * PIXELS_PER_POINT), round(height * PIXELS_PER_POINT))
    assert len(citation["boxes"]) >= 1
    for x0, y0, x1, y1 in citation["boxes"]:
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        inside = drawn.convert("L").crop(
            [round(side * PIXELS_PER_POINT) for side in (x0, y0, x1, y1)]
        )
        assert inside.getextrema()[0] < 128, "nothing is printed where the citation points"


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(".pdf")])
def test_what_has_no_pages_has_text_to_show_and_no_picture(library, name):
    version = library.read[name]["current_version_id"]

    text = library.sent("GET", f"/versions/{version}/pages/1")["text"]
    picture = library.http.get(f"/versions/{version}/pages/1/image")

    assert FILES[name][2] in text
    problem_in(picture, 404, "not_found")


@pytest.mark.parametrize("name", FILES)
def test_the_file_comes_back_as_it_was_sent(library, name):
    version = library.read[name]["current_version_id"]

    assert library.http.get(f"/versions/{version}/file").content == FILES[name][0]


def test_a_question_that_the_documents_do_not_answer_is_refused(library):
    answer = library.ask("Who won the chess world championship in 1972?")

    assert (answer["outcome"], answer["citations"]) == ("refused", [])


def test_an_answer_arrives_as_a_stream_and_is_kept(library):
    path = f"/collections/{library.collection}/questions"
    body = {"text": FILES["travel.pdf"][1]}

    with library.http.stream(
        "POST", path, json=body, headers={"Accept": "text/event-stream"}
    ) as response:
        kind = response.headers["content-type"]
        events = events_in("".join(response.iter_text()))

    names = [name for name, _ in events]
    assert kind.startswith("text/event-stream")
    assert names == ["sources", *["sentence"] * (len(names) - 2), "done"]
    assert len(names) > 2
    kept = library.sent("GET", f"/answers/{events[-1][1]['answer_id']}")
    assert kept["text"] == events[-1][1]["text"]
    assert [each["quote"] for each in kept["citations"]] == [
        data["quote"] for name, data in events if name == "sentence"
    ]


# --- new versions, and out --------------------------------------------------------------


def test_a_new_version_takes_the_place_of_the_former(visit, worker):
    document = visit.settled(
        visit.uploaded("rent.txt", b"The monthly rent of the warehouse is 4,000 euros.")
    )
    former = visit.ask("What is the monthly rent of the warehouse?")

    visit.sent(
        "POST",
        f"/documents/{document['id']}/versions",
        files={"file": ("rent.txt", b"The monthly rent of the warehouse is 4,600 euros.")},
    )
    renewed = visit.settled(document)
    answer = visit.ask("What is the monthly rent of the warehouse?")

    assert ("4,000" in former["text"], "4,600" in answer["text"]) == (True, True)
    assert {passage["version_id"] for passage in answer["passages"]} == {
        renewed["current_version_id"]
    }
    assert renewed["latest_version"]["number"] == 2
    kept = visit.sent("GET", f"/answers/{former['id']}")["citations"][0]
    page = visit.sent("GET", f"/versions/{kept['version_id']}/pages/{kept['page']}")
    assert kept["quote"] == page["text"][kept["start"] : kept["end"]]


def test_a_deleted_document_leaves_only_that_it_was_cited(visit, worker):
    content, question, expected = FILES["travel.pdf"]
    document = visit.settled(visit.uploaded("travel.pdf", content))
    answer = visit.ask(question)
    version = document["current_version_id"]
    visit.http.get(f"/versions/{version}/pages/2/image")
    assert len(files_of(visit.administrator)) == 2

    visit.sent("DELETE", f"/documents/{document['id']}")

    gone = [
        f"/documents/{document['id']}",
        f"/versions/{version}",
        f"/versions/{version}/pages/2",
        f"/versions/{version}/pages/2/image",
        f"/versions/{version}/file",
    ]
    for address in gone:
        problem_in(visit.http.get(address), 404, "not_found")
    assert visit.documents() == []
    again = visit.ask(question)
    assert (again["outcome"], again["passages"]) == ("refused", [])
    kept = visit.sent("GET", f"/answers/{answer['id']}")
    assert [(each["quote"], each["boxes"], each["document_id"]) for each in kept["citations"]] == [
        ("", [], None) for _ in answer["citations"]
    ]
    assert all(each["removed_at"] for each in kept["citations"])
    assert expected not in json.dumps(kept)
    assert files_of(visit.administrator) == []


# --- the same with pages ----------------------------------------------------------------


class Browser:
    """A person at the pages, without scripts: links, forms and their tokens."""

    def __init__(self, url):
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=60)

    def send(self, page, action, files=None, **fields):
        """Fill in the form of ``page`` and send it to ``action``."""
        form = self.http.get(page).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
        data = {"csrfmiddlewaretoken": token, **fields}
        return self.http.post(action, data=data, files=files)


def test_a_person_comes_from_a_file_to_a_cited_answer_and_a_key_without_scripts(
    committed, web, worker
):
    user = User.objects.get(pk=make_tenant().user_id)
    user.password = Argon2PasswordHasher().encode(PASSWORD, "salt" * 4)
    user.save(update_fields=["password"])
    browser = Browser(web.url)
    content, question, expected = FILES["travel.pdf"]

    browser.send("/account/login/", "/account/login/", login=user.email, password=PASSWORD)
    made = browser.send("/library/new", "/library/new", name="Policies", plugin="")
    collection = str(made.url)
    uploaded = browser.send(
        collection, f"{collection}/upload", files={"files": ("travel.pdf", content)}
    )
    asked_again = browser.send(
        *("/keys/new", "/keys/new"), name="Robot", scopes=["ask", "documents:read"], days="30"
    )
    confirm = str(asked_again.url)
    issued = browser.send(confirm, confirm, password=PASSWORD)
    secret = text_of(find(issued.text, ".//code[@id='secret']")[0])
    number = collection.rpartition("/")[2]
    program = ApiVisit(web.url, secret, collection=f"col_{number.replace('-', '')}")
    (document,) = program.documents()
    program.settled(document)
    answer = browser.send("/", "/ask", question=question, collection=number)

    assert "stored" in uploaded.text
    assert "/answers/" in str(answer.url)
    assert expected in text_of(find(answer.text, ".//*[@class='answer-text']")[0])
    assert expected in program.ask(question)["text"]
