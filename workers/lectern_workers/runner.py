"""Running one job: claim, handler, verdict."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from billiard.common import terminate_handler_fired  # type: ignore[attr-defined]
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

from lectern.errors import Invalid, LecternError, NotAllowed, NotFound
from lectern.jobs import queue
from lectern.jobs.announcing import announce_waiting
from lectern.jobs.models import Job, JobEvent
from lectern.jobs.queue import AttemptEnded, Claim
from lectern_workers.context import JobContext, PermanentError, Unfinished
from lectern_workers.database import insist
from lectern_workers.heartbeat import Heartbeat

log = logging.getLogger(__name__)

Handler = Callable[[JobContext], dict[str, Any]]

# By name, because handlers load models: the process that forks the others must not.
HANDLERS: dict[Job.Kind, str] = {
    Job.Kind.INGEST_DOCUMENT: "lectern_workers.ingestion.pipeline.ingest_document",
    Job.Kind.REEMBED_COLLECTION: "lectern_workers.reembedding.reembed_collection",
    Job.Kind.RUN_GOLDEN: "lectern_workers.golden.run_golden",
    Job.Kind.SYNC_SOURCE: "lectern_workers.syncing.sync_source",
    Job.Kind.TUNE_COLLECTION: "lectern_workers.tuning.tune_collection",
}
# What another attempt cannot mend.
PERMANENT = (PermanentError, Invalid, NotFound, NotAllowed)
UNEXPECTED = (
    "An unexpected error ({name}) stopped this job. Its log has the details for whoever "
    "operates Lectern. Retry it, or remove what it reads."
)


def run(job_id: UUID) -> None:
    """Do the job if it waits; its row tells how it went. No error of a handler leaves here."""
    try:
        claim = queue.claim(job_id)
        if claim is None:
            log.info("call ignored, no such job waits job=%s", job_id)
            return
        # The place of this job in its tenant's line is free now.
        announce_waiting(claim.kind, tenant_id=claim.tenant_id)
        _attempt(claim)
    finally:
        connections.close_all()


def _attempt(claim: Claim) -> None:
    with _while_ours(claim):
        try:
            with Heartbeat(claim) as heartbeat:
                result = _handler(claim)(JobContext(claim, heartbeat))
                insist(partial(queue.succeed, claim, result))
        except AttemptEnded:
            raise
        except Unfinished as unfinished:
            insist(partial(queue.go_on_later, claim, unfinished.reason, unfinished.delay))
        except (Exception, SystemExit) as error:
            if terminate_handler_fired():
                _give_back(claim)
                raise
            _record_failure(claim, error)
        else:
            log.info("job succeeded job=%s attempt=%d", claim.job_id, claim.attempt)


@contextmanager
def _while_ours(claim: Claim) -> Iterator[None]:
    try:
        yield
    except AttemptEnded as ended:
        log.warning("attempt dropped job=%s attempt=%d: %s", claim.job_id, claim.attempt, ended)
    except DatabaseError as error:
        # The lease runs out, and the sweep gives the job to another attempt.
        log.warning(
            "verdict not stored job=%s attempt=%d error=%s",
            *(claim.job_id, claim.attempt, type(error).__name__),
        )


def _handler(claim: Claim) -> Handler:
    handler: Handler = import_string(HANDLERS[Job.Kind(claim.kind)])
    return handler


def _give_back(claim: Claim) -> None:
    # The worker is being stopped, perhaps in the middle of a statement on this connection.
    connections.close_all()
    with _while_ours(claim):
        queue.give_back(claim)


def _record_failure(claim: Claim, error: BaseException) -> None:
    # The process's log shows where, without the message: that may quote a document.
    log.warning(
        "attempt failed job=%s attempt=%d error=%s\n%s",
        *(claim.job_id, claim.attempt, type(error).__name__),
        "".join(traceback.format_tb(error.__traceback__)),
    )
    if isinstance(error, PERMANENT):
        insist(partial(queue.fail, claim, code=error.code, message=error.message))
        return
    trace = "".join(traceback.format_exception(error))
    insist(partial(queue.note, claim, trace, level=JobEvent.Level.ERROR))
    code, message = "unexpected", UNEXPECTED.format(name=type(error).__name__)
    if isinstance(error, LecternError):
        code, message = error.code, error.message
    insist(partial(queue.try_again, claim, code=code, message=message))
