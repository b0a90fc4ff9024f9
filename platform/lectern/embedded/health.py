"""How an installation is: one value per part, for ``status``."""

import time
from dataclasses import dataclass

from lectern.embedded import addresses
from lectern.embedded.addresses import Addresses
from lectern.embedded.installation import Installation
from lectern.embedded.probes import web_answers, worker_answers
from lectern.embedded.processes import is_alive, memory_mb
from lectern.embedded.run_record import RunningPart, RunRecord, read_record
from lectern.embedded.servers import BROKER, DATABASE, broker_answers, database_answers
from lectern.embedded.state import StateFolder

SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHealth:
    """One part; ``problem`` is empty when it serves. The rest is unknown for external parts."""

    name: str
    problem: str
    address: str
    pid: int | None = None
    memory_mb: int | None = None
    uptime_seconds: float | None = None
    restarts: int = 0


def health_of(installation: Installation) -> tuple[PartHealth, ...]:
    """Every part of the installation, asked now; empty when it is not running."""
    state = StateFolder(installation.state)
    record = read_record(state.run)
    if record is None:
        return ()
    published = addresses.read(state.path) or Addresses()
    external = installation.external
    urls = Addresses(
        app_url=external.database or published.app_url,
        broker_url=external.broker or published.broker_url,
    )
    supervisor = RunningPart(name=SUPERVISOR, process=record.supervisor)
    parts = (supervisor, *record.parts)
    return tuple(_health(part, _problem(part, record, urls)) for part in parts)


def _problem(part: RunningPart, record: RunRecord, urls: Addresses) -> str:
    if not part.external and (part.process is None or not is_alive(part.process)):
        return "not running"
    if not _answers(part, record, urls):
        return "does not answer"
    return ""


def _answers(part: RunningPart, record: RunRecord, urls: Addresses) -> bool:
    if part.name == DATABASE:
        return database_answers(urls.app_url)
    if part.name == BROKER:
        return broker_answers(urls.broker_url)
    if part.address:
        return web_answers(record.url)
    return not part.node or worker_answers(part.node, urls.broker_url)


def _health(part: RunningPart, problem: str) -> PartHealth:
    alive = part.process if part.process is not None and is_alive(part.process) else None
    return PartHealth(
        name=part.name,
        problem=problem,
        address=part.address,
        pid=alive.pid if alive else None,
        # The parts are children of the supervisor, and have lines of their own.
        memory_mb=memory_mb(alive, with_children=part.name != SUPERVISOR) if alive else None,
        uptime_seconds=time.time() - alive.started if alive else None,
        restarts=part.restarts,
    )
