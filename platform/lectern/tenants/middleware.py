"""Finds out who sends a request and opens that tenant for it."""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from lectern.errors import NotAuthenticated
from lectern.tenants.access import Principal
from lectern.tenants.keys import key_principal, note_use
from lectern.tenants.people import active_membership
from lectern.tenants.scoping import tenant_context

API_PREFIX = "/api/"
SESSION_TENANT = "tenant_id"


class TenantMiddleware:
    """Sets ``request.principal`` (None for a stranger) and works inside its tenant.

    The only place that reads credentials: API paths accept a bearer key and ignore
    cookies, so that they need no CSRF token; pages accept a session and ignore keys.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.principal, request.refusal = None, None
        try:
            request.principal = _principal(request)
        except NotAuthenticated as refusal:
            request.refusal = refusal
        if request.principal is None:
            return self.get_response(request)
        with suppress(_Failed), tenant_context(request.principal.tenant_id):
            if request.principal.key_id is not None:
                note_use(request.principal.key_id)
            response = self.get_response(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                # Django has made a response of the exception already, so nothing else would
                # undo what was half written.
                raise _Failed
        if response.streaming:
            # Otherwise the stream would keep its pooled connection until its last word.
            connection.close()
        return response


class _Failed(Exception):
    """Undoes what a request wrote that ended in an error of the server."""


def _principal(request: Any) -> Principal | None:
    if request.path_info.startswith(API_PREFIX):
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        return key_principal(secret.strip()) if scheme.lower() == "bearer" else None
    if not request.user.is_authenticated:
        return None
    chosen = request.session.get(SESSION_TENANT)
    return active_membership(request.user, UUID(chosen) if chosen else None)
