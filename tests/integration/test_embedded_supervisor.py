"""The supervisor keeps its parts running, and stops all of them on every way out."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lectern.embedded import addresses
from lectern.embedded.health import health_of
from lectern.embedded.installation import Installation, stop_installation
from lectern.embedded.postgres import EmbeddedPostgres
from lectern.embedded.processes import identify
from lectern.embedded.run_record import RunRecord, read_record
from lectern.embedded.servers import ExternalUrls
from lectern.embedded.state import StateFolder

PROGRAM = Path(__file__).resolve().parents[1] / "small_installation.py"
SECONDS = 60


class SmallInstallation:
    """The program above on a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.installation = Installation(root=state, state=state, external=ExternalUrls())

    def up(self, scenario: str = "plain") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self.state), scenario],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self, scenario: str = "plain") -> subprocess.Popen[str]:
        process = self.up(scenario)
        wait_until(lambda: self.record() is not None and self.record().ready)
        return process

    def record(self) -> RunRecord | None:
        return read_record(StateFolder(self.state).run)

    def pid(self, name: str) -> int | None:
        (part,) = [part for part in self.record().parts if part.name == name]
        return part.process.pid if part.process else None

    def problems(self) -> dict[str, str]:
        return {part.name: part.problem for part in health_of(self.installation)}


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallInstallation]:
    """A small installation that is stopped and removed after the test."""
    (tmp_path / "state").mkdir()
    installation = SmallInstallation(tmp_path / "state")
    yield installation
    stop_installation(installation.installation)
    EmbeddedPostgres(tmp_path / "state" / "postgres").remove()


def test_every_part_serves_after_the_start(small):
    small.ready()

    assert small.problems() == {"supervisor": "", "postgres": "", "broker": "", "web": ""}


def test_a_signal_stops_everything(small):
    process = small.ready()
    pids = [small.pid(name) for name in ("web", "broker", "postgres")]

    process.send_signal(signal.SIGTERM)
    status = process.wait(SECONDS)

    assert (status, [identify(pid) for pid in pids]) == (0, [None] * 3)


def test_a_killed_part_is_started_again(small):
    small.ready()
    killed = small.pid("web")

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: small.pid("web") not in {None, killed})
    wait_until(lambda: small.problems()["web"] == "")


def test_errands_are_run_again_and_again_also_after_one_failed(small):
    small.ready("errands")
    logs = small.state / "log"

    for name, said in (("often", "5."), ("failing", "no_such_command")):
        wait_until(lambda n=name, s=said: (logs / f"{n}.log").read_text().count(s) > 1)
    assert small.problems()["web"] == ""


@pytest.mark.parametrize("name", ["postgres", "broker"])
def test_a_killed_server_is_started_again(small, name):
    small.ready()
    killed = small.pid(name)

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: small.pid(name) not in {None, killed})
    assert small.problems()[name] == ""


def test_a_dead_part_is_told(small):
    process = small.ready()
    web = small.pid("web")
    process.kill()
    os.kill(web, signal.SIGKILL)
    process.wait()

    problems = small.problems()

    assert (problems["supervisor"], problems["web"]) == ("not running", "not running")


def test_what_a_killed_supervisor_left_is_stopped(small):
    process = small.ready()
    pids = [small.pid(name) for name in ("web", "broker", "postgres")]
    process.kill()
    process.wait()

    stopped = stop_installation(small.installation)

    assert (stopped, [identify(pid) for pid in pids]) == (True, [None] * 3)


def test_the_next_start_takes_over_from_a_killed_supervisor(small):
    process = small.ready()
    web, database = small.pid("web"), small.pid("postgres")
    process.kill()
    process.wait()

    small.up()

    wait_until(lambda: set(small.problems().values()) == {""})
    assert (small.pid("web") != web, small.pid("postgres")) == (True, database)


def test_a_second_supervisor_is_refused(small):
    small.ready()

    output, _ = small.up().communicate(timeout=SECONDS)

    assert "runs already" in output


def test_where_the_servers_answer_is_published_while_they_run(small):
    small.ready()
    published = addresses.read(small.state)
    stop_installation(small.installation)

    assert published.app_url.startswith("postgresql://lectern_app:")
    assert addresses.read(small.state) is None


def test_a_step_that_fails_says_why_and_leaves_nothing_running(small):
    process = small.up("broken")

    output, _ = process.communicate(timeout=SECONDS)

    assert process.returncode == 1
    assert "A broken step" in output
    assert "Unknown command: 'no_such_command'" in output
    assert health_of(small.installation) == ()
    assert not EmbeddedPostgres(small.state / "postgres").running()


def test_steps_are_shown_or_done_once_as_the_plan_says(small):
    outputs = []
    for _ in range(2):
        process = small.ready("steps")
        stop_installation(small.installation)
        outputs.append(process.communicate()[0])

    assert ["Only once" in output for output in outputs] == [True, False]
    assert ["\n5.2" in output for output in outputs] == [True, True]


def test_the_port_is_the_same_after_a_restart(small):
    urls = []
    for _ in range(2):
        small.ready()
        urls.append(small.record().url)
        stop_installation(small.installation)

    assert urls[0] == urls[1]


def test_stopping_what_does_not_run_says_so(tmp_path):
    installation = Installation(root=tmp_path, state=tmp_path / "none", external=ExternalUrls())

    assert not stop_installation(installation)
