"""A real browser that visits the pages of a real web server."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import Page, sync_playwright

from factories import PASSWORD
from lectern.tenants.access import Principal
from lectern.tenants.models import User
from web_processes import WebProcess

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True)
class Visit:
    """An open page, and everything that the browser complained about on the way."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@contextmanager
def visiting(site: WebProcess, *, scripts: bool = True) -> Iterator[Visit]:
    """A new browser window. The test's own rows are made before: they and it share a thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=[*QUIET])
        try:
            window = browser.new_context(base_url=site.url, java_script_enabled=scripts)
            visit = Visit(window.new_page())
            _collect_complaints(visit)
            yield visit
        finally:
            browser.close()


def browser_path() -> str:
    """Where this machine's browser is; without one, what needs it cannot be tried here.

    On a build machine that is a failure: nobody would notice that the pages went untried.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("no Chromium on this machine; install it to try the pages in a browser")
    return found


def sign_in(visit: Visit, email: str) -> None:
    """Sign in as the person with ``email`` and ``PASSWORD``."""
    page = visit.page
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("/")


def email_of(member: Principal) -> str:
    """The address to sign in with at a real server, which knows no test password hashes."""
    user = User.objects.get(pk=member.user_id)
    user.password = Argon2PasswordHasher().encode(PASSWORD, "salt" * 4)
    user.save(update_fields=["password"])
    return user.email


def _collect_complaints(visit: Visit) -> None:
    page = visit.page
    page.on(
        "console",
        lambda said: visit.complaints.append(said.text) if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
