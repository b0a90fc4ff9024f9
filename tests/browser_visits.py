"""A real web server on the tests' own servers, and a real browser that visits it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import Page, sync_playwright

from factories import PASSWORD
from lectern.tenants.access import Principal
from lectern.tenants.models import User
from worker_processes import wait_until

SOURCES = Path(__file__).resolve().parents[1] / "platform"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY_SECONDS = 60


@dataclass(slots=True)
class Visit:
    """An open page, and everything that the browser complained about on the way."""

    page: Page
    complaints: list[str] = field(default_factory=list)


class WebProcess:
    """The web part as ``lectern up`` starts it, on a port of its own."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._log = folder / "web.log"
        self._environment = {
            **os.environ,
            **environment,
            "PYTHONPATH": str(SOURCES),
            "DJANGO_SETTINGS_MODULE": "lectern.settings",
            "OMP_NUM_THREADS": "1",
        }
        self._port = _free_port()
        self._manage("collectstatic", "--no-input", "--skip-checks", "--verbosity", "0")
        address = ("--host", "127.0.0.1", "--port", str(self._port))
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "lectern.asgi:application", *address],
                env=self._environment,
                stdout=output,
                stderr=output,
            )
        wait_until(self._answers, seconds=READY_SECONDS, otherwise=self._log.read_text)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def end(self) -> None:
        """Stop it; open streams do not keep it."""
        self._process.kill()
        self._process.wait()

    def _manage(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "lectern", *arguments]
        subprocess.run(command, env=self._environment, check=True, timeout=READY_SECONDS)

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


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
    """Where this machine's browser is; without one, what needs it cannot be tried here."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine; install it to try the pages in a browser")
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


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
