"""``manage.py prepare_models``: have the embedding model ready before the first question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lectern.backends.weights import exported_folder
from lectern.errors import Unavailable


class Command(BaseCommand):
    """Convert the embedding model for the web process, unless that was done before."""

    help = "Checks the embedding model and converts it for the web process if that is not done."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            folder = exported_folder(Path(settings.STATE))
        except Unavailable as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Embedding model ready in {folder}")
