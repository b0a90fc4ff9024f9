"""The people of a tenant, for its administrators."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lectern.documents.library import found
from lectern.errors import LecternError
from lectern.tenants.access import Permission, Role
from lectern.tenants.models import ApiKey, GroupMember, Membership
from lectern.tenants.people import add_member, change_role, remove_member
from lectern.web.forms import MemberForm, RoleForm
from lectern.web.pages import MemberRequest, page, rows_of_page

ROLE_WORDS = (
    (Role.READER, gettext_lazy("Asks questions and reads documents.")),
    (Role.CURATOR, gettext_lazy("Also adds and deletes documents and collections, runs jobs.")),
    (Role.ADMINISTRATOR, gettext_lazy("Also manages members and API keys.")),
    (Role.AUDITOR, gettext_lazy("Reads documents, jobs and what was done. Asks nothing.")),
)


# Who becomes a member outlives the session that decided it, so a borrowed browser must not.
@page(Permission.MANAGE_MEMBERS, "GET", "POST")
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def members(request: MemberRequest) -> HttpResponse:
    """All members, and inviting one; the link is shown this once.

    Whether the site knows the address already makes no difference to what is said.
    """
    form = MemberForm(request.POST or None)
    invited: dict[str, Any] = {}
    if form.is_valid():
        try:
            invitation = add_member(request.principal, **form.cleaned_data)
        except LecternError as error:
            form.add_error("email", error.message)
        else:
            address = reverse("invitation", args=[invitation.secret])
            link = request.build_absolute_uri(address)
            invited = {"invited": invitation.membership, "link": link}
            form = MemberForm()
    people = Membership.objects.select_related("user").order_by("status", "user__email")
    context = {"form": form, "rows": rows_of_page(request, people), "roles": ROLE_WORDS} | invited
    return render(request, "web/members.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_MEMBERS, "POST")
@reauthentication_required  # type: ignore[untyped-decorator]
def role(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Give a member another role."""
    member = found(Membership.objects.select_related("user"), "member", pk=member_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        change_role(request.principal, member, form.cleaned_data["role"])
        text = _("%(name)s is now %(role)s.")
        role_text = member.get_role_display().lower()
        messages.success(request, text % {"name": member.shown_name, "role": role_text})
    return redirect("members")


@page(Permission.MANAGE_MEMBERS, "GET", "POST")
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def remove(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """End a member's access, after a question."""
    member = found(Membership.objects.select_related("user"), "member", pk=member_id)
    if request.method == "POST":
        name = member.shown_name
        remove_member(request.principal, member)
        messages.success(request, _("%(name)s was removed.") % {"name": name})
        return redirect("members")
    context = {
        "member": member,
        "keys": ApiKey.objects.filter(created_by=member.user, revoked_at=None).count(),
        "groups": GroupMember.objects.filter(user=member.user).count(),
    }
    return render(request, "web/member_remove.html", context)
