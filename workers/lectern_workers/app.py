"""The Celery application of the workers: ``celery -A lectern_workers.app worker``."""

import os
from typing import Any

import django
from celery import Celery
from django.conf import settings

# A large model stays in a child's memory until the child is replaced.
LARGEST_CHILD_KB = 1_500_000
JOBS_PER_CHILD = 200
# A job that hangs holds its lease for ever; its process is killed after this.
LONGEST_JOB_SECONDS = 2 * 3600


def _make_app() -> Celery:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")
    # Children are forked, and a pool's threads and sockets do not survive that.
    options: Any = settings.DATABASES["default"].get("OPTIONS", {})
    options.pop("pool", None)
    django.setup()
    from lectern.jobs.broker import QUEUES, celery_app

    # Sockets to the broker may be silent for long: a worker waits there for its next call.
    application = celery_app(
        "lectern_workers",
        settings.BROKER_URL,
        socket_timeout=30,
        socket_keepalive=True,
        health_check_interval=25,
        visibility_timeout=12 * 3600,
        unacked_restore_interval=10,
        unacked_restore_throttle=1,
    )
    application.conf.update(
        include=["lectern_workers.tasks"],
        task_queues={name: {} for name in QUEUES.values()},
        # Acknowledged when taken, and repeated by the sweep alone: on Redis a late
        # acknowledgement starts a long job again while it runs.
        task_acks_late=False,
        task_time_limit=LONGEST_JOB_SECONDS,
        # A call is taken only when a child is free, so that none waits behind a long job here
        # while another worker is idle.
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_max_tasks_per_child=JOBS_PER_CHILD,
        worker_max_memory_per_child=LARGEST_CHILD_KB,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
    )
    return application


app = _make_app()
