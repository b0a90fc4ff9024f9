"""Asking in the browser: by a plain form, and as a stream; what the answer's page shows."""

import asyncio
import json
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

from asgi_calls import connections_in_use, exchange
from factories import make_collection, make_document, make_member, make_tenant
from html_pages import faults_of, find, text_of
from lectern.answering.models import Answer, Question
from lectern.backends.engines import question_embedder
from lectern.documents.models import Document
from lectern.documents.removal import remove_document
from lectern.tenants.access import Role
from lectern.tenants.scoping import tenant_context
from web_addresses import browser_of

PARAGRAPHS = (
    "Claims are submitted within 30 days of the journey, with receipts for every item above "
    "15 euros.\n\nEmployees travel in economy class on all flights."
)
QUESTION = "Within how many days must claims be submitted?"
UNANSWERABLE = "Who won the chess world championship in 1972?"


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def policy(administrator):
    return policy_of(administrator)


@pytest.fixture
def browser(administrator):
    return browser_of(administrator)


def policy_of(actor, title="Policy"):
    embedder = question_embedder(settings.STATE)
    with tenant_context(actor.tenant_id):
        collection = make_collection(actor)
        return make_document(actor, collection, PARAGRAPHS, title=title, embedder=embedder)


def ask(browser, asked, question=QUESTION, **fields):
    sent = {"question": question, "collection": asked.collection_id} | fields
    return browser.post("/ask", sent)


def page_of(response):
    return response.content.decode()


def test_a_form_post_leads_to_the_answer_with_its_source(browser, policy):
    response = ask(browser, policy)

    page = page_of(browser.get(response["Location"]))
    assert response.status_code == 302
    assert text_of(find(page, ".//main//h1")[0]) == QUESTION
    assert "within 30 days" in text_of(find(page, ".//p[@class='answer-text']")[0])
    assert "within 30 days" in text_of(find(page, ".//mark[@id='mark']")[0])


def test_a_chip_opens_its_citation_without_a_script(browser, policy):
    page = page_of(browser.get(ask(browser, policy)["Location"]))

    (chip,) = find(page, ".//a[@data-citation]")
    assert chip.get("href") == "?citation=1"
    assert chip.get("aria-current") == "true"


def test_a_refusal_is_a_result_with_the_closest_passages(browser, policy):
    response = ask(browser, policy, UNANSWERABLE)

    page = page_of(browser.get(response["Location"]))
    (refusal,) = find(page, ".//div[@class='refusal']/h2")
    assert text_of(refusal) == "Nothing in these documents answers that."
    assert find(page, ".//li[@class='passage']")
    assert not find(page, ".//aside")


@pytest.mark.parametrize("question", ["", "   \n", "a" * 5000])
def test_a_question_that_cannot_be_asked_stays_in_its_box_with_the_reason(
    browser, policy, question
):
    response = ask(browser, policy, question)

    page = page_of(response)
    assert response.status_code in {400, 422}
    assert faults_of(page) == []
    assert text_of(find(page, ".//div[@id='question-error']")[0])
    assert (find(page, ".//textarea")[0].text or "").strip() == question.strip()


def test_a_question_can_be_asked_of_one_document(browser, administrator, policy):
    with tenant_context(administrator.tenant_id):
        collection = policy.collection
        other = make_document(administrator, collection, "Parking is free.", title="Parking")

    response = ask(browser, policy, document=other.pk)

    assert "30 days" not in page_of(browser.get(response["Location"]))


def test_a_document_of_another_collection_is_not_found_in_this_one(browser, administrator, policy):
    with tenant_context(administrator.tenant_id):
        elsewhere = make_document(administrator, make_collection(administrator), "Elsewhere.")

    assert ask(browser, policy, document=elsewhere.pk).status_code == 404


def test_who_may_only_read_is_told_and_cannot_ask(administrator, policy):
    auditor = browser_of(make_member(administrator, role=Role.AUDITOR))

    page = page_of(auditor.get("/"))

    assert not find(page, ".//form[@id='composer']")
    assert "asks no questions" in page
    assert ask(auditor, policy).status_code == 403


def test_a_removed_document_leaves_a_tombstone_and_not_its_words(browser, administrator, policy):
    address = ask(browser, policy)["Location"]
    with tenant_context(administrator.tenant_id):
        remove_document(administrator, policy)

    page = page_of(browser.get(address))

    assert "30 days" not in page
    assert "This document was removed" in page
    assert faults_of(page) == []


def test_a_citation_of_an_older_version_says_so(browser, administrator, policy):
    address = ask(browser, policy)["Location"]
    with tenant_context(administrator.tenant_id):
        Document.objects.filter(pk=policy.pk).update(current_version=None)

    assert "The document has a newer one" in page_of(browser.get(address))


