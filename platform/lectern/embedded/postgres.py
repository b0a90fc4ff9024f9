"""The embedded Postgres: makes, starts, watches and stops a private database server.

Only the programs of the wheel are used. The wheel's own ``get_server()`` trusts every local
user, hands out a superuser, takes an unrelated process for the server when a pid was reused,
and opens root's folders to everybody; none of that may happen to a tenant's documents.

``python -m lectern.embedded.postgres roles`` prints the SQL that prepares any other server.
"""

import contextlib
import fcntl
import json
import logging
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
from psycopg import sql

from lectern.embedded import processes, roles
from lectern.embedded.account import PLAIN_ENVIRONMENT, Account, account_for
from lectern.embedded.ports import LOOPBACK, remembered_port
from lectern.embedded.postgres_binaries import MAJOR_VERSION, PostgresBinaries, binaries_for
from lectern.embedded.postgres_home import PostgresHome, make_home, prepare_home
from lectern.embedded.postgres_settings import LOCALE, settings_file
from lectern.embedded.private_files import read_private, write_private
from lectern.errors import Conflict, Unavailable

log = logging.getLogger(__name__)

SUPERUSER = "postgres"
START_SECONDS = 300  # a crash recovery may replay gigabytes before it answers
ORPHAN_SECONDS = 5.0
# The kernel's limit for a socket's path is 107 bytes, including the name Postgres adds.
LONGEST_SOCKET_FOLDER = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddresses:
    """One database as its three users reach it; the URLs carry passwords."""

    app_url: str
    owner_url: str
    superuser_url: str


