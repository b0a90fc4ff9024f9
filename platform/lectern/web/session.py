"""What a person chooses for themselves: the tenant to work in, the theme, the keys."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from lectern.tenants.middleware import SESSION_TENANT
from lectern.tenants.people import tenants_of
from lectern.web.frame import KEYS_COOKIE, THEME_COOKIE, THEMES
from lectern.web.pages import MemberRequest, page

ONE_YEAR = 365 * 24 * 3600


@page(None, "POST")
def switch_tenant(request: MemberRequest) -> HttpResponse:
    """Work in another tenant from now on; a tenant without the person in it changes nothing."""
    user: Any = request.user
    wanted = request.POST.get("tenant", "")
    if wanted in {str(choice.tenant_id) for choice in tenants_of(user)}:
        request.session[SESSION_TENANT] = wanted
    return redirect("ask")


@require_POST
def preferences(request: Any) -> HttpResponse:
    """Keep the theme, or whether single-letter keys work, in a cookie of this browser."""
    response = HttpResponseRedirect(_back(request))
    theme, keys = request.POST.get("theme"), request.POST.get("keys")
    if theme in THEMES:
        _keep(response, THEME_COOKIE, theme, secure=request.is_secure())
    if keys in {"on", "off"}:
        _keep(response, KEYS_COOKIE, keys, secure=request.is_secure())
    return response


def _keep(response: HttpResponse, name: str, value: str, *, secure: bool) -> None:
    response.set_cookie(name, value, max_age=ONE_YEAR, samesite="Lax", secure=secure, httponly=True)


def _back(request: Any) -> str:
    """Where the form says it was sent from, if that is a page of this site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"
