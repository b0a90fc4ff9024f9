"""Asking over the API: an answer as JSON, and as a stream that holds no database connection."""

import asyncio
import json

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from asgi_calls import connections_in_use, exchange
from factories import make_collection, make_document, make_tenant
from lectern.answering.models import Answer, Question
from lectern.backends.engines import question_embedder
from lectern.documents.models import Document, Page
from lectern.documents.removal import remove_document
from lectern.tenants.access import Permission
from lectern.tenants.models import User
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key

POLICY = (
    "Claims are submitted within 30 days of the journey, with receipts for every item above "
    "15 euros.\n\nEmployees travel in economy class on all flights."
)
PARKING = "Parking at the site in Aarhus is free for the first hour."
QUESTION = "Within how many days must claims be submitted?"
STREAM = "text/event-stream"


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def client(administrator):
    return api_client(make_key(administrator))


@pytest.fixture
def policy(administrator):
    return policy_of(administrator)


def policy_of(administrator):
    """A document that answers ``QUESTION``, beside one that does not."""
    embedder = question_embedder(settings.STATE)
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator)
        make_document(administrator, collection, PARKING, title="Parking", embedder=embedder)
        return make_document(administrator, collection, POLICY, title="Policy", embedder=embedder)


def questions_of(document):
    return f"/api/v1/collections/col_{document.collection_id.hex}/questions"


def ask(client, document, text=QUESTION, **fields):
    body = json.dumps({"text": text} | fields)
    return client.post(questions_of(document), body, content_type="application/json")


def test_every_sentence_of_an_answer_leads_to_its_page(client, administrator, policy):
    answer = ask(client, policy).json()

    assert answer["outcome"] == "answered"
    assert answer["question"]["text"] == QUESTION
    (citation,) = answer["citations"]
    sentence = answer["text"][citation["sentence_start"] : citation["sentence_end"]]
    assert "within 30 days" in sentence
    page = client.get(f"/api/v1/versions/{citation['version_id']}/pages/{citation['page']}")
    assert page.json()["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_an_answer_can_be_read_again(client, policy):
    answer = ask(client, policy).json()
    (citation,) = answer["citations"]

    assert client.get(f"/api/v1/answers/{answer['id']}").json() == answer
    assert client.get(f"/api/v1/answers/{answer['id']}/citations").json() == [citation]
    assert client.get(f"/api/v1/citations/{citation['id']}").json() == citation


def test_asking_needs_no_broker(client, policy, settings):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"

    assert ask(client, policy).json()["outcome"] == "answered"


def test_a_key_lists_what_it_asked_itself(client, administrator, policy):
    answer = ask(client, policy).json()
    other = api_client(make_key(administrator))

    assert [each["id"] for each in client.get("/api/v1/answers").json()["items"]] == [answer["id"]]
    assert other.get("/api/v1/answers").json()["items"] == []


def test_answers_can_be_filtered(client, policy):
    ask(client, policy)

    def count(**query):
        return len(client.get("/api/v1/answers", query).json()["items"])

    assert count(outcome="answered") == count(collection_id=f"col_{policy.collection_id.hex}") == 1
    assert count(outcome="refused") == 0


def test_what_the_documents_do_not_say_is_refused(client, policy):
    answer = ask(client, policy, "Who won the chess world championship in 1972?").json()

    assert answer["outcome"] == "refused"
    assert answer["citations"] == []
    assert answer["passages"]


def test_a_question_can_be_asked_of_one_document(client, administrator, policy):
    with tenant_context(administrator.tenant_id):
        parking = Document.objects.exclude(pk=policy.pk).get()

    answer = ask(client, policy, document_id=f"doc_{parking.pk.hex}").json()

    assert {passage["title"] for passage in answer["passages"]} == {"Parking.txt"}


def test_a_document_of_another_collection_is_not_found_in_this_one(client, administrator, policy):
    with tenant_context(administrator.tenant_id):
        other = make_document(administrator, make_collection(administrator), "Elsewhere.")

    response = ask(client, policy, document_id=f"doc_{other.pk.hex}")

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "question_empty"), (" \n", "question_empty"), ("a" * 100_000, "question_too_long")],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_reason(client, policy, text, code):
    response = ask(client, policy, text)

    assert response.status_code == 422
    assert response.json()["code"] == code


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", "\U0001f993" * 50, "\u202e" + QUESTION, "%(tenant)s {0} \\"]
)
def test_strange_characters_are_characters(client, policy, text):
    assert ask(client, policy, text).status_code == 200


@pytest.mark.parametrize("character", ["\0", "\ud83d"])
def test_a_question_with_what_is_no_character_is_refused(client, policy, character):
    response = ask(client, policy, QUESTION + character)

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "body.text"


