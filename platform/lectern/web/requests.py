"""What every request gets: an id, safe headers, a page for each error, a frame around pages."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from lectern.errors import NotAllowed, TooLarge
from lectern.tenants.denials import note_refusal
from lectern.tenants.middleware import API_PREFIX
from lectern.web.errors import page_of_error, page_of_expected
from lectern.web.frame import frame_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

HEADERS = {
    # Pages are private; what may be kept says so itself.
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Of a multipart body, for boundaries and the other fields beside the file.
FORM_BYTES = 1024 * 1024


class RequestIdMiddleware:
    """Gives each request an id that errors show and the response carries."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.request_id = uuid4().hex
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class ErrorPageMiddleware:
    """Turns the errors of operations into pages; those of the API are the API's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _body_bytes(request) > settings.MAX_UPLOAD_MB * 1024 * 1024 + FORM_BYTES:
            # Answered before the body is taken apart, which would copy it.
            return page_of_error(
                request,
                TooLarge(
                    f"This is larger than {settings.MAX_UPLOAD_MB} MB, the limit of this site. "
                    "Send files one by one, or split a file that is too large alone."
                ),
            )
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if request.path_info.startswith(API_PREFIX):
            return None
        if isinstance(exception, NotAllowed):
            note_refusal(getattr(request, "principal", None), exception.permission)
        # What nobody expected goes on to Django, which logs it with its trace.
        return page_of_expected(request, exception)


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """The context of every template: what stands around a page, worked out when first used."""
    return {"frame": SimpleLazyObject(lambda: frame_of(request))}


def _body_bytes(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
