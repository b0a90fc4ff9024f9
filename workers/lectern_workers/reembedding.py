"""Embedding a collection with another embedder, beside the vectors that are in use.

Each batch is a transaction of its own: whatever kills this job, the next turn goes on with
the chunks that have no vector yet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from lectern.backends.engines import ingestion_embedder
from lectern.documents.embeddings import store_vectors
from lectern.documents.index import hold_index
from lectern.documents.models import Collection, Retriever
from lectern.documents.retrievers import BEFORE_ALL, lacking_chunks, switch
from lectern.documents.vector_index import has_index
from lectern.errors import Conflict
from lectern.jobs.models import JobEvent
from lectern.tenants.access import system_principal
from lectern.tenants.scoping import tenant_context
from lectern_workers.context import PermanentError, Unfinished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lectern.backends.embedder import Embedder
    from lectern.documents.retrievers import LackingChunk
    from lectern_workers.context import JobContext

# Chunks embedded and stored at once: a few seconds of work, which a kill may cost.
EMBEDDED_AT_ONCE = 64
# After this long other jobs get the worker's place.
TURN = timedelta(minutes=10)
# A large collection is not searched without its index, unless nobody builds one.
INDEX_LOOK = timedelta(minutes=1)
INDEX_PATIENCE = timedelta(hours=1)
DELETED = "The collection was deleted before it was embedded."
DROPPED = "Its vectors of this embedder were dropped. Start again if they are wanted."
NO_INDEX = (
    "No vector index was built within an hour, so searching is slow until there is one: "
    "`lectern vector_index` builds it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The collection to be embedded, and with what."""

    collection: Collection
    embedder: Embedder
    present: int


def reembed_collection(context: JobContext) -> dict[str, Any]:
    """Make the missing vectors of one embedder, then have the collection searched with it."""
    target = _target(context)
    until = time.monotonic() + TURN.total_seconds()
    made = 0
    while True:
        made += _fill(context, target, until)
        _await_index(context, target)
        if _switched(context, target):
            return {"embedder": target.embedder.name, "vectors": made}


def _target(context: JobContext) -> _Target:
    name = context.payload["embedder"]
    with tenant_context(context.tenant_id):
        pk = UUID(context.payload["collection_id"])
        collection = Collection.objects.filter(pk=pk).first()
        if collection is None:
            raise PermanentError("deleted", DELETED)
        lacking = len(lacking_chunks(collection, name, limit=collection.chunk_count + 1))
    embedder = ingestion_embedder(settings.STATE, name)
    present = max(0, collection.chunk_count - lacking)
    return _Target(collection=collection, embedder=embedder, present=present)


def _fill(context: JobContext, target: _Target, until: float) -> int:
    """Make vectors until no chunk lacks one; how many were made."""
    made, after = 0, BEFORE_ALL
    while True:
        context.progress("embedding", target.present + made, target.collection.chunk_count)
        batch = _next(context, target, after)
        if not batch and after == BEFORE_ALL:
            return made
        if batch:
            made += _embed(context, target, batch)
        # From the first again at the end: documents came and were replaced meanwhile.
        after = batch[-1].chunk_id if batch else BEFORE_ALL
        if time.monotonic() > until:
            raise Unfinished(f"{made} vectors were made; the others follow in another turn.")


def _next(context: JobContext, target: _Target, after: UUID) -> Sequence[LackingChunk]:
    with tenant_context(context.tenant_id):
        name = target.embedder.name
        return lacking_chunks(target.collection, name, after=after, limit=EMBEDDED_AT_ONCE)


def _embed(context: JobContext, target: _Target, batch: Sequence[LackingChunk]) -> int:
    vectors = target.embedder.embed([chunk.searchable for chunk in batch])
    with context.fenced():
        _hold(target)
        chunk_ids = [chunk.chunk_id for chunk in batch]
        return store_vectors(context.tenant_id, target.embedder.name, chunk_ids, vectors)


def _hold(target: _Target) -> Collection:
    """The collection, its index locked; raises PermanentError if there is no use in going on."""
    held = hold_index(target.collection.pk)
    if held is None:
        raise PermanentError("deleted", DELETED)
    kept = Retriever.objects.filter(collection=held, name=target.embedder.name)
    if not kept.exists():
        raise PermanentError("dropped", DROPPED)
    return held


def _await_index(context: JobContext, target: _Target) -> None:
    with context.fenced():
        held = _hold(target)
        kept = Retriever.objects.filter(collection=held, name=target.embedder.name)
        kept.filter(filled_at=None).update(filled_at=Now())
        since = kept.values_list("filled_at", flat=True).get()
        ready = has_index(held, target.embedder.name)
    if ready:
        return
    if since is not None and timezone.now() - since < INDEX_PATIENCE:
        raise Unfinished("All vectors are there; their index is awaited.", INDEX_LOOK)
    context.log(NO_INDEX, JobEvent.Level.WARNING)


def _switched(context: JobContext, target: _Target) -> bool:
    """Switch, unless a document has come that lacks vectors."""
    context.progress("switching")
    try:
        with context.fenced():
            embedder = target.embedder
            actor = system_principal(context.tenant_id)
            switch(actor, _hold(target), embedder.name, dimensions=embedder.dimensions)
    except Conflict:
        return False
    return True
