"""Notice when code under test reaches for files, the network or other processes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

FORBIDDEN = (
    "open",
    "os.exec",
    "os.listdir",
    "os.mkdir",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "os.scandir",
    "os.system",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "sqlite3.connect",
    "subprocess.Popen",
    "urllib.Request",
)
# A function may import on its first call; these are the files the import system reads.
MODULE_FILES = (".py", ".pyc", ".so")

_events: ContextVar[list[str] | None] = ContextVar("events", default=None)
_installed = False


@contextmanager
def side_effects() -> Iterator[list[str]]:
    """Give a list that fills with what the body touches outside itself, in order.

    Python offers no way to remove an audit hook, so one is installed on first use and does
    nothing outside this context.
    """
    global _installed  # noqa: PLW0603 (an audit hook can be added only once and never removed)
    if not _installed:
        sys.addaudithook(_record)
        _installed = True
    seen: list[str] = []
    token = _events.set(seen)
    try:
        yield seen
    finally:
        _events.reset(token)


def _record(event: str, arguments: tuple[object, ...]) -> None:
    seen = _events.get()
    if seen is None or event not in FORBIDDEN:
        return
    target = str(arguments[0]) if arguments else ""
    importing = event in ("open", "os.listdir", "os.scandir") and _is_import(event, target)
    if not importing:
        seen.append(f"{event} {target}".strip())


def _is_import(event: str, target: str) -> bool:
    return target.endswith(MODULE_FILES) if event == "open" else target in sys.path
