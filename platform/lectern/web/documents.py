"""A document: its pages, its versions, what happened while it was read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q, Sum
from django.db.models.functions import Substr
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lectern.answering.models import Citation
from lectern.documents.access import change_access, read_document
from lectern.documents.library import found, latest_version
from lectern.documents.metadata import change_metadata, metadata_of
from lectern.documents.metadata_values import NAMES
from lectern.documents.models import (
    Document,
    DocumentMetadata,
    DocumentTable,
    DocumentVersion,
    Page,
)
from lectern.documents.removal import remove_document
from lectern.documents.reprocessing import make_current, reprocess
from lectern.documents.states import state_of
from lectern.documents.titles import rename_document
from lectern.documents.uploads import Upload, accept_upload
from lectern.errors import LecternError
from lectern.jobs.attempts import attempts_of
from lectern.jobs.models import Job
from lectern.tenants.access import Permission
from lectern.tenants.models import Group
from lectern.web.forms import AccessForm, MetadataForm, TitleForm, VersionForm
from lectern.web.marking import marked_page, span_of
from lectern.web.pages import MemberRequest, page, rows_of_page
from lectern.web.recognised import tables_on

PAGES = 24
PREVIEW_CHARACTERS = 220


@page(Permission.READ)
def document(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """What is known of a document, which keeps itself up to date while it is being read."""
    return render(request, "web/document.html", _shown(request, document_id))


@page(Permission.WRITE, "POST")
def new_version(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """Take a file as the document's next version; readers keep the last one until it is ready."""
    shown = read_document(request.principal, document_id)
    form = VersionForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            file = form.cleaned_data["file"]
            taken = accept_upload(request.principal, shown.collection, file, document=shown)
        except LecternError as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, _said_of(taken, shown))
            return redirect("document", taken.document.pk)
    context = _shown(request, document_id) | {"form": form}
    return render(request, "web/document.html", context, status=422)


