"""What a process gives up before it reads a file from a stranger.

Called by the process itself, first thing, before any library that parses is loaded: it
limits memory, processor time, file size and open files, keeps of the files the one that it
reads, leaves the network, dies with the process that started it, and can start no other but
the programs that it is given.
"""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from lectern.documents.call_fence import fence_calls
from lectern.documents.file_fence import fence_files

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_FORBIDDEN = ("socket.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "pty.")
_STARTS = ("subprocess.", "os.kill")
# How a process ends that tries what it gave up.
REFUSED = 77


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one document may take; bytes, seconds and pages.

    Processor time is ``cpu_seconds`` and ``cpu_seconds_a_page`` on top, up to
    ``most_cpu_seconds``, of which one page may take ``page_cpu_seconds``; the clock may run
    ``patience`` times as long, for a machine that does other work. ``cpu_spent`` is what the
    processes have taken that read the document before.
    """

    memory: int = 1536 * 1024 * 1024
    file_size: int = 64 * 1024 * 1024
    open_files: int = 64
    cpu_seconds: int = 60
    cpu_seconds_a_page: float = 0.5
    most_cpu_seconds: int = 600
    page_cpu_seconds: int = 20
    cpu_spent: int = 0
    patience: int = 5
    pages: int = 2_000

    def cpu_for(self, pages: int) -> int:
        """The processor seconds that a document of so many pages may take."""
        return min(round(self.cpu_seconds + self.cpu_seconds_a_page * pages), self.most_cpu_seconds)


def confine(limits: Limits, *, readable: Path, programs: Sequence[Path] = ()) -> None:
    """Give all that up, for good; ``readable`` alone, and the working folder, can be opened.

    ``programs`` can be started by ``subprocess``, as confined as this process; without any,
    no thread and no process can. What the kernel refuses is made up for in Python, except the
    fence around files.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_size, limits.file_size))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.open_files, limits.open_files))
    allow_cpu_for(0, limits)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    leave_network()
    fence_files(readable=[readable], runnable=programs, work_folder=Path.cwd())
    fence_calls(starts_programs=bool(programs))
    if not programs:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    forbidden = _FORBIDDEN if programs else _FORBIDDEN + _STARTS

    def refuse(event: str, _arguments: tuple[Any, ...]) -> None:
        if event.startswith(forbidden):
            # An exception could be swallowed by the code that tried.
            os._exit(REFUSED)

    sys.addaudithook(refuse)


def leave_network() -> bool:
    """Go into an empty network, for good; False where the kernel refuses.

    Ordinary users need a user namespace for it, and some kernels refuse that too. The hook
    of ``confine`` holds for Python code in either case.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    return not (libc.unshare(_CLONE_NEWNET) and libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET))


def network_can_be_left() -> bool:
    """Whether ``leave_network`` works here, tried in a process of its own."""
    program = f"import sys; from {__name__} import leave_network; sys.exit(not leave_network())"
    return subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def allow_cpu_for(pages: int, limits: Limits) -> None:
    """Set the processor time to what a document of so many pages has left."""
    _end_after(limits.cpu_for(pages) - limits.cpu_spent, limits)


def allow_cpu_for_page(pages: int, limits: Limits) -> None:
    """Set the processor time to what the next of ``pages`` pages may take."""
    left = limits.cpu_for(pages) - limits.cpu_spent
    _end_after(min(left, ceil(time.process_time()) + limits.page_cpu_seconds), limits)


def _end_after(seconds: int, limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (max(seconds, 1), limits.most_cpu_seconds))
