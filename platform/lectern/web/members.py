"""The people of a tenant, for its administrators."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lectern.documents.library import found
from lectern.errors import LecternError
from lectern.tenants.access import Permission, Role
from lectern.tenants.models import Membership
from lectern.tenants.people import add_member, change_role, remove_member
from lectern.web.forms import MemberForm, RoleForm
from lectern.web.pages import MemberRequest, page, rows_of_page

ROLE_WORDS = (
    (Role.READER, gettext_lazy("Asks questions and reads documents.")),
    (Role.CURATOR, gettext_lazy("Also adds and deletes documents and collections, runs jobs.")),
    (Role.ADMINISTRATOR, gettext_lazy("Also manages members and API keys.")),
    (Role.AUDITOR, gettext_lazy("Reads documents, jobs and what was done. Asks nothing.")),
)


@page(Permission.MANAGE_MEMBERS, "GET", "POST")
def members(request: MemberRequest) -> HttpResponse:
    """All members, and adding one. A new person's first password is shown this once."""
    form = MemberForm(request.POST or None)
    added: dict[str, Any] = {}
    if form.is_valid():
        password = secrets.token_urlsafe(12)
        try:
            member = add_member(request.principal, password=password, **form.cleaned_data)
        except LecternError as error:
            form.add_error("email", error.message)
        else:
            # A person who was known already keeps the password they have.
            is_new = member.user.check_password(password)
            added = {"added": member, "password": password if is_new else ""}
            form = MemberForm()
    people = Membership.objects.select_related("user").order_by("status", "user__email")
    context = {"form": form, "rows": rows_of_page(request, people), "roles": ROLE_WORDS} | added
    return render(request, "web/members.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_MEMBERS, "POST")
def role(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Give a member another role."""
    member = found(Membership.objects.select_related("user"), "member", pk=member_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        change_role(request.principal, member, form.cleaned_data["role"])
        text = _("%(name)s is now %(role)s.")
        role_text = member.get_role_display().lower()
        messages.success(request, text % {"name": member.user, "role": role_text})
    return redirect("members")


@page(Permission.MANAGE_MEMBERS, "GET", "POST")
def remove(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """End a member's access, after a question."""
    member = found(Membership.objects.select_related("user"), "member", pk=member_id)
    if request.method == "POST":
        remove_member(request.principal, member)
        messages.success(request, _("%(name)s was removed.") % {"name": member.user})
        return redirect("members")
    return render(request, "web/member_remove.html", {"member": member})