class EmbeddedPostgres:
    """The database server whose files live under ``home``; any process may start or stop it."""

    def __init__(self, home: Path) -> None:
        self._home = PostgresHome(home.absolute())

    def start(self) -> DatabaseAddresses:
        """Have the server running and prepared, whatever state it was left in; then its addresses.

        Raises Conflict for files of another major version and Unavailable, with the end of
        the server's log, when it does not come up.
        """
        make_home(self._home)
        with self._locked():
            account = prepare_home(self._home)
            binaries = binaries_for(account, self._home.cluster)
            self._make_cluster(account, binaries)
            if self.pid() is None:
                self._launch(account, binaries)
            self._await_answer()
            self._provide_once()
        return self._addresses(roles.DATABASE)

    def stop(self) -> bool:
        """End the server and every session; False if it was not running."""
        if not self._home.data.is_dir():
            return False
        account = account_for(self._home.data)
        with self._locked():
            pid = self.pid()
            if pid is None:
                return False
            binaries = binaries_for(account, self._home.cluster)
            stopped = self._pg_ctl(account, binaries, "stop", "-m", "fast", "-t", "60")
            if stopped.returncode != 0:
                processes.end([pid], first=signal.SIGQUIT, grace=ORPHAN_SECONDS)
        log.info("embedded Postgres stopped pid=%d", pid)
        return True

    def remove(self) -> None:
        """Stop the server and delete every database in it."""
        self.stop()
        shutil.rmtree(self._home.cluster, ignore_errors=True)
        shutil.rmtree(self._home.folder, ignore_errors=True)

    def pid(self) -> int | None:
        """The server's process, or None; a pid that now belongs to another program is not it."""
        data = self._home.data
        noted = self._noted_pid()
        if noted is not None and _is_postmaster(noted, data):
            return noted
        return next((pid for pid in processes.working_in(data) if _is_postmaster(pid, data)), None)

    def running(self) -> bool:
        """Whether the server runs and answers with our password."""
        return self.pid() is not None and self._refusal() is None

    def create_database(self, name: str) -> DatabaseAddresses:
        """Another empty database beside the first, with the same roles and the vector extension."""
        with self._locked():
            self._provide(name)
        return self._addresses(name)

    def drop_database(self, name: str) -> None:
        """Delete a database and end the sessions in it; does nothing when there is none."""
        with self._superuser("postgres") as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    # --- making and launching -----------------------------------------------------------

    def _make_cluster(self, account: Account, binaries: PostgresBinaries) -> None:
        made = read_private(self._home.data / "PG_VERSION")
        if made is not None:
            if made != str(MAJOR_VERSION):
                raise Conflict(
                    f"The database in {self._home.data} was made by Postgres {made} and this "
                    f"release of Lectern runs Postgres {MAJOR_VERSION}. Back it up with the "
                    "release that made it, move the folder away, and restore the backup here."
                )
            return
        # initdb works beside the final place, so that an interrupted one is never started.
        half_made = self._home.cluster / "data.new"
        shutil.rmtree(half_made, ignore_errors=True)
        password_file = self._home.cluster / "initial-password"
        write_private(password_file, self._passwords()[SUPERUSER])
        if account.foreign:
            shutil.chown(password_file, account.uid, account.gid)
        made_now = account.run(
            [
                *(binaries.program("initdb"), "-D", half_made, "-U", SUPERUSER),
                *("--data-checksums", f"--locale={LOCALE}", "--encoding=UTF8"),
                *("--auth=scram-sha-256", f"--pwfile={password_file}"),
            ],
            folder=self._home.cluster,
            environment=PLAIN_ENVIRONMENT,
        )
        password_file.unlink(missing_ok=True)
        if made_now.returncode != 0:
            raise Unavailable(f"initdb could not make {half_made}: {made_now.stderr.strip()}")
        half_made.rename(self._home.data)

    def _launch(self, account: Account, binaries: PostgresBinaries) -> None:
        self._clear_remains()
        port = remembered_port(self._home.port_file)
        account.make_folder(self._home.socket_folder)
        self._write_settings(account, self._settings(port))
        started = self._pg_ctl(
            account, binaries, "start", "-l", str(self._home.log), "-t", str(START_SECONDS)
        )
        if started.returncode != 0:
            raise Unavailable(
                f"Postgres did not start: {started.stderr.strip()} The end of its log "
                f"({self._home.log}):\n{self._home.log_end()}"
            )
        log.info("embedded Postgres started port=%d", port)

    def _settings(self, port: int) -> str:
        folder = self._home.socket_folder
        too_long = len(str(folder).encode()) > LONGEST_SOCKET_FOLDER
        return settings_file(port=port, socket_folder=None if too_long else folder)

    def _write_settings(self, account: Account, text: str) -> None:
        file = self._home.data / "postgresql.conf"
        write_private(file, text)
        if account.foreign:
            shutil.chown(file, account.uid, account.gid)

    def _clear_remains(self) -> None:
        """Remove what a killed server left: sessions that outlived it, and its lock files.

        Postgres itself refuses to start over a lock file that is half written or that names
        a live process, even when that process is somebody's text editor.
        """
        orphans = list(processes.working_in(self._home.data))
        if orphans:
            log.warning("ending sessions of a dead Postgres count=%d", len(orphans))
            processes.end(orphans, first=signal.SIGQUIT, grace=ORPHAN_SECONDS)
        self._home.pid_file.unlink(missing_ok=True)
        for left in self._home.socket_folder.glob(".s.PGSQL.*"):
            left.unlink()

    def _pg_ctl(
        self, account: Account, binaries: PostgresBinaries, *arguments: str
    ) -> CompletedProcess[str]:
        return account.run(
            [binaries.program("pg_ctl"), "-D", self._home.data, "-w", *arguments],
            folder=self._home.cluster,
            environment=PLAIN_ENVIRONMENT,
        )

    # --- asking -------------------------------------------------------------------------

    def _noted_pid(self) -> int | None:
        lines = (read_private(self._home.pid_file) or "").splitlines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while (refusal := self._refusal()) is not None:
            if "password authentication failed" in refusal:
                raise Unavailable(
                    f"Postgres in {self._home.data} refuses the password in "
                    f"{self._home.password_file}. Put back the file that belongs to it."
                )
            if self.pid() is None or time.monotonic() > deadline:
                raise Unavailable(
                    f"Postgres does not answer ({refusal}). The end of its log "
                    f"({self._home.log}):\n{self._home.log_end()}"
                )
            time.sleep(0.2)

    def _refusal(self) -> str | None:
        """Why the server does not answer an authenticated question, or None if it does."""
        try:
            with self._superuser("postgres") as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            return str(error)
        return None

    def _superuser(self, database: str) -> psycopg.Connection:
        url = self._url(SUPERUSER, database)
        return psycopg.connect(url, autocommit=True, connect_timeout=5)

    # --- roles and databases --------------------------------------------------------------

    def _provide_once(self) -> None:
        """Have Lectern's database; the SQL runs again only when a release changed it."""
        wanted = sha256((roles.CLUSTER_SQL + roles.DATABASE_SQL).encode()).hexdigest()
        if read_private(self._home.provided_file) != wanted:
            self._provide(roles.DATABASE)
            write_private(self._home.provided_file, wanted)

    def _provide(self, database: str) -> None:
        """Have ``database``, the roles and their privileges in it."""
        roles.provide(self._superuser, database, self._passwords())

    def _addresses(self, database: str) -> DatabaseAddresses:
        return DatabaseAddresses(
            app_url=self._url(roles.APP, database),
            owner_url=self._url(roles.OWNER, database),
            superuser_url=self._url(SUPERUSER, database),
        )

    def _url(self, user: str, database: str) -> str:
        port = read_private(self._home.port_file)
        return f"postgresql://{user}:{self._passwords()[user]}@{LOOPBACK}:{port}/{database}"

    def _passwords(self) -> dict[str, str]:
        stored = read_private(self._home.password_file)
        if stored is None:
            made = {user: secrets.token_urlsafe(32) for user in (SUPERUSER, roles.OWNER, roles.APP)}
            stored = json.dumps(made)
            write_private(self._home.password_file, stored)
        passwords: dict[str, str] = json.loads(stored)
        return passwords

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self._home.lock_file.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_postmaster(pid: int, data: Path) -> bool:
    """Whether the process is the server of ``data`` and not one of its sessions.

    A session shows itself as ``postgres: lectern_app ...``, the server by its command line.
    """
    if not processes.works_in(pid, data):
        return False
    command = processes.arguments(pid)
    return len(command) > 1 and Path(command[0]).name == "postgres"


if __name__ == "__main__":
    if sys.argv[1:] != ["roles"]:
        sys.exit("usage: python -m lectern.embedded.postgres roles")
    sys.stdout.write(roles.script_for_psql())
