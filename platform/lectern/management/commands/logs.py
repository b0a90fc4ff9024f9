"""``lectern logs``: the last lines of what the parts wrote."""

import contextlib
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lectern.embedded.installation import Installation
from lectern.embedded.log_files import last_lines, log_of_each_part
from lectern.embedded.state import StateFolder
from lectern.management.installation import this_installation

FOLLOW_SECONDS = 0.5


class Command(BaseCommand):
    """Print the end of one log or of all, and with ``-f`` whatever is added to them."""

    help = "Shows the last lines of the log of one part, or of all parts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", nargs="?", help="one part; without it, all of them")
        parser.add_argument("-f", "--follow", action="store_true", help="go on until Ctrl-C")
        parser.add_argument("-n", "--lines", type=int, default=20, help="how many lines (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        logs = _chosen(this_installation(), options["part"])
        # Where following begins is noted first, so that no line falls between the two.
        read_to = {name: file.stat().st_size for name, file in logs.items()}
        for name, file in logs.items():
            self._print(name, last_lines(file, options["lines"]))
        with contextlib.suppress(KeyboardInterrupt):
            while options["follow"]:
                time.sleep(FOLLOW_SECONDS)
                for name, file in logs.items():
                    read_to[name] = self._print_added(name, file, read_to[name])

    def _print_added(self, name: str, file: Path, begin: int) -> int:
        size = file.stat().st_size
        if size == begin:
            return begin
        with file.open("rb") as opened:
            # A log that was cut short is read from its new beginning.
            opened.seek(begin if size > begin else 0)
            self._print(name, opened.read().decode(errors="replace"))
            return opened.tell()

    def _print(self, name: str, text: str) -> None:
        for line in text.splitlines():
            self.stdout.write(f"{name:<12} {line}")
        self.stdout.flush()


def _chosen(installation: Installation, part: str | None) -> dict[str, Path]:
    logs = log_of_each_part(StateFolder(installation.state))
    if part is None:
        return logs
    if part not in logs:
        raise CommandError(f"There is no log of {part!r}. There are: {', '.join(logs) or 'none'}")
    return {part: logs[part]}
