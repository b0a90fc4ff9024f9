"""The logs of the parts: one file each, kept short, and read from the end."""

from pathlib import Path

from lectern.embedded.postgres_home import PostgresHome
from lectern.embedded.servers import BROKER, DATABASE
from lectern.embedded.state import StateFolder

LIMIT = 20 * 2**20


def last_lines(file: Path, count: int = 20) -> str:
    """The last ``count`` lines of a log; reads no more of it than they can need."""
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - 1000 * count))
        lines = opened.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-count:])


def shorten(file: Path) -> None:
    """Move a log that grew beyond the limit to ``.1``, while its writer goes on writing.

    The writer appends, so it continues at the start of the emptied file. Lines written
    between the copy and the cut are lost.
    """
    if not file.is_file() or file.stat().st_size <= LIMIT:
        return
    file.with_suffix(".log.1").write_bytes(file.read_bytes())
    with file.open("r+b") as opened:
        opened.truncate(0)


def log_of_each_part(state: StateFolder) -> dict[str, Path]:
    """The logs that exist, by the name of the part."""
    logs = {file.stem: file for file in sorted(state.logs.glob("*.log"))}
    servers = {
        DATABASE: PostgresHome(state.postgres).log,
        BROKER: state.broker / "server.log",
    }
    return logs | {name: file for name, file in servers.items() if file.is_file()}
