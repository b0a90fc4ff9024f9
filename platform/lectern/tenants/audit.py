"""The only way to write down what was done."""

from typing import Any

from django.db import models

from lectern.tenants.access import Principal
from lectern.tenants.models import AuditEvent


def record(actor: Principal, action: str, subject: models.Model, **detail: Any) -> AuditEvent:
    """Add one event, in the caller's transaction, so that it is there exactly if the change is."""
    event: AuditEvent = AuditEvent.objects.create(
        tenant_id=actor.tenant_id,
        actor=actor.name,
        actor_id=actor.user_id or actor.key_id,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        detail=detail,
    )
    return event
