"""A watched folder on its way into a collection, in a real browser with a real worker."""

import pytest
from playwright.sync_api import expect

from browser_visits import email_of, sign_in, visiting
from factories import make_collection, make_tenant
from lectern.tenants.models import Tenant
from lectern.tenants.scoping import tenant_context
from made_files import lines, make_pdf

SYNCED = 60_000  # milliseconds
RULES = make_pdf([lines("Bicycles are parked in the yard.")])


@pytest.fixture
def administrator(committed):
    return make_tenant()


@pytest.fixture
def share(administrator, watched_folder):
    """The folder of the administrator's tenant, with one file and one that cannot be read."""
    with tenant_context(administrator.tenant_id):
        share = watched_folder / Tenant.objects.get(pk=administrator.tenant_id).slug
    share.mkdir()
    (share / "rules.pdf").write_bytes(RULES)
    (share / "nothing.txt").touch()
    return share


def add_watched_folder(page, name):
    page.get_by_role("link", name="Sources", exact=True).click()
    page.get_by_role("link", name="Watched folder").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add and sync").click()


def assert_done(run, *counts):
    expect(run).to_contain_text("Done", timeout=SYNCED)
    expect(run.get_by_role("cell")).to_have_text([str(count) for count in counts])


def test_a_folder_is_added_and_followed_on_request(web, start_worker, administrator, share):
    email = email_of(administrator)
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator, name="Policies")
    start_worker()

    with visiting(web) as visit:
        page = visit.page
        sign_in(visit, email)
        page.goto(f"/library/{collection.pk}")
        add_watched_folder(page, "Shared rules")
        runs = page.locator("#runs tbody tr")
        # Added, changed, removed, unchanged, problems. The page follows the sync by itself.
        assert_done(runs.first, 1, 0, 0, 0, 1)
        source = page.url
        page.get_by_role("link", name="Policies").click()
        expect(page.get_by_role("row", name="rules.pdf")).to_contain_text("ready", timeout=SYNCED)

        (share / "rules.pdf").rename(share / "bicycles.pdf")
        page.goto(source)
        expect(page.get_by_role("row", name="nothing.txt")).to_contain_text("is empty")
        page.get_by_role("button", name="Sync now").click()
        expect(runs).to_have_count(2, timeout=SYNCED)
        assert_done(runs.first, 1, 0, 1, 0, 1)
        assert visit.complaints == []
