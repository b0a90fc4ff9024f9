"""A page for every error: what happened, what to do, and the id to quote."""

import errno
import sys
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lectern.errors import (
    Conflict,
    Invalid,
    LecternError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    TooLarge,
    Unavailable,
)

RETRY_AFTER_SECONDS = 5

_STATUS: dict[type[LecternError], int] = {
    NotAuthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Invalid: 400,
    Unavailable: 503,
    LecternError: 500,
}
_TITLES = {
    400: gettext_lazy("That cannot be accepted as it is"),
    401: gettext_lazy("Sign in first"),
    403: gettext_lazy("You may not do this"),
    404: gettext_lazy("There is nothing here"),
    405: gettext_lazy("This address does not do that"),
    409: gettext_lazy("That is not possible now"),
    413: gettext_lazy("That is too large"),
    429: gettext_lazy("Too many attempts"),
    500: gettext_lazy("Something failed here"),
    503: gettext_lazy("Not available at the moment"),
    507: gettext_lazy("The disk is full"),
}
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def status_of(error: LecternError) -> int:
    """The HTTP status of ``error``."""
    if error.code == "disk_full":
        return HTTPStatus.INSUFFICIENT_STORAGE
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def error_page(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """The page for ``status``. From 500 on it needs no database."""
    knows_sender = status < 500 and getattr(request, "principal", None) is not None
    context = {
        "layout": "web/base.html" if knows_sender else "web/bare.html",
        "status": status,
        "title": _TITLES.get(status, _("This did not work")),
        "message": message,
    }
    response = render(request, "web/error.html", context, status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def page_of_error(request: HttpRequest, error: LecternError) -> HttpResponse:
    """The page that tells ``error``."""
    return error_page(request, status_of(error), error.message)


def page_of_expected(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The page for an error that can happen in good order; None for all others."""
    match error:
        case LecternError():
            return page_of_error(request, error)
        case OperationalError() | InterfaceError():
            message = _("The database does not answer. Try again in a few seconds.")
            return error_page(request, 503, message)
        case OSError() if error.errno in _FULL_DISK:
            message = _("There is no room to store this. Nothing was kept. Tell the operator.")
            return error_page(request, 507, message)
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``, called while the exception is handled. Tells no inner detail."""
    if (expected := page_of_expected(request, sys.exception())) is not None:
        return expected
    message = _("Try again. If it happens twice, send the request id to the operator.")
    return error_page(request, 500, message)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's ``handler404``."""
    message = _("The address is wrong, or what it led to was deleted.")
    return error_page(request, 404, message)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's ``handler403``."""
    return error_page(request, 403, _("Ask an administrator of your tenant."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's ``handler400``: what it found suspicious, or too large to read."""
    if isinstance(exception, RequestDataTooBig):
        return error_page(request, 413, _("The form holds more text than this site accepts."))
    return error_page(request, 400, _("The request cannot be read. Go back and try again."))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """What allauth calls when somebody tries too often."""
    return error_page(request, 429, _("Wait a few minutes, then try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's ``CSRF_FAILURE_VIEW``: a form without a valid token."""
    message = _(
        "This form is out of date, or cookies are off. Load the page again and send it once more."
    )
    return error_page(request, 403, message)


def method_not_allowed(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse:
    """The page for a method that an address does not know."""
    page = error_page(request, 405, _("Go back and use the buttons of the page."))
    page["Allow"] = ", ".join(allowed)
    return page
