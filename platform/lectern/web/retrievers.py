"""Which embedder a collection is searched with, and changing it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.documents.retrievers import (
    drop_retriever,
    retrievers_of,
    start_reembedding,
    use_retriever,
)
from lectern.errors import LecternError
from lectern.tenants.access import Permission, Principal
from lectern.web.pages import MemberRequest, page

Change = Callable[[Principal, Collection, str], object]


@page(Permission.MANAGE_COLLECTIONS)
def retrievers(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """The embedders that a collection is or could be searched with."""
    collection = _found(collection_id)
    rows = retrievers_of(collection)
    working = any(row.job is not None and row.job.active for row in rows)
    context = {"collection": collection, "rows": rows, "working": working}
    return render(request, "web/retrievers.html", context)


@page(Permission.MANAGE_COLLECTIONS, "POST")
def start(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Embed the collection with another embedder."""
    done = _("Its vectors are being made. Searching switches to it when all are there.")
    return _changed(request, collection_id, start_reembedding, done)


@page(Permission.MANAGE_COLLECTIONS, "POST")
def use(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Search with an embedder whose vectors are complete."""
    done = _("The next question is searched with it.")
    return _changed(request, collection_id, use_retriever, done)


@page(Permission.MANAGE_COLLECTIONS, "POST")
def drop(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Delete the vectors of an embedder that is not in use."""
    return _changed(request, collection_id, drop_retriever, _("Its vectors were deleted."))


def _changed(
    request: MemberRequest, collection_id: UUID, change: Change, done: str
) -> HttpResponse:
    collection = _found(collection_id)
    try:
        change(request.principal, collection, request.POST.get("embedder", ""))
        messages.success(request, done)
    except LecternError as error:
        messages.error(request, error.message)
    return redirect("retrievers", collection.pk)


def _found(collection_id: UUID) -> Collection:
    collection: Collection = found(Collection.objects, "collection", pk=collection_id)
    return collection
