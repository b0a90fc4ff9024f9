"""People's stories in a real browser, against a real server and a real worker."""

import re

import pytest
from django.conf import settings as configured
from playwright.sync_api import expect

from browser_visits import email_of, sign_in, visiting
from factories import make_collection, make_document, make_tenant
from lectern.backends.engines import question_embedder
from lectern.tenants.models import new_id
from lectern.tenants.scoping import tenant_context
from made_files import lines, make_pdf
from tenant_seeds import make_seeded_tenant

READ_SECONDS = 120
ANSWERED = 30_000
QUESTION = "Within how many days must claims be submitted?"
HOSTILE = '<img src=x onerror="window.hit=1"> Claims are submitted within 30 days </p><script>'
REPORT = make_pdf(
    [
        lines("Travel and expenses", size=16, bold=True),
        [
            *lines("Claims", y=90, size=14, bold=True),
            *lines(
                "Claims are submitted within 30 days of the journey, with receipts for",
                "every item above 15 euros. Later claims are not paid.",
                y=120,
            ),
        ],
    ]
)
BOXES_LIE_ON_THE_PAGE = """() => {
    const sheet = document.querySelector('.sheet img').getBoundingClientRect();
    const boxes = [...document.querySelectorAll('.boxes rect')].map(b => b.getBoundingClientRect());
    return boxes.length > 0 && boxes.every(box => box.width > 20 && box.height > 4
        && box.left >= sheet.left && box.right <= sheet.right
        && box.top >= sheet.top && box.bottom <= sheet.bottom);
}"""


@pytest.fixture
def administrator(committed):
    return make_tenant()


@pytest.fixture
def handbook(administrator):
    """A document that is ready and answers ``QUESTION``."""
    return ready_document(
        administrator,
        "Claims are submitted within 30 days of the journey.",
        "Parking is free for the first hour.",
    )


def ready_document(actor, *pages):
    embedder = question_embedder(configured.STATE)
    with tenant_context(actor.tenant_id):
        collection = make_collection(actor, name="Policies")
        return make_document(actor, collection, *pages, title="Policy", embedder=embedder)


def ask(page, question=QUESTION):
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/answers/"), timeout=ANSWERED)


def assert_boxes_lie_on_the_page(page):
    image = page.locator(".sheet img")
    expect(image).to_have_js_property("complete", True, timeout=ANSWERED)
    assert image.evaluate("image => image.naturalWidth") > 0
    assert page.evaluate(BOXES_LIE_ON_THE_PAGE)


def test_from_a_pdf_to_the_lines_that_answer_a_question(web, start_worker, administrator):
    email = email_of(administrator)
    start_worker()

    with visiting(web) as visit:
        page = visit.page
        sign_in(visit, email)
        page.get_by_role("link", name="Make a collection").click()
        page.get_by_label("Name").fill("Policies")
        page.get_by_role("button", name="Make the collection").click()
        file = {"name": "travel.pdf", "mimeType": "application/pdf", "buffer": REPORT}
        page.get_by_label("Files").set_input_files(file)
        expect(page.locator(".upload-row")).to_contain_text("stored, and waiting to be read")
        row = page.get_by_role("row", name="travel.pdf")
        expect(row).to_contain_text("ready", timeout=READ_SECONDS * 1000)
        page.get_by_role("link", name="Ask", exact=True).last.click()
        ask(page)

        expect(page.locator(".answer-text")).to_contain_text("within 30 days")
        expect(page.locator("#source")).to_contain_text("page 2")
        assert_boxes_lie_on_the_page(page)

        page.get_by_role("link", name="Open the document").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Page 2")
        assert_boxes_lie_on_the_page(page)
        assert visit.complaints == []


def test_a_question_is_answered_without_scripts(web, administrator, handbook):
    email = email_of(administrator)

    with visiting(web, scripts=False) as visit:
        sign_in(visit, email)
        visit.page.get_by_label("Your question").fill(QUESTION)
        visit.page.get_by_role("button", name="Ask", exact=True).click()

        expect(visit.page.locator(".answer-text")).to_contain_text("within 30 days")
        expect(visit.page.locator("mark").first).to_contain_text("within 30 days")


def test_a_streamed_answer_is_text_whatever_a_document_says(web, administrator):
    email = email_of(administrator)
    ready_document(administrator, HOSTILE)

    with visiting(web) as visit:
        sign_in(visit, email)
        ask(visit.page)

        expect(visit.page.locator(".answer-text")).to_contain_text("<img src=x")
        assert visit.page.evaluate("window.hit") is None
        assert visit.complaints == []


def test_what_is_wrong_with_a_question_is_told_in_place(web, administrator, handbook):
    email = email_of(administrator)

    with visiting(web) as visit:
        page = visit.page
        sign_in(visit, email)
        page.evaluate("document.getElementById('question').removeAttribute('maxlength')")
        page.get_by_label("Your question").fill("a" * 5000)
        page.keyboard.press("Control+Enter")

        expect(page.locator(".reading .notice")).to_contain_text("the limit is 4,000")


def with_two_citations(seeded):
    """The seeded answer, whose one sentence is cited a second time."""
    with tenant_context(seeded.administrator.tenant_id):
        first = seeded.answer.citations.get()
        first.pk, first.number, first.sentence_start = new_id(), 2, first.sentence_end
        first.save(force_insert=True)
    return seeded.answer


def test_the_keys_work_and_can_be_turned_off(web, committed):
    seeded = make_seeded_tenant()
    email, answer = email_of(seeded.administrator), with_two_citations(seeded)

    with visiting(web) as visit:
        page = visit.page
        sign_in(visit, email)
        page.goto(f"/answers/{answer.pk}")
        page.keyboard.press("]")
        expect(page).to_have_url(re.compile(r"citation=2"))
        page.keyboard.press("[")
        expect(page).to_have_url(re.compile(r"citation=1"))
        page.keyboard.press("/")
        expect(page.get_by_label("Your question")).to_be_focused()
        page.get_by_role("button", name="Keyboard").click()
        page.get_by_role("button", name="Turn them off").click()
        expect(page.locator("html")).to_have_attribute("data-keys", "off")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert visit.complaints == []


def test_the_box_keeps_the_focus_for_the_next_question(web, administrator, handbook):
    email = email_of(administrator)

    with visiting(web) as visit:
        sign_in(visit, email)
        ask(visit.page)

        expect(visit.page.get_by_label("Your question")).to_be_focused()
        expect(visit.page.get_by_label("Your question")).to_have_value("")


def test_the_theme_changes_at_once_and_stays(web, administrator):
    email = email_of(administrator)

    with visiting(web) as visit:
        page = visit.page
        sign_in(visit, email)
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.wait_for_load_state("networkidle")
        page.goto("/library")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert visit.complaints == []
