"""``lectern tune``: fitting a collection's search to its golden questions, and undoing it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lectern.answering.tuning import forget_tuning, start_tuning
from lectern.errors import LecternError
from lectern.management.selection import add_selection, collection_named, operator_in
from lectern.tenants.scoping import tenant_context


class Command(BaseCommand):
    """Without an option it only tells what was learnt; learning is done by the workers."""

    help = "Fits how a collection is searched, and when it refuses, to its golden questions."

    def add_arguments(self, parser: CommandParser) -> None:
        change = parser.add_mutually_exclusive_group()
        change.add_argument("--start", action="store_true", help="learn, in the background")
        change.add_argument("--forget", action="store_true", help="back to the built-in values")
        add_selection(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = operator_in(options["tenant"])
        with tenant_context(actor.tenant_id):
            collection = collection_named(options["collection"])
            try:
                if options["start"]:
                    start_tuning(actor, collection)
                if options["forget"]:
                    forget_tuning(actor, collection)
            except LecternError as error:
                raise CommandError(error.message) from error
            collection.refresh_from_db()
            if options["start"]:
                self.stdout.write("Queued. Ask again later for what was learnt.")
            elif collection.tuning:
                self.stdout.write(json.dumps(collection.tuning, indent=2))
            else:
                self.stdout.write("Searched by the built-in values.")
