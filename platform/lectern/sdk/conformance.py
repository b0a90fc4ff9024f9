"""The tests that every plugin inherits.

A plugin's whole test file can be::

    class TestConformance(PluginConformance):
        plugin = my_plugin

Each test carries the number of the rule in docs/plugins/contract.md that it executes. Each
assertion has a message, because pytest does not rewrite those of an installed package.
"""

import ast
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from lectern.sdk import hostile
from lectern.sdk.contract import (
    TIME_LIMIT,
    Answer,
    DomainPlugin,
    ExampleDraft,
    Finding,
    Row,
    Severity,
)
from lectern.sdk.purity import side_effects
from lectern.sdk.rules import broken_rules, contributions, function_of

REFERENCES = (
    "Revenue was $12.5 million in 2019, up 4% from 2018.",
    "Adults take 500 mg twice a day.",
    "Yes.",
    "Nothing in these documents answers that.",
)


class PluginConformance:
    """Inherit, set ``plugin``, and pytest runs the contract against it.

    ``references`` are answers that are perfect when given word for word; add some of the
    plugin's own field.
    """

    plugin: ClassVar[DomainPlugin]
    references: ClassVar[Sequence[str]] = REFERENCES

    def test_p01_its_value_breaks_no_rule(self) -> None:
        """P1 to P4: generation, names, contributions and settings."""
        assert isinstance(self.plugin, DomainPlugin), "plugin is not a DomainPlugin"
        broken = broken_rules(self.plugin)
        assert not broken, "; ".join(broken)

    def test_p05_it_imports_nothing_of_lectern_but_the_sdk(self) -> None:
        """P5: what is not in ``lectern.sdk`` may change without notice."""
        foreign = [
            f"{path.name} imports {module}"
            for path in _sources(self.plugin)
            for module in _imports(path)
            if _is_private(module)
        ]

        assert not foreign, "; ".join(foreign)

    def test_p06_its_checks_survive_hostile_text(self) -> None:
        """P6: a check returns findings for any text and never raises."""
        for answer in hostile.answers(self.plugin):
            for name, findings in self._findings(answer):
                wrong = [found for found in findings if not _is_finding(found)]
                assert not wrong, f"{name} returned {wrong!r:.200} for {answer.text!r:.80}"

    def test_p07_its_findings_point_into_the_answer(self) -> None:
        """P7: a span lies within the answer's text."""
        for answer in hostile.answers(self.plugin):
            for name, findings in self._findings(answer):
                spans = [found.span for found in findings if found.span is not None]
                outside = [span for span in spans if not _lies_in(span, answer.text)]
                assert not outside, f"{name} points to {outside} outside {answer.text!r:.80}"

    def test_p08_its_verdicts_do_not_change(self) -> None:
        """P8: the same answer gets the same findings and the same score."""
        for answer in hostile.answers(self.plugin):
            first, second = list(self._findings(answer)), list(self._findings(answer))
            assert first == second, f"findings differ for {answer.text!r:.80}"
            assert list(self._scores(answer)) == list(self._scores(answer))

    def test_p09_its_scores_stay_between_0_and_1(self) -> None:
        """P9: a score is a number from 0 to 1, whatever the answer and the reference."""
        for answer in hostile.answers(self.plugin):
            for name, score in self._scores(answer):
                assert 0.0 <= score <= 1.0, f"{name} scored {score!r} for {answer.text!r:.80}"

    def test_p10_a_perfect_answer_scores_1(self) -> None:
        """P10: an answer in the reference's own words gets the full score."""
        for reference in self.references:
            answer = hostile.answer_of(self.plugin, reference, quote=reference)
            for evaluator in self.plugin.evaluators:
                score = evaluator.score(answer, reference)
                assert score == 1.0, f"{evaluator.name} scored {score!r} for {reference!r}"

    def test_p11_its_enrichers_give_text_for_any_page(self) -> None:
        """P11: metadata is text by text, the same for the same page."""
        for page in hostile.pages():
            for enricher in self.plugin.enrichers:
                first, second = enricher.enrich(page), enricher.enrich(page)
                assert isinstance(first, Mapping), f"{enricher.name} returned {first!r:.80}"
                pairs = [text for pair in first.items() for text in pair]
                assert all(isinstance(text, str) for text in pairs), f"{enricher.name}: {pairs}"
                assert dict(first) == dict(second), f"{enricher.name} differs for {page.text!r:.80}"

    def test_p12_its_recipes_draft_from_the_passages_given(self) -> None:
        """P12: a drafted example has a question, an answer, and a given passage as evidence."""
        given = hostile.passages()
        for recipe in self.plugin.dataset_recipes:
            for draft in recipe.examples(given):
                assert isinstance(draft, ExampleDraft), f"{recipe.name} drafted {draft!r:.80}"
                assert draft.passage in given, f"{recipe.name} invented a passage"
                assert draft.question.strip(), f"{recipe.name} drafted an empty question"
                assert draft.answer.strip(), f"{recipe.name} drafted an empty answer"

    def test_p13_its_panels_give_rows_of_text(self) -> None:
        """P13: a panel returns rows for any answer."""
        for answer in hostile.answers(self.plugin):
            for panel in self.plugin.panels:
                wrong = [row for row in panel.rows(answer) if not _is_row(row)]
                assert not wrong, f"{panel.name} returned {wrong!r:.80} for {answer.text!r:.80}"

    def test_p14_its_functions_touch_nothing_outside(self) -> None:
        """P14: no file, network or process is used by any function."""
        for name, call in self._calls("Revenue was 12 million in 2019."):
            with side_effects() as seen:
                call()
            assert not seen, f"{name} used {seen}"

    def test_p15_its_functions_keep_to_the_time_limit(self) -> None:
        """P15: a call on 100,000 characters stays below ``TIME_LIMIT`` seconds of CPU."""
        for text in hostile.LONG_TEXTS:
            for name, call in self._calls(text):
                started = time.thread_time()
                call()
                taken = time.thread_time() - started
                assert taken < TIME_LIMIT, f"{name} took {taken:.2f} s for {text!r:.40}"

    def _findings(self, answer: Answer) -> Iterator[tuple[str, list[Finding]]]:
        for check in self.plugin.answer_checks:
            yield check.name, list(check.check(answer))

    def _scores(self, answer: Answer) -> Iterator[tuple[str, float]]:
        for evaluator in self.plugin.evaluators:
            for reference in (answer.text, self.references[0], ""):
                yield evaluator.name, evaluator.score(answer, reference)

    def _calls(self, text: str) -> Iterator[tuple[str, Callable[[], None]]]:
        """Each function of the plugin, ready to be called on the text."""
        answer = hostile.answer_of(self.plugin, text, quote=text)
        for check in self.plugin.answer_checks:
            yield check.name, partial(_exhaust, check.check, answer)
        for evaluator in self.plugin.evaluators:
            yield evaluator.name, partial(_exhaust, evaluator.score, answer, text)
        for enricher in self.plugin.enrichers:
            yield enricher.name, partial(_exhaust, enricher.enrich, hostile.page_of(text))
        for recipe in self.plugin.dataset_recipes:
            yield recipe.name, partial(_exhaust, recipe.examples, answer.passages)
        for panel in self.plugin.panels:
            yield panel.name, partial(_exhaust, panel.rows, answer)


