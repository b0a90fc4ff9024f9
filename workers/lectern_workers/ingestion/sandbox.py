"""Reading a document from a stranger, in a process of its own that cannot do harm.

The process is started afresh (never forked: PDFium and torch hold threads and locks), in
its own session and folder, with next to no environment. It confines itself before it opens
the file; this side keeps the clock and kills the whole process group when time is up. The
pages arrive one by one, so that progress can be shown and a killed reader's work is kept.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lectern.documents.confinement import Limits
from lectern.documents.content import DocumentFacts
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.records import End, Problem, Record, decoded

_READ_AT_ONCE = 1 << 20
# A page's record is some 100 kB; a reader that writes more than this has lost its mind.
_LONGEST_RECORD = 128 << 20
DEFAULT_LIMITS = Limits()
# Seconds between looks at the clock, and that a process has to end by itself.
_LOOK_UP_EVERY = 1.0
_LAST_WORDS = 0.2


class ParsingFailed(Exception):
    """The document cannot be read, now or later.

    ``code`` is stable, ``message`` is for people, ``read`` is what had arrived till then.
    """

    def __init__(self, code: str, message: str, read: "ReadDocument | None" = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.read = read


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document as it was read, before cleaning."""

    facts: DocumentFacts
    pages: list[ReadPage] = field(default_factory=list)


def read_document(
    path: Path,
    name: str,
    *,
    progress: Callable[[int, int], None],
    limits: Limits = DEFAULT_LIMITS,
) -> ReadDocument:
    """Read the file at ``path``, called ``name`` to people; ParsingFailed when it cannot be.

    ``progress(done, total)`` is called before the first page and after each; an exception
    that it raises (a lost lease, a cancelled job) ends the reader and comes out unchanged.
    """
    with tempfile.TemporaryDirectory(prefix="lectern-read-") as folder:
        reader = _Reader(path, name, folder, limits)
        try:
            return _collect(reader, name, progress)
        finally:
            reader.end()


def _collect(reader: "_Reader", name: str, progress: Callable[[int, int], None]) -> ReadDocument:
    read: ReadDocument | None = None
    for record in reader.records():
        if isinstance(record, Problem):
            raise ParsingFailed(record.code, record.message, read)
        if isinstance(record, DocumentFacts):
            read = ReadDocument(facts=record)
            reader.expect(record.page_count)
        elif read is None:
            break
        elif isinstance(record, End):
            return read
        else:
            read.pages.append(record)
        progress(len(read.pages), read.facts.page_count)
    raise _cut_off(name, read, reader)


class _Reader:
    """The reading process, its clock, and the records that it writes."""

    def __init__(self, path: Path, name: str, folder: str, limits: Limits) -> None:
        self._limits = limits
        self._started = time.monotonic()
        self.expect(0)
        self.out_of_time = False
        self._process = subprocess.Popen(
            _command(str(path.absolute()), name, json.dumps(asdict(limits))),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder},
            start_new_session=True,
        )

    def expect(self, pages: int) -> None:
        """Set the clock to what a document of so many pages may take."""
        self._deadline = self._started + self._limits.patience * self._limits.cpu_for(pages)

    def records(self) -> Iterator[Record]:
        """The records as they come, until the process ends, breaks the form, or time is up."""
        waiting = bytearray()
        for data in self._output():
            waiting += data
            *lines, rest = waiting.split(b"\n")
            waiting = rest
            if len(waiting) > _LONGEST_RECORD:
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
            while (left := self._deadline - time.monotonic()) > 0:
                if selector.select(min(left, _LOOK_UP_EVERY)):
                    data = os.read(output.fileno(), _READ_AT_ONCE)
                    if not data:
                        return
                    yield data
        self.out_of_time = True

    def ran_out_of_time(self) -> bool:
        """End the process and say whether the clock or the processor limit stopped it."""
        self.end()
        return self.out_of_time or self._process.returncode == -signal.SIGXCPU

    def end(self) -> None:
        """Kill the process and all that it may have started, if it still runs."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_LAST_WORDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def _command(*given: str) -> list[str]:
    return [sys.executable, "-I", "-m", "lectern_workers.ingestion.reader", *given]


def _cut_off(name: str, read: ReadDocument | None, reader: _Reader) -> ParsingFailed:
    """Why a reader ended without a word, in words; which page it had come to, if any."""
    where = "it"
    if read and read.facts.paged:
        where = f"page {len(read.pages) + 1} of {read.facts.page_count}"
    if reader.ran_out_of_time():
        return ParsingFailed(
            "took_too_long",
            f"{name} was given up: reading {where} takes longer than is allowed. "
            "Split it, or print it to a new PDF, and upload the result.",
            read,
        )
    return ParsingFailed(
        "reader_broke",
        f"{name} was given up: reading {where} takes more memory than is allowed or breaks the "
        "reader. Split it, or print it to a new PDF, and upload the result.",
        read,
    )
