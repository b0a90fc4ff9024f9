"""Write ``base.lock`` and ``dev.lock`` from what the environment holds now, with hashes.

``base``: what the projects' dependencies need, transitively, and what builds them.
``dev``: everything else. PyTorch is in neither, because it is installed first and alone (its
build differs between machines); the libraries that it needs are in ``base``.

Run it with the environment's Python: ``.venv/bin/python requirements/relock.py``.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
# PyTorch and what only its GPU builds bring; what OpenVINO's converters, which are not used, report
# to their makers with; pip comes with the environment.
LEFT_OUT = re.compile(r"(torch|triton|pip|nvidia-.*|cuda-.*|openvino-telemetry|lectern-.*)")
# One lock serves all of these: what only one of them needs does the others no harm.
OLDEST = "3.11.2"  # Debian 12
MACHINES = [
    {"python_full_version": full, "python_version": minor, "platform_machine": processor}
    for full, minor in ((OLDEST, "3.11"), ("3.12.0", "3.12"), ("3.13.0", "3.13"))
    for processor in ("x86_64", "aarch64")
]
# hatchling asks for it only while it builds an editable install.
EDITABLE_BUILD = "editables"


def main() -> None:
    """Write both files."""
    installed = installed_versions()
    needed = needed_by([Requirement(name) for name in installed])
    if absent := {name for name in needed if is_locked(name)} - installed.keys():
        sys.exit(f"Some machines need what is not installed here. Install it: {' '.join(absent)}")
    if too_new := [name for name in installed if not runs_on_the_oldest(name)]:
        sys.exit(f"Not for Python {OLDEST}. Install older releases of: {' '.join(too_new)}")
    base = needed_by(requirements_of_the_projects()) & installed.keys()
    write("base", {name: installed[name] for name in base})
    write("dev", {name: installed[name] for name in installed.keys() - base})


def installed_versions() -> dict[str, str]:
    """Each installed distribution that is to be locked, with its version."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=json", "--exclude-editable"],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(listed.stdout)
    named = {canonicalize_name(one["name"]): one["version"] for one in found}
    return {name: version for name, version in named.items() if is_locked(name)}


def is_locked(name: str) -> bool:
    """Whether a distribution belongs into a lock at all."""
    return not LEFT_OUT.fullmatch(name)


def runs_on_the_oldest(name: str) -> bool:
    """Whether the installed release says that it runs on the oldest Python that we support."""
    stated = metadata(name).json.get("requires_python", "")
    return SpecifierSet(str(stated)).contains(OLDEST)


def requirements_of_the_projects() -> list[Requirement]:
    """What the projects say they need, and what builds them."""
    stated = [EDITABLE_BUILD]
    for project in (ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")):
        described = tomllib.loads(project.read_text())
        stated += described["project"].get("dependencies", [])
        stated += described["build-system"]["requires"]
    return [Requirement(text) for text in stated]


def needed_by(stated: Iterable[Requirement]) -> set[str]:
    """The names of all distributions that these requirements lead to on any machine we support."""
    reached: set[tuple[str, str]] = set()
    waiting = list(stated)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in reached:
                reached.add((name, extra))
                waiting += needs_of(name, extra)
    return {name for name, _ in reached}


def needs_of(name: str, extra: str) -> list[Requirement]:
    """What one installed distribution needs, with one of its extras or none, on any machine."""
    try:
        stated = [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError:
        return []
    return [need for need in stated if applies(need, extra)]


def applies(need: Requirement, extra: str) -> bool:
    """Whether a requirement holds on one of the machines, with the extra that is asked for."""
    return need.marker is None or any(
        need.marker.evaluate({"extra": extra, **machine}) for machine in MACHINES
    )


def write(kind: str, versions: dict[str, str]) -> None:
    """Replace one lock file; uv adds the hashes of the files for every kind of machine."""
    pinned = "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))
    hashed = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "-", "--no-deps"),
            *("--generate-hashes", "--no-header", "--no-annotate", "--quiet"),
        ],
        input=pinned,
        check=True,
        capture_output=True,
        text=True,
    )
    header = "# Made by requirements/relock.py; do not edit.\n"
    (ROOT / "requirements" / f"{kind}.lock").write_text(header + hashed.stdout)


if __name__ == "__main__":
    main()
