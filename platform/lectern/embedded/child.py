"""One long-running process of an installation, restarted when it ends."""

import logging
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lectern.embedded.log_files import last_lines
from lectern.embedded.plan import Part
from lectern.embedded.processes import ProcessIdentity, end_group, identify, kill_group
from lectern.embedded.run_record import RunningPart

log = logging.getLogger(__name__)

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
# A process that ran this long was well; its next end is a new story.
WELL_AFTER = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the processes of an installation run and what fills the plan's placeholders."""

    root: Path
    host: str
    port: int
    hostname: str

    def node(self, part: Part) -> str:
        """The name under which a worker answers through the broker."""
        return f"{part.name}@{self.hostname}"

    def url(self) -> str:
        """Where people find the pages."""
        return f"http://{self.host}:{self.port}"


class Child:
    """A part as a process of its own group, so that a Ctrl-C meant for us does not reach it."""

    def __init__(self, part: Part, place: Place, log_file: Path) -> None:
        self.part = part
        self.restarts = 0
        self._place = place
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._identity: ProcessIdentity | None = None
        self._began = 0.0
        self._delay = FIRST_DELAY
        self._due: float | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Run the process, its output appended to its log."""
        with self._log_file.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._arguments()],
                cwd=self._place.root,
                env={**environment, **dict(self.part.environment)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._identity = identify(self._process.pid)
        self._began = time.monotonic()
        self._due = None

    def ended(self) -> int | None:
        """The exit status if the process has ended, else None."""
        return None if self._process is None else self._process.poll()

    def mend(self, environment: Mapping[str, str]) -> bool:
        """Restart the process if it has ended and its delay is over; True when anything changed.

        The delay doubles with each end, up to a minute.
        """
        if self._due is not None:
            if time.monotonic() < self._due:
                return False
            self.restarts += 1
            self.start(environment)
            return True
        status = self.ended()
        if self._process is None or status is None:
            return False
        kill_group(self._process.pid)
        ran = time.monotonic() - self._began
        self._delay = FIRST_DELAY if ran > WELL_AFTER else min(LONGEST_DELAY, self._delay * 2)
        self._due = time.monotonic() + self._delay
        self._process = self._identity = None
        log.warning(
            "part=%s ended status=%d; starting it again in %.0f s (its log: %s)",
            *(self.part.name, status, self._delay, self._log_file),
        )
        return True

    def stop(self) -> None:
        """Ask the process to finish, wait, and kill what is left of its group."""
        self._due = None
        if self._identity is not None:
            end_group(self._identity, grace=self.part.stop_seconds)
        if self._process is not None:
            self._process.wait()
        self._process = self._identity = None

    def log_end(self) -> str:
        """The last lines of the process's log."""
        return last_lines(self._log_file)

    def running(self) -> RunningPart:
        """The part as the run record names it."""
        return RunningPart(
            name=self.part.name,
            process=self._identity,
            address=self._place.url() if "{port}" in self.part.module else "",
            node=self._place.node(self.part),
            restarts=self.restarts,
        )

    def _arguments(self) -> list[str]:
        return [
            argument.format(
                host=self._place.host, port=self._place.port, node=self._place.node(self.part)
            )
            for argument in self.part.module
        ]
