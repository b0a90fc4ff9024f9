"""The product's worker, whose reading can be stopped at any point: ``-A pausing_worker``."""

from lectern_workers.app import app
from lectern_workers.runner import HANDLERS

__all__ = ["app"]

HANDLERS.update(dict.fromkeys(HANDLERS, "pausing.ingest_document"))
