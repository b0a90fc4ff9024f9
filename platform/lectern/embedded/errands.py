"""Management commands that are run again and again while an installation runs."""

import logging
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lectern.embedded.plan import Errand
from lectern.embedded.processes import end_group, identify
from lectern.embedded.state import StateFolder

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0


@dataclass(slots=True)
class _Run:
    """An errand: when it is due, and its process while it runs."""

    errand: Errand
    due: float
    process: subprocess.Popen[bytes] | None = None


class Errands:
    """The errands of one installation, each run by one process at a time."""

    def __init__(self, errands: tuple[Errand, ...], root: Path, state: StateFolder) -> None:
        self._root = root
        self._state = state
        self._runs = [
            _Run(errand=errand, due=time.monotonic() + errand.every_seconds) for errand in errands
        ]

    def look(self, environment: Mapping[str, str]) -> None:
        """Start what is due and note what has ended; returns at once."""
        for run in self._runs:
            if run.process is None and time.monotonic() >= run.due:
                run.process = self._start(run.errand, environment)
            elif run.process is not None and (status := run.process.poll()) is not None:
                run.process, run.due = None, time.monotonic() + run.errand.every_seconds
                if status:
                    log.warning(
                        "errand=%s failed status=%d (its log: %s)",
                        *(run.errand.name, status, self._state.log(run.errand.name)),
                    )

    def stop(self) -> None:
        """End what runs; what it left half done its next run mends."""
        for run in self._runs:
            if run.process is not None:
                identity = identify(run.process.pid)
                if identity is not None:
                    end_group(identity, grace=STOP_SECONDS)
                run.process.wait()
                run.process = None

    def _start(self, errand: Errand, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self._state.log(errand.name).open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "lectern", *errand.command],
                cwd=self._root,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
