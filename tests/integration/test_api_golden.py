"""Explanations, golden questions and golden runs over the API."""

import json

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import make_collection, make_document, make_tenant
from lectern.answering.models import GoldenResult, GoldenRun
from lectern.backends.engines import question_embedder
from lectern.documents.access import Access, change_access
from lectern.documents.metadata import change_metadata
from lectern.tenants.access import Permission
from lectern.tenants.models import AuditEvent
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key

QUESTION = "Within how many days must claims be submitted?"
CURATE = {Permission.MANAGE_COLLECTIONS, Permission.READ}


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def policy(administrator):
    embedder = question_embedder(settings.STATE)
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator)
        return make_document(
            administrator, collection, "Claims: 30 days.", "Parking.", embedder=embedder
        )


@pytest.fixture
def client(administrator):
    return api_client(make_key(administrator))


@pytest.fixture
def outsider(administrator, policy):
    """A key that may curate but not write documents, and a policy that is kept from it."""
    with tenant_context(administrator.tenant_id):
        change_access(administrator, [policy], Access(restricted=True))
    return api_client(make_key(administrator, *CURATE))


def base_of(policy):
    return f"/api/v1/collections/col_{policy.collection_id.hex}"


def send(client, method, path, **body):
    return client.generic(method, path, json.dumps(body), content_type="application/json")


def saved(client, policy, **fields):
    body = {"text": QUESTION, "document_id": f"doc_{policy.pk.hex}", "pages": [1]} | fields
    return send(client, "POST", f"{base_of(policy)}/golden-questions", **body)


def imported(client, policy, name, text):
    file = SimpleUploadedFile(name, text.encode())
    return client.post(f"{base_of(policy)}/golden-questions/file", {"questions": file}).json()


def listed(client, policy):
    return client.get(f"{base_of(policy)}/golden-questions").json()["items"]


def test_a_golden_question_is_saved_changed_and_deleted(client, policy, administrator):
    made = saved(client, policy, evidence="30 days")
    path = f"/api/v1/golden-questions/{made.json()['id']}"
    changed = send(client, "PATCH", path, answer="30 days")
    deleted = client.delete(path)

    assert (made.status_code, changed.status_code, deleted.status_code) == (201, 200, 204)
    assert changed.json() == made.json() | {"answer": "30 days"}
    assert listed(client, policy) == []
    with tenant_context(administrator.tenant_id):
        actions = list(AuditEvent.objects.order_by("at").values_list("action", flat=True))
    assert actions[-3:] == ["golden.added", "golden.changed", "golden.removed"]


