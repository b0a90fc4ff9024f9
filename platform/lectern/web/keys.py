"""API keys, for administrators."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from lectern.documents.library import found
from lectern.tenants.access import Permission
from lectern.tenants.keys import issue_key, revoke_key
from lectern.tenants.models import ApiKey
from lectern.web.forms import SCOPE_WORDS, KeyForm
from lectern.web.pages import MemberRequest, page, rows_of_page


@page(Permission.MANAGE_KEYS)
def keys(request: MemberRequest) -> HttpResponse:
    """All keys of the tenant, newest first. Their secrets are stored nowhere."""
    rows = ApiKey.objects.select_related("created_by").order_by("-created_at")
    context = {
        "rows": rows_of_page(request, rows),
        "now": timezone.now(),
        "scope_words": SCOPE_WORDS,
    }
    return render(request, "web/keys.html", context)


# A key outlives the session that made it, so a borrowed browser must not make one.
@page(Permission.MANAGE_KEYS, "GET", "POST")
@reauthentication_required(allow_get=False)  # type: ignore[untyped-decorator]
def new(request: MemberRequest) -> HttpResponse:
    """Issue a key; the page that answers the form shows its secret, and nothing else ever does."""
    form = KeyForm(request.POST or None)
    if form.is_valid():
        issued = issue_key(request.principal, **form.issued())
        return render(request, "web/key_issued.html", {"issued": issued})
    return render(request, "web/key_form.html", {"form": form}, status=422 if form.errors else 200)


@page(Permission.MANAGE_KEYS, "GET", "POST")
def revoke(request: MemberRequest, key_id: UUID) -> HttpResponse:
    """Make a key useless, after a question."""
    key = found(ApiKey.objects, "key", pk=key_id)
    if request.method == "POST":
        revoke_key(request.principal, key)
        messages.success(request, _("The key %(name)s was revoked.") % {"name": key.name})
        return redirect("keys")
    return render(request, "web/key_revoke.html", {"key": key})
