"""The library: collections, their documents, and uploading into them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render

from lectern.documents.library import documents_with_state, found, latest_version
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.states import DocumentState, state_of
from lectern.documents.uploads import Upload, accept_upload, clean_name
from lectern.errors import LecternError
from lectern.jobs.models import Job
from lectern.tenants.access import Permission, Principal
from lectern.web.forms import UploadForm
from lectern.web.pages import MemberRequest, page, rows_of_page

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A line of the library: a document with its latest version and where that stands."""

    document: Document
    version: DocumentVersion
    state: DocumentState


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one uploaded file: an upload, or a sentence on why there is none."""

    name: str
    upload: Upload | None = None
    error: str = ""


@page(Permission.READ)
def library(request: MemberRequest) -> HttpResponse:
    """All collections, with how many of their documents can be asked."""
    counted = Collection.objects.annotate(
        documents_count=Count("documents"),
        ready_count=Count("documents", filter=Q(documents__current_version__isnull=False)),
    )
    return render(request, "web/library.html", {"collections": counted})


@page(Permission.READ)
def collection(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """The documents of a collection, which keep themselves up to date while any is changing."""
    shown = found(Collection.objects, "collection", pk=collection_id)
    search = request.GET.get("q", "").strip()
    rows = rows_of_page(request, documents_with_state(shown, search=search))
    context = {
        "collection": shown,
        "search": search,
        "rows": rows,
        "documents": [document_row(document) for document in rows],
        "work": _work(shown),
        "upload_limit_mb": settings.MAX_UPLOAD_MB,
    }
    return render(request, "web/collection.html", context)


@page(Permission.WRITE, "POST")
def upload(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Take files into a collection; each gets a line of its own, whatever becomes of it."""
    into = found(Collection.objects, "collection", pk=collection_id)
    form = UploadForm(request.POST, request.FILES)
    files = form.cleaned_data["files"] if form.is_valid() else []
    context = {
        "collection": into,
        "results": [_take(request.principal, into, file) for file in files],
    }
    template = "web/upload_results.html" if request.htmx else "web/uploaded.html"
    return render(request, template, context, status=200 if files else 422)


def document_row(document: Document) -> DocumentRow:
    """``document`` as a line of the library."""
    version = latest_version(document)
    return DocumentRow(document=document, version=version, state=state_of(version))


def _take(actor: Principal, into: Collection, file: "UploadedFile[Any]") -> FileResult:
    name = clean_name(file.name or "")
    try:
        return FileResult(name=name, upload=accept_upload(actor, into, file))
    except LecternError as error:
        return FileResult(name=name, error=error.message)


def _work(shown: Collection) -> dict[str, int]:
    """How many versions wait for, or are in, a job of this status."""
    unread = DocumentVersion.objects.filter(collection=shown, ready_at=None)
    counts: Any = unread.values_list("job__status").annotate(n=Count("pk")).order_by()
    by_status = dict(counts)
    return {
        "active": sum(by_status.get(status, 0) for status in Job.ACTIVE),
        "failed": by_status.get(Job.Status.FAILED, 0),
    }