def test_an_answer_keeps_nothing_of_a_document_that_was_deleted(client, administrator, policy):
    answer = ask(client, policy).json()
    with tenant_context(administrator.tenant_id):
        remove_document(administrator, policy)

    kept = client.get(f"/api/v1/answers/{answer['id']}")

    assert "30 days" not in kept.content.decode()
    (citation,) = kept.json()["citations"]
    assert citation["removed_at"] is not None
    assert citation["document_id"] is None


def test_a_key_without_the_scope_asks_nothing(administrator, policy):
    client = api_client(make_key(administrator, Permission.READ))

    assert ask(client, policy).status_code == 403
    with tenant_context(administrator.tenant_id):
        assert not Question.objects.exists()


# --- streams: the database is shared with the threads that serve them, so rows are committed


@pytest.fixture
def asker(committed):
    """A key, and a document that its questions find an answer in."""
    administrator = make_tenant()
    document = policy_of(administrator)
    secret = make_key(administrator)
    connection.close()
    return administrator, document, secret


async def ask_for_stream(document, secret, text=QUESTION, **options):
    headers = {
        "authorization": f"Bearer {secret}",
        "accept": STREAM,
        "content-type": "application/json",
    }
    body = json.dumps({"text": text}).encode()
    return await exchange("POST", questions_of(document), body, headers, **options)


def events_in(body):
    events = []
    for block in body.decode().strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "event" in fields:
            events.append((fields["event"], json.loads(fields["data"])))
    return events


def test_a_stream_tells_the_sources_each_sentence_and_the_end(asker):
    _, document, secret = asker

    stream = asyncio.run(ask_for_stream(document, secret))

    assert (stream.status, stream.headers["content-type"]) == (200, STREAM)
    names = [name for name, _ in events_in(stream.body)]
    assert names == ["sources", "sentence", "done"]
    (_, sources), (_, sentence), (_, done) = events_in(stream.body)
    assert sources["passages"][0]["title"] == "Policy.txt"
    assert sentence["document_id"] == f"doc_{document.pk.hex}"
    assert "within 30 days" in sentence["quote"]
    assert api_client(secret).get(f"/api/v1/answers/{done['answer_id']}").status_code == 200


def test_a_sentence_of_a_stream_stands_where_it_says(asker):
    administrator, document, secret = asker

    (_, sentence) = events_in(asyncio.run(ask_for_stream(document, secret)).body)[1]

    with tenant_context(administrator.tenant_id):
        page = Page.objects.get(version__document=document, number=sentence["page"])
    assert page.text[sentence["start"] : sentence["end"]] == sentence["quote"]


def test_a_question_that_cannot_be_asked_is_a_problem_and_no_stream(asker):
    _, document, secret = asker

    response = asyncio.run(ask_for_stream(document, secret, ""))

    assert response.status == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_between_the_parts_of_an_answer_no_connection_is_held(asker):
    _, document, secret = asker

    stream = asyncio.run(ask_for_stream(document, secret))

    assert len(stream.in_use) >= 3
    assert set(stream.in_use) == {0}


def test_between_the_parts_of_a_page_s_answer_no_connection_is_held(asker):
    administrator, document, _ = asker
    browser = Client()
    browser.force_login(User.objects.get(pk=administrator.user_id))
    cookie = browser.cookies["sessionid"].value
    connection.close()
    form = f"question={QUESTION}&collection={document.collection_id}&csrfmiddlewaretoken={'a' * 32}"
    headers = {
        "cookie": f"sessionid={cookie}; csrftoken={'a' * 32}",
        "content-type": "application/x-www-form-urlencoded",
    }

    stream = asyncio.run(exchange("POST", "/ask/stream", form.encode(), headers))

    assert stream.status == 200
    assert len(stream.in_use) >= 3
    assert set(stream.in_use) == {0}


def test_while_a_file_is_downloaded_no_connection_is_held(asker):
    _, document, secret = asker
    path = f"/api/v1/versions/ver_{document.current_version_id.hex}/file"

    download = asyncio.run(exchange("GET", path, headers={"authorization": f"Bearer {secret}"}))

    assert download.body == POLICY.encode()
    assert set(download.in_use) == {0}


def test_more_streams_than_connections_all_reach_their_end(asker):
    _, document, secret = asker
    pool = connection.settings_dict["OPTIONS"]["pool"]

    async def all_at_once():
        return await asyncio.gather(
            *(ask_for_stream(document, secret) for _ in range(2 * pool["max_size"]))
        )

    streams = asyncio.run(all_at_once())

    assert {events_in(stream.body)[-1][0] for stream in streams} == {"done"}
    assert connections_in_use() == 0


def test_a_reader_who_leaves_stops_the_answer_and_frees_everything(asker):
    administrator, document, secret = asker

    async def leave_often():
        for _ in range(10):
            await ask_for_stream(document, secret, leave_after=lambda stream: bool(stream.parts))

    asyncio.run(leave_often())

    assert connections_in_use() == 0
    with tenant_context(administrator.tenant_id):
        assert Question.objects.count() == 10
        assert Answer.objects.count() == 0
