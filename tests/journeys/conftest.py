"""Real worker processes on the tests' own Postgres and broker."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as configured

from lectern.embedded.postgres import EmbeddedPostgres
from worker_processes import WorkerProcess

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / name for name in ["platform", "workers", "tests"]]


@pytest.fixture
def start_worker(
    committed: None, postgres: EmbeddedPostgres, broker: redis.Redis, tmp_path: Path, settings: Any
) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts workers with short leases, ready to take jobs, and ends them with the test."""
    settings.JOB_LEASE_SECONDS, settings.JOB_SWEEP_SECONDS = 3, 1
    started: list[WorkerProcess] = []
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, SOURCES)),
        "DJANGO_SETTINGS_MODULE": "lectern.settings",
        "LECTERN_STATE": str(configured.STATE),
        "LECTERN_DATABASE_URL": postgres.start().app_url,
        "LECTERN_BROKER_URL": settings.BROKER_URL,
        "LECTERN_JOB_LEASE_SECONDS": "3",
        "LECTERN_JOB_HEARTBEAT_SECONDS": "1",
        "LECTERN_JOB_SWEEP_SECONDS": "1",
        "OMP_NUM_THREADS": "1",
    }

    def start(application: str = "lectern_workers.app") -> WorkerProcess:
        log_file = tmp_path / f"worker{len(started) + 1}.log"
        worker = WorkerProcess(application, environment, log_file)
        started.append(worker)
        worker.await_ready()
        return worker

    yield start
    for worker in started:
        worker.end()
