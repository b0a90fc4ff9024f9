"""Real worker and web processes on the tests' own Postgres and broker."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as configured

from api_visits import Customer
from lectern.embedded.broker import EmbeddedValkey
from lectern.embedded.postgres import EmbeddedPostgres
from web_processes import WebProcess
from worker_processes import WorkerProcess

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / name for name in ["platform", "workers", "tests"]]
UPLOAD_LIMIT_MB = 4


@pytest.fixture(scope="session")
def watched_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the processes may watch; a tenant's own is in it by its short name."""
    return tmp_path_factory.mktemp("watched")


@pytest.fixture(scope="session")
def server_environment(
    django_db_setup: None,
    postgres: EmbeddedPostgres,
    broker_server: EmbeddedValkey,
    watched_folder: Path,
) -> dict[str, str]:
    """What a process of the product is told: the tests' servers, and the product's settings."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, SOURCES)),
        "DJANGO_SETTINGS_MODULE": "lectern.settings",
        "LECTERN_STATE": str(configured.STATE),
        "LECTERN_SECRET_KEY": configured.SECRET_KEY,  # what keys are made with
        "LECTERN_DATABASE_URL": postgres.start().app_url,
        "LECTERN_BROKER_URL": broker_server.start(),
        "LECTERN_WATCHED_FOLDERS": str(watched_folder),
        "LECTERN_JOB_HEARTBEAT_SECONDS": "1",
        "LECTERN_JOB_SWEEP_SECONDS": "1",
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture
def start_worker(
    committed: None,
    server_environment: dict[str, str],
    broker: redis.Redis,
    tmp_path: Path,
    settings: Any,
) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts workers with short leases, ready to take jobs, and ends them with the test."""
    settings.JOB_LEASE_SECONDS, settings.JOB_SWEEP_SECONDS = 3, 1
    started: list[WorkerProcess] = []
    environment = {**server_environment, "LECTERN_JOB_LEASE_SECONDS": "3"}

    def start(application: str = "lectern_workers.app") -> WorkerProcess:
        log_file = tmp_path / f"worker{len(started) + 1}.log"
        worker = WorkerProcess(application, environment, log_file)
        started.append(worker)
        worker.await_ready()
        return worker

    yield start
    for worker in started:
        worker.end()


@pytest.fixture(scope="session")
def web(
    server_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebProcess]:
    """The web server, which takes files of at most ``UPLOAD_LIMIT_MB``."""
    environment = {**server_environment, "LECTERN_MAX_UPLOAD_MB": str(UPLOAD_LIMIT_MB)}
    process = WebProcess(environment, tmp_path_factory.mktemp("web"))
    yield process
    process.end()


@pytest.fixture(scope="module")
def worker(
    server_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """A worker that the stories of one module share."""
    log_file = tmp_path_factory.mktemp("worker") / "shared.log"
    process = WorkerProcess("lectern_workers.app", server_environment, log_file)
    process.await_ready()
    yield process
    process.end()


@pytest.fixture
def visit(committed: None, web: WebProcess) -> Iterator[Customer]:
    """A new tenant's program, with an empty collection."""
    opened = Customer(web.url)
    yield opened
    opened.http.close()
