"""Tenants and the people in them: founding, inviting, changing roles, removing."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from lectern.errors import Conflict, Invalid
from lectern.lifecycle import InvalidTransition, advance
from lectern.tenants import audit
from lectern.tenants.access import (
    ROLE_PERMISSIONS,
    Permission,
    Principal,
    Role,
    require,
    system_principal,
)
from lectern.tenants.models import Membership, Tenant, User, new_id
from lectern.tenants.scoping import tenant_context


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChoice:
    """A tenant that a person may work in."""

    tenant_id: UUID
    slug: str
    name: str
    role: str


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
def add_member(
    actor: Principal, *, email: str, role: str, password: str | None = None, name: str = ""
) -> Membership:
    """Let the person with ``email`` work in the actor's tenant, creating them if new.

    A password is set only for a new person: an administrator of one tenant must not be
    able to take over somebody who also belongs to another.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    if role not in Role.values:
        raise Invalid(f"{role!r} is no role. Roles are {', '.join(Role.values)}.")
    if "@" not in email:
        raise Invalid(f"{email!r} is not an e-mail address")
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = User.objects.create_user(email.strip(), password, name=name)
    member = Membership.objects.filter(user=user).first()
    if member is None:
        member = Membership.objects.create(tenant_id=actor.tenant_id, user=user, role=role)
    elif member.status == Membership.Status.REMOVED:
        advance(member, Membership.Status.ACTIVE, role=role)
    else:
        raise Conflict(f"{email} is already a member. Change the role instead.")
    audit.record(actor, "member.added", member, role=role)
    return member


@transaction.atomic
def change_role(actor: Principal, member: Membership, role: str) -> Membership:
    """Give ``member`` another role."""
    require(actor, Permission.MANAGE_MEMBERS)
    if role not in Role.values:
        raise Invalid(f"{role!r} is no role. Roles are {', '.join(Role.values)}.")
    _keep_one_administrator(member, becoming=role)
    former, member.role = member.role, role
    member.save(update_fields=["role"])
    audit.record(actor, "member.role_changed", member, former=former, role=role)
    return member


@transaction.atomic
def remove_member(actor: Principal, member: Membership) -> None:
    """End ``member``'s access with their next request."""
    require(actor, Permission.MANAGE_MEMBERS)
    _keep_one_administrator(member, becoming=None)
    try:
        advance(member, Membership.Status.REMOVED)
    except InvalidTransition as error:
        raise Conflict("This member was removed already") from error
    audit.record(actor, "member.removed", member)


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
