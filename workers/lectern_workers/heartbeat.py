"""The thread that keeps a running job's lease, so that slow work differs from dead work."""

import logging
import threading
from types import TracebackType

from django.conf import settings
from django.db import DatabaseError, connection

from lectern.jobs.queue import AttemptEnded, Claim, renew

log = logging.getLogger(__name__)


class Heartbeat:
    """Renews the lease while its block runs, over a connection of its own."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._ended: AttemptEnded | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def check(self) -> None:
        """Raise AttemptEnded if a beat learned that this attempt is over."""
        if self._ended is not None:
            raise self._ended

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stopping.wait(settings.JOB_HEARTBEAT_SECONDS):
                self._renew()
                if self._ended is not None:
                    return
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            renew(self._claim)
        except AttemptEnded as ended:
            self._ended = ended
        except DatabaseError as error:
            # The database may be back before the lease runs out; the next beat sees.
            log.warning("lease not renewed job=%s reason=%s", self._claim.job_id, error)
            connection.close()
