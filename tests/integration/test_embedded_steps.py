"""A step of a start runs when it is needed, and what it shows is written down nowhere."""

import os
from pathlib import Path

import pytest

from lectern.embedded.plan import Step
from lectern.embedded.state import StateFolder, prepare_state
from lectern.embedded.steps import Steps
from lectern.errors import Unavailable

ASSETS = Step(
    name="assets", title="Assets", command=("version",), inputs=("*.css",), output="static"
)
ONCE = Step(name="once", title="Once", command=("version",), first_start_only=True)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return prepare_state(tmp_path / "state")


@pytest.fixture
def steps(tmp_path: Path, state: StateFolder) -> Steps:
    """Steps in a folder with one style sheet, whose output folder exists."""
    (tmp_path / "page.css").write_text("a {}")
    (state.path / "static").mkdir()
    return Steps(tmp_path, state, embedded_database=True)


def run(steps: Steps, step: Step) -> str:
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    return steps.run(step, environment, lambda: None)


def test_a_step_runs_again_only_when_its_inputs_changed(steps, tmp_path):
    before = steps.is_needed(ASSETS)
    run(steps, ASSETS)
    after = steps.is_needed(ASSETS)

    (tmp_path / "page.css").write_text("a { color: red }")

    assert (before, after, steps.is_needed(ASSETS)) == (True, False, True)


def test_an_added_input_brings_a_step_back(steps, tmp_path):
    run(steps, ASSETS)

    (tmp_path / "more.css").write_text("")

    assert steps.is_needed(ASSETS)


def test_a_deleted_output_brings_a_step_back(steps, state):
    run(steps, ASSETS)

    (state.path / "static").rmdir()

    assert steps.is_needed(ASSETS)


def test_a_step_of_the_first_start_is_not_repeated(steps):
    run(steps, ONCE)

    assert not steps.is_needed(ONCE)


def test_samples_are_never_put_into_a_database_of_somebody_elses(tmp_path, state):
    assert not Steps(tmp_path, state, embedded_database=False).is_needed(ONCE)


def test_a_step_that_fails_tells_the_end_of_its_log_and_stays_needed(steps):
    broken = Step(name="once", title="Once", command=("no_such",), first_start_only=True)

    with pytest.raises(Unavailable, match="Unknown command: 'no_such'"):
        run(steps, broken)

    assert steps.is_needed(broken)


def test_what_is_shown_is_not_logged(steps, state):
    shown = run(steps, Step(name="shown", title="Shown", command=("version",), shown=True))

    assert shown.startswith("5.2")
    assert shown.strip() not in state.log("shown").read_text()
