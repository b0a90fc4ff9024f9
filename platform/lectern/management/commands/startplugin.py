"""Write a new plugin distribution that passes its conformance tests at once."""

from argparse import ArgumentParser
from pathlib import Path, PurePath
from string import Template
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lectern.sdk.rules import is_name

# Their distributions are Lectern's own: lectern-platform and the package lectern_workers.
RESERVED = frozenset({"platform", "workers"})
TEMPLATE = Path(__file__).resolve().parents[1] / "plugin_template"


class Command(BaseCommand):
    """``startplugin NAME [--into DIR]``."""

    help = "Write a new plugin distribution that passes its conformance tests at once."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The plugin's name, and where its folder goes."""
        parser.add_argument("name", help="lower-case letters, digits and underscores: legal")
        parser.add_argument("--into", default=".", help="the folder to write it into (here)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the folder and say what to do next."""
        folder = write_plugin(options["name"], Path(options["into"]))
        self.stdout.write(f"Wrote {folder}. Its tests pass now: cd {folder} && python -m pytest")


def write_plugin(name: str, into: Path) -> Path:
    """Write the distribution of a new plugin into a folder of its name; return the folder.

    Raises:
        CommandError: the name cannot name a plugin, ``into`` is no folder, or the new folder
            exists.
    """
    if not is_name(name) or name in RESERVED:
        raise CommandError(
            f"{name!r} cannot name a plugin. Use a lower-case letter followed by lower-case "
            f"letters, digits and underscores, and neither of {', '.join(sorted(RESERVED))}."
        )
    if not into.is_dir():
        raise CommandError(f"{into} is not a folder. Create it, or name another with --into.")
    folder = into / name
    if folder.exists():
        raise CommandError(f"{folder} exists. Choose another name, or another folder with --into.")
    values = _values(name)
    for source in sorted(TEMPLATE.rglob("*.txt")):
        _write(folder / _target(source, values["package"]), source, values)
    return folder


def _values(name: str) -> dict[str, str]:
    return {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "package": f"lectern_{name}",
        "distribution": f"lectern-{name.replace('_', '-')}",
    }


def _target(source: Path, package: str) -> PurePath:
    """Where a template file goes: ``package/`` takes the package's name, ``.txt`` is dropped."""
    inside = source.relative_to(TEMPLATE).with_suffix("")
    return PurePath(*(package if part == "package" else part for part in inside.parts))


def _write(target: Path, source: Path, values: dict[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    text = Template(source.read_text(encoding="utf-8")).substitute(values)
    target.write_text(text, encoding="utf-8")
