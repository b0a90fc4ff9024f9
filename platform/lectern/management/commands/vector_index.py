"""``lectern vector_index``: indexes for collections so large that comparing all is slow."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from lectern.documents.vector_index import EXACT_UP_TO, build_missing_indexes


class Command(BaseCommand):
    """May be repeated and broken off; questions and uploads go on while it works."""

    help = (
        f"Builds the vector indexes that collections of more than {EXACT_UP_TO:,} chunks lack, "
        "builds anew what an interrupted run left unusable, and drops what is not used any more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=int,
            metavar="SECONDS",
            help="look again and again after so many seconds, for a service of its own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            built = 0
            for index in build_missing_indexes():
                self.stdout.write(
                    f"{index.name}: {index.chunks:,} chunks of {index.embedder} are indexed"
                )
                built += 1
            if not options["every"]:
                break
            connections.close_all()
            time.sleep(options["every"])
        if not built:
            self.stdout.write(f"No collection of more than {EXACT_UP_TO:,} chunks lacks an index.")
