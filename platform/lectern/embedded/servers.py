"""The database and the broker of an installation: embedded, or elsewhere if a URL says so."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import redis

from lectern.embedded import addresses
from lectern.embedded.addresses import Addresses
from lectern.embedded.broker import EmbeddedValkey
from lectern.embedded.postgres import EmbeddedPostgres
from lectern.embedded.processes import ProcessIdentity, identify, is_alive
from lectern.embedded.progress import Progress
from lectern.embedded.run_record import RunningPart
from lectern.embedded.state import StateFolder, let_postgres_through

DATABASE = "postgres"
BROKER = "broker"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalUrls:
    """URLs of servers that Lectern does not run; empty where the embedded one is used."""

    database: str = ""
    broker: str = ""


class Servers:
    """Starts, watches and stops those of the two servers that are embedded."""

    def __init__(self, state: StateFolder, external: ExternalUrls) -> None:
        self._state = state
        self._external = external
        self._postgres = EmbeddedPostgres(state.postgres)
        self._broker = EmbeddedValkey(state.broker)
        self._addresses = Addresses()
        self._database_process: ProcessIdentity | None = None
        self._broker_process: ProcessIdentity | None = None

    @property
    def broker_url(self) -> str:
        """Where the broker answers; empty before the start."""
        return self._external.broker or self._addresses.broker_url

    def start(self, progress: Progress) -> None:
        """Have both servers running, and publish where they answer."""
        with progress.phase("Database") as phase:
            app_url, owner_url = self._start_database()
            phase.detail = without_password(self._external.database or app_url)
        with progress.phase("Broker") as phase:
            broker_url = self._start_broker()
            phase.detail = without_password(self._external.broker or broker_url)
        self._publish(app_url, owner_url, broker_url)

    def mend(self) -> tuple[str, ...]:
        """Restart what has died; the names of what was restarted.

        The addresses are published anew when a port had to change.
        """
        mended: list[str] = []
        published = self._addresses
        app_url, owner_url = published.app_url, published.owner_url
        broker_url = published.broker_url
        if self._database_process and not is_alive(self._database_process):
            app_url, owner_url = self._start_database()
            mended.append(DATABASE)
        if self._broker_process and not is_alive(self._broker_process):
            broker_url = self._start_broker()
            mended.append(BROKER)
        if mended:
            self._publish(app_url, owner_url, broker_url)
        return tuple(mended)

    def stop(self) -> bool:
        """Stop the embedded servers, the broker first; False if none was running."""
        broker_ran = not self._external.broker and self._broker.stop()
        database_ran = not self._external.database and self._postgres.stop()
        addresses.withdraw(self._state.path)
        return broker_ran or database_ran

    def running(self) -> tuple[RunningPart, RunningPart]:
        """Both servers as the run record names them."""
        return (
            RunningPart(
                name=DATABASE,
                process=self._database_process,
                address=without_password(self._external.database or self._addresses.app_url),
                external=bool(self._external.database),
            ),
            RunningPart(
                name=BROKER,
                process=self._broker_process,
                address=without_password(self.broker_url),
                external=bool(self._external.broker),
            ),
        )

    def _start_database(self) -> tuple[str, str]:
        if self._external.database:
            return "", ""
        let_postgres_through(self._state)
        started = self._postgres.start()
        self._database_process = _identity(self._postgres.pid())
        return started.app_url, started.owner_url

    def _start_broker(self) -> str:
        if self._external.broker:
            return ""
        url = self._broker.start()
        self._broker_process = _identity(self._broker.pid())
        return url

    def _publish(self, app_url: str, owner_url: str, broker_url: str) -> None:
        self._addresses = Addresses(app_url=app_url, owner_url=owner_url, broker_url=broker_url)
        addresses.write(self._state.path, self._addresses)


def database_answers(url: str) -> bool:
    """Whether the Postgres at ``url`` lets us in and answers."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def broker_answers(url: str) -> bool:
    """Whether the broker at ``url`` lets us in and answers."""
    try:
        with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError:
        return False
    return True


def without_password(url: str) -> str:
    """The host, port and database of a URL, for people to read."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.hostname or ''}{port}{parts.path.rstrip('/')}"


def _identity(pid: int | None) -> ProcessIdentity | None:
    return None if pid is None else identify(pid)
