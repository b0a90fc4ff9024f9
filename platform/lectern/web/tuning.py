"""Fitting a collection's search to its golden questions, and undoing it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lectern.answering import tuning
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.errors import Conflict
from lectern.tenants.access import Permission
from lectern.web.pages import MemberRequest, page


@page(Permission.MANAGE_COLLECTIONS, "POST")
def start(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Fit search and refusals to the golden questions."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    try:
        tuning.start_tuning(request.principal, collection)
        messages.success(request, _("Search is being fitted to the golden questions."))
    except Conflict as conflict:
        messages.error(request, conflict.message)
    return redirect("golden", collection.pk)


@page(Permission.MANAGE_COLLECTIONS, "POST")
def forget(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Search by the built-in values again."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    tuning.forget_tuning(request.principal, collection)
    messages.success(request, _("The collection is searched by the built-in values again."))
    return redirect("golden", collection.pk)
