"""The product's worker with ``exercises`` in place of every handler: ``-A exercise_worker``."""

from lectern_workers.app import app
from lectern_workers.runner import HANDLERS

__all__ = ["app"]

HANDLERS.update(dict.fromkeys(HANDLERS, "exercises.exercise"))
