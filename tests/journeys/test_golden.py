"""A curator's story: try a question, keep it as golden, and see what a change did to it."""

import re

import pytest
from django.conf import settings as configured
from playwright.sync_api import expect

from browser_visits import email_of, sign_in, visiting
from factories import make_collection, make_document, make_tenant, publish_text
from lectern.backends.engines import question_embedder
from lectern.documents.index_changes import index_changed
from lectern.documents.models import DocumentVersion
from lectern.tenants.scoping import tenant_context

QUESTION = "Within how many days must claims be submitted?"
ANSWER = "Claims are submitted within 30 days of the journey."
ASKED = 60_000


@pytest.fixture
def administrator(committed):
    return make_tenant()


@pytest.fixture
def policy(administrator):
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator, name="Policies")
        embedder = question_embedder(configured.STATE)
        return make_document(administrator, collection, ANSWER, title="Policy", embedder=embedder)


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
