"""What a question is asked of: collections, and which of their documents may be looked at.

Which documents those are is settled before anything is searched and goes into the searching
statements themselves: a document that is not in the scope takes no place among the results.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from lectern.documents.fusion import BUILT_IN, Weights
from lectern.documents.metadata_values import refuse_many
from lectern.documents.models import Collection, Document, DocumentMetadata
from lectern.documents.names_and_periods import folded
from lectern.documents.readable import hidden_documents, readable_documents
from lectern.documents.tuning import tuning_of
from lectern.tenants.access import Permission, Principal

# The values that are wanted by the name of the metadata ("company", "period", "type", …).
Filters = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is searched: collections of one tenant, but for the documents left out.

    ``documents``: these alone, None for all. ``hidden``: none of these. ``preferred`` is added to
    the scores of a document's chunks, which are looked at even if others are nearer; of a document
    that is left out it changes nothing. ``weights`` says what counts how much. ``chunks`` is how
    many chunks are searched, of the ``size`` that the collections have.
    """

    tenant_id: UUID
    collections: tuple[UUID, ...]
    chunks: int
    size: int
    documents: frozenset[UUID] | None = None
    hidden: frozenset[UUID] = frozenset()
    preferred: Mapping[UUID, float] = field(default_factory=dict)
    weights: Weights = BUILT_IN

    def allows(self, document: UUID) -> bool:
        """Whether the document may be looked at, if it is in one of the collections."""
        return document not in self.hidden and (
            self.documents is None or document in self.documents
        )


def scope_of(
    actor: Principal,
    collections: Sequence[Collection],
    document: Document | None = None,
    *,
    filters: Filters | None = None,
) -> Scope:
    """What ``actor`` may find in these collections of one tenant, or in ``document`` alone.

    Of each name in ``filters`` a document must have one of the values. Runs inside the tenant.
    """
    ids = tuple(collection.pk for collection in collections)
    size = sum(collection.chunk_count for collection in collections)
    hidden: dict[UUID, int] = {}
    documents: dict[UUID, int] | None = None
    if document is None and not filters:
        # Asked of nobody else: making the query takes longer than many a search.
        if not actor.may(Permission.WRITE):
            hidden = _chunk_counts(hidden_documents(actor).filter(collection__in=ids))
        chunks = size - sum(hidden.values())
    else:
        documents = _chunk_counts(_wanted(actor, ids, document, filters or {}))
        chunks = sum(documents.values())
    return Scope(
        tenant_id=actor.tenant_id,
        collections=ids,
        chunks=chunks,
        size=size,
        documents=None if documents is None else frozenset(documents),
        hidden=frozenset(hidden),
        weights=tuning_of(collections[0]).weights if len(collections) == 1 else BUILT_IN,
    )


def _wanted(
    actor: Principal, collections: Iterable[UUID], document: Document | None, filters: Filters
) -> QuerySet[Document]:
    wanted = readable_documents(actor).filter(collection__in=collections)
    if document is not None:
        wanted = wanted.filter(pk=document.pk)
    refuse_many(filters)
    for name, values in filters.items():
        of_one = DocumentMetadata.objects.filter(name=name, folded__in=map(folded, values))
        wanted = wanted.filter(pk__in=of_one.values("document"))
    return wanted


def _chunk_counts(documents: QuerySet[Document]) -> dict[UUID, int]:
    """How many chunks each of the documents has in the index."""
    counted = documents.order_by().values_list("pk", "current_version__chunk_count")
    return {document: chunks or 0 for document, chunks in counted}
