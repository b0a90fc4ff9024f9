"""Questions, ids, keys and requests that cannot be answered, each told why by a real server."""

import httpx
import pytest

from api_visits import Customer, problem_in
from made_files import lines, make_pdf

QUESTION = "Within how many days must claims be submitted?"
FACT = "Claims are submitted within 30 days of the journey, with receipts."

pytestmark = pytest.mark.usefixtures("worker")


# --- questions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", "question_empty", "The question is empty. Type a question."),
        (" \n\t ", "question_empty", "The question is empty. Type a question."),
        ("why? " * 20_000, "question_too_long", "has 99,999 characters; the limit is 4,000."),
        ("why\0?", "invalid", "`errors` names each"),
    ],
    ids=["empty", "blank", "100 kB", "NUL"],
)
def test_a_question_that_cannot_be_asked_is_told_why(visit, text, code, told):
    path = f"/collections/{visit.collection}/questions"

    response = visit.http.post(path, json={"text": text})

    assert told in problem_in(response, 422, code)
    assert visit.sent("GET", "/answers")["items"] == []


# --- ids, keys and requests -------------------------------------------------------------

ADDRESSES = (
    "/collections/col_{}",
    "/documents/doc_{}",
    "/versions/ver_{}",
    "/versions/ver_{}/file",
    "/versions/ver_{}/pages/1/image",
    "/answers/ans_{}",
    "/citations/cit_{}",
    "/jobs/job_{}",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "id", ["0" * 32, "x", "0" * 4000, "%00"], ids=["unknown", "misspelt", "long", "NUL"]
)
def test_an_id_that_nothing_has_is_not_found(visit, address, id):
    detail = problem_in(visit.http.get(address.format(id)), 404, "not_found")

    assert detail.startswith("There is no such ")


def test_what_another_tenant_has_is_as_unknown_as_what_nobody_has(visit, web):
    other = Customer(web.url, "Other")
    document = other.settled(other.uploaded("policy.pdf", make_pdf([lines(FACT)])))
    answer = other.ask(QUESTION)
    version = document["latest_version"]
    theirs = {
        "col": other.collection,
        "doc": document["id"],
        "ver": version["id"],
        "ans": answer["id"],
        "cit": answer["citations"][0]["id"],
        "job": version["job_id"],
    }

    for address in ADDRESSES:
        prefix = address.split("/")[2][:3]
        found = address.format(theirs[prefix].partition("_")[2])
        assert other.http.get(found).is_success, found
        detail = problem_in(visit.http.get(found), 404, "not_found")
        assert detail == visit.http.get(address.format("0" * 32)).json()["detail"]
    other.http.close()


def test_what_another_tenant_has_can_be_neither_asked_nor_changed(visit, web):
    other = Customer(web.url, "Other")
    document = other.settled(other.uploaded("policy.txt", FACT.encode()))
    theirs = f"/collections/{other.collection}"
    calls = [
        ("POST", f"{theirs}/questions", {"json": {"text": QUESTION}}),
        ("POST", f"{theirs}/documents", {"files": {"files": ("a.txt", b"Mine.")}}),
        ("POST", f"/documents/{document['id']}/versions", {"files": {"file": ("a.txt", b"Me.")}}),
        ("PATCH", theirs, {"json": {"name": "Mine"}}),
        ("DELETE", f"/documents/{document['id']}", {}),
        ("DELETE", theirs, {}),
    ]

    for method, path, content in calls:
        problem_in(visit.http.request(method, path, **content), 404, "not_found")

    assert other.ask(QUESTION)["outcome"] == "answered"
    assert other.sent("GET", theirs)["name"] == "Policies"
    assert visit.documents() == []
    other.http.close()


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, "Authorization: Bearer lec_"),
        ({"Authorization": "Bearer lec_" + "0" * 43}, "key"),
        ({"Authorization": "Bearer " + "x" * 5000}, "key"),
        ({"Authorization": "Basic bGVjOnRlcm4="}, "Authorization: Bearer lec_"),
    ],
    ids=["none", "wrong", "long", "basic"],
)
def test_a_request_without_a_good_key_is_told_how_to_send_one(web, headers, told):
    response = httpx.get(f"{web.url}/api/v1/collections", headers=headers)

    assert told in problem_in(response, 401, "not_authenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "Authorization"])
def test_a_key_in_the_address_counts_for_nothing(visit, web, name):
    secret = visit.http.headers["Authorization"]

    response = httpx.get(f"{web.url}/api/v1/collections", params={name: secret})

    problem_in(response, 401, "not_authenticated")


@pytest.mark.parametrize("body", [b'{"text": ', b"\xff\xfe\x00", b"[]", b'"text"', b"null", b""])
def test_a_body_that_is_no_question_is_told_so(visit, body):
    response = visit.http.post(
        f"/collections/{visit.collection}/questions",
        content=body,
        headers={"Content-Type": "application/json"},
    )

    assert (response.status_code, response.json()["code"]) in {(400, "malformed"), (422, "invalid")}
    assert response.json()["detail"].endswith(".")


def test_a_method_that_an_address_does_not_know_is_told_with_those_it_knows(visit):
    response = visit.http.put("/collections")

    problem_in(response, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(response.headers["allow"].replace(" ", "").split(","))
