"""Who may do what: principals, their permissions, and the one function that refuses."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from lectern.errors import NotAllowed
from lectern.tenants.models import Membership

Role = Membership.Role


class Permission(StrEnum):
    """Everything that can be allowed or refused; also the scopes of API keys."""

    ASK = "ask"
    READ = "documents:read"
    WRITE = "documents:write"
    READ_JOBS = "jobs:read"
    RUN_JOBS = "jobs:write"
    MANAGE_COLLECTIONS = "collections:write"
    MANAGE_SOURCES = "sources:write"
    EVALUATE = "evaluations:run"
    MANAGE_MEMBERS = "members:write"
    MANAGE_KEYS = "keys:write"
    READ_AUDIT = "audit:read"


_READER = frozenset({Permission.ASK, Permission.READ})
_CURATOR = _READER | {
    Permission.WRITE,
    Permission.READ_JOBS,
    Permission.RUN_JOBS,
    Permission.MANAGE_COLLECTIONS,
}
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.READER: _READER,
    Role.CURATOR: _CURATOR,
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.AUDITOR: frozenset({Permission.READ, Permission.READ_JOBS, Permission.READ_AUDIT}),
}
# A key works with documents and questions; people and keys are managed by people.
KEY_SCOPES: frozenset[Permission] = _CURATOR | {Permission.EVALUATE, Permission.MANAGE_SOURCES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who acts: a person in a tenant, an API key, or the system itself."""

    tenant_id: UUID
    permissions: frozenset[Permission]
    name: str
    user_id: UUID | None = None
    key_id: UUID | None = None

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


def member_principal(membership: Membership, name: str) -> Principal:
    """The principal of a person whose membership is active."""
    return Principal(
        tenant_id=membership.tenant_id,
        permissions=ROLE_PERMISSIONS[membership.role],
        name=name,
        user_id=membership.user_id,
    )


def system_principal(tenant_id: UUID) -> Principal:
    """The platform acting inside a tenant: commands of the operator and jobs."""
    return Principal(tenant_id=tenant_id, permissions=frozenset(Permission), name="system")


def require(actor: Principal, permission: Permission) -> None:
    """Refuse with a sentence unless ``actor`` holds ``permission``."""
    if not actor.may(permission):
        raise NotAllowed(
            f"{actor.name} may not do this: it needs the permission {permission.value!r}. "
            "Ask an administrator of your tenant.",
            permission=permission.value,
        )
