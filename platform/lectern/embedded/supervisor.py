"""Runs a whole installation on one machine and keeps it running until it is told to stop."""

import contextlib
import fcntl
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from functools import cached_property
from types import FrameType

from lectern.embedded.child import Child, Place
from lectern.embedded.errands import Errands
from lectern.embedded.installation import Installation, end_remains
from lectern.embedded.log_files import shorten
from lectern.embedded.plan import PLAN, Plan, Probe, Step
from lectern.embedded.ports import is_free, remembered_port
from lectern.embedded.probes import web_answers, worker_answers
from lectern.embedded.processes import this_process
from lectern.embedded.progress import Progress
from lectern.embedded.run_record import RunRecord, erase_record, write_record
from lectern.embedded.servers import Servers
from lectern.embedded.state import StateFolder, prepare_state
from lectern.embedded.steps import Steps
from lectern.errors import Conflict, Unavailable

log = logging.getLogger(__name__)

READY_SECONDS = 180.0
PROBE_SECONDS = 0.2
WATCH_SECONDS = 1.0
PREFERRED_PORT = 8000


class StopRequested(BaseException):
    """A signal asked the supervisor to stop; not an error, so no ``except Exception`` eats it."""


class Supervisor:
    """One run of an installation, from the first phase to the last process stopped."""

    def __init__(
        self, installation: Installation, progress: Progress, *, plan: Plan = PLAN
    ) -> None:
        self._installation = installation
        self._progress = progress
        self._plan = plan
        self._state: StateFolder = prepare_state(installation.state)
        self._servers = Servers(self._state, installation.external)
        self._children: tuple[Child, ...] = ()
        self._steps = Steps(
            installation.root,
            self._state,
            embedded_database=not installation.external.database,
        )
        self._errands = Errands(plan.errands, installation.root, self._state)
        self._shown: list[str] = []
        self._ready = False

    def run(self) -> None:
        """Start everything, say where it answers, and stay until SIGTERM, SIGINT or SIGHUP.

        Raises Conflict if the installation runs already, and Unavailable with the end of the
        log of whatever did not start. Everything started is stopped on every way out.
        """
        with self._sole_supervisor(), contextlib.suppress(StopRequested), self._everything():
            self._progress.say(f"\nLectern is ready: {self._place.url()}")
            for text in self._shown:
                self._progress.say(text)
            self._progress.say("Stop it with Ctrl-C or ./lectern down.")
            self._ready = True
            self._record()
            while True:
                self._watch()
                time.sleep(WATCH_SECONDS)

    @contextlib.contextmanager
    def _everything(self) -> Iterator[None]:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, _request_stop)
        try:
            end_remains(self._state)
            self._servers.start(self._progress)
            for step in self._plan.before:
                self._run_step(step)
            self._start_children()
            for step in self._plan.after:
                self._run_step(step)
            yield
        finally:
            self._stop()

    def _run_step(self, step: Step) -> None:
        if not self._steps.is_needed(step):
            return
        with self._progress.phase(step.title):
            shown = self._steps.run(step, self._environment(), self._watch)
        if shown:
            self._shown.append(shown)

    def _start_children(self) -> None:
        place = self._place
        self._children = tuple(
            Child(part, place, self._state.log(part.name)) for part in self._plan.parts
        )
        titles = ", ".join(part.title.lower() for part in self._plan.parts)
        with self._progress.phase(titles.capitalize()):
            for child in self._children:
                child.start(self._environment())
            self._record()
            self._await_children()

    def _await_children(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        waiting = list(self._children)
        while waiting:
            for child in waiting:
                if child.ended() is not None or time.monotonic() > deadline:
                    raise Unavailable(
                        f"{child.part.title} did not start. The end of "
                        f"{self._state.log(child.part.name)}:\n{child.log_end()}"
                    )
            waiting = [child for child in waiting if not self._answers(child)]
            time.sleep(PROBE_SECONDS)

    def _answers(self, child: Child) -> bool:
        if child.part.probe is Probe.HTTP:
            return web_answers(self._place.url())
        return worker_answers(self._place.node(child.part), self._servers.broker_url)

    def _watch(self) -> None:
        """One look at everything: restart what ended, shorten what grew."""
        mended = self._mend_servers()
        changed = [child.mend(self._environment()) for child in self._children]
        if mended or any(changed):
            self._record()
        if self._ready:
            self._errands.look(self._environment())
        for file in self._state.logs.glob("*.log"):
            shorten(file)

    def _mend_servers(self) -> bool:
        """Restart a dead server; its users too if it came back at another port."""
        before = self._servers.running()
        try:
            mended = self._servers.mend()
        except Unavailable as error:
            # Not a reason to give up: the next look, a second later, tries again.
            log.warning("a server could not be restarted: %s", error.message)
            return False
        for name in mended:
            log.warning("part=%s had ended and was started again", name)
        if [part.address for part in before] != [part.address for part in self._servers.running()]:
            for child in self._children:
                child.stop()
                child.start(self._environment())
        return bool(mended)

    def _stop(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        with self._progress.phase("Stopping"):
            self._errands.stop()
            for child in reversed(self._children):
                child.stop()
            self._servers.stop()
            erase_record(self._state.run)

    @cached_property
    def _place(self) -> Place:
        return Place(
            root=self._installation.root,
            host=self._installation.host,
            port=self._choose_port(),
            hostname=socket.gethostname(),
        )

    def _choose_port(self) -> int:
        asked = self._installation.port
        if asked is None:
            return remembered_port(self._state.run / "port", preferred=PREFERRED_PORT)
        if not is_free(asked):
            raise Conflict(
                f"Port {asked} is taken by another program. Stop that program, or choose another "
                "port with LECTERN_PORT."
            )
        return asked

    def _environment(self) -> dict[str, str]:
        """What each process is given; where the servers answer it reads from the state folder."""
        return {
            **os.environ,
            "LECTERN_STATE": str(self._state.path),
            "LECTERN_HOST": self._installation.host,
            "LECTERN_PORT": str(self._place.port),
            "PYTHONUNBUFFERED": "1",
        }

    def _record(self) -> None:
        parts = (*self._servers.running(), *(child.running() for child in self._children))
        write_record(
            self._state.run,
            RunRecord(
                supervisor=this_process(), url=self._place.url(), ready=self._ready, parts=parts
            ),
        )

    @contextlib.contextmanager
    def _sole_supervisor(self) -> Iterator[None]:
        with (self._state.run / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(
                    f"Lectern with the state folder {self._state.path} runs already. "
                    "./lectern status shows its parts."
                ) from None
            yield


def _request_stop(number: int, frame: FrameType | None) -> None:
    raise StopRequested
