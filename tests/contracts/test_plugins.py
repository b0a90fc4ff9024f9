"""Installed plugins keep the contract, and the conformance tests catch those that do not."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from lectern.management.commands.startplugin import write_plugin
from lectern.plugins.registry import NEUTRAL, installed_plugins
from lectern.sdk import (
    AnswerCheck,
    DatasetRecipe,
    DomainPlugin,
    Enricher,
    Evaluator,
    ExampleDraft,
    Finding,
    Panel,
    Passage,
    Prompt,
    Row,
)
from lectern.sdk.conformance import PluginConformance

TUTORIAL = Path(__file__).parents[2] / "docs" / "plugins" / "tutorial.md"
CODE = re.MULTILINE | re.DOTALL
SETTINGS = "DJANGO_SETTINGS_MODULE"
MADE_UP = Passage(text="Made up.", document="None")


def make_plugin(**values):
    values = {"name": "legal", "title": "Legal", "api_version": 1} | values
    return DomainPlugin(**values)


def checking(function):
    return make_plugin(answer_checks=[AnswerCheck(name="looks_right", check=function)])


def scoring(function):
    return make_plugin(evaluators=[Evaluator(name="same_words", score=function)])


def enriching(function):
    return make_plugin(enrichers=[Enricher(name="period", enrich=function)])


def drafting(function):
    return make_plugin(dataset_recipes=[DatasetRecipe(name="definitions", examples=function)])


def showing(function):
    return make_plugin(panels=[Panel(name="sources", title="Sources", rows=function)])


def reads_a_file(answer):
    Path(__file__).parents[2].joinpath("pyproject.toml").open().close()
    return []


def alternates(answer, seen=[]):  # noqa: B006 (the state between calls is what is caught)
    seen.append(answer)
    return [Finding(message=str(len(seen)))]


def burns_time(answer):
    end = time.thread_time() + 1.1
    while time.thread_time() < end:
        pass
    return []


def same_words(answer, reference):
    return float(answer.text == reference)


def first_words(passages):
    for passage in passages:
        if words := passage.text.split():
            yield ExampleDraft(question="How does it start?", answer=words[0], passage=passage)


SOUND = {
    "prompt": make_plugin(prompts=[Prompt(name="answer", system="Answer.")]),
    "check": checking(lambda answer: [Finding(message="Look again")] if answer.text else []),
    "evaluator": scoring(same_words),
    "enricher": enriching(lambda page: {"length": str(len(page.text))}),
    "recipe": drafting(first_words),
    "panel": showing(lambda answer: [Row(label="Question", value=answer.question)]),
}

BROKEN = [
    ("p01", make_plugin()),
    ("p01", make_plugin(api_version=2, prompts=[Prompt(name="answer", system="Answer.")])),
    ("p01", "no plugin"),
    ("p06", checking(lambda answer: [Finding(message=str(int(answer.text or "0")))])),
    ("p06", checking(lambda answer: ["a figure is wrong"])),
    ("p06", checking(lambda answer: [Finding(message=" ")])),
    ("p07", checking(lambda answer: [Finding(message="m", span=(0, len(answer.text) + 1))])),
    ("p07", checking(lambda answer: [Finding(message="m", span=(0, 0))])),
    ("p08", checking(alternates)),
    ("p08", scoring(lambda answer, reference: time.thread_time() % 1e-9 * 1e9)),
    ("p09", scoring(lambda answer, reference: len(answer.text))),
    ("p09", scoring(lambda answer, reference: float("nan"))),
    ("p10", scoring(lambda answer, reference: 0.5)),
    ("p11", enriching(lambda page: {"page": page.number})),
    ("p11", enriching(lambda page: [page.text])),
    ("p12", drafting(lambda passages: [ExampleDraft(question="?", answer="!", passage=MADE_UP)])),
    ("p12", drafting(lambda passages: [("question", "answer") for _ in passages])),
    (
        "p12",
        drafting(
            lambda passages: [ExampleDraft(question=" ", answer="!", passage=p) for p in passages]
        ),
    ),
    ("p13", showing(lambda answer: ["Question"])),
    ("p13", showing(lambda answer: [Row(label="Pages", value=3)])),
    ("p14", checking(reads_a_file)),
    ("p15", checking(burns_time)),
]


def run_python(*arguments, folder=None):
    """Run Python as a plugin's author does, without the settings of this test run."""
    environment = {key: value for key, value in os.environ.items() if key != SETTINGS}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def rules():
    """The conformance tests by the number of their rule."""
    names = [name for name in dir(PluginConformance) if name.startswith("test_p")]
    return {name.removeprefix("test_")[:3]: name for name in names}


