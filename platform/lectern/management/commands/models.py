"""``lectern models``: the embedders of this machine, and adding one."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lectern.backends.installed import add, installed
from lectern.errors import LecternError


class Command(BaseCommand):
    """A model is a folder as sentence-transformers saves it; only safetensors are read."""

    help = "Lists the embedders that collections can be searched with, or adds one from a folder."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", metavar="add")
        adding = verbs.add_parser("add", help="install the model in FOLDER under NAME")
        adding.add_argument("name", metavar="NAME")
        adding.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        state = Path(settings.STATE)
        if options["verb"] == "add":
            try:
                facts = add(state, options["name"], options["folder"])
            except LecternError as error:
                raise CommandError(error.message) from error
            self.stdout.write(f"{facts.name} is installed.")
            return
        for facts in installed(state):
            self.stdout.write(
                f"{facts.name}: {facts.dimensions} dimensions, {facts.most_pieces} word pieces, "
                f"pooling {facts.pooling}"
            )
