"""What a job's handler is given: its input, and the ways to report and to publish."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from lectern.errors import LecternError
from lectern.jobs import queue
from lectern.jobs.models import JobEvent
from lectern.jobs.queue import Claim
from lectern_workers.database import insist
from lectern_workers.heartbeat import Heartbeat

REPORT_SECONDS = 1.0


class PermanentError(LecternError):
    """What the job works on cannot be processed, however often it is tried."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


class Unfinished(Exception):
    """Part of the work is done and stored; the rest is for another turn, after ``delay``.

    So a job that takes hours leaves room for others, and is not killed for taking long.
    """

    def __init__(self, reason: str, delay: timedelta = timedelta()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay


class JobContext:
    """One attempt at a job.

    Handlers run outside any transaction and open ``tenant_context(context.tenant_id)`` for
    short blocks. Every method raises AttemptEnded (JobCancelled or LeaseLost) when this
    attempt is over; a handler lets it pass.
    """

    def __init__(self, claim: Claim, heartbeat: Heartbeat) -> None:
        self._claim = claim
        self._heartbeat = heartbeat
        self._stage = ""
        self._reported_at = 0.0

    @property
    def job_id(self) -> UUID:
        return self._claim.job_id

    @property
    def tenant_id(self) -> UUID:
        return self._claim.tenant_id

    @property
    def attempt(self) -> int:
        return self._claim.attempt

    @property
    def payload(self) -> dict[str, Any]:
        return self._claim.payload

    def progress(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Show that ``done`` of ``total`` are through ``stage``; call it as often as you like.

        At most one call a second is written, besides the first and the last of each stage.
        """
        self._heartbeat.check()
        now = time.monotonic()
        edge = stage != self._stage or (total and done >= total)
        if not edge and now - self._reported_at < REPORT_SECONDS:
            return
        self._stage, self._reported_at = stage, now
        insist(partial(queue.report, self._claim, stage=stage, done=done, total=total))

    def log(self, message: str, level: str = JobEvent.Level.INFO) -> None:
        """Add a line to the job's log, which people read."""
        self._heartbeat.check()
        insist(partial(queue.note, self._claim, message, level=level))

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """A transaction inside the tenant in which this attempt alone may publish its result.

        Keep it short: neither a cancellation nor a sign of life gets through meanwhile.
        """
        self._heartbeat.check()
        # Also finds out whether the connection outlived the work before.
        insist(partial(queue.renew, self._claim))
        with queue.fenced(self._claim):
            yield
