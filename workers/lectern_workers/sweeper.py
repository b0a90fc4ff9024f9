"""The thread of a worker's main process that sweeps jobs, so that no third process is needed."""

import logging
import os
import threading
from datetime import timedelta
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection

from lectern.documents.leftovers import remove_leftovers
from lectern.jobs.sweep import sweep, turn_to_tidy
from lectern.sources.schedule import queue_due_syncs

log = logging.getLogger(__name__)

# Deletion reaches what a killed process left behind within this and LEFT_ALONE_FOR.
TIDIED_EVERY = timedelta(hours=1)


class Sweeper(threading.Thread):
    """Sweeps when started and then every JOB_SWEEP_SECONDS until it is stopped."""

    def __init__(self) -> None:
        super().__init__(name="sweeper", daemon=True)
        self._stopping = threading.Event()
        self._sweeping = threading.Lock()
        # Children are forked from this process. One that is forked in the middle of a sweep
        # would inherit locks of the database driver and the broker that nobody opens there.
        os.register_at_fork(
            before=self._sweeping.acquire,
            after_in_parent=self._sweeping.release,
            after_in_child=self._sweeping.release,
        )

    def run(self) -> None:
        """The thread's work; an error ends one sweep, never the thread."""
        while True:
            with self._sweeping:
                self._sweep()
            if self._stopping.wait(settings.JOB_SWEEP_SECONDS):
                return

    def stop(self, **_: Any) -> None:
        """Let the sweep in progress be the last."""
        self._stopping.set()

    def _sweep(self) -> None:
        try:
            if sweep() is not None:
                queue_due_syncs()
            if turn_to_tidy(TIDIED_EVERY):
                log.info("stored files tidied removed=%d", remove_leftovers())
        except DatabaseError as error:
            log.warning("sweep failed, the next is in %d s: %s", settings.JOB_SWEEP_SECONDS, error)
        except Exception:
            log.exception("sweep failed; the next one is in %d s", settings.JOB_SWEEP_SECONDS)
        finally:
            connection.close()


def attend() -> None:
    """Start the sweep when the worker's main process is ready."""
    worker_ready.connect(_start, weak=False)


def _start(**_: Any) -> None:
    sweeper = Sweeper()
    worker_shutdown.connect(sweeper.stop, weak=False)
    sweeper.start()
