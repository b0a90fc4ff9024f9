"""``lectern doctor``: what is configured, reachable, broken, and how to mend it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from lectern.management.diagnosis import configured, diagnose


class Command(BaseCommand):
    """Prints one line for each thing; exits with 1 if something is wrong."""

    help = "Says what is configured, reachable and broken, and how to mend it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        ill = 0
        for diagnosis in diagnose():
            mark = "ok " if diagnosis.well else "BAD"
            self.stdout.write(f"{mark} {diagnosis.subject}: {diagnosis.seen} {diagnosis.remedy}")
            ill += not diagnosis.well
        for name, value in configured():
            self.stdout.write(f"    {name} = {value}")
        sys.exit(1 if ill else 0)
