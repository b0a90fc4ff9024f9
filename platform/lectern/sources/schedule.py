"""Queueing the syncs that are due, of all tenants."""

import logging
from uuid import UUID

from django.db import connection

from lectern.sources.keeping import queue_sync
from lectern.sources.models import Source
from lectern.tenants.scoping import tenant_context

log = logging.getLogger(__name__)


def queue_due_syncs() -> int:
    """Queue a sync of each source whose time has come; how many. Called by the sweep."""
    due = _due()
    for tenant_id, source_id in due:
        with tenant_context(tenant_id):
            source = Source.objects.filter(pk=source_id, next_sync_at__isnull=False).first()
            if source is not None:
                queue_sync(source)
    if due:
        log.info("queued due syncs sources=%d", len(due))
    return len(due)


def _due() -> list[tuple[UUID, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, source_id FROM lectern_due_sources()")
        rows: list[tuple[UUID, UUID]] = cursor.fetchall()
    return rows
