"""Groups, for administrators: who reads restricted documents together."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lectern.documents.access import documents_read_by, documents_read_only_by
from lectern.documents.library import found
from lectern.errors import LecternError
from lectern.tenants.access import Permission
from lectern.tenants.groups import (
    add_key,
    add_person,
    create_group,
    remove_group,
    rename_group,
    take_out_key,
    take_out_person,
)
from lectern.tenants.models import ApiKey, Group, GroupMember, Membership
from lectern.web.forms import GroupForm, GroupMemberForm
from lectern.web.pages import MemberRequest, page, rows_of_page


# Who reads what outlives the session that decided it, so a borrowed browser must not.
@page(Permission.MANAGE_MEMBERS, "GET", "POST")
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def groups(request: MemberRequest) -> HttpResponse:
    """All groups, and making one."""
    form = GroupForm(request.POST or None)
    if form.is_valid():
        try:
            made = create_group(request.principal, **form.cleaned_data)
            return redirect("group", made.pk)
        except LecternError as error:
            form.add_error("name", error.message)
    rows = Group.objects.annotate(size=Count("members")).order_by("name")
    context = {"form": form, "rows": rows_of_page(request, rows)}
    return render(request, "web/groups.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_MEMBERS, "GET", "POST")
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def group(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """One group with its people and keys; renaming it."""
    shown = found(Group.objects, "group", pk=group_id)
    name = shown.name
    form = GroupForm(request.POST or None, initial={"name": name})
    if form.is_valid():
        try:
            rename_group(request.principal, shown, **form.cleaned_data)
            return redirect("group", shown.pk)
        except LecternError as error:
            form.add_error("name", error.message)
    context = _members(shown) | {
        "form": form,
        "group": shown,
        "name": name,
        "documents": documents_read_by(shown).count(),
    }
    return render(request, "web/group.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_MEMBERS, "POST")
@reauthentication_required  # type: ignore[untyped-decorator]
def add(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Put the chosen person or key into a group."""
    into = found(Group.objects, "group", pk=group_id)
    form = GroupMemberForm(request.POST)
    chosen = form.cleaned_data if form.is_valid() else {}
    if person := chosen.get("person"):
        add_person(request.principal, into, found(Membership.objects, "member", pk=person))
    if key := chosen.get("key"):
        add_key(request.principal, into, found(ApiKey.objects, "key", pk=key))
    return redirect("group", into.pk)


@page(Permission.MANAGE_MEMBERS, "POST")
@reauthentication_required  # type: ignore[untyped-decorator]
def remove_person(request: MemberRequest, group_id: UUID, member_id: UUID) -> HttpResponse:
    """Take a person out of a group."""
    group = found(Group.objects, "group", pk=group_id)
    take_out_person(request.principal, group, found(Membership.objects, "member", pk=member_id))
    return redirect("group", group.pk)


@page(Permission.MANAGE_MEMBERS, "POST")
@reauthentication_required  # type: ignore[untyped-decorator]
def remove_key(request: MemberRequest, group_id: UUID, key_id: UUID) -> HttpResponse:
    """Take a key out of a group."""
    group = found(Group.objects, "group", pk=group_id)
    take_out_key(request.principal, group, found(ApiKey.objects, "key", pk=key_id))
    return redirect("group", group.pk)


@page(Permission.MANAGE_MEMBERS, "GET", "POST")
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def delete(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Delete a group, below what that does to the documents it reads."""
    doomed = found(Group.objects, "group", pk=group_id)
    if request.method == "POST":
        remove_group(request.principal, doomed)
        messages.success(request, _("%(name)s was deleted.") % {"name": doomed.name})
        return redirect("groups")
    context = {
        "group": doomed,
        "size": GroupMember.objects.filter(group=doomed).count(),
        "documents": documents_read_by(doomed).count(),
        "alone": documents_read_only_by(doomed).count(),
    }
    return render(request, "web/group_delete.html", context)


def _members(group: Group) -> dict[str, Any]:
    """Who is in the group, and who could be put into it."""
    inside = GroupMember.objects.filter(group=group)
    active = Membership.objects.exclude(status=Membership.Status.REMOVED).select_related("user")
    people = active.order_by("user__email")
    keys = ApiKey.objects.filter(revoked_at=None).order_by("name")
    persons, programs = inside.exclude(user=None), inside.exclude(key=None)
    return {
        "people": people.filter(user__in=persons.values("user")),
        "keys": keys.filter(pk__in=programs.values("key")),
        "other_people": people.exclude(user__in=persons.values("user")),
        "other_keys": keys.exclude(pk__in=programs.values("key")),
    }
