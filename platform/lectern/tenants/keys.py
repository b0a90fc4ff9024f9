"""API keys: issuing, hashing and checking them."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from lectern.errors import Invalid, NotAuthenticated
from lectern.tenants import audit
from lectern.tenants.access import KEY_SCOPES, Permission, Principal, require
from lectern.tenants.digest import digest_of
from lectern.tenants.groups import leave_all_groups
from lectern.tenants.models import ApiKey

# The time of last use is a help for people; one write a minute and key is enough for it.
USE_IS_NOTED_EVERY = timedelta(minutes=1)
PURPOSE = "lectern api key"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A new key with its secret, which exists nowhere else and is shown once."""

    row: ApiKey
    secret: str


@transaction.atomic
def issue_key(
    actor: Principal, *, name: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> IssuedKey:
    """Make a key for programs that act for the actor's tenant."""
    require(actor, Permission.MANAGE_KEYS)
    wanted = sorted(set(scopes))
    if not wanted or any(scope not in set(KEY_SCOPES) for scope in wanted):
        raise Invalid(f"A key needs one or more of the scopes {', '.join(sorted(KEY_SCOPES))}")
    prefix = secrets.token_hex(5)
    secret = f"lec_{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKey.objects.create(
        tenant_id=actor.tenant_id,
        name=name.strip() or "unnamed",
        prefix=prefix,
        digest=digest_of(secret, purpose=PURPOSE),
        scopes=wanted,
        created_by_id=actor.user_id,
        expires_at=expires_at,
    )
    audit.record(actor, "key.issued", row, scopes=wanted)
    return IssuedKey(row=row, secret=secret)


@transaction.atomic
def revoke_key(actor: Principal, key: ApiKey) -> None:
    """Make ``key`` useless from the next request on; revoking twice is no error."""
    require(actor, Permission.MANAGE_KEYS)
    _revoke(actor, key)


def revoke_keys_made_by(actor: Principal, user_id: UUID) -> int:
    """Revoke what a person made who is being removed; returns how many keys that were.

    Whoever made a key has seen its secret, and must not come back by it.
    """
    keys = ApiKey.objects.filter(created_by_id=user_id, revoked_at=None).order_by("pk")
    return sum(_revoke(actor, key) for key in keys)


def _revoke(actor: Principal, key: ApiKey) -> bool:
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return False
    leave_all_groups(key_id=key.pk)
    audit.record(actor, "key.revoked", key)
    return True


def key_principal(secret: str) -> Principal:
    """The principal behind ``secret``; one answer for unknown, revoked and expired keys."""
    refusal = NotAuthenticated("This API key is unknown, revoked or expired. Ask for a new one.")
    parts = secret.split("_", 2)
    if len(parts) != 3 or parts[0] != "lec":
        raise refusal
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lectern_api_key(%s)", [parts[1]])
        row = cursor.fetchone()
    if row is None or not hmac.compare_digest(row[3], digest_of(secret, purpose=PURPOSE)):
        raise refusal
    key_id, tenant_id, name, _digest_stored, scopes = row
    return Principal(
        tenant_id=tenant_id,
        permissions=frozenset(Permission(scope) for scope in scopes),
        name=f"key {name}",
        key_id=key_id,
    )


def note_use(key_id: UUID) -> None:
    """Remember that the key was used now. Call it inside the key's tenant."""
    before = timezone.now() - USE_IS_NOTED_EVERY
    unnoted = ApiKey.objects.filter(pk=key_id).exclude(last_used_at__gt=before)
    unnoted.update(last_used_at=timezone.now())
