"""A plugin is loaded or refused with its reason, and its checks never lose an answer."""

import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from lectern.plugins import registry
from lectern.plugins.checks import unusable_plugins
from lectern.plugins.registry import NEUTRAL, load_plugins, plugin_named, run_checks
from lectern.sdk import Answer, AnswerCheck, DomainPlugin, Finding, Prompt, Severity


@dataclass(frozen=True)
class Thresholds:
    """Settings of a plugin under test."""

    limit: int = 3


@dataclass
class Loose:
    """Settings that could change while a plugin runs."""

    limit: int = 3


@dataclass(frozen=True)
class Shapeless:
    """Settings that no form could show."""

    limits: dict[str, int]


PROMPT = Prompt(name="answer", system="Answer from the passages.")


def make_plugin(name="legal", **values):
    values = {"title": "Legal", "api_version": 1, "prompts": [PROMPT]} | values
    return DomainPlugin(name=name, **values)


def make_check(function, name="looks_right"):
    return make_plugin(answer_checks=[AnswerCheck(name=name, check=function)])


@pytest.fixture
def offer(monkeypatch):
    """Put values into a module and give an entry point to each."""
    module = ModuleType("plugins_under_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def entry_point(value, *, name="legal", attribute="plugin"):
        setattr(module, attribute, value)
        return EntryPoint(name=name, value=f"{module.__name__}:{attribute}", group=registry.GROUP)

    return entry_point


@pytest.fixture
def installed(monkeypatch, offer):
    """Make these the only installed plugins."""

    def install(*values):
        candidates = [offer(value, attribute=f"p{index}") for index, value in enumerate(values)]
        loaded = load_plugins(candidates)
        monkeypatch.setattr(registry, "installed_plugins", lambda: loaded)
        monkeypatch.setattr("lectern.plugins.checks.installed_plugins", lambda: loaded)

    return install


def reason_of(candidate):
    (loaded,) = load_plugins([candidate])
    assert not loaded.usable
    return loaded.reason


def test_a_sound_plugin_is_usable(offer):
    plugin = make_plugin()

    (loaded,) = load_plugins([offer(plugin)])

    assert (loaded.name, loaded.plugin, loaded.reason) == ("legal", plugin, "")


def test_plugins_are_sorted_by_name_whatever_the_order_of_installation(offer):
    candidates = [
        offer(make_plugin("tax"), name="tax", attribute="tax"),
        offer(make_plugin("legal"), name="legal", attribute="legal"),
    ]

    assert [loaded.name for loaded in load_plugins(candidates)] == ["legal", "tax"]


def test_p16_a_plugin_named_unlike_its_entry_point_is_unusable(offer):
    reason = reason_of(offer(make_plugin("law"), name="legal"))

    assert reason == "its entry point is named 'legal' and the plugin 'law'"


def test_p17_a_plugin_that_cannot_be_imported_is_unusable():
    missing = EntryPoint(name="legal", value="no_such_module:plugin", group=registry.GROUP)

    reason = reason_of(missing)

    assert reason == (
        "importing no_such_module:plugin failed with ModuleNotFoundError: "
        "No module named 'no_such_module'"
    )


def test_p17_a_module_that_exits_does_not_stop_the_site(tmp_path, monkeypatch):
    (tmp_path / "exits_on_import.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    script = EntryPoint(name="legal", value="exits_on_import:plugin", group=registry.GROUP)

    assert reason_of(script) == "importing exits_on_import:plugin failed with SystemExit: 3"


def test_p17_a_value_that_is_no_plugin_is_unusable(offer):
    reason = reason_of(offer({"name": "legal"}))

    assert reason == "plugins_under_test:plugin is a dict, not a DomainPlugin"


def test_p18_plugins_that_share_a_name_are_all_unusable(offer):
    candidates = [offer(make_plugin(), attribute="one"), offer(make_plugin(), attribute="two")]

    loaded = load_plugins(candidates)

    assert [(each.usable, each.reason) for each in loaded] == [
        (
            False,
            "several distributions offer this name: plugins_under_test:one, "
            "plugins_under_test:two; uninstall all but one",
        )
    ] * 2


def test_a_broken_plugin_leaves_the_others_usable(offer):
    candidates = [
        offer(make_plugin("tax"), name="tax", attribute="tax"),
        offer("nonsense", name="legal", attribute="legal"),
    ]

    assert [(each.name, each.usable) for each in load_plugins(candidates)] == [
        ("legal", False),
        ("tax", True),
    ]


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_a_plugin_of_another_generation_is_unusable(offer, version):
    reason = reason_of(offer(make_plugin(api_version=version, prompts=[])))

    assert reason == (
        f"it is written for api_version {version!r} and this Lectern supports 1; "
        "install a release of the plugin for it"
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"title": " "}, "it has no title"),
        ({"prompts": []}, "it contributes nothing"),
        ({"prompts": [PROMPT, PROMPT]}, "prompts holds 2 contributions named 'answer'"),
        ({"prompts": ["Answer."]}, "prompts holds 'Answer.', which is not a Prompt"),
        (
            {"prompts": [Prompt(name="answer", system=" \n")]},
            "the prompt 'answer' has no text",
        ),
        (
            {"answer_checks": [AnswerCheck(name="looks_right", check="yes")]},
            "looks_right in answer_checks has no function to call",
        ),
        (
            {"answer_checks": [AnswerCheck(name="Looks right", check=len)]},
            "a contribution in answer_checks is named 'Looks right'; a name is a lower-case "
            "letter followed by lower-case letters, digits and underscores, 60 at most",
        ),
        ({"settings": Loose}, "its settings are not a frozen dataclass"),
        ({"settings": Thresholds()}, "its settings are not a frozen dataclass"),
        (
            {"settings": Shapeless},
            "its setting limits has no default; "
            "its setting limits is not a bool, int, float, str or Enum",
        ),
    ],
)
def test_a_value_that_breaks_a_rule_is_unusable(offer, values, reason):
    assert reason_of(offer(make_plugin(**values))) == reason


