"""Groups: the people and keys that may read the same restricted documents."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from lectern.errors import Conflict, Invalid
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require
from lectern.tenants.models import ApiKey, Group, GroupMember, Membership

LONGEST_NAME = 100  # characters


def create_group(actor: Principal, *, name: str) -> Group:
    """A new group without members. Its name must be new in the tenant."""
    require(actor, Permission.MANAGE_MEMBERS)
    name = _checked_name(name)
    try:
        with transaction.atomic():
            group: Group = Group.objects.create(tenant_id=actor.tenant_id, name=name)
            audit.record(actor, "group.created", group, name=name)
    except IntegrityError as error:
        raise _taken(name) from error
    return group


def rename_group(actor: Principal, group: Group, *, name: str) -> Group:
    """Give ``group`` another name; who is in it and what it reads stay."""
    require(actor, Permission.MANAGE_MEMBERS)
    former, group.name = group.name, _checked_name(name)
    try:
        with transaction.atomic():
            group.save(update_fields=["name"])
            audit.record(actor, "group.renamed", group, former=former, name=group.name)
    except IntegrityError as error:
        raise _taken(group.name) from error
    return group


@transaction.atomic
def remove_group(actor: Principal, group: Group) -> None:
    """Delete ``group``. What only it could read stays restricted: then nobody new reads it."""
    require(actor, Permission.MANAGE_MEMBERS)
    audit.record(actor, "group.removed", group, name=group.name)
    # Its members, and its places among the readers of documents, follow by the database's cascade.
    Group.objects.filter(pk=group.pk).delete()


@transaction.atomic
def add_person(actor: Principal, group: Group, member: Membership) -> None:
    """Put ``member`` into ``group``; once more is no error."""
    require(actor, Permission.MANAGE_MEMBERS)
    # Held, so that a removal at the same moment either refuses this or takes it out again.
    held = Membership.objects.select_for_update().filter(pk=member.pk).first()
    if held is None or held.status == Membership.Status.REMOVED:
        raise Conflict("This member was removed. Invite them again first.")
    _add(actor, group, user_id=held.user_id)


@transaction.atomic
def add_key(actor: Principal, group: Group, key: ApiKey) -> None:
    """Put the program that uses ``key`` into ``group``; once more is no error."""
    require(actor, Permission.MANAGE_MEMBERS)
    held = ApiKey.objects.select_for_update().filter(pk=key.pk).first()
    if held is None or held.revoked_at is not None:
        raise Conflict(f"The key {key.name} was revoked. Choose another.")
    _add(actor, group, key_id=held.pk)


def take_out_person(actor: Principal, group: Group, member: Membership) -> None:
    """Take ``member`` out of ``group``; it is no error if they are not in it."""
    _take_out(actor, group, user_id=member.user_id)


def take_out_key(actor: Principal, group: Group, key: ApiKey) -> None:
    """Take ``key`` out of ``group``; it is no error if it is not in it."""
    _take_out(actor, group, key_id=key.pk)


def leave_all_groups(**who: UUID) -> None:
    """Take ``user_id`` or ``key_id``, which loses its access, out of every group."""
    GroupMember.objects.filter(**who).delete()


def _add(actor: Principal, group: Group, **who: Any) -> None:
    _, new = GroupMember.objects.get_or_create(tenant_id=actor.tenant_id, group=group, **who)
    if new:
        audit.record(actor, "group.joined", group, **_spelled(who))


@transaction.atomic
def _take_out(actor: Principal, group: Group, **who: Any) -> None:
    require(actor, Permission.MANAGE_MEMBERS)
    gone, _ = GroupMember.objects.filter(group=group, **who).delete()
    if gone:
        audit.record(actor, "group.left", group, **_spelled(who))


def _spelled(who: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in who.items()}


def _checked_name(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(f"A group needs a name of 1 to {LONGEST_NAME} characters")
    return name


def _taken(name: str) -> Conflict:
    return Conflict(f"There is already a group {name!r}. Choose another name.")
