"""Real ``celery worker`` processes for tests, and waiting for what they do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from lectern.embedded.plan import PLAN

PART = next(part for part in PLAN.parts if part.name == "worker")
READY_SECONDS = 60


class WorkerProcess:
    """The worker with its children, started as ``lectern up`` does."""

    def __init__(self, application: str, environment: dict[str, str], log_file: Path) -> None:
        self.log_file = log_file
        with log_file.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._command(application, log_file.stem)],
                cwd=log_file.parent,
                env={**environment, **dict(PART.environment)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @staticmethod
    def _command(application: str, name: str) -> list[str]:
        command = [argument.format(node=f"{name}@tests") for argument in PART.module]
        command[command.index("lectern_workers.app")] = application
        return command

    def await_ready(self) -> None:
        wait_until(
            lambda: " ready." in self.log() or not self.alive(),
            seconds=READY_SECONDS,
            otherwise=self.log,
        )
        assert self.alive(), self.log()

    def alive(self) -> bool:
        return self._process.poll() is None

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def send(self, number: int) -> None:
        """Send a signal to the worker and all its children."""
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """End everything at once, without a chance to tidy up."""
        self.send(signal.SIGKILL)
        self._process.wait()

    def ask_to_stop(self, *, within: float) -> None:
        """What the supervisor does: SIGTERM, and waiting."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=within)

    def end(self) -> None:
        """Leave nothing behind, whatever state it is in."""
        if self.alive():
            self.kill()

    def memory_mb(self) -> list[int]:
        """Megabytes in use by the main process and by each child."""
        main = psutil.Process(self._process.pid)
        return [process.memory_info().rss >> 20 for process in [main, *main.children()]]


def wait_until(
    met: Callable[[], Any], *, seconds: float, otherwise: Callable[[], str] = lambda: ""
) -> Any:
    """The first true value of ``met``; fails with what ``otherwise`` tells when it takes longer."""
    until = time.monotonic() + seconds
    while not (value := met()):
        if time.monotonic() > until:
            pytest.fail(f"not within {seconds} s. {otherwise()}")
        time.sleep(0.05)
    return value
