"""What runs on this machine: finding, recognising and ending processes."""

import contextlib
import signal
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


def resident_mb(pid: int) -> int:
    """Megabytes of memory in use by a process and everything it started; 0 if it is gone."""
    total = 0
    for process in _with_descendants(pid):
        with contextlib.suppress(*UNSEEN):
            total += process.memory_info().rss
    return total // 2**20


def end(pids: Iterable[int], *, first: signal.Signals, grace: float) -> None:
    """Send ``first`` to the processes, then SIGKILL to those alive after ``grace`` seconds."""
    processes = []
    for pid in pids:
        with contextlib.suppress(*UNSEEN):
            process = psutil.Process(pid)
            process.send_signal(first)
            processes.append(process)
    _, stubborn = psutil.wait_procs(processes, timeout=grace)
    for process in stubborn:
        with contextlib.suppress(*UNSEEN):
            process.kill()
    psutil.wait_procs(stubborn, timeout=grace)


def _with_descendants(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except UNSEEN:
        return []
