"""``lectern remove_leftovers``: deletes stored files that belong to no document."""

from typing import Any

from django.core.management.base import BaseCommand

from lectern.documents.leftovers import remove_leftovers


class Command(BaseCommand):
    """Safe at any time: what is younger than a day is left alone."""

    help = "Deletes stored files that a killed upload or deletion left behind."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{remove_leftovers()} files were removed.")
