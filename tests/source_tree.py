"""The project's own files, for the tests that read them."""

from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE_ROOTS = ("platform", "workers", "plugins")
# What installs and checks the project; not part of it, and not in the ignore file either.
_OUTSIDE = (".git", ".gitignore")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project that its ignore file does not name, sorted."""
    return tuple(sorted(_walk(ROOT, _ignored())))


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """The Python files below the folders, or of the whole project, without migrations."""
    roots = [ROOT / folder for folder in folders] or [ROOT]
    return tuple(
        path
        for path in project_files()
        if path.suffix == ".py"
        and "migrations" not in path.parts
        and any(path.is_relative_to(root) for root in roots)
    )


def _ignored() -> tuple[str, ...]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return tuple(line.strip("/") for line in lines) + _OUTSIDE


def _walk(folder: Path, ignored: tuple[str, ...]) -> Iterator[Path]:
    for path in folder.iterdir():
        if any(fnmatch(path.name, pattern) for pattern in ignored):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, ignored)
        elif path.is_file():
            yield path
