"""Accepting an invitation, for whoever holds its link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lectern.errors import Invalid
from lectern.tenants.middleware import SESSION_TENANT
from lectern.tenants.models import User
from lectern.tenants.people import OpenInvitation, accept_invitation, open_invitation
from lectern.web.forms import InvitationForm


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Join a tenant: with the account that one has, or with a name and a password chosen here."""
    visitor = request.user if isinstance(request.user, User) else None
    invited = open_invitation(token, visitor=visitor)
    asks_password = visitor is None and invited.person.awaits_activation
    form = InvitationForm(request.POST if asks_password and request.method == "POST" else None)
    if request.method == "POST" and (form.is_valid() or not asks_password):
        given = form.cleaned_data if asks_password else {}
        try:
            accept_invitation(token, visitor=visitor, **given)
        except Invalid as error:
            form.add_error("password", error.message)
        else:
            return _joined(request, invited, visitor)
    context = {"form": form, "invited": invited, "visitor": visitor}
    status = 422 if form.errors else 200
    return render(request, "web/invitation.html", context, status=status)


def _joined(request: HttpRequest, invited: OpenInvitation, visitor: User | None) -> HttpResponse:
    text = _("You are now a member of %(tenant)s.") % {"tenant": invited.tenant_name}
    messages.success(request, text)
    if visitor is None:
        return redirect("account_login")
    request.session[SESSION_TENANT] = str(invited.tenant_id)
    return redirect("ask")
