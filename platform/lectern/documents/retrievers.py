"""Which embedder a collection is searched with, and changing it while people ask.

The vectors of the other embedder are made beside those in use (a job); when no chunk lacks
one, a switch lets the next question use them, all at once. The former vectors stay, and new
documents get them too, so that switching back needs no work: until somebody drops them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from lectern.backends.installed import facts_of, installed
from lectern.documents.index import hold_index
from lectern.documents.index_changes import index_changed
from lectern.documents.models import Collection, Retriever
from lectern.errors import Conflict, NotFound
from lectern.jobs.models import Job
from lectern.jobs.queue import cancel, enqueue
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

_LACKING = """
SELECT c.id, c.context, c.text FROM documents_chunk c
WHERE c.tenant_id = %(tenant)s AND c.collection_id = %(collection)s AND c.id > %(after)s
  AND NOT EXISTS (SELECT FROM documents_chunkembedding e WHERE e.tenant_id = c.tenant_id
                  AND e.chunk_id = c.id AND e.embedder = %(embedder)s)
ORDER BY c.id LIMIT %(limit)s
"""
_COUNT = """
SELECT embedder, count(*) FROM documents_chunkembedding
WHERE tenant_id = %s AND collection_id = %s GROUP BY embedder
"""
_DIMENSIONS = """
SELECT dimensions FROM documents_chunkembedding
WHERE tenant_id = %s AND collection_id = %s AND embedder = %s LIMIT 1
"""
_DROP = """
DELETE FROM documents_chunkembedding WHERE tenant_id = %s AND collection_id = %s AND embedder = %s
"""
BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieverState:
    """An embedder as a collection sees it: ``present`` chunks have vectors of it.

    ``kept``: new documents get vectors of it. ``installed``: this machine can compute them.
    ``job`` makes, or made, the missing ones.
    """

    name: str
    dimensions: int
    in_use: bool
    kept: bool
    installed: bool
    present: int
    missing: int
    job: Job | None

    @property
    def complete(self) -> bool:
        """Whether searching can be switched to it at once."""
        return self.kept and self.installed and not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class LackingChunk:
    """A chunk without a vector, and the text that is embedded for it."""

    chunk_id: UUID
    searchable: str


# --- for people -------------------------------------------------------------------------


def retrievers_of(collection: Collection) -> list[RetrieverState]:
    """Every embedder that is installed or kept for ``collection``; the one in use first."""
    counts = _vector_counts(collection)
    kept = {
        row.name: row
        for row in Retriever.objects.filter(collection=collection).select_related("job")
    }
    known = {facts.name: facts.dimensions for facts in installed(settings.STATE)}
    names = dict.fromkeys([collection.embedder, *kept, *known])
    return [
        RetrieverState(
            name=name,
            dimensions=kept[name].dimensions if name in kept else known.get(name, 0),
            in_use=name == collection.embedder,
            kept=name == collection.embedder or name in kept,
            installed=name in known,
            present=counts.get(name, 0),
            missing=max(0, collection.chunk_count - counts.get(name, 0)),
            job=kept[name].job if name in kept else None,
        )
        for name in names
    ]


@transaction.atomic
def start_reembedding(actor: Principal, collection: Collection, name: str) -> Job:
    """Queue the making of all vectors of the embedder ``name``; then searching switches to it.

    People keep asking meanwhile, and documents come and go. Raises ``Unavailable`` for an
    embedder that is not installed, ``Conflict`` for the one in use.
    """
    require(actor, Permission.MANAGE_COLLECTIONS)
    facts = facts_of(settings.STATE, name)
    held = _held(collection)
    if held.embedder == name:
        raise Conflict(f"{held} is searched with {name} already.")
    _refuse_while_another_runs(held, name)
    _keep(held, held.embedder)
    payload = {"collection_id": str(held.pk), "embedder": name}
    job = enqueue(actor.tenant_id, Job.Kind.REEMBED_COLLECTION, payload)
    Retriever.objects.update_or_create(
        tenant_id=held.tenant_id,
        collection=held,
        name=name,
        defaults={"dimensions": facts.dimensions, "job": job, "filled_at": None},
    )
    audit.record(actor, "collection.reembedded", held, embedder=name)
    return job


@transaction.atomic
def use_retriever(actor: Principal, collection: Collection, name: str) -> None:
    """Search ``collection`` with the embedder ``name`` from the next question on.

    Takes well under a second: its vectors are there. Raises ``Conflict`` if some are not.
    """
    require(actor, Permission.MANAGE_COLLECTIONS)
    held = _held(collection)
    facts = facts_of(settings.STATE, name)
    if held.embedder == name:
        return
    if not Retriever.objects.filter(collection=held, name=name).exists():
        raise Conflict(f"{held} has no vectors of {name}. Embed it with {name} first.")
    switch(actor, held, name, dimensions=facts.dimensions)


@transaction.atomic
def drop_retriever(actor: Principal, collection: Collection, name: str) -> int:
    """Delete the vectors of the embedder ``name``, which is not in use; how many there were."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    kept = Retriever.objects.filter(collection=collection, name=name).select_related("job").first()
    if kept is not None and kept.job is not None and kept.job.active:
        cancel(actor, kept.job)
    held = _held(collection)
    if held.embedder == name:
        raise Conflict(f"{held} is searched with {name}. Switch to another embedder first.")
    Retriever.objects.filter(collection=held, name=name).delete()
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [held.tenant_id, held.pk, name])
        dropped: int = cursor.rowcount
    audit.record(actor, "retriever.dropped", held, embedder=name, vectors=dropped)
    return dropped


