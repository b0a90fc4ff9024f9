"""Changing many documents at once: asking first, then telling what became of each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lectern.documents.bulk import (
    Action,
    Change,
    Selection,
    change_documents,
    documents_matching,
    documents_named,
)
from lectern.documents.library import found, wanted_documents
from lectern.documents.models import Collection, DocumentVersion
from lectern.tenants.access import Permission
from lectern.web.forms import BulkForm
from lectern.web.library import wanted_by
from lectern.web.pages import MemberRequest, page


@page(Permission.WRITE, "POST")
def bulk(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Ask whether the chosen documents are meant and, once that is confirmed, change them."""
    shown = found(Collection.objects, "collection", pk=collection_id)
    form = BulkForm(request.POST)
    valid = form.is_valid()
    if set(form.errors) - {"access", "name"}:
        messages.error(request, _("Choose documents, and what to do to them."))
        return redirect("collection", shown.pk)
    selection = _selection(request, shown, form.cleaned_data)
    if not selection.documents:
        messages.error(request, _("No documents are chosen. Mark some, or choose all of them."))
        return redirect("collection", shown.pk)
    action = Action(form.cleaned_data["action"])
    if not valid or not form.cleaned_data["confirmed"]:
        return _asked(request, shown, form, selection, status=200 if valid else 422)
    if action is Action.REMOVE and form.cleaned_data["count"] != len(selection.documents):
        form.add_error("count", _("That is not how many they are. Nothing was deleted."))
        return _asked(request, shown, form, selection, status=422)
    change = Change(action=action, access=form.chosen(), metadata=form.metadata())
    outcomes = change_documents(request.principal, shown, selection.documents, change)
    context = _kept(request, shown, form) | {
        "collection": shown,
        "done": sum(outcome.done for outcome in outcomes),
        "left": [outcome for outcome in outcomes if not outcome.done],
        "following": selection.following,
    }
    return render(request, "web/bulk_done.html", context)


def _asked(
    request: MemberRequest,
    shown: Collection,
    form: BulkForm,
    selection: Selection,
    *,
    status: int = 200,
) -> HttpResponse:
    versions = DocumentVersion.objects.filter(document__in=selection.documents)
    sums = versions.aggregate(pages=Sum("page_count"), chunks=Sum("chunk_count"))
    context = _kept(request, shown, form) | {
        "collection": shown,
        "form": form,
        "selection": selection,
        "first": selection.documents[:10],
        "count": len(selection.documents),
        "versions": versions.count(),
        "pages": sums["pages"] or 0,
        "chunks": sums["chunks"] or 0,
    }
    return render(request, "web/bulk.html", context, status=status)


def _selection(request: MemberRequest, shown: Collection, chosen: dict[str, Any]) -> Selection:
    if chosen["everything"]:
        wanted = wanted_by(request.POST)
        return documents_matching(request.principal, shown, wanted, after=chosen["after"])
    ids = [UUID(each) for each in chosen["documents"]]
    return documents_named(request.principal, shown, ids)


def _kept(request: MemberRequest, shown: Collection, form: BulkForm) -> dict[str, Any]:
    """What the next form has to send again, as pairs of names and values."""
    names = ("action", "everything", "documents", "q", "state", "readers", "by", "known")
    kept = [(name, value) for name in names for value in request.POST.getlist(name) if value]
    total = 0
    if form.cleaned_data["everything"]:
        total = wanted_documents(request.principal, shown, wanted_by(request.POST)).count()
    return {"kept": kept, "action": form.cleaned_data["action"], "total": total}
