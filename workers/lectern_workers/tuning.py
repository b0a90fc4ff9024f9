"""Fitting a collection's search and its refusals to its golden questions."""

from typing import Any
from uuid import UUID

from lectern.answering.models import GoldenQuestion
from lectern.answering.tuning import asked, learnt_from
from lectern.documents.index_changes import index_changed
from lectern.documents.models import Collection
from lectern.tenants.scoping import tenant_context
from lectern_workers.context import JobContext, PermanentError


def tune_collection(context: JobContext) -> dict[str, Any]:
    """Ask the golden questions, learn from them, and keep with the collection what helps."""
    with tenant_context(context.tenant_id):
        found = Collection.objects.filter(pk=UUID(context.payload["collection_id"])).first()
        if found is None:
            raise PermanentError("deleted", "The collection was deleted before it was fitted.")
        rows = GoldenQuestion.objects.filter(collection=found).select_related("document")
        golden = list(rows.order_by("created_at", "id"))
    searched = []
    for done, question in enumerate(golden):
        context.progress("asking", done, len(golden))
        with tenant_context(context.tenant_id):
            searched.append(asked(found, question))
    context.progress("learning", 0, 0)
    tuning = learnt_from(searched)
    with context.fenced():
        Collection.objects.filter(pk=found.pk).update(tuning=tuning)
        index_changed(found, complete=True)
    return dict(tuning["learnt"])
