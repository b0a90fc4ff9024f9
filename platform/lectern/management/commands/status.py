"""``lectern status``: one line for each part, and whether all of them serve."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from lectern.embedded.health import PartHealth, health_of
from lectern.management.installation import this_installation

LINE = "{name:<12} {state:<18} {pid:>8} {memory:>9} {uptime:>10} {restarts:>9}  {address}"


class Command(BaseCommand):
    """Ask each part now; exit status 0 only when all of them answer."""

    help = "Shows each part with its process, memory, time since its start and address."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        parts = health_of(this_installation())
        if not parts:
            self.stdout.write("Lectern is not running. Start it with ./lectern up")
            sys.exit(1)
        self.stdout.write(
            LINE.format(
                name="part",
                state="state",
                pid="pid",
                memory="memory",
                uptime="up",
                restarts="restarts",
                address="address",
            )
        )
        for part in parts:
            self.stdout.write(_line(part).rstrip())
        if any(part.problem for part in parts):
            sys.exit(1)


def _line(part: PartHealth) -> str:
    return LINE.format(
        name=part.name,
        state=part.problem or "serves",
        pid="external" if part.pid is None and not part.problem else part.pid or "-",
        memory="-" if part.memory_mb is None else f"{part.memory_mb} MB",
        uptime="-" if part.uptime_seconds is None else _spoken(part.uptime_seconds),
        restarts=part.restarts,
        address=part.address,
    )


def _spoken(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
