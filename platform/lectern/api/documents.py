"""Documents: uploading them, following how they are read, deleting them."""

from datetime import datetime

from django.db import transaction
from django.http import HttpResponse
from ninja import Field, File, Form, Query, Router, UploadedFile
from pydantic import BaseModel

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.errors import Problem, problem_for, respond
from lectern.api.identifiers import CollectionId, DocumentId, GroupId, JobId, PersonId, VersionId
from lectern.api.jobs import JobOut, shown_job
from lectern.api.pagination import Listing, Paging, listing
from lectern.api.shapes import Asked, Shown, Words
from lectern.documents.access import Access, access_of, change_access, read_document
from lectern.documents.library import Wanted, documents_with_state, found, latest_version
from lectern.documents.metadata import change_metadata
from lectern.documents.metadata_values import NOT_SHOWN, refuse_many
from lectern.documents.models import Collection, Document, DocumentMetadata, DocumentVersion
from lectern.documents.removal import remove_document
from lectern.documents.reprocessing import reprocess
from lectern.documents.states import StateName, state_of
from lectern.documents.titles import rename_document
from lectern.documents.uploads import Upload, accept_uploads
from lectern.errors import LecternError
from lectern.tenants.access import Permission
from lectern.tenants.models import Membership

router = Router(tags=["Documents"])


class AccessIn(Asked):
    """Who reads a document: all who read in the tenant or, ``restricted``, these groups.

    Whoever may change documents reads restricted ones as well.
    """

    restricted: bool = False
    group_ids: list[GroupId] = []

    def access(self) -> Access:
        """The access as the library takes it."""
        return access_of(self.group_ids, restricted=self.restricted)


class AccessChange(AccessIn):
    """Who reads a document from now on."""

    restricted: bool


class MetadataOut(Shown):
    """One thing known of a document; ``source`` is `person` or the enricher that read ``page``."""

    name: str
    value: str
    source: str
    page: int | None


class DocumentChange(Asked):
    """What shall be different. The values of a name replace all it has; none: it has none."""

    title: Words | None = None
    metadata: dict[Words, list[Words]] = Field({}, examples=[{"company": ["Acme"]}])


class StateOut(Shown):
    """Where a version stands: `queued`, `reading`, `ready`, `needs attention`, `failed` …

    ``done`` of ``total`` counts what ``text`` names; ``reason`` says what went wrong and what
    to do; while ``changing``, look again soon.
    """

    name: str
    text: str
    done: int
    total: int
    reason: str
    can_retry: bool
    changing: bool


class VersionOut(Shown):
    """One file of a document."""

    id: VersionId
    document_id: DocumentId
    number: int
    file_name: str
    content_type: str
    size: int
    sha256: str
    paged: bool
    page_count: int
    chunk_count: int
    warnings: list[str]
    state: StateOut
    job_id: JobId | None
    ready_at: datetime | None
    created_at: datetime


class DocumentOut(Shown):
    """A document. Questions are answered from its current version, if it has one yet."""

    id: DocumentId
    collection_id: CollectionId
    title: str
    restricted: bool
    parent_id: DocumentId | None = Field(description="The mail that it came with.")
    metadata: list[MetadataOut]
    current_version_id: VersionId | None
    latest_version: VersionOut
    created_at: datetime


class UploadOut(Shown):
    """What became of one uploaded file: a document, or the problem why it was not taken.

    ``linked`` tells that the collection had these very bytes already.
    """

    file_name: str
    document: DocumentOut | None
    linked: bool
    problem: Problem | None


class UploadsOut(Shown):
    """What became of each uploaded file, in the order they were sent."""

    items: list[UploadOut]


class DocumentFilter(BaseModel):
    """Which documents of a collection are wanted; all conditions hold."""

    search: Words = Field("", description="Only titles that contain this.")
    state: StateName | None = Field(None, description="Only those in this state.")
    ready: bool | None = Field(None, description="Only those that can (or cannot yet) be asked.")
    restricted: bool | None = Field(None, description="Only those that are (not) restricted.")
    uploaded_by: PersonId | None = Field(None, description="Only those this person uploaded.")
    known: list[Words] = Field([], description="Only those with this metadata: `company:Acme`.")

    def wanted(self) -> Wanted:
        """The filter as the library takes it."""
        if self.uploaded_by is not None:
            found(Membership.objects, "person", user=self.uploaded_by)
        pairs = [pair.partition(":") for pair in self.known]
        return Wanted(
            title=self.search,
            state=self.state,
            ready=self.ready,
            restricted=self.restricted,
            uploaded_by=self.uploaded_by,
            metadata=[(name.strip(), value.strip()) for name, _, value in pairs],
        )


class DocumentPaging(DocumentFilter, Paging):
    """Which page of which documents is wanted."""


