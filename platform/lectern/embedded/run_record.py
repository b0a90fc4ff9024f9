"""What runs, as the supervisor last wrote it down for ``status``, ``down`` and the next ``up``."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lectern.embedded.private_files import read_private, write_private
from lectern.embedded.processes import ProcessIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPart:
    """One part; ``process`` is None while it waits for its restart or runs elsewhere."""

    name: str
    process: ProcessIdentity | None
    address: str = ""
    node: str = ""
    restarts: int = 0
    external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The supervisor and its parts in the order in which they were started."""

    supervisor: ProcessIdentity
    url: str
    ready: bool
    parts: tuple[RunningPart, ...]


def record_file(run_folder: Path) -> Path:
    """Where the record of an installation lies."""
    return run_folder / "running.json"


def write_record(run_folder: Path, record: RunRecord) -> None:
    """Replace the record."""
    write_private(record_file(run_folder), json.dumps(asdict(record)))


def read_record(run_folder: Path) -> RunRecord | None:
    """The record of the running or last run installation, or None if there is none."""
    stored = read_private(record_file(run_folder))
    if stored is None:
        return None
    found = json.loads(stored)
    parts = tuple(
        RunningPart(**{**part, "process": _identity(part["process"])}) for part in found["parts"]
    )
    return RunRecord(
        supervisor=ProcessIdentity(**found["supervisor"]),
        url=found["url"],
        ready=found["ready"],
        parts=parts,
    )


def erase_record(run_folder: Path) -> None:
    """Forget the record, because nothing of it runs any more."""
    record_file(run_folder).unlink(missing_ok=True)


def _identity(stored: dict[str, float] | None) -> ProcessIdentity | None:
    if stored is None:
        return None
    return ProcessIdentity(pid=int(stored["pid"]), started=stored["started"])
