"""Every error as problem JSON (RFC 9457): the one place where the API decides a status."""

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from lectern.api.shapes import Shown
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
from lectern.tenants.denials import note_refusal
from lectern.tenants.middleware import API_PREFIX

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 5

_STATUS: dict[type[LecternError], int] = {
    NotAuthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Invalid: 422,
    Unavailable: 503,
    LecternError: 500,
}
# Our own words: those of http.HTTPStatus differ between Python's versions.
_TITLES: dict[int, str] = {
    400: "Malformed request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Invalid",
    500: "Internal error",
    503: "Unavailable",
    507: "Disk full",
}
# Errors that Django finds before or outside an operation, by their status.
_OUTSIDE: dict[int, tuple[str, str]] = {
    400: ("malformed", "This request cannot be read. Check its headers and its body."),
    404: ("not_found", "There is no such address. The addresses are listed at /api/v1/docs."),
    405: ("method_not_allowed", "This address does not know that method; see the Allow header."),
    413: (
        "too_large",
        "The body of this request is larger than this address accepts. Send files one by one and "
        "split what is too large alone, or ask the operator to raise LECTERN_MAX_UPLOAD_MB.",
    ),
    500: ("internal", "Something failed here. Report the request_id to the operator."),
    503: ("unavailable", "The database does not answer. Try again in a few seconds."),
    507: ("disk_full", "There is no room to store this: the disk is full. Ask the operator."),
}


class FieldError(Shown):
    """What is wrong with one field of a request."""

    field: str
    message: str


class Problem(Shown):
    """An error (RFC 9457). ``code`` is stable; ``detail`` is a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldError] = []


def request_id(request: Any) -> str:
    """The id that the log and the response's X-Request-ID have for ``request``."""
    return str(request.request_id)


def problem_of(
    request: HttpRequest, status: int, code: str, detail: str, errors: Sequence[FieldError] = ()
) -> Problem:
    """The problem that ``request`` met."""
    return Problem(
        type=f"urn:lectern:problem:{code}",
        title=_TITLES.get(status, "Refused"),
        status=status,
        detail=detail,
        code=code,
        request_id=request_id(request),
        errors=list(errors),
    )


def problem_for(request: HttpRequest, error: LecternError) -> Problem:
    """The problem that tells ``error``."""
    return problem_of(request, status_of(error), error.code, error.message)


def status_of(error: LecternError) -> int:
    """The HTTP status of ``error``."""
    if error.code == "disk_full":
        return HTTPStatus.INSUFFICIENT_STORAGE
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def respond(problem: Problem) -> HttpResponse:
    """``problem`` as a response, with the headers that belong to its status."""
    body = problem.model_dump(exclude={"errors"} if not problem.errors else None)
    response = HttpResponse(json.dumps(body), status=problem.status, content_type=PROBLEM_JSON)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="lectern"'
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def answer_errors(api: NinjaAPI) -> None:
    """Have ``api`` answer every expected error with a problem.

    All others leave the operation, so that the request's transaction is rolled back, and
    :class:`ProblemMiddleware` words what Django makes of them.
    """

    @api.exception_handler(LecternError)
    def expected(request: Any, error: LecternError) -> HttpResponse:
        if isinstance(error, NotAllowed):
            note_refusal(request.principal, error.permission)
        return respond(problem_for(request, error))

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        return _outside(request, HTTPStatus.NOT_FOUND)

    @api.exception_handler(HttpError)
    def malformed(request: HttpRequest, error: HttpError) -> HttpResponse:
        return _outside(request, error.status_code)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = [
            FieldError(field=_field(found["loc"]), message=found["msg"]) for found in error.errors
        ]
        detail = "Some fields are missing or wrong; `errors` names each."
        return respond(problem_of(request, 422, "invalid", detail, fields))


class ProblemMiddleware:
    """Gives problem JSON to those errors on API addresses that no operation met.

    Unknown addresses, wrong methods, refused hosts and failures of the server would reach
    the client as pages otherwise. The status is already right; the headers stay.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            request.path_info.startswith(API_PREFIX)
            and response.status_code >= HTTPStatus.BAD_REQUEST
            and response.get("Content-Type") != PROBLEM_JSON
            and isinstance(response, HttpResponse)
        ):
            body = _outside(request, response.status_code).content
            response.content = body
            response["Content-Type"] = PROBLEM_JSON
            response["Content-Length"] = str(len(body))
        return response


def _field(place: Sequence[str | int]) -> str:
    """``body.name`` for the field of a body, which ninja puts below our parameter's name."""
    inner = place[1:] if place[:2] == ("body", "body") else place
    return ".".join(str(part) for part in inner)


def _outside(request: HttpRequest, status: int) -> HttpResponse:
    code, detail = _OUTSIDE.get(status, ("refused", "This request was refused."))
    return respond(problem_of(request, status, code, detail))


def described(*statuses: int) -> dict[int, Any]:
    """These error responses as an OpenAPI document describes them."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _TITLES[status], "content": content} for status in statuses}
