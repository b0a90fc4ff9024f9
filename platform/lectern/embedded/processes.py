"""What runs on this machine: finding, recognising and ending processes."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

GONE = (psutil.NoSuchProcess, psutil.ZombieProcess)
UNSEEN = (*GONE, psutil.AccessDenied)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A process that a reused pid cannot be mistaken for."""

    pid: int
    started: float  # seconds since the epoch, as the kernel counts them


def identify(pid: int) -> ProcessIdentity | None:
    """The live process with this pid, or None; a zombie is not alive."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return ProcessIdentity(pid=pid, started=process.create_time())
    except UNSEEN:
        return None


def this_process() -> ProcessIdentity:
    """The process that asks."""
    process = psutil.Process()
    return ProcessIdentity(pid=process.pid, started=process.create_time())


def is_alive(identity: ProcessIdentity) -> bool:
    """Whether exactly this process still runs."""
    found = identify(identity.pid)
    # Clocks are read in hundredths of a second; a reused pid is never that close.
    return found is not None and abs(found.started - identity.started) < 1.0


def arguments(pid: int) -> list[str]:
    """The command line of a live process; empty if it is gone or another user's."""
    try:
        return psutil.Process(pid).cmdline()
    except UNSEEN:
        return []


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process is alive and ``folder`` is its working directory."""
    try:
        return Path(psutil.Process(pid).cwd()) == folder
    except UNSEEN:
        return False


def working_in(folder: Path) -> Iterator[int]:
    """The pids of all live processes whose working directory is ``folder``."""
    return (pid for pid in psutil.pids() if works_in(pid, folder))


def memory_mb(identity: ProcessIdentity, *, with_children: bool) -> int:
    """Megabytes of memory that a process, or it and all it started, hold; 0 if it is gone.

    A page shared by several processes, as the cache of Postgres is, counts once: each
    process is charged its share (the kernel's PSS).
    """
    total = 0
    for process in _family(identity.pid, with_children=with_children):
        with contextlib.suppress(*UNSEEN):
            total += process.memory_full_info().pss
    return total // 2**20


def end(pids: Iterable[int], *, first: signal.Signals, grace: float) -> None:
    """Send ``first`` to the processes, then SIGKILL to those alive after ``grace`` seconds."""
    asked = [identity for pid in pids if (identity := identify(pid))]
    for identity in asked:
        _signal(identity.pid, first)
    stubborn = _alive_after(asked, grace)
    for identity in stubborn:
        _signal(identity.pid, signal.SIGKILL)
    _alive_after(stubborn, grace)


def end_group(leader: ProcessIdentity, *, grace: float) -> None:
    """Ask the leader of a process group to finish, then kill what is left of its group."""
    if not is_alive(leader):
        return
    end([leader.pid], first=signal.SIGTERM, grace=grace)
    kill_group(leader.pid)


def kill_group(leader: int) -> None:
    """Kill what is left of a process group whose leader has ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _alive_after(identities: list[ProcessIdentity], seconds: float) -> list[ProcessIdentity]:
    """Those that still run when all have ended or the time is over.

    A process that nobody has waited for yet has ended too: whoever adopted it may take long.
    """
    deadline = time.monotonic() + seconds
    while (alive := [one for one in identities if is_alive(one)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _family(pid: int, *, with_children: bool) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *(process.children(recursive=True) if with_children else [])]
    except UNSEEN:
        return []
