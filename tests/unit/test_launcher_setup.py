"""The root script sets up an environment once, says what it does, and what to do when it fails."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, for a repository of two lock files and two projects."""
    loader = importlib.machinery.SourceFileLoader("launcher", str(ROOT / "lectern"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("launcher", loader))
    loader.exec_module(module)
    repository = tmp_path / "repository"
    for name in ["requirements/base.lock", "requirements/dev.lock", "pyproject.toml"]:
        file = repository / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{name}\n")
    (repository / "plugins" / "finance").mkdir(parents=True)
    (repository / "plugins" / "finance" / "pyproject.toml").write_text("finance\n")
    module.ROOT, module.STATE = repository, repository / "var"
    module.VENV, module.SETUP_LOG = repository / ".venv", repository / "var" / "log" / "setup.log"
    monkeypatch.delenv("LECTERN_TORCH", raising=False)
    return module


def complete(launcher: ModuleType, *kinds: str) -> None:
    """Make the environment look as it does after a set-up that came to its end."""
    python = Path(launcher.tool("python"))
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    for kind in kinds:
        (launcher.VENV / f".lectern-{kind}").write_text(launcher.stamp_of(kind))


def test_a_complete_environment_is_left_alone_in_silence(launcher, capsys):
    complete(launcher, "base", "dev")

    launcher.set_up(("base", "dev"))

    assert capsys.readouterr().out == ""
    assert not launcher.STATE.exists()


def test_the_tools_are_not_part_of_what_up_needs(launcher):
    complete(launcher, "base")

    assert [launcher.is_installed("base"), launcher.is_installed("dev")] == [True, False]


@pytest.mark.parametrize(
    "edited", ["requirements/base.lock", "pyproject.toml", "plugins/finance/pyproject.toml"]
)
def test_an_edited_file_makes_the_environment_incomplete(launcher, edited):
    complete(launcher, "base")

    with (launcher.ROOT / edited).open("a") as file:
        file.write("another==1.0\n")

    assert not launcher.is_installed("base")


def test_another_build_of_pytorch_makes_the_environment_incomplete(launcher, monkeypatch):
    complete(launcher, "base")

    monkeypatch.setenv("LECTERN_TORCH", "torch==2.13.0+cpu --extra-index-url wheelhouse")

    assert not launcher.is_installed("base")


def test_an_environment_that_moved_is_incomplete(launcher):
    complete(launcher, "base")
    moved = launcher.ROOT.rename(launcher.ROOT.with_name("moved"))

    launcher.ROOT, launcher.VENV = moved, moved / ".venv"

    assert not launcher.is_installed("base")


def test_an_environment_whose_python_is_gone_is_incomplete(launcher):
    complete(launcher, "base")

    Path(launcher.tool("python")).unlink()

    assert not launcher.is_installed("base")


def test_a_folder_that_is_no_environment_is_not_cleared(launcher):
    launcher.VENV.mkdir()
    (launcher.VENV / "thesis.txt").write_text("years of work")

    with pytest.raises(launcher.SetupFailed, match="not a Python environment"):
        launcher.make_environment()

    assert (launcher.VENV / "thesis.txt").exists()


def test_the_build_of_pytorch_is_the_tested_one_or_the_given_one(launcher, monkeypatch):
    tested = launcher.torch_arguments()
    monkeypatch.setenv("LECTERN_TORCH", "'torch @ file:///a wheel.whl' --no-index")

    assert (tested, launcher.torch_arguments()) == (
        ["torch==2.13.0"],
        ["torch @ file:///a wheel.whl", "--no-index"],
    )


def reported(name: str, url: str) -> dict[str, object]:
    return {"metadata": {"name": name, "version": "1"}, "download_info": {"url": url}}


def test_packages_for_graphics_cards_are_found_in_pips_report(launcher):
    report = {
        "install": [
            reported("torch", "file:///torch.whl"),
            reported("nvidia-cublas-cu12", "file:///cublas.whl"),
            reported("triton", "file:///triton.whl"),
            reported("networkx", "file:///networkx.whl"),
        ]
    }

    assert launcher.gpu_package_urls(report) == ["file:///cublas.whl", "file:///triton.whl"]


def test_the_size_of_a_download_is_spoken(launcher, tmp_path):
    with (tmp_path / "wheel").open("wb") as file:
        file.truncate(1_400_000_000)

    assert launcher.spoken_size([(tmp_path / "wheel").as_uri()]) == " (1.4 GB)"


def test_a_size_that_cannot_be_asked_is_left_out(launcher, tmp_path):
    assert launcher.spoken_size([(tmp_path / "absent").as_uri()]) == ""


def test_a_failed_phase_shows_the_end_of_its_output_and_what_to_do(launcher):
    launcher.make_state()
    program = "for i in range(50): print('line', i)\nraise SystemExit(3)"

    with pytest.raises(launcher.SetupFailed) as failure:
        launcher.run_logged([sys.executable, "-c", program], "Free some disk.")

    message = str(failure.value)
    assert "line 30\n" in message
    assert "line 29\n" not in message
    assert message.endswith("Free some disk.")


def test_the_whole_output_of_a_phase_is_in_the_log(launcher):
    launcher.make_state()

    launcher.run_logged([sys.executable, "-c", "print('all of it')"], "")

    assert "all of it" in launcher.SETUP_LOG.read_text()


def test_a_phase_is_one_line_with_its_seconds(launcher, capsys):
    with launcher.phase("Libraries"):
        pass

    assert capsys.readouterr().out == "  Libraries.....................    0.0 s\n"


def test_a_phase_that_breaks_off_says_so(launcher, capsys):
    with pytest.raises(KeyboardInterrupt), launcher.phase("Libraries"):
        raise KeyboardInterrupt

    assert "stopped after 0.0 s" in capsys.readouterr().out


def test_a_disk_too_full_is_told_before_anything_is_installed(launcher):
    launcher.DISK_NEEDED = 10**18

    with pytest.raises(launcher.SetupFailed, match="GB of free disk"):
        launcher.check_machine()


def test_an_old_python_hands_over_to_the_newest_one_there_is(launcher):
    there = {"python3.11": "/usr/bin/python3.11", "python3.12": "/opt/python3.12"}

    assert launcher.newer_python(there.get) == "/opt/python3.12"


def test_without_a_newer_python_there_is_none_to_hand_over_to(launcher):
    assert launcher.newer_python({}.get) is None


class Replaced(Exception):
    """The script became the program with these arguments."""


@pytest.mark.parametrize("verb", ["status", "logs", "down"])
def test_what_runs_can_be_looked_at_and_stopped_after_a_lock_was_edited(
    launcher, monkeypatch, verb
):
    def become(_program, arguments):
        raise Replaced(arguments)

    monkeypatch.setattr(launcher.os, "execv", become)
    complete(launcher, "base")
    (launcher.ROOT / "requirements" / "base.lock").write_text("another==1.0\n")

    with pytest.raises(Replaced) as replaced:
        launcher.main([verb])

    assert replaced.value.args[0][1:] == ["-P", "-m", "lectern", verb]


@pytest.mark.parametrize(("verb", "status"), [("status", 1), ("logs", 1), ("down", 0)])
def test_looking_at_what_was_never_set_up_installs_nothing(launcher, verb, status):
    assert launcher.main([verb]) == status
    assert not launcher.VENV.exists()


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (["unit", "plugins"], ["tests/unit", "plugins"]),
        (["--fast"], ["tests/unit", "tests/architecture"]),
        (["unit", "-k", "terms", "-x"], ["tests/unit", "-k", "terms", "-x"]),
        (["pyproject.toml::test_one"], ["pyproject.toml::test_one"]),
    ],
)
def test_pytest_is_given_the_named_parts_and_what_else_is_said(launcher, arguments, given):
    assert launcher.pytest_arguments(arguments) == given


def test_all_parts_are_tested_when_none_is_named(launcher):
    parts = ["unit", "integration", "contracts", "architecture", "journeys"]

    assert launcher.pytest_arguments([]) == [*(f"tests/{part}" for part in parts), "plugins"]
