"""What is configured, reachable and broken, each with what to do about it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor

from lectern.backends.weights import EMBEDDER_NAME, weights_folder
from lectern.documents.confinement import network_can_be_left
from lectern.documents.file_fence import landlock_version
from lectern.documents.leftovers import leftover_files
from lectern.documents.text_recognition import HOW_TO_ADD, recognition_program
from lectern.embedded.health import health_of
from lectern.errors import LecternError
from lectern.management.installation import this_installation
from lectern.plugins.registry import installed_plugins

# Below this, uploads and the database's journal soon fail.
LEAST_FREE_GB = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing looked at: whether it is well, what was seen, and the remedy if it is not."""

    subject: str
    well: bool
    seen: str
    remedy: str = ""


def diagnose() -> Iterator[Diagnosis]:
    """Look at everything; one broken part does not keep the others from being looked at."""
    first = (_parts, _database, _migrations, _weights, _plugins)
    for look in (*first, _disk, _stored_files, _text_recognition, _confinement):
        yield from look()


def configured() -> Iterator[tuple[str, str]]:
    """Each ``LECTERN_*`` variable that is set; what holds a secret is not shown."""
    for name in sorted(name for name in os.environ if name.startswith("LECTERN_")):
        secret = any(word in name for word in ("SECRET", "URL", "PASSWORD", "KEY"))
        yield name, "(set)" if secret else os.environ[name]


def _parts() -> Iterator[Diagnosis]:
    parts = health_of(this_installation())
    if not parts:
        yield Diagnosis(
            subject="processes", well=False, seen="not running", remedy="Run ./lectern up."
        )
    for part in parts:
        yield Diagnosis(
            subject=part.name,
            well=not part.problem,
            seen=part.problem or f"serves {part.address}".strip(),
            remedy=f"Read ./lectern logs {part.name}." if part.problem else "",
        )


def _database() -> Iterator[Diagnosis]:
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT current_user, current_setting('server_version'),"
                " (SELECT extversion FROM pg_extension WHERE extname = 'vector')"
            )
            user, version, vector = cursor.fetchone()
    except (Error, ImproperlyConfigured) as error:
        yield Diagnosis(
            subject="database",
            well=False,
            seen=f"does not answer: {error}".splitlines()[0],
            remedy="Run ./lectern up, or check LECTERN_DATABASE_URL.",
        )
        return
    yield Diagnosis(
        subject="database", well=True, seen=f"Postgres {version}, pgvector {vector}, role {user}"
    )
    for message in run_checks(databases=["default"]):
        yield Diagnosis(
            subject="check", well=False, seen=str(message.msg), remedy=str(message.hint or "")
        )


def _migrations() -> Iterator[Diagnosis]:
    try:
        executor = MigrationExecutor(connections["default"])
    except (Error, ImproperlyConfigured):
        return
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield Diagnosis(
        subject="tables",
        well=not missing,
        seen=f"{len(missing)} migrations are missing" if missing else "up to date",
        remedy="Run ./lectern up, which applies them." if missing else "",
    )


def _weights() -> Iterator[Diagnosis]:
    yield _attempted("embedding model", lambda: f"{EMBEDDER_NAME} in {weights_folder()}")


def _plugins() -> Iterator[Diagnosis]:
    for installed in installed_plugins():
        yield Diagnosis(
            subject=f"plugin {installed.name}",
            well=installed.plugin is not None,
            seen=installed.distribution if installed.plugin else f"unusable: {installed.reason}",
            remedy="" if installed.plugin else "Mend or uninstall it; the site runs without it.",
        )


def _disk() -> Iterator[Diagnosis]:
    state = settings.STATE
    there = next(folder for folder in (state, *state.parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    enough = free >= LEAST_FREE_GB
    yield Diagnosis(
        subject="disk",
        well=enough,
        seen=f"{free:.1f} GB free at {there}",
        remedy="" if enough else "Free space: uploads and the database will fail without it.",
    )


def _text_recognition() -> Iterator[Diagnosis]:
    """Not having it is no fault: pages that are pictures are then said to be."""
    found = recognition_program()
    seen = (
        f"tesseract at {found}, languages {settings.OCR_LANGUAGES}"
        if found
        else f"none: pages that are pictures stay unsearchable. {HOW_TO_ADD}"
    )
    yield Diagnosis(subject="text recognition", well=True, seen=seen)


def _confinement() -> Iterator[Diagnosis]:
    """What the kernel offers is no fault of the set-up, but who serves strangers must know it."""
    landlock, network = landlock_version() >= 1, network_can_be_left()
    yield Diagnosis(
        subject="fence around files",
        well=True,
        seen="Landlock"
        if landlock
        else "none: a reading process that is taken over reaches what Lectern reaches. Use Linux "
        "5.13 or newer with Landlock.",
    )
    yield Diagnosis(
        subject="fence around network",
        well=True,
        seen="a network namespace of its own"
        if network
        else "Python's hook only: this kernel or container allows no network namespace.",
    )


def _stored_files() -> Iterator[Diagnosis]:
    try:
        left_over = len(leftover_files())
    except (Error, ImproperlyConfigured):
        return
    yield Diagnosis(
        subject="stored files",
        well=not left_over,
        seen=f"{left_over} belong to no document" if left_over else "each belongs to a document",
        remedy="Run ./lectern remove_leftovers." if left_over else "",
    )


def _attempted(subject: str, look: Callable[[], str]) -> Diagnosis:
    try:
        return Diagnosis(subject=subject, well=True, seen=look())
    except LecternError as error:
        return Diagnosis(subject=subject, well=False, seen=error.message)
