"""What a page asks of its reader before its view runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page as PageOfRows
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from lectern.tenants.access import Permission, Principal, require
from lectern.web.errors import method_not_allowed

ROWS = 25
Rest = ParamSpec("Rest")


class MemberRequest(HttpRequest):
    """A request that got past :func:`page`."""

    principal: Principal
    htmx: HtmxDetails
    request_id: str


View = Callable[Concatenate[MemberRequest, Rest], HttpResponseBase]
GuardedView = Callable[Concatenate[Any, Rest], HttpResponseBase]


def page(
    permission: Permission | None = None, *methods: str
) -> Callable[[View[Rest]], GuardedView[Rest]]:
    """The view is for signed-in members with ``permission``, and for ``methods`` (else GET).

    Strangers are led to the sign-in page and back.
    """
    allowed = tuple(methods) or ("GET",)

    def decorate(view: View[Rest]) -> GuardedView[Rest]:
        @wraps(view)
        def guarded(request: Any, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if request.principal is None:
                return _turn_away(request)
            if request.method not in {*allowed, "HEAD" if "GET" in allowed else ""}:
                return method_not_allowed(request, allowed)
            if permission is not None:
                require(request.principal, permission)
            return view(request, *args, **kwargs)

        return cast("GuardedView[Rest]", guarded)

    return decorate


def rows_of_page(request: HttpRequest, rows: Any, size: int = ROWS) -> PageOfRows:  # type: ignore[type-arg]
    """The part of ``rows`` that ``?page=`` names; the last one if it names too high a number."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def id_of(text: Any) -> UUID | None:
    """The id that ``text`` spells, if it spells one."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _turn_away(request: Any) -> HttpResponse:
    if request.user.is_authenticated:
        return render(request, "web/no_tenant.html", status=403)
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    path = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(path)
