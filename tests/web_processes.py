"""The web part as ``lectern up`` starts it, on a port of its own, for tests."""

import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil

from lectern.embedded.plan import PLAN
from worker_processes import wait_until

PART = next(part for part in PLAN.parts if part.name == "web")
READY_SECONDS = 60


class WebProcess:
    """A running web server; ``url`` is where it answers."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._log_file = folder / "web.log"
        self._environment = environment
        self._port = _free_port()
        self._collect_assets()
        address = {"host": "127.0.0.1", "port": self._port}
        command = [argument.format(**address) for argument in PART.module]
        with self._log_file.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        wait_until(self._answers, seconds=READY_SECONDS, otherwise=self.log)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def log(self) -> str:
        return self._log_file.read_text(errors="replace")

    def alive(self) -> bool:
        return self._process.poll() is None

    @contextmanager
    def full_disk(self, room: int) -> Iterator[None]:
        """Meanwhile the kernel refuses to let any of its files grow beyond ``room`` bytes."""
        process = psutil.Process(self._process.pid)
        _, hard = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (room, hard))
        try:
            yield
        finally:
            process.rlimit(resource.RLIMIT_FSIZE, (hard, hard))

    def end(self) -> None:
        """Stop it; open streams do not keep it."""
        self._process.kill()
        self._process.wait()

    def _collect_assets(self) -> None:
        command = [sys.executable, "-m", "lectern", "collectstatic", "--no-input", "--skip-checks"]
        subprocess.run(
            [*command, "--verbosity", "0"],
            env=self._environment,
            check=True,
            timeout=READY_SECONDS,
        )

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
