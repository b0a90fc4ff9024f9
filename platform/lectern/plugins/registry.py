"""Which plugins are installed, whether each can be used, and the guarded call of their checks.

Plugins are found by the entry point group ``lectern.plugins``. A plugin that cannot be used
keeps its reason and never stops the site. Plugins are trusted code that the operator
installs: the guards here are against accidents, not malice.
"""

import logging
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import PurePath

from lectern.sdk import (
    API_VERSION,
    TIME_LIMIT,
    Answer,
    AnswerCheck,
    DomainPlugin,
    Finding,
    Prompt,
    Severity,
)
from lectern.sdk.rules import broken_rules

log = logging.getLogger(__name__)

GROUP = "lectern.plugins"

NEUTRAL = DomainPlugin(
    name="neutral",
    title="Any subject",
    api_version=API_VERSION,
    prompts=[
        Prompt(
            name="answer",
            system=(
                "Answer the question from the passages given and from nothing else. "
                "Keep their words where you can, name figures, dates and units exactly as they "
                "stand, and say so when the passages do not answer the question."
            ),
        )
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPlugin:
    """An entry point of the group: the plugin it gives, or the reason why it gives none."""

    name: str
    distribution: str
    plugin: DomainPlugin | None = None
    reason: str = ""

    @property
    def usable(self) -> bool:
        """Whether collections can be answered with it."""
        return self.plugin is not None


@cache
def installed_plugins() -> tuple[InstalledPlugin, ...]:
    """Every installed plugin, sorted by name; loaded once per process."""
    return load_plugins(entry_points(group=GROUP))


def usable_plugins() -> tuple[DomainPlugin, ...]:
    """The plugins that a tenant can enable, sorted by name."""
    return tuple(found.plugin for found in installed_plugins() if found.plugin is not None)


def plugin_named(name: str) -> DomainPlugin:
    """The plugin that a collection names; ``NEUTRAL`` where it names none.

    A plugin that is missing or unusable is replaced by the neutral one with a check that
    says on every answer that the plugin's own checks were not made.
    """
    if not name:
        return NEUTRAL
    found = next((each for each in installed_plugins() if each.name == name), None)
    if found is None:
        return _stand_in(name, "it is not installed")
    return found.plugin or _stand_in(name, found.reason)


def load_plugins(candidates: Iterable[EntryPoint]) -> tuple[InstalledPlugin, ...]:
    """Load each entry point, sorted by name, into a plugin or a reason.

    Where several distributions offer the same name none of them is used: which one answers
    must not depend on the order of installation.
    """
    ordered = sorted(candidates, key=lambda candidate: (candidate.name, _distribution(candidate)))
    offers = Counter(candidate.name for candidate in ordered)
    loaded = []
    for candidate in ordered:
        if offers[candidate.name] > 1:
            found = _unusable(candidate, _duplicate_reason(candidate, ordered))
        else:
            found = _load(candidate)
        loaded.append(found)
    return tuple(loaded)


def run_checks(plugin: DomainPlugin, answer: Answer) -> list[Finding]:
    """What the plugin's checks find in the answer, in the order of the checks.

    A check that raises or returns something else becomes a finding that says so; so does one
    that takes longer than ``TIME_LIMIT``. An answer without settings gets the plugin's
    defaults.
    """
    if plugin.settings is not None and answer.settings is None:
        answer = replace(answer, settings=plugin.settings())
    return [found for check in plugin.answer_checks for found in _run(plugin, check, answer)]


def _load(candidate: EntryPoint) -> InstalledPlugin:
    try:
        value = candidate.load()
    # A plugin is somebody else's code: whatever its import raises must not stop the site,
    # and SystemExit is what a module raises that was written as a script.
    except (Exception, SystemExit) as error:
        log.warning("plugin not imported plugin=%s", candidate.name, exc_info=True)
        return _unusable(
            candidate, f"importing {candidate.value} failed with {type(error).__name__}: {error}"
        )
    if not isinstance(value, DomainPlugin):
        return _unusable(
            candidate, f"{candidate.value} is a {type(value).__name__}, not a DomainPlugin"
        )
    reasons = list(_reasons(candidate, value))
    if reasons:
        return _unusable(candidate, "; ".join(reasons))
    return InstalledPlugin(name=candidate.name, distribution=_distribution(candidate), plugin=value)


def _reasons(candidate: EntryPoint, plugin: DomainPlugin) -> Iterator[str]:
    if plugin.name != candidate.name:
        yield f"its entry point is named {candidate.name!r} and the plugin {plugin.name!r}"
    yield from broken_rules(plugin)


def _unusable(candidate: EntryPoint, reason: str) -> InstalledPlugin:
    return InstalledPlugin(
        name=candidate.name, distribution=_distribution(candidate), reason=reason
    )


def _duplicate_reason(candidate: EntryPoint, candidates: Iterable[EntryPoint]) -> str:
    offering = [_distribution(each) for each in candidates if each.name == candidate.name]
    return f"several distributions offer this name: {', '.join(offering)}; uninstall all but one"


def _distribution(candidate: EntryPoint) -> str:
    if candidate.dist is None:
        return candidate.value
    return f"{candidate.dist.name} {candidate.dist.version}"


def _stand_in(name: str, reason: str) -> DomainPlugin:
    """The neutral plugin with a check that reports the missing one."""
    message = f"The {name} plugin is unusable here, so this answer was not checked by it: {reason}."

    def missing(answer: Answer) -> list[Finding]:
        return [Finding(message=message, severity=Severity.WARNING)]

    return replace(NEUTRAL, answer_checks=[AnswerCheck(name="plugin_is_usable", check=missing)])


def _run(plugin: DomainPlugin, check: AnswerCheck, answer: Answer) -> list[Finding]:
    started = time.monotonic()
    try:
        findings = [_placed(found, check, answer) for found in check.check(answer)]
    # The contract promises readers an answer whatever a check does.
    except Exception as error:
        # Not the error's message: it may quote the document or the question.
        kind, place = type(error).__name__, _place(error)
        log.warning(
            "check failed plugin=%s check=%s error=%s at=%s", plugin.name, check.name, kind, place
        )
        return [_failure(plugin, check)]
    taken = time.monotonic() - started
    if taken > TIME_LIMIT:
        log.warning("check slow plugin=%s check=%s s=%.2f", plugin.name, check.name, taken)
        findings.append(_delay(plugin, check, taken))
    return findings


def _placed(found: Finding, check: AnswerCheck, answer: Answer) -> Finding:
    """The finding under its check's name, without a span that lies outside the answer.

    Raises:
        TypeError: what the check returned is not a finding.
        ValueError: its severity is none of ``Severity``.
    """
    if not isinstance(found, Finding):
        raise TypeError(f"{check.name} returned a {type(found).__name__}, not a Finding")
    span = found.span
    if span is not None and not 0 <= span[0] < span[1] <= len(answer.text):
        span = None
    return replace(
        found,
        message=str(found.message),
        severity=Severity(found.severity),
        span=span,
        check=check.name,
    )


def _place(error: Exception) -> str:
    """The file and line that raised the error."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{PurePath(last.filename).name}:{last.lineno}"


def _failure(plugin: DomainPlugin, check: AnswerCheck) -> Finding:
    message = f"The {plugin.name} check {check.name} failed, so its verdict is missing."
    return Finding(message=message, severity=Severity.WARNING, check=check.name)


def _delay(plugin: DomainPlugin, check: AnswerCheck, taken: float) -> Finding:
    message = (
        f"The {plugin.name} check {check.name} took {taken:.1f} s; its limit is {TIME_LIMIT} s."
    )
    return Finding(message=message, severity=Severity.NOTE, check=check.name)
