"""The HNSW indexes of chunk vectors: when one is worth having, building it, finding it.

Up to ``EXACT_UP_TO`` vectors are compared one by one: that is as fast, and misses nothing. A
larger collection gets an index of its own for each embedder. An index over many collections
would have to pass over the neighbours of other collections, and where these are about the
same things it found next to nothing of the one that was asked (docs/adr/0010).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.db import connections
from psycopg import sql

from lectern.backends.embedder import Embedder
from lectern.documents.models import Collection, Retriever
from lectern.documents.vectors import vector_cursor
from lectern.tenants.people import all_tenants
from lectern.tenants.scoping import tenant_context

EXACT_UP_TO = 20_000
# At equal build time these found more of the true neighbours than the defaults (16, 64).
PARAMETERS = "m = 24, ef_construction = 128"
EF_SEARCH = 200
# Of a share of a collection the index finds too little, and comparing it all is bearable.
LEAST_SHARE = 0.5
BUILDER = 4_201_337_201  # the number of the lock that one process at a time builds under

# Adding 0 keeps the planner from taking an index.
EXACT = "(embedding <#> %(vector)b::halfvec) + 0"

_HELD = """
SELECT tableoid::regclass::text, dimensions FROM documents_chunkembedding
WHERE tenant_id = %s AND collection_id = %s AND embedder = %s LIMIT 1
"""
_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
_ALL = "SELECT indexrelid::regclass::text FROM pg_index WHERE indexrelid::regclass::text LIKE %s"
_CREATE = """
CREATE INDEX CONCURRENTLY {index} ON {partition}
USING hnsw ((embedding::halfvec({dimensions})) halfvec_ip_ops) WITH ({parameters})
WHERE tenant_id = {tenant} AND collection_id = {collection} AND embedder = {embedder}
"""
_TUNE = """
SELECT set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', %s, true)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorIndex:
    """The index of a large collection's vectors of one embedder, there or not.

    ``valid`` is None where there is none, and False for one whose building was broken off.
    """

    tenant_id: UUID
    collection_id: UUID
    embedder: str
    chunks: int
    partition: str
    dimensions: int
    valid: bool | None

    @property
    def name(self) -> str:
        return index_name(self.collection_id, self.embedder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the vectors nearest to a question's are found; ``order`` is SQL to order rows by.

    It takes the parameter ``vector``. Rows must be chosen by tenant, collection and embedder.
    """

    order: str
    indexed: bool

    def prepare(self) -> None:
        """Set for this transaction what the index needs."""
        if self.indexed:
            with vector_cursor() as cursor:
                cursor.execute(_TUNE, [str(EF_SEARCH), "relaxed_order"])


def index_name(collection_id: UUID, embedder: str) -> str:
    """The name of the index, short enough for Postgres."""
    return f"hnsw_{collection_id.hex}_{sha256(embedder.encode()).hexdigest()[:8]}"


def comparison(
    collections: Sequence[UUID], embedder: Embedder, *, wanted: int, of: int
) -> Comparison:
    """How to compare ``wanted`` of the ``of`` chunks of ``collections``. Runs inside the tenant.

    The application decides, not the planner: for a selective filter that took the index, and
    was both slower and wrong.
    """
    if wanted > EXACT_UP_TO and wanted >= LEAST_SHARE * of and len(collections) == 1:
        with vector_cursor() as cursor:
            name = index_name(collections[0], embedder.name)
            valid = cursor.execute(_VALID, [name]).fetchone()
        if valid == (True,):
            kind = f"halfvec({embedder.dimensions})"
            order = f"(embedding::{kind}) <#> %(vector)b::{kind}"
            return Comparison(order=order, indexed=True)
    return Comparison(order=EXACT, indexed=False)


def has_index(collection: Collection, embedder: str) -> bool:
    """Whether the collection is small, or the embedder's index is whole."""
    if collection.chunk_count <= EXACT_UP_TO:
        return True
    with vector_cursor() as cursor:
        row = cursor.execute(_VALID, [index_name(collection.pk, embedder)]).fetchone()
    return row == (True,)


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
            if not index.valid:
                _build(index)
                yield index


def _complete(collection: Collection) -> list[str]:
    """The collection's embedders that no chunk lacks a vector of."""
    filled = Retriever.objects.filter(collection=collection, filled_at__isnull=False)
    return sorted({collection.embedder, *filled.values_list("name", flat=True)})


def _index_of(collection: Collection, embedder: str) -> VectorIndex | None:
    with vector_cursor() as cursor:
        held = cursor.execute(_HELD, [collection.tenant_id, collection.pk, embedder]).fetchone()
        valid = cursor.execute(_VALID, [index_name(collection.pk, embedder)]).fetchone()
    if held is None:
        return None
    return VectorIndex(
        tenant_id=collection.tenant_id,
        collection_id=collection.pk,
        embedder=embedder,
        chunks=collection.chunk_count,
        partition=held[0],
        dimensions=held[1],
        valid=None if valid is None else valid[0],
    )


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
    kept = {index.name for index in wanted if index.valid}
    with connections["owner"].cursor() as cursor:
        cursor.execute(_ALL, ["hnsw\\_%"])
        for (name,) in cursor.fetchall():
            if name not in kept:
                cursor.execute(f"DROP INDEX CONCURRENTLY {name}")


def _build(index: VectorIndex) -> None:
    statement = sql.SQL(_CREATE).format(
        index=sql.Identifier(index.name),
        partition=sql.Identifier(index.partition),
        dimensions=sql.Literal(index.dimensions),
        parameters=sql.SQL(PARAMETERS),
        tenant=sql.Literal(index.tenant_id),
        collection=sql.Literal(index.collection_id),
        embedder=sql.Literal(index.embedder),
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement.as_string())
