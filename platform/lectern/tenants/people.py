"""Tenants and the people in them: founding, inviting, changing roles, removing."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone

from lectern.errors import Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound
from lectern.lifecycle import InvalidTransition, advance
from lectern.tenants import audit
from lectern.tenants.access import (
    ROLE_PERMISSIONS,
    Permission,
    Principal,
    Role,
    member_principal,
    require,
    system_principal,
)
from lectern.tenants.digest import digest_of
from lectern.tenants.groups import leave_all_groups
from lectern.tenants.keys import revoke_keys_made_by
from lectern.tenants.models import Membership, Tenant, User, new_id
from lectern.tenants.scoping import tenant_context

INVITED = Membership.Status.INVITED
INVITATION_LASTS = timedelta(days=7)
NO_INVITATION = (
    "This invitation is unknown, used, out of date, or for somebody else than who is signed in. "
    "Sign out and open the link again, or ask for a new one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChoice:
    """A tenant that a person may work in."""

    tenant_id: UUID
    slug: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A place in a tenant, and the secret of the link to it, which is shown once."""

    membership: Membership
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """What the holder of a valid link is invited to, and as whom."""

    tenant_id: UUID
    tenant_name: str
    person: User


def found_tenant(*, name: str, slug: str) -> Tenant:
    """Create a tenant. Only the operator does this; ``slug`` must be new."""
    if tenant_by_slug(slug) is not None:
        raise Conflict(f"There is already a tenant {slug!r}. Choose another short name.")
    tenant_id = new_id()
    with tenant_context(tenant_id):
        tenant: Tenant = Tenant.objects.create(id=tenant_id, name=name, slug=slug)
        audit.record(system_principal(tenant_id), "tenant.founded", tenant)
    return tenant


def tenant_by_slug(slug: str) -> UUID | None:
    """The id of the tenant with this short name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lectern_tenant_id(%s)", [slug])
        row: tuple[UUID | None] = cursor.fetchone()
    return row[0]


def all_tenants() -> list[UUID]:
    """The ids of all tenants, oldest first; for the operator's commands and sweeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lectern_tenants()")
        return [row[0] for row in cursor.fetchall()]


def tenants_of(user: User) -> list[TenantChoice]:
    """The tenants in which ``user`` is an active member, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lectern_memberships(%s)", [user.pk])
        rows = cursor.fetchall()
    return [
        TenantChoice(tenant_id=tenant_id, slug=slug, name=name, role=role)
        for tenant_id, slug, name, role in rows
    ]


def active_membership(user: User, preferred: UUID | None) -> Principal | None:
    """Who ``user`` is now: in the preferred tenant, else in the first; None without any."""
    choices = tenants_of(user)
    if not choices:
        return None
    choice = next((c for c in choices if c.tenant_id == preferred), choices[0])
    return Principal(
        tenant_id=choice.tenant_id,
        permissions=ROLE_PERMISSIONS[choice.role],
        name=str(user),
        user_id=user.pk,
    )


@transaction.atomic
def add_member(actor: Principal, *, email: str, role: str) -> Invitation:
    """Invite the person with ``email`` into the actor's tenant; a former link becomes useless.

    They are a member only once they have accepted with the link. So an administrator gives a
    place to whoever holds the link, and nobody gets one by having claimed an address before.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    _check_role(role)
    found, _ = User.objects.get_or_create(
        email=_checked_email(email), defaults={"password": make_password(None)}
    )
    # Two invitations of one person at once would otherwise both make a row.
    person = User.objects.select_for_update().get(pk=found.pk)
    secret = secrets.token_urlsafe(32)
    link: dict[str, Any] = {
        "invitation_digest": _digest(secret),
        "invitation_expires_at": _week_from_now(),
    }
    member = Membership.objects.filter(user=person).first()
    if member is None:
        member = Membership.objects.create(
            tenant_id=actor.tenant_id, user=person, role=role, status=INVITED, **link
        )
    else:
        try:
            advance(member, INVITED, role=role, **link)
        except InvalidTransition as error:
            message = f"{email} is already a member. Change the role instead."
            raise Conflict(message) from error
    audit.record(actor, "member.invited", member, role=role)
    return Invitation(membership=member, secret=secret)


