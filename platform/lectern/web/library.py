"""The library: collections, their documents, and uploading into them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from lectern.answering.golden_reading import last_finished
from lectern.answering.models import GoldenRun
from lectern.documents.access import OPEN, Access
from lectern.documents.library import (
    Facet,
    Wanted,
    collections_with_counts,
    documents_with_state,
    facets,
    found,
    latest_version,
    wanted_documents,
    work_in,
)
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.readable import readable_documents
from lectern.documents.states import DocumentState, StateName, state_of
from lectern.documents.uploads import Upload, accept_uploads, clean_name
from lectern.tenants.access import Permission, Principal
from lectern.tenants.models import User
from lectern.web.forms import AccessForm, UploadForm
from lectern.web.pages import MemberRequest, id_of, page, rows_of_page

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataChoice:
    """The values of one metadata name that a list can be narrowed to, and the one it is."""

    name: str
    chosen: str
    values: tuple[Facet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a list of documents can be narrowed to."""

    states: tuple[StateName, ...]
    uploaders: tuple[User, ...]
    metadata: list[MetadataChoice]


@page(Permission.READ)
def library(request: MemberRequest) -> HttpResponse:
    """All collections, with how many of their documents can be asked."""
    collections = collections_with_counts(request.principal)
    return render(request, "web/library.html", {"collections": collections})


@page(Permission.READ)
def collection(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """The documents of a collection, which keep themselves up to date while any is changing."""
    shown = found(Collection.objects, "collection", pk=collection_id)
    wanted = wanted_by(request.GET)
    documents = documents_with_state(request.principal, shown, wanted)
    rows = rows_of_page(request, documents)
    matching = wanted_documents(request.principal, shown, wanted)
    context = {
        "collection": shown,
        "wanted": wanted,
        "filtered": wanted != Wanted(),
        "rows": rows,
        "documents": [document_row(document) for document in rows],
        "work": work_in(request.principal, shown),
        "upload_limit_mb": settings.MAX_UPLOAD_MB,
        "choices": Choices(
            states=tuple(StateName),
            uploaders=tuple(_uploaders(request.principal, shown)),
            metadata=_metadata_choices(matching, wanted),
        ),
        "access": AccessForm(owner="drop", initial={"access": "open"}),
        "golden": _golden(request.principal, shown),
    }
    return render(request, "web/collection.html", context)


@page(Permission.WRITE, "POST")
def upload(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Take files into a collection; each gets a line of its own, whatever becomes of it."""
    into = found(Collection.objects, "collection", pk=collection_id)
    form = UploadForm(request.POST, request.FILES)
    files = form.cleaned_data["files"] if form.is_valid() else []
    access = form.chosen() if files else OPEN
    context = {"collection": into, "results": _take(request.principal, into, files, access)}
    template = "web/upload_results.html" if request.htmx else "web/uploaded.html"
    return render(request, template, context, status=200 if files else 422)


def document_row(document: Document) -> DocumentRow:
    """``document`` as a line of the library."""
    version = latest_version(document)
    return DocumentRow(document=document, version=version, state=state_of(version))


def wanted_by(given: QueryDict) -> Wanted:
    """The filter that an address or a form spells; what it spells wrongly is left out."""
    access = {"restricted": True, "open": False}
    pairs = [pair.partition(":") for pair in given.getlist("known")]
    state = given.get("state", "")
    return Wanted(
        title=given.get("q", "").strip(),
        state=StateName(state) if state in set(StateName) else None,
        restricted=access.get(given.get("readers", "")),
        uploaded_by=id_of(given.get("by", "")),
        metadata=tuple((name, value) for name, _, value in pairs if value),
    )


def _golden(actor: Principal, shown: Collection) -> GoldenRun | None:
    """The last finished run of the golden questions, for those who may see it."""
    return last_finished(shown) if actor.may(Permission.MANAGE_COLLECTIONS) else None


def _take(
    actor: Principal, into: Collection, files: "Sequence[UploadedFile[Any]]", access: Access
) -> list[FileResult]:
    taken = accept_uploads(actor, into, files, access=access)
    return [
        FileResult(name=clean_name(file.name or ""), upload=each)
        if isinstance(each, Upload)
        else FileResult(name=clean_name(file.name or ""), error=each.message)
        for file, each in zip(files, taken, strict=True)
    ]


def _uploaders(actor: Principal, shown: Collection) -> QuerySet[User]:
    """The people who uploaded those of the collection's documents that ``actor`` may read."""
    documents = readable_documents(actor).filter(collection=shown, created_by__isnull=False)
    return User.objects.filter(pk__in=documents.values("created_by")).order_by("name", "email")


def _metadata_choices(matching: QuerySet[Document], wanted: Wanted) -> list[MetadataChoice]:
    chosen = dict(wanted.metadata)
    offered = facets(matching)
    names = sorted({*offered, *chosen})
    return [
        MetadataChoice(name=name, chosen=chosen.get(name, ""), values=tuple(offered.get(name, ())))
        for name in names
    ]
