"""A curator's story: try a question, keep it as golden, and see what a change did to it."""

import re

import pytest
from django.conf import settings as configured
from playwright.sync_api import expect

from browser_visits import email_of, sign_in, visiting
from factories import make_collection, make_document, make_tenant, publish_text
from lectern.answering.golden_runs import start_run
from lectern.answering.golden_set import GoldenDraft, add_golden
from lectern.answering.models import GoldenResult, GoldenRun
from lectern.backends.engines import question_embedder
from lectern.documents.index_changes import index_changed
from lectern.documents.models import DocumentVersion
from lectern.tenants.scoping import tenant_context
from worker_processes import wait_until

QUESTION = "Within how many days must claims be submitted?"
ANSWER = "Claims are submitted within 30 days of the journey."
ASKED = 60_000
MANY = 60


@pytest.fixture
def administrator(committed):
    return make_tenant()


@pytest.fixture
def policy(administrator):
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator, name="Policies")
        embedder = question_embedder(configured.STATE)
        return make_document(administrator, collection, ANSWER, title="Policy", embedder=embedder)


@pytest.fixture
def many_golden(administrator, policy):
    """A run of many golden questions, which takes a while."""
    with tenant_context(administrator.tenant_id):
        for number in range(MANY):
            text = f"Within how many days must claims of kind {number} be submitted?"
            draft = GoldenDraft(text=text, document=policy, pages=(1,))
            add_golden(administrator, policy.collection, draft)
        return start_run(administrator, policy.collection)


def results_of(administrator, run):
    with tenant_context(administrator.tenant_id):
        return set(GoldenResult.objects.filter(run=run).values_list("pk", "question_id"))


def finished(administrator, run):
    with tenant_context(administrator.tenant_id):
        return GoldenRun.objects.select_related("job").get(pk=run.pk, finished_at__isnull=False)


def is_finished(administrator, run):
    with tenant_context(administrator.tenant_id):
        return GoldenRun.objects.filter(pk=run.pk, finished_at__isnull=False).exists()


def indexed_again(administrator, policy):
    """The same document, read by a reader that finds two pages in it, and nothing more to come."""
    with tenant_context(administrator.tenant_id):
        version = DocumentVersion.objects.get(document=policy)
        pages = ("A page of its own in front.", ANSWER)
        publish_text(version, *pages, embedder=question_embedder(configured.STATE))
        index_changed(policy.collection, complete=True)


def test_from_a_question_in_the_lab_to_what_a_changed_index_did_to_it(
    web, start_worker, administrator, policy
):
    email = email_of(administrator)
    start_worker()

    with visiting(web) as visit:
        page = visit.page
        sign_in(visit, email)
        page.goto(f"/library/{policy.collection_id}/lab")
        page.get_by_label("Question").fill(QUESTION)
        page.get_by_role("button", name="Look").click()
        expect(page.locator(".lab-text mark").first).to_have_text("Claims")
        page.get_by_text("Why it ranks here").first.click()
        page.get_by_role("button", name="This answers it").first.click()
        expect(page.get_by_text("The golden question was saved.")).to_be_visible()

        page.get_by_role("link", name="Golden questions").click()
        page.get_by_role("button", name="Ask them all now").click()
        expect(page.locator("#live")).to_contain_text("1 of 1 found", timeout=ASKED)
        expect(page.locator(".compared")).to_contain_text("place 1")
        assert visit.complaints == []

    indexed_again(administrator, policy)

    with visiting(web, scripts=False) as visit:
        page = visit.page
        sign_in(visit, email)
        page.goto(f"/library/{policy.collection_id}/golden")
        latest = page.locator("tbody tr").first
        expect(latest).to_contain_text("The index changed")
        for _ in range(60):
            if "worse" in latest.inner_text():
                break
            page.wait_for_timeout(1000)
            page.reload()
        latest.get_by_role("link").click()
        expect(page.get_by_role("heading", name=re.compile("Worse than before 1"))).to_be_visible()
        expect(page.locator(".compared")).to_contain_text("place 2")


def test_a_run_whose_worker_is_killed_goes_on_with_what_has_no_result(
    start_worker, administrator, many_golden
):
    worker = start_worker()
    wait_until(
        lambda: len(results_of(administrator, many_golden)) > 2, seconds=120, otherwise=worker.log
    )
    worker.kill()
    kept = results_of(administrator, many_golden)

    start_worker()
    wait_until(lambda: is_finished(administrator, many_golden), seconds=120)

    run = finished(administrator, many_golden)
    results = results_of(administrator, many_golden)
    assert 2 < len(kept) < MANY
    assert kept < results
    assert len(results) == len({question for _, question in results}) == MANY
    assert (run.job.attempt, run.figures["questions"]) == (2, MANY)