# --- for the job ------------------------------------------------------------------------


def lacking_chunks(
    collection: Collection, embedder: str, *, after: UUID = BEFORE_ALL, limit: int
) -> Sequence[LackingChunk]:
    """The next chunks, in the order of their ids, that have no vector of ``embedder``."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LACKING,
            {
                "tenant": collection.tenant_id,
                "collection": collection.pk,
                "embedder": embedder,
                "after": after,
                "limit": limit,
            },
        )
        return [
            LackingChunk(chunk_id=pk, searchable=f"{context}\n{text}" if context else text)
            for pk, context, text in cursor.fetchall()
        ]


def switch(actor: Principal, held: Collection, name: str, *, dimensions: int) -> None:
    """Search ``held``, whose index the caller holds, with ``name``; the former stays kept.

    Raises ``Conflict``, and changes nothing, if a chunk lacks its vector.
    """
    if lacking_chunks(held, name, limit=1):
        raise Conflict(f"Some chunks of {held} have no vectors of {name} yet. Embed them first.")
    former = held.embedder
    _keep(held, former)
    Retriever.objects.update_or_create(
        tenant_id=held.tenant_id,
        collection=held,
        name=name,
        defaults={"dimensions": dimensions, "filled_at": Now()},
    )
    Collection.objects.filter(pk=held.pk).update(retriever=name)
    index_changed(held, complete=True)
    audit.record(actor, "retriever.switched", held, embedder=name, former=former)


def _held(collection: Collection) -> Collection:
    held = hold_index(collection.pk)
    if held is None:
        raise NotFound("This collection was deleted.")
    return held


def _refuse_while_another_runs(held: Collection, name: str) -> None:
    others = Retriever.objects.filter(collection=held, job__status__in=Job.ACTIVE)
    for other in others.exclude(name=name):
        raise Conflict(
            f"{held} is being embedded with {other.name} already. Wait for that job, or cancel it."
        )


def _keep(held: Collection, name: str) -> None:
    """Note that vectors of ``name``, which every chunk has, are kept."""
    with connection.cursor() as cursor:
        cursor.execute(_DIMENSIONS, [held.tenant_id, held.pk, name])
        row = cursor.fetchone()
    if row is not None:
        Retriever.objects.get_or_create(
            tenant_id=held.tenant_id,
            collection=held,
            name=name,
            defaults={"dimensions": row[0], "filled_at": Now()},
        )


def _vector_counts(collection: Collection) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [collection.tenant_id, collection.pk])
        return dict(cursor.fetchall())