def conform(plugin, rule):
    """Run one rule against a plugin as pytest would."""
    suite = type("TestOne", (PluginConformance,), {"plugin": plugin})()
    getattr(suite, rules()[rule])()


def test_every_installed_plugin_is_usable():
    assert [(each.name, each.reason) for each in installed_plugins()] == [
        ("finance", ""),
        ("healthcare", ""),
    ]


@pytest.mark.parametrize("rule", sorted(rules()))
@pytest.mark.parametrize("kind", [*SOUND, "neutral"])
def test_a_sound_plugin_passes_every_rule_but_the_ban_on_private_imports(kind, rule):
    # These plugins live in this test module and the platform, which import more than the SDK.
    if rule != "p05":
        conform(SOUND.get(kind, NEUTRAL), rule)


@pytest.mark.parametrize(("rule", "plugin"), BROKEN)
def test_a_rule_catches_the_plugin_that_breaks_it(rule, plugin):
    with pytest.raises((AssertionError, ValueError)):
        conform(plugin, rule)


@pytest.mark.parametrize(
    "line",
    [
        "from lectern.tenants.models import Tenant",
        "from lectern.tenants import models",
        "import lectern.settings",
        "from lectern import settings",
        "import lectern",
        "import lectern_workers.runner",
    ],
)
def test_p05_catches_an_import_from_inside_the_platform(line, tmp_path, monkeypatch):
    package = tmp_path / "lectern_legal_under_test"
    package.mkdir()
    (package / "__init__.py").write_text("def check(answer):\n    return []\n")
    (package / "clauses.py").write_text(f"def later():\n    {line}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, package.name, raising=False)

    with pytest.raises(AssertionError, match=r"clauses\.py imports lectern"):
        conform(checking(__import__(package.name).check), "p05")


def test_the_sdk_loads_no_django():
    code = "import lectern.sdk.conformance, sys; print('django' in sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "False"


@pytest.mark.parametrize("name", ["legal", "labour_law", "class"])
def test_a_plugin_just_written_passes_its_own_tests(name, tmp_path):
    folder = write_plugin(name, tmp_path)

    run = run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=folder)

    assert run.returncode == 0, run.stdout + run.stderr


def test_a_plugin_just_written_is_formatted_linted_and_typed(tmp_path):
    folder = write_plugin("legal", tmp_path)

    for tool in (
        ["ruff", "check", "--isolated", "--select", "E,F,I,B,UP,RUF", "--line-length", "100", "."],
        ["ruff", "format", "--isolated", "--line-length", "100", "--check", "."],
        ["mypy", "--config-file", "", "--strict", "--cache-dir", "types", "lectern_legal"],
    ):
        run = run_python("-m", *tool, folder=folder)
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    "name", ["Legal", "labour-law", "2nd", "", "../legal", "platform", "workers"]
)
def test_a_name_that_no_plugin_can_have_is_refused(name, tmp_path):
    with pytest.raises(CommandError, match="cannot name a plugin"):
        write_plugin(name, tmp_path)


def test_a_folder_that_exists_is_not_written_into(tmp_path):
    (tmp_path / "legal").mkdir()

    with pytest.raises(CommandError, match="legal exists"):
        write_plugin("legal", tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CommandError, match="is not a folder"):
        write_plugin("legal", tmp_path / "nowhere")


def test_the_plugin_of_the_tutorial_passes_all_of_its_tests(tmp_path):
    folder = write_plugin("legal", tmp_path)
    blocks = re.findall(r'^```python title="(.+?)"\n(.*?)^```$', TUTORIAL.read_text(), CODE)
    for name, code in blocks:
        (folder / name).write_text(code)

    run = run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=folder)

    assert (len(blocks), run.returncode) == (3, 0), run.stdout + run.stderr
