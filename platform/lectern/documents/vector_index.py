"""The IVFFlat indexes of chunk vectors: when one is worth having, building it, finding it.

Up to ``EXACT_UP_TO`` vectors are compared one by one: that is as fast, and misses nothing. A
larger collection gets an index of its own for each embedder. An index over many collections
would have to pass over the neighbours of other collections, and where these are about the
same things it found next to nothing of the one that was asked (docs/adr/0010).

An index sorts the vectors into lists around centres. A search reads the lists nearest to the
question, so what it finds does not hang on a path of neighbours leading there (docs/adr/0011).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from math import ceil, sqrt
from uuid import UUID

from django.db import connections, transaction
from psycopg import sql

from lectern.backends.embedder import Embedder
from lectern.documents.models import Collection, Retriever
from lectern.documents.vectors import vector_cursor
from lectern.tenants.people import all_tenants
from lectern.tenants.scoping import tenant_context

EXACT_UP_TO = 20_000
# There are as many lists as each has vectors, and a search reads this share of them. Of 200,000
# clustered vectors 9 % found 99.0 to 99.7 % of the ten nearest, after one building and another;
# 13 % found them all.
READ_SHARE = 0.12
# Grown so many times over, an index has too few lists, around centres that may be out of date.
GROWTH = 3.0
# Of a share of a collection the index finds too little, and comparing it all is bearable.
LEAST_SHARE = 0.5
BUILDER = 4_201_337_201  # the number of the lock that one process at a time builds under

# Adding 0 keeps the planner from taking an index.
EXACT = "(embedding <#> %(vector)b::halfvec) + 0"

_HELD = """
SELECT tableoid::regclass::text, dimensions FROM documents_chunkembedding
WHERE tenant_id = %s AND collection_id = %s AND embedder = %s LIMIT 1
"""
_STATE = """
SELECT i.indisvalid, substring(array_to_string(c.reloptions, ',') from 'lists=([0-9]+)')::integer
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indexrelid = to_regclass(%s)
"""
_ALL = "SELECT indexrelid::regclass::text FROM pg_index WHERE indexrelid::regclass::text LIKE %s"
_CREATE = """
CREATE INDEX CONCURRENTLY {index} ON {partition}
USING ivfflat ((embedding::halfvec({dimensions})) halfvec_ip_ops) WITH (lists = {lists})
WHERE tenant_id = {tenant} AND collection_id = {collection} AND embedder = {embedder}
"""
_TUNE = """
SELECT set_config('ivfflat.probes', %s, true), set_config('ivfflat.iterative_scan', %s, true)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorIndex:
    """The index of a large collection's vectors of one embedder, there or not.

    ``lists`` is how many it was built with; 0 where there is none, or its building was broken off.
    """

    tenant_id: UUID
    collection_id: UUID
    embedder: str
    chunks: int
    partition: str
    dimensions: int
    lists: int

    @property
    def name(self) -> str:
        return index_name(self.collection_id, self.embedder)

    @property
    def due(self) -> bool:
        """Whether it is to be built, or built anew because the collection has grown."""
        return self.lists**2 * GROWTH < self.chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the vectors nearest to a question's are found; ``order`` is SQL to order rows by.

    It takes the parameter ``vector``. Rows must be chosen by tenant, collection and embedder.
    """

    order: str
    lists_read: int = 0

    @property
    def indexed(self) -> bool:
        return self.lists_read > 0

    def prepare(self) -> None:
        """Set for this transaction what the index needs."""
        if self.indexed:
            with vector_cursor() as cursor:
                cursor.execute(_TUNE, [str(self.lists_read), "relaxed_order"])


def index_name(collection_id: UUID, embedder: str) -> str:
    """The name of the index, short enough for Postgres."""
    return f"near_{collection_id.hex}_{sha256(embedder.encode()).hexdigest()[:8]}"


def comparison(
    collections: Sequence[UUID], embedder: Embedder, *, wanted: int, of: int
) -> Comparison:
    """How to compare ``wanted`` of the ``of`` chunks of ``collections``. Runs inside the tenant.

    The application decides, not the planner: for a selective filter that took the index, and
    was both slower and wrong.
    """
    if wanted > EXACT_UP_TO and wanted >= LEAST_SHARE * of and len(collections) == 1:
        lists = _lists(collections[0], embedder.name)
        if lists:
            kind = f"halfvec({embedder.dimensions})"
            order = f"(embedding::{kind}) <#> %(vector)b::{kind}"
            return Comparison(order=order, lists_read=ceil(lists * READ_SHARE))
    return Comparison(order=EXACT)


def has_index(collection: Collection, embedder: str) -> bool:
    """Whether the collection is small, or the embedder's index is whole."""
    return collection.chunk_count <= EXACT_UP_TO or _lists(collection.pk, embedder) > 0