def open_invitation(secret: str, *, visitor: User | None) -> OpenInvitation:
    """What the link with ``secret`` invites to; ``visitor`` is who is signed in.

    NotFound in one way for links that are unknown, used, expired or for somebody else.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lectern_invitation(%s)", [_digest(secret)])
        row = cursor.fetchone()
    if row is None or (visitor is not None and visitor.pk != row[2]):
        raise NotFound(NO_INVITATION)
    tenant_id, tenant_name, user_id = row
    return OpenInvitation(
        tenant_id=tenant_id, tenant_name=tenant_name, person=User.objects.get(pk=user_id)
    )


def accept_invitation(
    secret: str, *, visitor: User | None, name: str = "", password: str = ""
) -> Membership:
    """Make the invited person a member, once.

    Who has an account must be signed in with it (``visitor``). Who has none gets one with
    ``name`` and ``password``: the first holder of a valid link becomes that person on this site.
    """
    invitation = open_invitation(secret, visitor=visitor)
    with tenant_context(invitation.tenant_id):
        # Of two links for one new person, one sets the password and the other then has to ask.
        person = User.objects.select_for_update().get(pk=invitation.person.pk)
        if visitor is None:
            _activate(person, name=name, password=password)
        member = Membership.objects.filter(user=person, invitation_digest=_digest(secret)).first()
        if member is None:
            raise NotFound(NO_INVITATION)
        try:
            used: dict[str, Any] = {"invitation_digest": None, "invitation_expires_at": None}
            advance(member, Membership.Status.ACTIVE, unchanged=["invitation_digest"], **used)
        except InvalidTransition as error:
            raise NotFound(NO_INVITATION) from error
        audit.record(member_principal(member, str(person)), "member.joined", member)
    return member


@transaction.atomic
def enrol_member(
    actor: Principal, *, email: str, role: str, password: str, name: str = ""
) -> Membership:
    """Make a new person a member at once, with ``password``. Only the operator does this.

    Refused if the address is known: its owner must not find somebody else's password on it.
    """
    if actor.user_id is not None or actor.key_id is not None:
        raise NotAllowed("Only the operator enrols people. Invite them instead.")
    _check_role(role)
    email = _checked_email(email)
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict(f"{email} is known on this site already. Invite them instead.")
    person = User.objects.create_user(email, password, name=name)
    member: Membership = Membership.objects.create(
        tenant_id=actor.tenant_id, user=person, role=role
    )
    audit.record(actor, "member.enrolled", member, role=role)
    return member


@transaction.atomic
def change_role(actor: Principal, member: Membership, role: str) -> Membership:
    """Give ``member`` another role."""
    require(actor, Permission.MANAGE_MEMBERS)
    _check_role(role)
    _keep_one_administrator(member, becoming=role)
    former, member.role = member.role, role
    member.save(update_fields=["role"])
    audit.record(actor, "member.role_changed", member, former=former, role=role)
    return member


@transaction.atomic
def remove_member(actor: Principal, member: Membership) -> None:
    """End ``member``'s access, and that of the keys they made, with the next request."""
    require(actor, Permission.MANAGE_MEMBERS)
    _keep_one_administrator(member, becoming=None)
    try:
        advance(member, Membership.Status.REMOVED, invitation_digest=None)
    except InvalidTransition as error:
        raise Conflict("This member was removed already") from error
    leave_all_groups(user_id=member.user_id)
    keys = revoke_keys_made_by(actor, member.user_id)
    audit.record(actor, "member.removed", member, keys=keys)


def _activate(person: User, *, name: str, password: str) -> None:
    if not person.awaits_activation:
        raise NotAuthenticated(
            f"{person.email} has an account here. Sign in with it, then open the link again."
        )
    person.name = name.strip()
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    person.set_password(password)
    person.save(update_fields=["name", "password"])


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise Invalid(f"{role!r} is no role. Roles are {', '.join(Role.values)}.")


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(f"{email!r} is not an e-mail address") from error
    return email


def _digest(secret: str) -> str:
    return digest_of(secret, purpose="lectern invitation")


def _week_from_now() -> datetime:
    return timezone.now() + INVITATION_LASTS


def _keep_one_administrator(member: Membership, *, becoming: str | None) -> None:
    if member.role != Role.ADMINISTRATOR or becoming == Role.ADMINISTRATOR:
        return
    # Locks the administrators, so that the last two cannot demote each other at once; always in
    # one order, so that they do not wait for each other.
    administrators = (
        Membership.objects.select_for_update()
        .filter(role=Role.ADMINISTRATOR, status=Membership.Status.ACTIVE)
        .order_by("pk")
    )
    if not [other for other in administrators if other.pk != member.pk]:
        raise Conflict("This is the only administrator. Make somebody else administrator first.")