def test_one_wording_of_a_document_is_kept_once(client, policy):
    saved(client, policy)

    again = saved(client, policy)

    assert (again.status_code, again.json()["code"]) == (409, "golden_known")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "  "}, "needs a text"),
        ({"document_id": None}, "which document answers"),
        ({"pages": [1, 3]}, "pages 1 to 2; 3 is not one"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_reason(client, policy, fields, reason):
    response = saved(client, policy, **fields)

    assert response.status_code == 422
    assert reason in response.json()["detail"]


def test_what_no_document_answers_has_no_place(client, policy):
    golden = saved(client, policy, answerable=False, answer="12").json()

    assert (golden["document_id"], golden["pages"], golden["answer"]) == (None, [], "")


def test_a_changed_question_loses_the_results_of_what_it_was(client, policy, administrator):
    golden = saved(client, policy).json()
    with tenant_context(administrator.tenant_id):
        row = policy.collection.golden.get()
        tenant = {"tenant_id": administrator.tenant_id}
        run = GoldenRun.objects.create(**tenant, collection=policy.collection, cause="request")
        GoldenResult.objects.create(
            **tenant, run=run, question=row, rank=1, refused=False, milliseconds=1.0
        )

    send(client, "PATCH", f"/api/v1/golden-questions/{golden['id']}", pages=[2])

    with tenant_context(administrator.tenant_id):
        assert not GoldenResult.objects.exists()


# --- explanations -----------------------------------------------------------------------


def explained(client, policy, **fields):
    body = {"text": QUESTION} | fields
    return send(client, "POST", f"{base_of(policy)}/explanations", **body)


def test_an_explanation_takes_each_score_apart(client, policy):
    shown = explained(client, policy).json()

    best = shown["fused"][0]
    parts = ("meaning", "words", "neighbours", "document", "preference")
    assert sum(best[part] for part in parts) == pytest.approx(best["score"], abs=1e-5)
    assert (best["rank"], best["meaning_rank"], best["words_rank"]) == (1, 1, 1)
    contributed = sum(term["contribution"] for term in best["terms"])
    assert contributed == pytest.approx(best["bm25"], rel=1e-4)
    assert shown["evidence"]["answered"] is (
        shown["evidence"]["probability"] >= shown["evidence"]["threshold"]
    )


def test_an_explanation_searches_what_is_asked(client, policy):
    one = explained(client, policy, passages=1, document_id=f"doc_{policy.pk.hex}").json()
    none = explained(client, policy, metadata={"type": ["letter"]}).json()

    assert [len(one[order]) for order in ("fused", "by_meaning", "by_words")] == [1, 1, 1]
    assert (none["fused"], none["considered"]) == ([], 0)


def test_an_explanation_tells_what_the_question_names(client, policy, administrator):
    with tenant_context(administrator.tenant_id):
        change_metadata(administrator, policy, "company", ["Acme Corp"])

    shown = explained(
        client, policy, text="Within how many days does Acme Corp want claims?"
    ).json()

    assert "Acme Corp" in shown["named"]["company"]
    assert shown["fused"][0]["preference"] > 0
    assert "Its document is preferred for this question" in shown["fused"][0]["why"]


def test_a_hidden_document_is_in_no_explanation(policy, outsider):
    assert explained(outsider, policy).json()["considered"] == 0
    assert explained(outsider, policy, document_id=f"doc_{policy.pk.hex}").status_code == 404


# --- files ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_what_is_exported_can_be_imported_again(client, policy, kind):
    saved(client, policy, answer="30 days", evidence="30 days")
    saved(client, policy, text="Who won?", answerable=False)
    before = [{**each, "id": "", "created_at": ""} for each in listed(client, policy)]
    file = client.get(f"{base_of(policy)}/golden-questions/file", {"format": kind})
    for each in listed(client, policy):
        client.delete(f"/api/v1/golden-questions/{each['id']}")

    outcome = imported(client, policy, f"golden.{kind}", file.content.decode())

    assert outcome == {"added": 2, "known": 0, "problems": []}
    assert [{**each, "id": "", "created_at": ""} for each in listed(client, policy)] == before


def test_a_question_of_an_unknown_document_is_told_and_the_others_are_added(client, policy):
    row = {"question": "Q", "answer": None, "doc": None, "pages": [], "evidence_text": None}
    lines = [row, row | {"answer": "A", "doc": "docs/nothing.pdf"}, row]

    outcome = imported(client, policy, "golden.jsonl", "\n".join(map(json.dumps, lines)))

    assert (outcome["added"], outcome["known"]) == (1, 1)
    assert outcome["problems"] == [
        "Question 2: No document here has the name 'nothing.pdf'. Add it, or name another."
    ]


def test_a_file_that_is_none_is_refused_as_a_whole(client, policy):
    problem = imported(client, policy, "golden.jsonl", "no JSON")

    assert (problem["status"], "line 1" in problem["detail"]) == (422, True)


# --- runs -------------------------------------------------------------------------------


def test_a_run_is_begun_and_followed_by_its_job(client, policy):
    saved(client, policy)

    begun = send(client, "POST", f"{base_of(policy)}/golden-runs")
    job = client.get(f"/api/v1/jobs/{begun.json()['job_id']}").json()

    assert (begun.status_code, begun.json()["status"]) == (202, "queued")
    assert job["kind"] == "run_golden"


def a_run(administrator, policy, rank):
    """A finished run in which the one golden question was found at ``rank``."""
    with tenant_context(administrator.tenant_id):
        tenant = {"tenant_id": administrator.tenant_id}
        run = GoldenRun.objects.create(
            **tenant,
            collection=policy.collection,
            cause="request",
            finished_at="2026-01-01T00:00Z",
        )
        GoldenResult.objects.create(
            **tenant,
            run=run,
            question=policy.collection.golden.get(),
            rank=rank,
            refused=False,
            milliseconds=1.0,
            passages=[[str(policy.pk), 1, 0.9], [str(policy.pk), 2, 0.5]],
        )
    return f"run_{run.pk.hex}"


def test_a_run_shows_what_got_worse_since_the_one_before(client, policy, administrator):
    saved(client, policy)
    first = a_run(administrator, policy, rank=1)
    second = a_run(administrator, policy, rank=2)

    shown = client.get(f"/api/v1/golden-runs/{second}").json()

    (compared,) = shown["results"]
    assert shown["before"]["id"] == first
    assert (compared["change"], compared["result"]["rank"]) == ("worse", 2)
    assert compared["before"]["rank"] == 1
    assert [place["right"] for place in compared["result"]["passages"]] == [True, False]


def test_a_run_is_compared_with_the_one_that_is_named(client, policy, administrator):
    saved(client, policy)
    first, _, third = (a_run(administrator, policy, rank) for rank in (2, 1, 2))

    shown = client.get(f"/api/v1/golden-runs/{third}", {"against": first}).json()

    assert shown["before"]["id"] == first
    assert shown["results"][0]["change"] == "same"


# --- documents that are kept from the reader --------------------------------------------


def test_golden_questions_of_a_hidden_document_are_not_there(client, policy, outsider):
    golden = saved(client, policy).json()

    assert listed(outsider, policy) == []
    assert outsider.get(f"/api/v1/golden-questions/{golden['id']}").status_code == 404
    file = outsider.get(f"{base_of(policy)}/golden-questions/file")
    assert file.content == b""


def test_results_of_a_hidden_document_are_not_there(client, policy, administrator, outsider):
    saved(client, policy)
    run = a_run(administrator, policy, rank=1)

    assert outsider.get(f"/api/v1/golden-runs/{run}").json()["results"] == []


def test_a_hidden_document_is_an_unknown_one_for_a_golden_question(policy, outsider):
    assert saved(outsider, policy).status_code == 404
