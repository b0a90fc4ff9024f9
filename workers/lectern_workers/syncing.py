"""The job that brings a collection up to date with a source."""

from typing import Any
from uuid import UUID

from lectern.sources.syncing import sync_source as sync
from lectern_workers.context import JobContext


def sync_source(context: JobContext) -> dict[str, Any]:
    """Fetch what is new or changed in the source, remove what is gone; counts by kind."""
    source_id = UUID(context.payload["source_id"])
    return dict(sync(context.tenant_id, source_id, context.job_id, context.progress))
