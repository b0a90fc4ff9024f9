"""The bell: tells a worker over the broker that a job waits.

The message carries the job's id and nothing else. It may be lost, repeated or forged: the
row in Postgres decides what is done, and the sweep rings again.
"""

import logging
from functools import cache
from typing import Any
from uuid import UUID

from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from lectern.embedded.addresses import BROKER_PREFIX
from lectern.jobs.models import Job

log = logging.getLogger(__name__)

RUN_JOB = "lectern.run_job"
# Which workers do what; a worker without -Q serves all of them.
QUEUES: dict[Job.Kind, str] = {
    Job.Kind.INGEST_DOCUMENT: "ingest",
    Job.Kind.SYNC_SOURCE: "ingest",
    Job.Kind.RUN_GOLDEN: "ingest",
    Job.Kind.TUNE_COLLECTION: "ingest",
    Job.Kind.REEMBED_COLLECTION: "ingest",
}
# A request waits so long for a connection to the broker, and again for its answer.
PUBLISH_SECONDS = 0.4


def celery_app(name: str, broker_url: str, **transport: Any) -> Celery:
    """A Celery application on the broker; ``transport`` are options of its connections.

    Nothing of Celery's Django integration is installed: it would put the working folder
    on the path of every process that imports this.
    """
    app = Celery(name, broker=broker_url, set_as_current=False, fixups=[])
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_default_queue="ingest",
        broker_transport_options={"global_keyprefix": BROKER_PREFIX, **transport},
    )
    return app


def announce(job_id: UUID, kind: str) -> bool:
    """Call a worker for the job; False, within a second, when the broker does not answer."""
    if not settings.BROKER_URL:
        log.warning("job not announced, no broker is configured job=%s", job_id)
        return False
    try:
        _caller(settings.BROKER_URL).send_task(
            RUN_JOB,
            args=[str(job_id)],
            queue=QUEUES[Job.Kind(kind)],
            retry=False,
        )
    except OperationalError as error:
        log.warning("job not announced, the sweep will do it job=%s reason=%s", job_id, error)
        return False
    return True


def calls_waiting(kind: str) -> int | None:
    """How many calls no worker has taken yet, or None when the broker does not answer."""
    if not settings.BROKER_URL:
        return None
    with _caller(settings.BROKER_URL).connection_or_acquire() as connection:
        try:
            # Not passive: kombu looks for a passive queue without our prefix and finds none.
            declared = connection.default_channel.queue_declare(QUEUES[Job.Kind(kind)])
        except (OperationalError, *connection.connection_errors) as error:
            log.warning("broker does not answer reason=%s", error)
            return None
    return int(declared.message_count)


@cache
def _caller(broker_url: str) -> Celery:
    app = celery_app(
        "lectern",
        broker_url,
        socket_timeout=PUBLISH_SECONDS,
        socket_connect_timeout=PUBLISH_SECONDS,
        max_retries=0,
    )
    app.conf.update(broker_connection_timeout=PUBLISH_SECONDS)
    return app
