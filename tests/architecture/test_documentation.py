"""The documentation lists every setting, every command and every rule of the plugin contract."""

import ast
import re

from lectern.sdk.conformance import PluginConformance
from source_tree import ROOT, project_files, python_files

DOCS = ROOT / "docs"
SETTING = re.compile(r"\bLECTERN_[A-Z0-9]+(?:_[A-Z0-9]+)*\b(?!_)")
RULE = re.compile(r"^\| P(?P<number>\d+) \|.*`(?P<test>test_\w+)` \|$", re.MULTILINE)


def settings_in(*paths):
    return {name for path in paths for name in SETTING.findall(path.read_text(encoding="utf-8"))}


def read_settings():
    """Every variable that the product reads."""
    return settings_in(*python_files("platform", "workers"), ROOT / "lectern")


def commands():
    folder = ROOT / "platform" / "lectern" / "management" / "commands"
    return {path.stem for path in folder.glob("*.py")} - {"__init__"}


def rules():
    """The rules of the contract page, as number and test."""
    page = (DOCS / "plugins" / "contract.md").read_text(encoding="utf-8")
    return [(int(match["number"]), match["test"]) for match in RULE.finditer(page)]


def functions_in(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_setting_is_documented():
    assert read_settings() - settings_in(DOCS / "settings.md") == set()


def test_every_documented_setting_is_read():
    elsewhere = settings_in(*(path for path in project_files() if "deploy" in path.parts))

    assert settings_in(DOCS / "settings.md") - read_settings() - elsewhere == set()


def test_every_command_is_documented():
    page = (DOCS / "commands.md").read_text(encoding="utf-8")

    assert {name for name in commands() if f"`{name}`" not in page} == set()


def test_every_documented_command_exists():
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))

    assert documented - commands() - functions_of_the_entry_command() == set()


def functions_of_the_entry_command():
    return functions_in(ROOT / "lectern")


def test_the_rules_of_the_plugin_contract_are_numbered_without_gaps():
    assert [number for number, _ in rules()] == list(range(1, len(rules()) + 1))


def test_every_rule_of_the_plugin_contract_names_a_test_that_exists():
    existing = {name for name in dir(PluginConformance) if name.startswith("test_")}
    existing |= functions_in(ROOT / "tests" / "unit" / "test_registry.py")

    assert {test for _, test in rules()} - existing == set()


def test_every_conformance_test_is_a_rule_of_the_plugin_contract():
    tests = {name for name in dir(PluginConformance) if name.startswith("test_")}

    assert tests - {test for _, test in rules()} == set()
