"""Making, changing and deleting a collection."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lectern.answering.models import Question
from lectern.documents.collections import (
    change_collection,
    create_collection,
    remove_collection,
)
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.errors import LecternError
from lectern.tenants.access import Permission
from lectern.web.forms import CollectionForm, RemoveCollectionForm
from lectern.web.pages import MemberRequest, page


@page(Permission.MANAGE_COLLECTIONS, "GET", "POST")
def new(request: MemberRequest) -> HttpResponse:
    """Make a collection."""
    form = CollectionForm(request.POST or None)
    if form.is_valid():
        try:
            made = create_collection(request.principal, **form.cleaned_data)
            return redirect("collection", made.pk)
        except LecternError as error:
            form.add_error("name", error.message)
    return render(
        request, "web/collection_form.html", {"form": form}, status=422 if form.errors else 200
    )


@page(Permission.MANAGE_COLLECTIONS, "GET", "POST")
def edit(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Change a collection's name, description or plugin."""
    changed = found(Collection.objects, "collection", pk=collection_id)
    initial = {field: getattr(changed, field) for field in ("name", "description", "plugin")}
    form = CollectionForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            change_collection(request.principal, changed, **form.cleaned_data)
            return redirect("collection", changed.pk)
        except LecternError as error:
            form.add_error("name", error.message)
    context = {"form": form, "collection": changed, "name": initial["name"]}
    return render(request, "web/collection_form.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_COLLECTIONS, "GET", "POST")
def delete(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Delete a collection, once its name was typed in below the count of what goes with it."""
    doomed = found(Collection.objects, "collection", pk=collection_id)
    form = RemoveCollectionForm(request.POST or None, expected=doomed.name)
    if form.is_valid():
        name = doomed.name
        count = remove_collection(request.principal, doomed)
        text = _("%(name)s was deleted with %(count)d documents.")
        messages.success(request, text % {"name": name, "count": count})
        return redirect("library")
    context = {
        "form": form,
        "collection": doomed,
        "documents": doomed.documents.count(),
        "questions": Question.objects.filter(collection=doomed).count(),
    }
    return render(
        request, "web/collection_delete.html", context, status=422 if form.errors else 200
    )
