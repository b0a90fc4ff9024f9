"""A document: its pages, its versions, what happened while it was read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Sum
from django.db.models.functions import Substr
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lectern.answering.models import Citation
from lectern.documents.access import read_document
from lectern.documents.library import found, latest_version
from lectern.documents.models import Document, DocumentVersion, Page
from lectern.documents.removal import remove_document
from lectern.documents.reprocessing import reprocess
from lectern.documents.states import state_of
from lectern.documents.uploads import accept_upload
from lectern.errors import LecternError
from lectern.jobs.models import Job
from lectern.tenants.access import Permission
from lectern.web.forms import VersionForm
from lectern.web.marking import marked_page, span_of
from lectern.web.pages import MemberRequest, page, rows_of_page

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
            messages.success(request, _said_of(taken.linked))
            return redirect("document", taken.document.pk)
    context = _shown(request, document_id) | {"form": form}
    return render(request, "web/document.html", context, status=422)


@page(Permission.WRITE, "POST")
def retry(request: MemberRequest, document_id: UUID) -> HttpResponse:
    """Read the latest version's file again."""
    reprocess(request.principal, read_document(request.principal, document_id))
    messages.success(request, _("It will be read again."))
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
    version = _version(shown, request.GET.get("version", ""))
    row = found(Page.objects.filter(version=version), "page", number=number)
    context = {
        "document": shown,
        "version": version,
        "marked": marked_page(shown, version, row, span_of(request.GET, row.text)),
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number < version.page_count else None,
    }
    return render(request, "web/page.html", context)


def _shown(request: MemberRequest, document_id: UUID) -> dict[str, Any]:
    shown = read_document(request.principal, document_id)
    latest = latest_version(shown)
    read = shown.current_version or latest
    pages = Page.objects.filter(version=read).annotate(
        preview=Substr("text", 1, PREVIEW_CHARACTERS)
    )
    listed = pages.only("number", "label", "image_only", "problem")
    payload = {"version_id": str(latest.pk)}
    return {
        "document": shown,
        "version": read,
        "latest": latest,
        "state": state_of(latest),
        "rows": rows_of_page(request, listed, PAGES),
        "versions": shown.versions.select_related("job", "uploaded_by"),
        "attempts": Job.objects.filter(payload=payload).prefetch_related("events"),
        "form": VersionForm(),
    }


def _version(shown: Document, number: str) -> DocumentVersion:
    if number.isdecimal():
        version: DocumentVersion = found(shown.versions, "version", number=int(number[:9]))
        return version
    if shown.current_version is not None:
        return shown.current_version
    return latest_version(shown)


def _said_of(linked: bool) -> str:
    if linked:
        return _("This file is in the collection already, so nothing was added.")
    return _("The new version is being read. Until it is ready, the last one answers.")
