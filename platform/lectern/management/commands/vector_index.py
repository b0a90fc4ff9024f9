"""``lectern vector_index``: indexes for tenants with so many chunks that comparing all is slow."""

from typing import Any

from django.core.management.base import BaseCommand

from lectern.documents.vector_index import EXACT_UP_TO, build_missing_indexes, partitions_in_use


class Command(BaseCommand):
    """May be repeated and broken off; questions and uploads go on while it works."""

    help = (
        f"Builds the vector indexes that tenants of more than {EXACT_UP_TO:,} chunks lack, "
        "and builds anew what an interrupted run left unusable."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for partition in partitions_in_use():
            if partition.lacks_index:
                self.stdout.write(f"{partition.name}: {partition.chunks:,} chunks, to be indexed")
        built = 0
        for partition in build_missing_indexes():
            self.stdout.write(f"{partition.name}: the index is ready")
            built += 1
        if not built:
            self.stdout.write(f"No tenant of more than {EXACT_UP_TO:,} chunks lacks an index.")
