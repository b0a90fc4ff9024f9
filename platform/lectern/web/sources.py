"""Where a collection's documents are fetched from: sources and what their syncs did."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.errors import LecternError
from lectern.sources import keeping
from lectern.sources.connectors import chosen_connector, connector_named, connectors
from lectern.sources.models import Source
from lectern.tenants.access import Permission
from lectern.web.forms import RemoveSourceForm, SourceForm
from lectern.web.pages import MemberRequest, page, rows_of_page


@page(Permission.MANAGE_SOURCES)
def sources(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """The sources of a collection, and the kinds that can be added."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    kinds = connectors()
    rows = [
        {"source": source, "kind": kinds.get(source.connector), "last": source.runs.first()}
        for source in rows_of_page(request, collection.sources.all())
    ]
    context = {"collection": collection, "rows": rows, "connectors": kinds.values()}
    return render(request, "web/sources.html", context)


@page(Permission.MANAGE_SOURCES, "GET", "POST")
def new(request: MemberRequest, collection_id: UUID, connector: str) -> HttpResponse:
    """Add a source; its first sync starts at once."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    kind = chosen_connector(connector)
    form = SourceForm(request.POST or None, connector=kind, initial={"name": kind.title})
    if form.is_valid():
        try:
            made = keeping.add_source(
                request.principal, collection, connector=connector, **form.typed()
            )
            return redirect("source", made.pk)
        except LecternError as error:
            form.add_error(None, error.message)
    context = {"form": form, "collection": collection, "title": kind.title}
    return render(request, "web/source_form.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_SOURCES)
def source(request: MemberRequest, source_id: UUID) -> HttpResponse:
    """A source: its settings, its syncs and what could not be taken."""
    shown = _found(source_id)
    context = {
        "source": shown,
        "connector": connectors().get(shown.connector),
        "runs": rows_of_page(request, shown.runs.select_related("job")),
        "problems": shown.items.filter(~Q(problem=""))[:100],
        "documents": shown.items.filter(document__isnull=False).count(),
        "job": keeping.sync_in_progress(shown),
    }
    return render(request, "web/source.html", context)


@page(Permission.MANAGE_SOURCES, "GET", "POST")
def edit(request: MemberRequest, source_id: UUID) -> HttpResponse:
    """Change a source; it is synced with the new settings at once."""
    changed = _found(source_id)
    kind = connector_named(changed.connector)
    initial = {"name": changed.name, "every_minutes": changed.every_minutes or ""}
    form = SourceForm(request.POST or None, connector=kind, known=changed.settings, initial=initial)
    if form.is_valid():
        try:
            keeping.change_source(request.principal, changed, **form.typed())
            return redirect("source", changed.pk)
        except LecternError as error:
            form.add_error(None, error.message)
    context = {
        "form": form,
        "collection": changed.collection,
        "source": changed,
        "title": initial["name"],
    }
    return render(request, "web/source_form.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_SOURCES, "POST")
def sync(request: MemberRequest, source_id: UUID) -> HttpResponse:
    """Sync now."""
    wanted = _found(source_id)
    job = keeping.request_sync(request.principal, wanted)
    text = _("The sync runs.") if job.status == "running" else _("The sync is queued.")
    messages.success(request, text)
    return redirect("source", wanted.pk)


@page(Permission.MANAGE_SOURCES, "GET", "POST")
def remove(request: MemberRequest, source_id: UUID) -> HttpResponse:
    """Forget a source, with the documents that it brought or without."""
    doomed = _found(source_id)
    form = RemoveSourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, collection_id = doomed.name, doomed.collection_id
        count = keeping.remove_source(request.principal, doomed, **form.cleaned_data)
        text = _("%(name)s was removed, and %(count)d documents with it.")
        messages.success(request, text % {"name": name, "count": count})
        return redirect("sources", collection_id)
    context = {"source": doomed, "form": form, "items": doomed.items.filter(brought=True).count()}
    return render(request, "web/source_remove.html", context)


def _found(source_id: UUID) -> Source:
    shown: Source = found(Source.objects.select_related("collection"), "source", pk=source_id)
    return shown