def test_an_answer_can_be_shown_to_other_members(administrator, browser, policy):
    address = ask(browser, policy)["Location"]
    colleague = browser_of(make_member(administrator, role=Role.READER))

    assert "within 30 days" in page_of(colleague.get(address))


def test_the_history_is_ones_own(administrator, browser, policy):
    ask(browser, policy)
    colleague = browser_of(make_member(administrator, role=Role.READER))

    assert QUESTION in page_of(browser.get("/history"))
    assert QUESTION not in page_of(colleague.get("/history"))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=CLAIMS", True),
        ("q=parking", False),
        ("outcome=answered", True),
        ("outcome=refused", False),
        ("outcome=nonsense", True),
        ("page=99", True),
    ],
)
def test_the_history_can_be_searched_and_filtered(browser, policy, query, shown):
    ask(browser, policy)

    assert (QUESTION in page_of(browser.get(f"/history?{query}"))) is shown


def test_an_empty_site_teaches_what_to_do_first(browser):
    page = page_of(browser.get("/"))

    assert "There is nothing to ask yet" in page
    assert find(page, ".//a[@href='/library/new']")


def test_examples_come_from_the_headings_of_the_documents(browser, administrator, policy):
    with tenant_context(administrator.tenant_id):
        page = policy.current_version.pages.get()
        page.text = "Policy\n\nTravel by train\n\n" + page.text
        page.blocks = [["heading", 0, 6, 1, None], ["heading", 8, 23, 2, None]]
        page.save()

    shown = page_of(browser.get("/"))

    assert "What does Policy say about Travel by train?" in shown


# --- streams: the database is shared with the threads that serve them, so rows are committed


@pytest.fixture
def asker(committed):
    administrator = make_tenant()
    document = policy_of(administrator)
    browser = browser_of(administrator)
    browser.get("/")
    connection.close()
    return administrator, document, browser


def stream(browser, document, question=QUESTION, **options):
    token = browser.cookies["csrftoken"].value
    fields = {
        "csrfmiddlewaretoken": token,
        "question": question,
        "collection": document.collection_id,
    }
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in browser.cookies.items())
    headers = {
        "cookie": cookies,
        "content-type": "application/x-www-form-urlencoded",
        "accept": "text/event-stream",
    }
    body = urlencode(fields).encode()
    return asyncio.run(exchange("POST", "/ask/stream", body, headers, **options))


def events_in(body):
    for message in body.decode().strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in message.split("\n"))
        yield lines["event"], json.loads(lines["data"])


def test_an_answer_is_streamed_and_ends_with_its_address(asker):
    _, document, browser = asker

    response = stream(browser, document)

    (_, sources), *sentences, (last, done) = events_in(response.body)
    assert response.headers["content-type"] == "text/event-stream"
    assert sources["passages"][0]["title"] == "Policy.txt"
    assert [name for name, _ in sentences] == ["sentence"] * len(sentences)
    assert "within 30 days" in sentences[0][1]["text"]
    assert last == "done"
    assert browser.get(done["url"]).status_code == 200


def test_a_stream_holds_no_database_connection_between_its_events(asker):
    _, document, browser = asker

    response = stream(browser, document)

    assert response.in_use == [0] * len(response.in_use)
    assert connections_in_use() == 0


def test_a_reader_who_leaves_ends_the_answer(asker):
    administrator, document, browser = asker

    stream(browser, document, leave_after=lambda sent: sent.parts)

    with tenant_context(administrator.tenant_id):
        assert Question.objects.exists()
        assert not Answer.objects.exists()


def test_a_question_that_cannot_be_streamed_is_told_as_json(asker):
    _, document, browser = asker

    response = stream(browser, document, "a" * 5000)

    assert response.status == 400
    assert "the limit is 4,000" in json.loads(response.body)["message"]


def test_a_follow_up_shows_what_was_searched_for_and_a_way_to_ask_as_typed(browser, policy):
    first = page_of(browser.get(ask(browser, policy)["Location"]))
    (previous,) = find(first, ".//input[@name='previous']")

    response = ask(browser, policy, "What about receipts?", previous=previous.get("value"))

    (again,) = find(
        page_of(browser.get(response["Location"])), ".//form[@class='searched-for quiet']"
    )
    assert "Searched for: receipts" in text_of(again)
    assert text_of(again).endswith("Ask as typed")


def test_a_question_of_another_member_is_not_followed_up(administrator, browser, policy):
    ask(browser, policy)
    with tenant_context(administrator.tenant_id):
        other = browser_of(make_member(administrator, role=Role.READER))
        previous = Question.objects.get().pk

    response = ask(other, policy, "And in 2019?", previous=previous)

    assert (
        find(page_of(other.get(response["Location"])), ".//form[@class='searched-for quiet']") == []
    )
