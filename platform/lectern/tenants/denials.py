"""Writing down what was refused, without letting who is refused fill the record."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from lectern.tenants import audit
from lectern.tenants.access import Principal
from lectern.tenants.models import AuditEvent, Tenant

DENIED = "denied"
# The same refusal of the same actor is written once in this time, and no more than so many of all.
AGAIN_AFTER = timedelta(minutes=10)
MOST = 50


def note_denial(actor: Principal, subject: models.Model, *, permission: str) -> None:
    """Record that ``actor`` was refused ``subject`` for want of ``permission``."""
    who = actor.user_id or actor.key_id
    recent = AuditEvent.objects.filter(
        at__gt=timezone.now() - AGAIN_AFTER, action=DENIED, actor_id=who
    )
    noted = list(recent.values_list("subject_id", "detail")[:MOST])
    detail = {"permission": permission}
    if len(noted) < MOST and (subject.pk, detail) not in noted:
        audit.record(actor, DENIED, subject, **detail)


def note_refusal(actor: Principal | None, permission: str) -> None:
    """Record that ``actor`` may not do something that needs ``permission``, whatever it was."""
    if actor is not None:
        note_denial(actor, Tenant(pk=actor.tenant_id), permission=permission)