def test_a_plugin_with_frozen_settings_is_usable(offer):
    (loaded,) = load_plugins([offer(make_plugin(settings=Thresholds))])

    assert loaded.usable


def test_an_unusable_plugin_is_a_warning_of_manage_py_check(installed):
    installed("nonsense")

    (warning,) = unusable_plugins()

    assert (warning.id, warning.msg) == (
        "lectern.plugins.W001",
        "The plugin legal of plugins_under_test:p0 is unusable: "
        "plugins_under_test:p0 is a str, not a DomainPlugin",
    )


def test_usable_plugins_give_no_warning(installed):
    installed(make_plugin())

    assert unusable_plugins() == []


def test_a_collection_without_a_plugin_gets_the_neutral_one():
    assert plugin_named("") is NEUTRAL


def test_a_collection_gets_the_plugin_it_names(installed):
    plugin = make_plugin()
    installed(plugin)

    assert plugin_named("legal") is plugin


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "it is not installed"),
        (["nonsense"], "plugins_under_test:p0 is a str, not a DomainPlugin"),
    ],
)
def test_a_missing_plugin_is_named_on_every_answer(installed, values, reason):
    installed(*values)

    (finding,) = run_checks(plugin_named("legal"), Answer(question="?", text="Yes."))

    assert (finding.message, finding.severity) == (
        f"The legal plugin is unusable here, so this answer was not checked by it: {reason}.",
        Severity.WARNING,
    )


def test_findings_come_in_the_order_of_the_checks_under_their_names():
    plugin = make_plugin(
        answer_checks=[
            AnswerCheck(name="second", check=lambda answer: [Finding(message="b")]),
            AnswerCheck(name="first", check=lambda answer: (Finding(message=m) for m in "cd")),
        ]
    )

    findings = run_checks(plugin, Answer(question="?", text="Yes."))

    assert [(found.check, found.message) for found in findings] == [
        ("second", "b"),
        ("first", "c"),
        ("first", "d"),
    ]


@pytest.mark.parametrize(
    "function",
    [
        lambda answer: 1 / 0,
        lambda answer: None,
        lambda answer: ["a figure is wrong"],
        lambda answer: [Finding(message="m", severity="fatal")],
        lambda answer: [Finding(message="m", span="4")],
    ],
    ids=["raises", "none", "text", "severity", "span"],
)
def test_a_check_that_fails_becomes_a_finding(function):
    (finding,) = run_checks(make_check(function), Answer(question="?", text="Yes."))

    assert (finding.message, finding.severity, finding.check) == (
        "The legal check looks_right failed, so its verdict is missing.",
        Severity.WARNING,
        "looks_right",
    )


def test_a_failing_check_leaves_the_findings_of_the_others():
    plugin = make_plugin(
        answer_checks=[
            AnswerCheck(name="fails", check=lambda answer: 1 / 0),
            AnswerCheck(name="works", check=lambda answer: [Finding(message="m")]),
        ]
    )

    findings = run_checks(plugin, Answer(question="?", text="Yes."))

    assert [found.check for found in findings] == ["fails", "works"]


def test_the_log_of_a_failing_check_holds_no_text_of_the_answer(caplog):
    def quotes_the_answer(answer):
        raise ValueError(answer.text)

    run_checks(make_check(quotes_the_answer), Answer(question="?", text="Confidential."))

    assert "error=ValueError" in caplog.text
    assert "Confidential" not in caplog.text


@pytest.mark.parametrize("span", [(-1, 2), (2, 2), (3, 1), (0, 5)])
def test_a_span_outside_the_answer_is_dropped(span):
    plugin = make_check(lambda answer: [Finding(message="m", span=span)])

    (finding,) = run_checks(plugin, Answer(question="?", text="Yes."))

    assert finding.span is None


def test_a_span_inside_the_answer_is_kept():
    plugin = make_check(lambda answer: [Finding(message="m", span=(0, 4))])

    (finding,) = run_checks(plugin, Answer(question="?", text="Yes."))

    assert finding.span == (0, 4)


def test_a_slow_check_is_noted_after_its_findings(monkeypatch):
    monkeypatch.setattr(registry, "TIME_LIMIT", 0.0)
    plugin = make_check(lambda answer: [Finding(message="m")])

    findings = run_checks(plugin, Answer(question="?", text="Yes."))

    assert [(found.message, found.severity) for found in findings] == [
        ("m", Severity.WARNING),
        ("The legal check looks_right took 0.0 s; its limit is 0.0 s.", Severity.NOTE),
    ]


def test_an_answer_without_settings_gets_the_defaults():
    def limit(answer):
        return [Finding(message=str(answer.settings.limit))]

    plugin = make_plugin(
        settings=Thresholds, answer_checks=[AnswerCheck(name="limit", check=limit)]
    )

    (finding,) = run_checks(plugin, Answer(question="?", text="Yes."))

    assert finding.message == "3"


def test_an_answer_keeps_the_settings_of_its_tenant():
    def limit(answer):
        return [Finding(message=str(answer.settings.limit))]

    plugin = make_plugin(
        settings=Thresholds, answer_checks=[AnswerCheck(name="limit", check=limit)]
    )

    (finding,) = run_checks(plugin, Answer(question="?", text="Yes.", settings=Thresholds(limit=7)))

    assert finding.message == "7"
