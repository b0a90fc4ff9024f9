"""``lectern up``: run everything on this machine."""

import logging
import os
import subprocess
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lectern.embedded.installation import Installation
from lectern.embedded.processes import is_alive
from lectern.embedded.progress import Progress
from lectern.embedded.run_record import RunRecord, read_record
from lectern.embedded.state import StateFolder, prepare_state
from lectern.embedded.supervisor import Supervisor
from lectern.errors import LecternError
from lectern.management.installation import this_installation


class Command(BaseCommand):
    """Start the servers, prepare them, and keep the web and worker processes running."""

    help = "Runs Lectern on this machine: database, broker, workers and web."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--detach",
            action="store_true",
            help="return when everything answers and leave it running",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        installation = this_installation()
        running = _running(installation)
        if running is not None and running.ready:
            self.stdout.write(f"Lectern runs already: {running.url}")
        elif options["detach"]:
            self._run_detached(installation)
        else:
            self._run_here(installation)

    def _run_here(self, installation: Installation) -> None:
        try:
            _log_apart(prepare_state(installation.state))
            Supervisor(installation, Progress(self._print)).run()
        except LecternError as error:
            raise CommandError(error.message) from error

    def _run_detached(self, installation: Installation) -> None:
        output = prepare_state(installation.state).log("up")
        output.write_bytes(b"")
        with output.open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "lectern", "up"],
                cwd=installation.root,
                env={**os.environ, "LECTERN_STATE": str(installation.state)},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        with output.open(errors="replace") as file:
            while process.poll() is None and not _is_ready(installation):
                self._print(file.read())
                time.sleep(0.1)
            self._print(file.read())
        # What was shown holds passwords that are shown once; warnings may follow.
        output.write_bytes(b"")
        if process.poll() is not None:
            raise CommandError("Lectern did not start.")

    def _print(self, text: str) -> None:
        self.stdout.write(text, ending="")
        self.stdout.flush()


def _running(installation: Installation) -> RunRecord | None:
    record = read_record(StateFolder(installation.state).run)
    return record if record is not None and is_alive(record.supervisor) else None


def _is_ready(installation: Installation) -> bool:
    record = _running(installation)
    return record is not None and record.ready


def _log_apart(state: StateFolder) -> None:
    """Send what the supervisor logs to a file, so that only warnings disturb the progress."""
    to_file = logging.FileHandler(state.log("supervisor"))
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    to_terminal = logging.StreamHandler()
    to_terminal.setLevel(logging.WARNING)
    logger = logging.getLogger("lectern.embedded")
    logger.handlers = [to_file, to_terminal]
    logger.propagate = False
