"""Who may import whom, as written in pyproject.toml, and what a web process may load."""

import os
import subprocess
import sys
from pathlib import Path

from source_tree import ROOT

# Seconds to import and hundreds of MB each; the web process embeds questions without them.
HEAVY = {"torch", "transformers", "sentence_transformers", "lectern_workers"}
LOAD_THE_SITE = """
import sys
import django

django.setup()
import lectern.urls

print(*sorted(module for module in sys.modules if "." not in module))
"""


def test_the_import_contracts_are_kept():
    command = Path(sys.executable).with_name("lint-imports")

    run = subprocess.run(
        [command, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_web_process_loads_neither_torch_nor_the_workers():
    assert HEAVY & modules_of_the_site() == set()


def modules_of_the_site():
    """The top-level modules that a process has loaded once it can answer requests."""
    environment = {key: value for key, value in os.environ.items() if not is_lectern(key)}
    run = subprocess.run(
        [sys.executable, "-c", LOAD_THE_SITE],
        env=environment | {"DJANGO_SETTINGS_MODULE": "lectern.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def is_lectern(key):
    return key.startswith("LECTERN_")
