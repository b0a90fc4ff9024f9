"""The vectors of a document's chunks, of every embedder that its collection keeps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

from lectern.backends.engines import ingestion_embedder
from lectern.documents.embeddings import kept_embedders
from lectern.documents.models import Collection
from lectern.errors import Unavailable
from lectern.tenants.scoping import tenant_context
from lectern_workers.context import PermanentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from lectern.backends.embedder import Embedder
    from lectern.documents.content import ChunkDraft
    from lectern_workers.context import JobContext

    Vectors = NDArray[np.float32]

log = logging.getLogger(__name__)

# Chunks embedded between two reports of progress; a multiple of the embedder's batch.
EMBEDDED_AT_ONCE = 64


def embed_chunks(
    context: JobContext,
    collection_id: UUID,
    chunks: Sequence[ChunkDraft],
    known: Mapping[str, Vectors],
) -> dict[str, Vectors]:
    """The vectors of ``chunks`` by the name of the embedder; those ``known`` are not made anew.

    An embedder that is kept but not installed here any more is left out, unless it is the one
    in use: then ``Unavailable`` is raised.
    """
    in_use, *others = _kept(context, collection_id)
    vectors = {in_use: known.get(in_use)}
    if vectors[in_use] is None:
        vectors[in_use] = _embed(context, chunks, ingestion_embedder(settings.STATE, in_use))
    for name in others:
        try:
            embedder = ingestion_embedder(settings.STATE, name)
        except Unavailable as error:
            log.warning("vectors left out job=%s: %s", context.job_id, error.message)
            continue
        vectors[name] = known.get(name)
        if vectors[name] is None:
            vectors[name] = _embed(context, chunks, embedder)
    return {name: made for name, made in vectors.items() if made is not None}


def _kept(context: JobContext, collection_id: UUID) -> list[str]:
    with tenant_context(context.tenant_id):
        collection = Collection.objects.filter(pk=collection_id).first()
        if collection is None:
            raise PermanentError("deleted", "The collection was deleted while this was read.")
        return kept_embedders(collection)


def _embed(context: JobContext, chunks: Sequence[ChunkDraft], embedder: Embedder) -> Vectors:
    done: list[Vectors] = []
    for start in range(0, len(chunks), EMBEDDED_AT_ONCE):
        context.progress("embedding", start, len(chunks))
        batch = chunks[start : start + EMBEDDED_AT_ONCE]
        done.append(embedder.embed([draft.searchable for draft in batch]))
    return np.concatenate(done)
