"""``lectern retrievers``: what a collection is searched with, and changing it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lectern.documents.retrievers import (
    RetrieverState,
    drop_retriever,
    retrievers_of,
    start_reembedding,
    use_retriever,
)
from lectern.errors import LecternError
from lectern.management.selection import add_selection, collection_named, operator_in
from lectern.tenants.scoping import tenant_context

CHANGES = {"embed": start_reembedding, "use": use_retriever, "drop": drop_retriever}


class Command(BaseCommand):
    """Without an option it only lists; embedding is done by the workers, in the background."""

    help = "Lists a collection's embedders; prepares, switches to or drops one."

    def add_arguments(self, parser: CommandParser) -> None:
        change = parser.add_mutually_exclusive_group()
        change.add_argument("--embed", metavar="NAME", help="make its vectors, then switch to it")
        change.add_argument("--use", metavar="NAME", help="switch to it now; also the way back")
        change.add_argument("--drop", metavar="NAME", help="delete its vectors")
        add_selection(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = operator_in(options["tenant"])
        with tenant_context(actor.tenant_id):
            collection = collection_named(options["collection"])
            for option, change in CHANGES.items():
                if options[option]:
                    try:
                        change(actor, collection, options[option])
                    except LecternError as error:
                        raise CommandError(error.message) from error
            collection.refresh_from_db()
            for state in retrievers_of(collection):
                self.stdout.write(_told(state))


def _told(state: RetrieverState) -> str:
    total = state.present + state.missing
    notes = [f"{state.dimensions} dimensions", f"{state.present} of {total} chunks"]
    notes += ["in use"] * state.in_use
    notes += ["kept up to date"] * (state.kept and not state.in_use)
    notes += ["not installed here"] * (not state.installed)
    if state.job is not None and state.job.active:
        notes.append(f"{state.job.get_status_display().lower()}: {state.job.stage}".rstrip(": "))
    return f"{state.name}: {', '.join(notes)}"
