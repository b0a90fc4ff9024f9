"""One installation on this machine: what makes it this one, and how it is stopped from outside."""

import signal
from dataclasses import dataclass
from pathlib import Path

from lectern.embedded.processes import end, end_group, is_alive
from lectern.embedded.run_record import erase_record, read_record
from lectern.embedded.servers import BROKER, DATABASE, ExternalUrls, Servers
from lectern.embedded.state import StateFolder

# Longer than all parts together may take to finish what they are doing.
STOP_SECONDS = 180.0
REMAINS_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where an installation lives and answers.

    ``port`` None means: the port of the last start if it is free, else 8000, else any.
    """

    root: Path
    state: Path
    external: ExternalUrls
    host: str = "127.0.0.1"
    port: int | None = None


def stop_installation(installation: Installation) -> bool:
    """Stop the supervisor and everything it runs, or what it left behind; False if nothing ran."""
    state = StateFolder(installation.state)
    if not state.run.is_dir():
        return False
    record = read_record(state.run)
    if record is not None and is_alive(record.supervisor):
        end([record.supervisor.pid], first=signal.SIGTERM, grace=STOP_SECONDS)
    end_remains(state)
    stopped = Servers(state, installation.external).stop()
    return record is not None or stopped


def end_remains(state: StateFolder) -> None:
    """End the parts of a supervisor that was killed. The servers stay: they are used again."""
    record = read_record(state.run)
    if record is None:
        return
    for part in reversed(record.parts):
        if part.process is not None and part.name not in {DATABASE, BROKER}:
            end_group(part.process, grace=REMAINS_SECONDS)
    erase_record(state.run)