def _exhaust(function: Callable[..., object], *arguments: object) -> None:
    """Call the function, and draw everything from it where it yields."""
    result = function(*arguments)
    if isinstance(result, Iterator):
        deque(result, maxlen=0)


def _is_finding(value: object) -> bool:
    return (
        isinstance(value, Finding)
        and isinstance(value.severity, Severity)
        and bool(value.message.strip())
    )


def _is_row(value: object) -> bool:
    return isinstance(value, Row) and isinstance(value.label, str) and isinstance(value.value, str)


def _lies_in(span: tuple[int, int], text: str) -> bool:
    start, end = span
    return 0 <= start < end <= len(text)


def _sources(plugin: DomainPlugin) -> Iterator[Path]:
    """The Python files of the packages that the plugin's functions come from."""
    functions = [function_of(contribution) for _, contribution in contributions(plugin)]
    modules = {getattr(function, "__module__", None) for function in functions if function}
    for package in {str(module).partition(".")[0] for module in modules if module}:
        file = getattr(sys.modules.get(package), "__file__", None)
        if file is not None:
            path = Path(file)
            yield from sorted(path.parent.rglob("*.py")) if path.stem == "__init__" else [path]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_private(module: str) -> bool:
    parts = module.split(".")
    return parts[0] in ("lectern", "lectern_workers") and parts[:2] != ["lectern", "sdk"]