@page(Permission.WRITE, "POST")
def retry(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """Read the latest version's file again."""
    reprocess(request.principal, read_document(request.principal, document_id))
    messages.success(request, _("It will be read again."))
    return redirect("document", document_id)


@page(Permission.WRITE, "POST")
def rename(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """Give a document another title."""
    shown = read_document(request.principal, document_id)
    form = TitleForm(request.POST)
    if form.is_valid():
        rename_document(request.principal, shown, form.cleaned_data["title"])
        return redirect("document", document_id)
    context = _shown(request, document_id) | {"title_form": form}
    return render(request, "web/document.html", context, status=422)


@page(Permission.WRITE, "POST")
def describe(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """Say what a document is known by, in place of what was read in it."""
    shown = read_document(request.principal, document_id)
    form = MetadataForm(request.POST)
    if form.is_valid():
        try:
            change_metadata(request.principal, shown, **form.cleaned_data)
            return redirect("document", document_id)
        except LecternError as error:
            form.add_error("name", error.message)
    context = _shown(request, document_id) | {"metadata_form": form}
    return render(request, "web/document.html", context, status=422)


@page(Permission.WRITE, "POST")
def access(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """Open a document to all readers here, or restrict it to groups."""
    shown = read_document(request.principal, document_id)
    form = AccessForm(request.POST)
    if form.is_valid():
        change_access(request.principal, [shown], form.chosen())
        messages.success(request, _("Who reads it was changed, from now on."))
        return redirect("document", document_id)
    context = _shown(request, document_id) | {"access_form": form}
    return render(request, "web/document.html", context, status=422)


@page(Permission.WRITE, "POST")
def current(request: MemberRequest, document_id: UUID, version: int) -> HttpResponse:
    """Have an older version answer again."""
    shown = read_document(request.principal, document_id)
    restored = make_current(request.principal, found(shown.versions, "version", number=version))
    text = _("It is being read again, as version %(number)d. Until it is ready, the last answers.")
    messages.success(request, text % {"number": restored.number})
    return redirect("document", document_id)


@page(Permission.WRITE, "GET", "POST")
def delete(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """Delete a document, below the count of what goes with it."""
    doomed = read_document(request.principal, document_id)
    if request.method == "POST":
        remove_document(request.principal, doomed)
        messages.success(request, _("%(title)s was deleted.") % {"title": doomed.title})
        return redirect("collection", doomed.collection_id)
    sums = doomed.versions.aggregate(pages=Sum("page_count"), chunks=Sum("chunk_count"))
    citing = Citation.objects.filter(document=doomed).values("answer_id").distinct()
    context = {
        "document": doomed,
        "versions": doomed.versions.count(),
        "pages": sums["pages"] or 0,
        "chunks": sums["chunks"] or 0,
        "answers": citing.count(),
    }
    return render(request, "web/document_delete.html", context)


@page(Permission.READ)
def page_view(request: MemberRequest, document_id: UUID, number: int) -> HttpResponse:
    """One page of the current version, or of ``?version=``; ``?start=&end=`` mark a passage."""
    shown = read_document(request.principal, document_id)
    version = version_shown(shown, request.GET.get("version", ""))
    row = found(Page.objects.filter(version=version), "page", number=number)
    span = span_of(request.GET, row.text)
    context = {
        "document": shown,
        "version": version,
        "marked": marked_page(shown, version, row, span),
        "tables": tables_on(version, number, span),
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number < version.page_count else None,
    }
    return render(request, "web/page.html", context)


def _shown(request: MemberRequest, document_id: UUID) -> dict[str, Any]:
    shown = read_document(request.principal, document_id)
    latest = latest_version(shown)
    read = shown.current_version or latest
    pages = Page.objects.filter(version=read).annotate(
        preview=Substr("text", 1, PREVIEW_CHARACTERS),
        hides=ExpressionWrapper(Q(removed__contains=[["invisible"]]), BooleanField()),
    )
    listed = pages.only("number", "label", "image_only", "problem")
    payload = {"version_id": str(latest.pk)}
    jobs = list(Job.objects.filter(payload=payload).prefetch_related("events"))
    times = attempts_of(jobs)
    return {
        "document": shown,
        "version": read,
        "latest": latest,
        "state": state_of(latest),
        "rows": rows_of_page(request, listed, PAGES),
        "tables": DocumentTable.objects.filter(version=read).count(),
        "versions": shown.versions.select_related("job", "uploaded_by"),
        "attempts": [(job, times[job]) for job in jobs],
        "form": VersionForm(),
        "metadata": _known(shown),
        "metadata_form": MetadataForm(),
        "title_form": TitleForm(initial={"title": shown.title}),
        "access_form": AccessForm(initial=_access_of(shown)),
        "readers": Group.objects.filter(pk__in=shown.readers.values("group")),
    }


def _known(shown: Document) -> dict[str, list[DocumentMetadata]]:
    """What is known of the document, by name; the usual names even without a value."""
    known: dict[str, list[DocumentMetadata]] = {name: [] for name in NAMES}
    for each in metadata_of([shown.pk]).get(shown.pk, []):
        known.setdefault(each.name, []).append(each)
    return known


def _access_of(shown: Document) -> dict[str, Any]:
    groups = [str(each) for each in shown.readers.values_list("group", flat=True)]
    return {"access": "restricted" if shown.restricted else "open", "groups": groups}


def version_shown(shown: Document, number: str) -> DocumentVersion:
    """The version that ``?version=`` names, else the one that answers, else the latest."""
    if number.isdecimal():
        version: DocumentVersion = found(shown.versions, "version", number=int(number[:9]))
        return version
    if shown.current_version is not None:
        return shown.current_version
    return latest_version(shown)


def _said_of(taken: Upload, shown: Document) -> str:
    if taken.document.pk != shown.pk:
        text = _("This file is in the collection already, as %(title)s, so nothing was added.")
        return text % {"title": taken.document.title}
    if taken.linked and taken.version.ready_at is not None:
        return _("This is the file of the newest version, so nothing was added.")
    return _("The new version is being read. Until it is ready, the last one answers.")