def wanted_indexes() -> list[VectorIndex]:
    """The indexes that large collections should have. The caller is outside any tenant."""
    wanted = []
    for tenant_id in all_tenants():
        with tenant_context(tenant_id):
            for collection in Collection.objects.filter(chunk_count__gt=EXACT_UP_TO):
                wanted += [_index_of(collection, name) for name in _complete(collection)]
    return [index for index in wanted if index is not None]


def build_missing_indexes() -> Iterator[VectorIndex]:
    """Build each index that is missing, as the tables' owner; yields each when it is there.

    Reading and writing go on meanwhile. An index whose building was broken off is dropped
    first, and one that nothing is searched through any more is dropped as well. Does nothing
    while another process does the same.
    """
    with _sole_builder() as is_sole:
        if not is_sole:
            return
        wanted = wanted_indexes()
        _drop_others(wanted)
        for index in wanted:
            if index.due:
                _build(index)
                yield index


def _complete(collection: Collection) -> list[str]:
    """The collection's embedders that no chunk lacks a vector of."""
    filled = Retriever.objects.filter(collection=collection, filled_at__isnull=False)
    return sorted({collection.embedder, *filled.values_list("name", flat=True)})


def _index_of(collection: Collection, embedder: str) -> VectorIndex | None:
    with vector_cursor() as cursor:
        held = cursor.execute(_HELD, [collection.tenant_id, collection.pk, embedder]).fetchone()
    if held is None:
        return None
    return VectorIndex(
        tenant_id=collection.tenant_id,
        collection_id=collection.pk,
        embedder=embedder,
        chunks=collection.chunk_count,
        partition=held[0],
        dimensions=held[1],
        lists=_lists(collection.pk, embedder),
    )


def _lists(collection_id: UUID, embedder: str) -> int:
    """How many lists the index has; 0 without one that can be used."""
    with vector_cursor() as cursor:
        row = cursor.execute(_STATE, [index_name(collection_id, embedder)]).fetchone()
    return row[1] if row is not None and row[0] else 0


@contextmanager
def _sole_builder() -> Iterator[bool]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [BUILDER])
        (is_sole,) = cursor.fetchone()
        try:
            yield is_sole
        finally:
            if is_sole:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [BUILDER])


def _drop_others(wanted: Sequence[VectorIndex]) -> None:
    kept = {index.name for index in wanted if index.lists}
    with connections["owner"].cursor() as cursor:
        cursor.execute(_ALL, ["near\\_%"])
        for (name,) in cursor.fetchall():
            if name not in kept:
                cursor.execute(f"DROP INDEX CONCURRENTLY {name}")


def _build(index: VectorIndex) -> None:
    """Build the index beside the one there may be, which serves until its place is taken."""
    statement = sql.SQL(_CREATE).format(
        index=sql.Identifier(f"{index.name}_made"),
        partition=sql.Identifier(index.partition),
        dimensions=sql.Literal(index.dimensions),
        lists=sql.Literal(ceil(sqrt(index.chunks))),
        tenant=sql.Literal(index.tenant_id),
        collection=sql.Literal(index.collection_id),
        embedder=sql.Literal(index.embedder),
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement.as_string())
        with transaction.atomic(using="owner"):
            cursor.execute(f"DROP INDEX IF EXISTS {index.name}")
            cursor.execute(f"ALTER INDEX {index.name}_made RENAME TO {index.name}")
