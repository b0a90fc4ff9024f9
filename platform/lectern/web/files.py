"""What is sent as it is: page images, and the original files."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag

from lectern.documents.access import read_document
from lectern.documents.library import found
from lectern.documents.models import DocumentVersion
from lectern.documents.originals import original_of
from lectern.documents.page_images import page_image
from lectern.tenants.access import Permission, Principal
from lectern.web.pages import MemberRequest, page

# A version's file never changes, so neither does the image; only its reader may keep it.
KEEP = "private, max-age=86400, immutable"


@page(Permission.READ)
def page_image_file(
    request: MemberRequest, document_id: UUID, version: int, number: int
) -> HttpResponse:
    """The image of a page, for its reader's browser to keep."""
    shown = _version(request.principal, document_id, version)
    etag = quote_etag(f"{shown.pk.hex}-{number}")
    response: Any = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(page_image(shown, number), content_type="image/png")
    response["ETag"] = etag
    response["Cache-Control"] = KEEP
    return response  # type: ignore[no-any-return]


@page(Permission.READ)
def original(request: MemberRequest, document_id: UUID, version: int) -> StreamingHttpResponse:
    """The file as it was uploaded: to be saved, never to be shown inside this site."""
    shown = _version(request.principal, document_id, version)
    parts = original_of(shown)
    response = StreamingHttpResponse(parts, content_type="application/octet-stream")
    disposition = content_disposition_header(as_attachment=True, filename=shown.file_name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Length"] = str(shown.size)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _version(actor: Principal, document_id: UUID, number: int) -> DocumentVersion:
    document = read_document(actor, document_id)
    version: DocumentVersion = found(document.versions, "version", number=number)
    return version
