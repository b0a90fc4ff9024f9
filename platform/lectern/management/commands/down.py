"""``lectern down``: stop everything that runs on this machine."""

from typing import Any

from django.core.management.base import BaseCommand

from lectern.embedded.installation import stop_installation
from lectern.management.installation import this_installation


class Command(BaseCommand):
    """Stop the web, the workers, the broker and the database, in this order."""

    help = "Stops Lectern on this machine, and what a killed start left behind."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = stop_installation(this_installation())
        self.stdout.write("Lectern is stopped." if stopped else "Lectern was not running.")
