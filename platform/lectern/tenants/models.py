"""Tenants, the people and keys that act for them, and the record of what they did."""

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_scopes import ScopedManager
from uuid6 import uuid7


def new_id() -> UUID:
    """A time-ordered identifier (UUIDv7, RFC 9562): new rows stay together in the index."""
    return UUID(int=uuid7().int)


if TYPE_CHECKING:
    Row = TypeVar("Row", bound=models.Model)

    class TenantManager(models.Manager[Row]):
        """For the type checker: what django-scopes makes is a manager like Django's own."""

    class TenantOwnedManager(models.Manager[Row]):
        """For the type checker: what django-scopes makes is a manager like Django's own."""

else:

    class TenantManager(type(ScopedManager(tenant="id"))):
        """Finds the tenant that is open, and refuses to look when none is."""

    class TenantOwnedManager(type(ScopedManager(tenant="tenant_id"))):
        """Finds rows of the tenant that is open, and refuses to look when none is."""


class UserManager(BaseUserManager["User"]):
    """Creates people; allauth asks for these names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who signs in. People belong to no tenant; memberships do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def awaits_activation(self) -> bool:
        """Whether an invitation made this account and nobody has accepted one yet."""
        return not self.has_usable_password() and self.last_login is None


class Tenant(models.Model):
    """A company, or a part of one, whose documents nobody else sees."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TenantManager()

    def __str__(self) -> str:
        return self.name


class TenantOwned(models.Model):
    """Base of every row that belongs to a tenant; a query outside a scope raises."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.DO_NOTHING, related_name="+")

    objects = TenantOwnedManager()

    class Meta:
        abstract = True


class Membership(TenantOwned):
    """A person's place in a tenant."""

    class Role(models.TextChoices):
        READER = "reader", "Reader"
        CURATOR = "curator", "Curator"
        ADMINISTRATOR = "administrator", "Administrator"
        AUDITOR = "auditor", "Auditor"

    class Status(models.TextChoices):
        INVITED = "invited", "Invited"
        ACTIVE = "active", "Active"
        REMOVED = "removed", "Removed"

    TRANSITIONS: ClassVar[dict[str, list[str]]] = {
        "invited": ["invited", "active", "removed"],
        "active": ["removed"],
        "removed": ["invited"],
    }

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now)
    # Of the link that makes an invited person a member; the link itself was shown once.
    invitation_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    invitation_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="membership_once_per_tenant"),
            models.CheckConstraint(
                condition=Q(role__in=["reader", "curator", "administrator", "auditor"]),
                name="membership_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role}"

    @property
    def shown_name(self) -> str:
        """The person's name for the tenant's administrators, who typed no more than an address.

        What somebody else's address is called stays unsaid until that person has joined.
        """
        return str(self.user) if self.status == self.Status.ACTIVE else self.user.email


class ApiKey(TenantOwned):
    """A program's credential. Only its HMAC is stored; the key itself was shown once."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class AuditEvent(TenantOwned):
    """Something that was done. Rows are added and read, never changed (a trigger refuses)."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=200)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["tenant", "-at"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.actor} {self.action}"


class Group(TenantOwned):
    """People and keys of a tenant that may read the same restricted documents."""

    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="group_name_once")]

    def __str__(self) -> str:
        return self.name


class GroupMember(TenantOwned):
    """A person's, or a key's, place in a group."""

    group = models.ForeignKey(
        Group, on_delete=models.DO_NOTHING, db_constraint=False, related_name="members"
    )
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    key = models.ForeignKey(
        ApiKey, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "group", "user"], name="group_person_once"),
            models.UniqueConstraint(fields=["tenant", "group", "key"], name="group_key_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, key__isnull=True)
                | Q(user__isnull=True, key__isnull=False),
                name="group_member_person_or_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.key_id} in {self.group_id}"
