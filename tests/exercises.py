"""A handler that does what the job's payload says, for tests of faults.

The payload's ``steps`` are done in order; ``again`` are those of later attempts, if given.
A step is ``[name, argument]``.
"""

import ctypes
import os
import time
from pathlib import Path
from typing import Any

from lectern.jobs.models import JobEvent
from lectern_workers.context import JobContext

PUBLISHED = "published"


def exercise(context: JobContext) -> dict[str, Any]:
    steps = context.payload["steps"]
    if context.attempt > 1:
        steps = context.payload.get("again", steps)
    for name, argument in steps:
        STEPS[name](context, argument)
    return {"attempt": context.attempt}


def work(context: JobContext, seconds: float) -> None:
    """Report progress for some seconds, as a handler does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        context.progress("working")
        time.sleep(0.05)


def hang(context: JobContext, seconds: float) -> None:
    """Report nothing for some seconds."""
    time.sleep(seconds)


def publish(context: JobContext, seconds: float) -> None:
    """Replace what an earlier attempt published, in a transaction of some seconds.

    The file ``signal`` appears meanwhile: what is in the transaction is not seen from outside.
    """
    with context.fenced():
        published = JobEvent.objects.filter(job_id=context.job_id, message=PUBLISHED)
        published.delete()
        JobEvent.objects.create(
            tenant_id=context.tenant_id,
            job_id=context.job_id,
            attempt=context.attempt,
            message=PUBLISHED,
        )
        Path(context.payload["signal"]).touch()
        time.sleep(seconds)


def die(context: JobContext, status: int) -> None:
    os._exit(status)


def crash(context: JobContext, address: int) -> None:
    """A segmentation fault, as in a parser written in C."""
    ctypes.string_at(address)


def fail(context: JobContext, message: str) -> None:
    raise ValueError(f"{message} \0")


def leave(context: JobContext, status: int) -> None:
    """What a careless library does."""
    raise SystemExit(status)


STEPS = {function.__name__: function for function in [work, hang, publish, die, crash, fail, leave]}