@router.get(
    "/collections/{collection_id}/documents",
    response=Listing[DocumentOut],
    auth=BearerKey(Permission.READ),
)
def list_documents(
    request: ApiRequest, collection_id: CollectionId, wanted: Query[DocumentPaging]
) -> Listing[DocumentOut]:
    """List the documents of a collection with their states, newest first."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    documents = documents_with_state(request.auth, collection, wanted.wanted())
    rows = documents.prefetch_related("metadata")
    return listing(request, rows, wanted, shown_document)


@router.post(
    "/collections/{collection_id}/documents",
    response={202: UploadsOut},
    auth=BearerKey(Permission.WRITE),
)
def upload_documents(
    request: ApiRequest,
    collection_id: CollectionId,
    files: File[list[UploadedFile]],
    readers: Form[AccessIn],
) -> UploadsOut | HttpResponse:
    """Upload one file or many (`multipart/form-data`, field `files`).

    Each accepted file is stored and queued for reading before this returns. If no file is
    accepted, the response is the problem of the first. With `restricted` new documents are read
    by the groups of `group_ids` only; what the collection has already stays as it is.
    """
    collection = found(Collection.objects, "collection", pk=collection_id)
    taken = accept_uploads(request.auth, collection, files, access=readers.access())
    outcomes = [_uploaded(request, *each) for each in zip(files, taken, strict=True)]
    refused = [outcome.problem for outcome in outcomes if outcome.problem is not None]
    if len(refused) == len(outcomes):
        return respond(refused[0])
    return UploadsOut(items=outcomes)


@router.get("/documents/{document_id}", response=DocumentOut, auth=BearerKey(Permission.READ))
def get_document(request: ApiRequest, document_id: DocumentId) -> DocumentOut:
    """Show one document with the state of its latest version."""
    return shown_document(read_document(request.auth, document_id))


@router.patch("/documents/{document_id}", response=DocumentOut, auth=BearerKey(Permission.WRITE))
def change_document(
    request: ApiRequest, document_id: DocumentId, body: DocumentChange
) -> DocumentOut:
    """Rename a document, or correct what is known of it; what is left out stays."""
    refuse_many(body.metadata)
    document = read_document(request.auth, document_id)
    with transaction.atomic():
        if body.title is not None:
            rename_document(request.auth, document, body.title)
        for name, values in body.metadata.items():
            change_metadata(request.auth, document, name, values)
    return shown_document(document)


@router.delete("/documents/{document_id}", response={204: None}, auth=BearerKey(Permission.WRITE))
def delete_document(request: ApiRequest, document_id: DocumentId) -> None:
    """Delete a document with its versions, pages, files, and what answers quote of it."""
    remove_document(request.auth, read_document(request.auth, document_id))


@router.put(
    "/documents/{document_id}/access", response=DocumentOut, auth=BearerKey(Permission.WRITE)
)
def set_document_access(
    request: ApiRequest, document_id: DocumentId, body: AccessChange
) -> DocumentOut:
    """Open a document to all readers, or restrict it to groups; what came with a mail follows."""
    change_access(request.auth, [read_document(request.auth, document_id)], body.access())
    return shown_document(read_document(request.auth, document_id))


@router.post(
    "/documents/{document_id}/reprocess",
    response={202: JobOut},
    auth=BearerKey(Permission.WRITE),
)
def reprocess_document(request: ApiRequest, document_id: DocumentId) -> JobOut:
    """Read the stored file of the latest version again, after a failure or an update."""
    return shown_job(reprocess(request.auth, read_document(request.auth, document_id)))


def shown_document(document: Document) -> DocumentOut:
    """``document`` as a response."""
    return DocumentOut.of(
        document,
        metadata=[MetadataOut.of(each) for each in document.metadata.all() if _is_shown(each)],
        latest_version=shown_version(latest_version(document)),
    )


def _is_shown(known: DocumentMetadata) -> bool:
    return bool(known.value) and known.name not in NOT_SHOWN


def shown_version(version: DocumentVersion) -> VersionOut:
    """``version``, with its job, as a response."""
    return VersionOut.of(version, state=StateOut.of(state_of(version)))


def uploaded(upload: Upload) -> UploadOut:
    """An accepted file as it is shown."""
    return UploadOut(
        file_name=upload.version.file_name,
        document=shown_document(upload.document),
        linked=upload.linked,
        problem=None,
    )


def _uploaded(request: ApiRequest, file: UploadedFile, taken: Upload | LecternError) -> UploadOut:
    if isinstance(taken, Upload):
        return uploaded(taken)
    problem = problem_for(request, taken)
    return UploadOut(file_name=file.name or "", document=None, linked=False, problem=problem)
