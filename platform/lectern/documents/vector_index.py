"""The HNSW indexes of the chunk vectors: when one is worth having, building it, finding it.

A partition whose largest tenant has at most ``EXACT_UP_TO`` chunks needs none: comparing all
of them is as fast and misses nothing. An index costs every later upload into its partition
time, so the operator decides when one is built (``lectern vector_index``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connections
from django.db.models import Sum

from lectern.documents.models import Collection
from lectern.documents.vectors import vector_cursor
from lectern.tenants.people import all_tenants
from lectern.tenants.scoping import tenant_context

EXACT_UP_TO = 20_000
# At equal build time these found more of the true neighbours than the defaults (16, 64).
PARAMETERS = "m = 24, ef_construction = 128"

_PARTITION = """
SELECT tableoid::regclass::text FROM documents_chunkembedding WHERE tenant_id = %s LIMIT 1
"""
_STATE = """
SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A partition of the vectors: its largest tenant's chunks, and whether its index can be used.

    ``valid`` is None without an index, and False for one whose building was broken off.
    """

    name: str
    chunks: int
    valid: bool | None

    @property
    def lacks_index(self) -> bool:
        """Whether searching it would be faster with an index that is not there."""
        return self.chunks > EXACT_UP_TO and not self.valid


def partitions_in_use() -> list[Partition]:
    """The partitions that hold vectors, by name. The caller is outside any tenant."""
    largest: dict[str, int] = {}
    for tenant_id in all_tenants():
        if (held := _held(tenant_id)) is not None:
            name, chunks = held
            largest[name] = max(largest.get(name, 0), chunks)
    return [
        Partition(name=name, chunks=chunks, valid=_valid(name))
        for name, chunks in sorted(largest.items())
    ]


def build_missing_indexes() -> Iterator[Partition]:
    """Build each index that is missing, as the tables' owner; yields each partition when done.

    Reading and writing go on meanwhile. An index whose building was broken off is dropped first.
    """
    for partition in partitions_in_use():
        if partition.lacks_index:
            _build(partition)
            yield partition


def index_serves(tenant_id: UUID, chunks: int) -> bool:
    """Whether so many chunks of the tenant are found through an index. Runs inside the tenant."""
    if chunks <= EXACT_UP_TO:
        return False
    with vector_cursor() as cursor:
        partition = cursor.execute(_PARTITION, [tenant_id]).fetchone()
    return partition is not None and bool(_valid(partition[0]))


def _held(tenant_id: UUID) -> tuple[str, int] | None:
    """The tenant's partition and its chunks; None without any."""
    with tenant_context(tenant_id), vector_cursor() as cursor:
        partition = cursor.execute(_PARTITION, [tenant_id]).fetchone()
        chunks = Collection.objects.aggregate(all=Sum("chunk_count"))["all"]
    return None if partition is None else (partition[0], chunks)


def _valid(partition: str) -> bool | None:
    with vector_cursor() as cursor:
        row = cursor.execute(_STATE, [_index_of(partition)]).fetchone()
    return None if row is None else row[0]


def _build(partition: Partition) -> None:
    index = _index_of(partition.name)
    with connections["owner"].cursor() as cursor:
        if partition.valid is False:
            cursor.execute(f"DROP INDEX CONCURRENTLY {index}")
        cursor.execute(
            f"CREATE INDEX CONCURRENTLY {index} ON {partition.name}"
            f" USING hnsw (embedding halfvec_ip_ops) WITH ({PARAMETERS})"
        )


def _index_of(partition: str) -> str:
    return f"{partition}_hnsw"
