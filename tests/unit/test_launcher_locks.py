"""What is installed is named to the last file, for every machine, and by no host's name."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(
    r"^([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)
LOCKS = ["base", "dev"]
SHIPPED = ["platform", "workers", *(str(path) for path in ROOT.glob("plugins/*/lectern_*"))]


def text_of(kind: str) -> str:
    return (ROOT / "requirements" / f"{kind}.lock").read_text()


def pinned(kind: str) -> dict[str, str]:
    return {name: version for name, version, _ in PINNED.findall(text_of(kind))}


def modules_imported_by(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("kind", LOCKS)
def test_every_line_belongs_to_an_exact_version_with_hashes(kind):
    rest = PINNED.sub("", text_of(kind))

    assert rest == "# Made by requirements/relock.py; do not edit.\n"


@pytest.mark.parametrize("kind", LOCKS)
def test_no_lock_names_a_host_or_a_folder(kind):
    assert not re.search(r"://|file:|-index|-links|@", text_of(kind))


@pytest.mark.parametrize("kind", LOCKS)
def test_no_lock_brings_pytorch_or_libraries_for_graphics_cards(kind):
    assert not re.search(r"^(torch|triton|nvidia|cuda)[-=]", text_of(kind), re.M)


def test_nothing_is_locked_twice():
    assert not pinned("base").keys() & pinned("dev").keys()


def test_the_base_set_holds_what_the_projects_need_and_what_builds_them():
    projects = [ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")]
    described = [tomllib.loads(project.read_text()) for project in projects]
    needed = [
        Requirement(text)
        for project in described
        for text in [
            *project["project"].get("dependencies", []),
            *project["build-system"]["requires"],
        ]
    ]
    ours = {canonicalize_name(project["project"]["name"]) for project in described}

    locked = pinned("base")
    missing = [
        str(need)
        for need in needed
        if (name := canonicalize_name(need.name)) not in {"torch", *ours}
        and (name not in locked or locked[name] not in need.specifier)
    ]

    assert missing == []


def test_the_base_set_holds_whatever_the_shipped_code_imports():
    files = [file for folder in SHIPPED for file in (ROOT / folder).rglob("*.py")]
    imported = {module for file in files for module in modules_imported_by(file)}
    foreign = {
        name for name in imported - sys.stdlib_module_names if not name.startswith("lectern")
    }
    owners = packages_distributions()
    locked = pinned("base").keys() | {"torch"}

    unlocked = {
        module
        for module in foreign
        if not locked & {canonicalize_name(owner) for owner in owners.get(module, [])}
    }

    assert unlocked == set()
