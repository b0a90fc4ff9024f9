"""Runs the steps of a start: management commands that end before what follows is started."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO

from lectern.embedded.log_files import last_lines
from lectern.embedded.plan import Step
from lectern.embedded.private_files import read_private, write_private
from lectern.embedded.state import StateFolder
from lectern.errors import Unavailable

LOOK_SECONDS = 0.5


class Steps:
    """The steps of one installation; remembers in its state folder what need not run again."""

    def __init__(self, root: Path, state: StateFolder, *, embedded_database: bool) -> None:
        self._root = root
        self._state = state
        self._embedded_database = embedded_database

    def is_needed(self, step: Step) -> bool:
        """Whether the step must run now."""
        if step.first_start_only:
            return self._embedded_database and not self._done_file(step).exists()
        if not step.inputs or not (self._state.path / step.output).is_dir():
            return True
        return read_private(self._done_file(step)) != self._digest(step)

    def run(
        self, step: Step, environment: Mapping[str, str], while_waiting: Callable[[], None]
    ) -> str:
        """Run the step to its end; what it has to say to a person, if it is a shown one.

        ``while_waiting`` is called about twice a second. Raises Unavailable with the end of
        the step's log when it fails.
        """
        log_file = self._state.log(step.name)
        # What is shown holds passwords that are shown once: it stays out of the log.
        with log_file.open("wb") as log, tempfile.TemporaryFile("w+b") as shown:
            process = self._start(step, environment, output=shown if step.shown else log, log=log)
            status = _await(process, while_waiting)
            shown.seek(0)
            text = shown.read().decode(errors="replace")
        if status != 0:
            raise Unavailable(
                f"{step.title}: the command {' '.join(step.command)} failed with status "
                f"{status}. The end of {log_file}:\n{last_lines(log_file)}"
            )
        if step.first_start_only or step.inputs:
            write_private(self._done_file(step), self._digest(step))
        return text

    def _start(
        self, step: Step, environment: Mapping[str, str], *, output: IO[bytes], log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "lectern", *step.command],
            cwd=self._root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            start_new_session=True,
        )

    def _done_file(self, step: Step) -> Path:
        return self._state.run / f"done-{step.name}"

    def _digest(self, step: Step) -> str:
        """Changes when a file that the step reads is edited, added or removed."""
        digest = sha256()
        for pattern in step.inputs:
            for file in sorted(self._root.glob(pattern)):
                found = file.stat()
                digest.update(f"{file} {found.st_size} {found.st_mtime_ns}\n".encode())
        return digest.hexdigest()


def _await(process: subprocess.Popen[bytes], while_waiting: Callable[[], None]) -> int:
    try:
        while True:
            try:
                return process.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                while_waiting()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
