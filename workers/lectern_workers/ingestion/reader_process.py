"""The process that reads a document, seen from the one that started it.

It is started afresh (never forked: PDFium and OpenVINO hold threads and locks), in its own
session and folder, with next to no environment. It confines itself before it opens the file;
this side keeps the clock and kills the whole process group when time is up.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from lectern.documents.confinement import Limits
from lectern.documents.work_folders import environment_in
from lectern_workers.ingestion.records import Record, decoded

_READ_AT_ONCE = 1 << 20
# A page's record is some 100 kB, a document's of 2,000 pages 200 MB; a reader that writes more
# than this has lost its mind, or would have this process lose its memory.
_LONGEST_RECORD = 32 << 20
_MOST_OUTPUT = 512 << 20
# Seconds between looks at the clock, and that a process has to end by itself.
_LOOK_UP_EVERY = 1.0
_LAST_WORDS = 0.2
_BLINK = 0.002


class ReaderProcess:
    """A reading process, its clock, and the records that it writes.

    It reads from page ``first`` on and works in ``folder``. ``started`` is when the reading of
    the document began (``time.monotonic()``): all of its readers share one clock.
    """

    def __init__(
        self, path: Path, name: str, folder: Path, limits: Limits, *, first: int, started: float
    ) -> None:
        self.first = first
        self.out_of_time = False
        self.cpu_seconds = 0.0
        self._limits = limits
        self._deadline = started + limits.patience * limits.cpu_for(0)
        self._page_deadline = float("inf")
        self._started = started
        self._process = subprocess.Popen(
            _command(str(path.absolute()), name, json.dumps(asdict(limits)), str(first)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment_in(folder),
            start_new_session=True,
        )

    def expect(self, pages: int) -> None:
        """Set the clock to what a document of so many pages, and the next of them, may take."""
        patience = self._limits.patience
        self._deadline = self._started + patience * self._limits.cpu_for(pages)
        self._page_deadline = time.monotonic() + patience * self._limits.page_cpu_seconds

    def records(self) -> Iterator[Record]:
        """The records as they come, until the process ends, breaks the form, or time is up."""
        waiting = bytearray()
        total = 0
        for data in self._output():
            total += len(data)
            waiting += data
            *lines, waiting = waiting.split(b"\n")
            if len(waiting) > _LONGEST_RECORD or total > _MOST_OUTPUT:
                return
            for line in lines:
                try:
                    yield decoded(bytes(line))
                except ValueError:
                    return

    def _output(self) -> Iterator[bytes]:
        output = self._process.stdout
        assert output is not None  # it was asked for as a pipe
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while (left := self._time_left()) > 0:
                if selector.select(min(left, _LOOK_UP_EVERY)):
                    data = os.read(output.fileno(), _READ_AT_ONCE)
                    if not data:
                        return
                    yield data
        self.out_of_time = True

    def _time_left(self) -> float:
        return min(self._deadline, self._page_deadline) - time.monotonic()

    def ran_out_of_time(self) -> bool:
        """Whether the clock or the processor limit stopped the process, which has ended."""
        return self.out_of_time or self._process.returncode == -signal.SIGXCPU

    def end(self) -> None:
        """Kill the process and all that it may have started, if it still runs."""
        if self._process.returncode is not None:
            return
        until = time.monotonic() + _LAST_WORDS
        while not self._has_ended() and time.monotonic() < until:
            time.sleep(_BLINK)
        # Not reaped yet, so that the number of the group cannot be another's.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        if self._process.stdout:
            self._process.stdout.close()

    def _has_ended(self) -> bool:
        how = os.WEXITED | os.WNOWAIT | os.WNOHANG
        return os.waitid(os.P_PID, self._process.pid, how) is not None


def _command(*given: str) -> list[str]:
    return [sys.executable, "-I", "-m", "lectern_workers.ingestion.reader", *given]
