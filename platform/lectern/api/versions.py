"""Versions of documents: their files, pages, and page images."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from ninja import Field, File, Query, Router, UploadedFile
from pydantic import BaseModel

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.documents import UploadOut, VersionOut, shown_version, uploaded
from lectern.api.identifiers import DocumentId, VersionId
from lectern.api.pagination import Listing, Order, Paging, listing
from lectern.api.shapes import Shown
from lectern.documents.access import read_document, read_version
from lectern.documents.content import WordBox, WordBoxes
from lectern.documents.library import found
from lectern.documents.originals import original_of
from lectern.documents.page_images import page_image
from lectern.documents.reprocessing import make_current
from lectern.documents.uploads import accept_upload
from lectern.tenants.access import Permission

router = Router(tags=["Versions and pages"])

HIGHEST_FIRST = Order(field="number")
LOWEST_FIRST = Order(field="number", descending=False)

FILE_BODY: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The file",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    }
}
IMAGE_BODY: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The page",
            "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class PageOut(Shown):
    """A page, or a part of a format without pages.

    ``width`` and ``height`` are points (1/72 inch), null for parts; ``problem`` says why it
    is not wholly readable.
    """

    number: int
    label: str
    width: float | None
    height: float | None
    image_only: bool
    problem: str


class PageTextOut(PageOut):
    """A page with its cleaned text.

    ``words`` are [start, end, x0, y0, x1, y1]: a range of the text and where it stands, in
    points from the top left. ``removed`` are [kind, text, offset]: what the cleaning took out.
    """

    text: str
    removed: list[tuple[str, str, int]]
    words: list[WordBox] | None


class PageDetail(BaseModel):
    """How much of a page is wanted."""

    words: bool = Field(False, description="Also where each word stands.")


@router.get(
    "/documents/{document_id}/versions",
    response=Listing[VersionOut],
    auth=BearerKey(Permission.READ),
)
def list_versions(
    request: ApiRequest, document_id: DocumentId, paging: Query[Paging]
) -> Listing[VersionOut]:
    """List the versions of a document, latest first."""
    document = read_document(request.auth, document_id)
    versions = document.versions.select_related("job")
    return listing(request, versions, paging, shown_version, HIGHEST_FIRST)


@router.post(
    "/documents/{document_id}/versions", response={202: UploadOut}, auth=BearerKey(Permission.WRITE)
)
def upload_version(
    request: ApiRequest, document_id: DocumentId, file: File[UploadedFile]
) -> UploadOut:
    """Upload a new version of a document (`multipart/form-data`, field `file`).

    Questions are answered from the former version until the new one is ready. The bytes of an
    older version make that one answer again.
    """
    document = read_document(request.auth, document_id)
    return uploaded(accept_upload(request.auth, document.collection, file, document=document))


@router.get("/versions/{version_id}", response=VersionOut, auth=BearerKey(Permission.READ))
def get_version(request: ApiRequest, version_id: VersionId) -> VersionOut:
    """Show one version with its state."""
    return shown_version(read_version(request.auth, version_id))


@router.post(
    "/versions/{version_id}/make-current",
    response={202: VersionOut},
    auth=BearerKey(Permission.WRITE),
)
def make_version_current(request: ApiRequest, version_id: VersionId) -> VersionOut:
    """Have an older version answer again: it gets the next number and is read once more."""
    make_current(request.auth, read_version(request.auth, version_id))
    return shown_version(read_version(request.auth, version_id))


@router.get(
    "/versions/{version_id}/file",
    response={200: None},
    auth=BearerKey(Permission.READ),
    openapi_extra=FILE_BODY,
)
def download_version(request: ApiRequest, version_id: VersionId) -> StreamingHttpResponse:
    """Download the file as it was uploaded."""
    version = read_version(request.auth, version_id)
    response = StreamingHttpResponse(original_of(version), content_type="application/octet-stream")
    disposition = content_disposition_header(as_attachment=True, filename=version.file_name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Length"] = str(version.size)
    # Whatever is in the file must never run in a reader's browser.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@router.get(
    "/versions/{version_id}/pages", response=Listing[PageOut], auth=BearerKey(Permission.READ)
)
def list_pages(
    request: ApiRequest, version_id: VersionId, paging: Query[Paging]
) -> Listing[PageOut]:
    """List the pages of a version in their order, without their text."""
    pages = read_version(request.auth, version_id).pages.defer("text", "words", "removed", "blocks")
    return listing(request, pages, paging, PageOut.of, LOWEST_FIRST)


@router.get(
    "/versions/{version_id}/pages/{int:number}",
    response=PageTextOut,
    auth=BearerKey(Permission.READ),
)
def get_page(
    request: ApiRequest, version_id: VersionId, number: int, wanted: Query[PageDetail]
) -> PageTextOut:
    """Show one page with its text."""
    page = found(read_version(request.auth, version_id).pages, "page", number=number)
    words = WordBoxes.from_bytes(bytes(page.words)) if wanted.words else None
    return PageTextOut.of(page, words=None if words is None else list(words))


@router.get(
    "/versions/{version_id}/pages/{int:number}/image",
    response={200: None},
    auth=BearerKey(Permission.READ),
    openapi_extra=IMAGE_BODY,
)
def get_page_image(request: ApiRequest, version_id: VersionId, number: int) -> HttpResponse:
    """Show one page as a PNG image of 1.5 pixels per point."""
    image = page_image(read_version(request.auth, version_id), number)
    return HttpResponse(image, content_type="image/png")
