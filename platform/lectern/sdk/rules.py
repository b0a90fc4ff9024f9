"""What must hold for a plugin value before any of its functions is called.

The registry applies these rules when it loads a plugin; ``PluginConformance`` applies them
in the plugin's own tests. The rules are numbered in docs/plugins/contract.md.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import get_type_hints

from lectern.sdk.contract import API_VERSION, CONTRIBUTIONS, Contribution, DomainPlugin, Prompt

SUPPORTED_API_VERSIONS = frozenset({API_VERSION})
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
SETTING_TYPES = (bool, int, float, str, Enum)


def broken_rules(plugin: DomainPlugin) -> list[str]:
    """One sentence for each rule that the plugin's value breaks; empty when it is sound."""
    if plugin.api_version not in SUPPORTED_API_VERSIONS:
        # A value of another generation may mean something else by every other field.
        return [version_reason(plugin)]
    return [
        *_name_reasons(plugin),
        *_contribution_reasons(plugin),
        *_prompt_reasons(plugin),
        *_settings_reasons(plugin),
    ]


def version_reason(plugin: DomainPlugin) -> str:
    """Why the plugin's generation is not supported, and what to do about it."""
    supported = ", ".join(str(version) for version in sorted(SUPPORTED_API_VERSIONS))
    return (
        f"it is written for api_version {plugin.api_version!r} and this Lectern supports "
        f"{supported}; install a release of the plugin for it"
    )


def is_name(value: object) -> bool:
    """Whether the value can name a plugin or a contribution."""
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def contributions(plugin: DomainPlugin) -> Iterator[tuple[str, Contribution]]:
    """Each contribution with the field that holds it."""
    for field in CONTRIBUTIONS:
        for contribution in getattr(plugin, field):
            yield field, contribution


def _name_reasons(plugin: DomainPlugin) -> Iterator[str]:
    if not is_name(plugin.name):
        yield _bad_name("the plugin", plugin.name)
    if not isinstance(plugin.title, str) or not plugin.title.strip():
        yield "it has no title"


def _contribution_reasons(plugin: DomainPlugin) -> Iterator[str]:
    found = list(contributions(plugin))
    if not found:
        yield "it contributes nothing"
    for field, contribution in found:
        yield from _shape_reasons(field, contribution)
    names = Counter((field, getattr(item, "name", None)) for field, item in found)
    for (field, name), count in names.items():
        if count > 1:
            yield f"{field} holds {count} contributions named {name!r}"


def _shape_reasons(field: str, contribution: Contribution) -> Iterator[str]:
    expected = CONTRIBUTIONS[field]
    if not isinstance(contribution, expected):
        yield f"{field} holds {contribution!r:.80}, which is not a {expected.__name__}"
        return
    if not is_name(contribution.name):
        yield _bad_name(f"a contribution in {field}", contribution.name)
    function = function_of(contribution)
    if function is not None and not callable(function):
        yield f"{contribution.name} in {field} has no function to call"


def function_of(contribution: Contribution) -> object:
    """The function that a contribution brings, or None where it is data only."""
    functions = ("check", "score", "enrich", "examples", "rows")
    if isinstance(contribution, Prompt):
        return None
    return next(getattr(contribution, name) for name in functions if hasattr(contribution, name))


def _prompt_reasons(plugin: DomainPlugin) -> Iterator[str]:
    for prompt in plugin.prompts:
        if isinstance(prompt, Prompt) and not str(prompt.system).strip():
            yield f"the prompt {prompt.name!r} has no text"


def _settings_reasons(plugin: DomainPlugin) -> Iterator[str]:
    settings = plugin.settings
    if settings is None:
        return
    if not isinstance(settings, type) or not is_dataclass(settings) or not _is_frozen(settings):
        yield "its settings are not a frozen dataclass"
        return
    types = get_type_hints(settings)
    for field in fields(settings):
        if field.default is MISSING and field.default_factory is MISSING:
            yield f"its setting {field.name} has no default"
        if not _has_a_form(field, types):
            yield f"its setting {field.name} is not a bool, int, float, str or Enum"


def _is_frozen(settings: type) -> bool:
    return bool(getattr(settings, "__dataclass_params__").frozen)  # noqa: B009 (not in the stubs)


def _has_a_form(field: "Field[object]", types: dict[str, object]) -> bool:
    declared = types[field.name]
    return isinstance(declared, type) and issubclass(declared, SETTING_TYPES)


def _bad_name(what: str, name: object) -> str:
    return (
        f"{what} is named {name!r:.80}; a name is a lower-case letter followed by "
        "lower-case letters, digits and underscores, 60 at most"
    )
