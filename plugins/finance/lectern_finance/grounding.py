"""The check that every figure of an answer stands in what the answer cites."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal

from lectern.sdk import Answer, Citation, Finding, Severity
from lectern_finance.evidence import Evidence
from lectern_finance.figures import Figure, Kind, figures
from lectern_finance.years import years_named

_ROUNDED = re.compile(
    r"(?:about|approximately|approx\.?|around|roughly|nearly|almost|some|over|under|more than|"
    r"less than|at least|up to|~|\u2248)\s*$",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\b(?:pages?|pp?\.)\s*$", re.IGNORECASE)
# Longer than any of the words above, and short enough to be cut from the text for each figure.
_LOOK_BACK = 20


def figures_are_grounded(answer: Answer) -> list[Finding]:
    """A finding for each figure of the answer that its citations do not state.

    A figure is stated when a cited text has the same value after scale words, a table's
    declared scale, per cent and basis points, thousands marks and signs are taken into
    account; a figure with fewer digits may be the rounded one. A year may also stand in the
    question or in the title of a cited document.

    A figure of no source blocks the answer, as does one at another scale or with a minus
    that its source does not have. A figure whose scale or per cent sign the cited text does
    not give, or that only another sentence's citation states, is noted.
    """
    sources = _Sources(answer)
    findings = []
    for figure in figures(answer.text):
        if sources.follows(figure):
            continue
        if _states_an_amount(figure) and not _is_cited_page(figure, answer):
            finding = _finding(figure, sources, _slack(figure, answer.text))
            if finding is not None:
                findings.append(finding)
    return findings


class _Sources:
    """What the sentences of an answer cite, each text read once."""

    def __init__(self, answer: Answer) -> None:
        read = {text: Evidence(text) for text in {_text(each) for each in answer.citations}}
        placed = answer.placed_sentences()
        self.all: Sequence[Evidence] = list(read.values())
        self._computed = [
            (start, start + len(sentence.text)) for start, sentence in placed if sentence.computed
        ]
        self._starts = [start for start, _ in placed]
        self._ends = [start + len(sentence.text) for start, sentence in placed]
        self._evidence = [
            [read[_text(each)] for each in sentence.citations] for _, sentence in placed
        ]
        self.years = frozenset[int]().union(
            years_named(answer.question),
            *(years_named(citation.document) for citation in answer.citations),
            *(evidence.years for evidence in self.all),
        )

    def follows(self, figure: Figure) -> bool:
        """Whether the figure was computed from what its sentence cites."""
        return any(start <= figure.start < end for start, end in self._computed)

    def of(self, figure: Figure) -> Sequence[Evidence]:
        """What the sentence that holds the figure cites."""
        index = bisect_right(self._starts, figure.start) - 1
        if index < 0 or figure.start >= self._ends[index]:
            return ()
        return self._evidence[index]


def _finding(figure: Figure, sources: _Sources, slack: Decimal) -> Finding | None:
    if figure.kind is Kind.YEAR:
        known = int(figure.value) in sources.years
        return None if known else _report(figure, f"The year {int(figure.value)} is in no source")
    own = sources.of(figure)
    if any(evidence.holds(figure, slack) for evidence in own):
        return None
    if any(evidence.holds_without_unit(figure, slack) for evidence in own):
        message = f"The unit of the figure {figure.text} is not in its source"
        return _report(figure, message, Severity.NOTE)
    if any(evidence.holds(figure, slack) for evidence in sources.all):
        message = f"The figure {figure.text} is in the source of another sentence"
        return _report(figure, message, Severity.NOTE)
    return _report(figure, _reason(figure, own, slack))


def _reason(figure: Figure, own: Sequence[Evidence], slack: Decimal) -> str:
    for evidence in own:
        other = evidence.at_other_scale(figure, slack)
        if other is not None:
            return f"The figure {figure.text} is {other.text} in its source"
    return f"The figure {figure.text} is in no source"


def _report(figure: Figure, message: str, severity: Severity = Severity.BLOCK) -> Finding:
    return Finding(message=message, severity=severity, span=(figure.start, figure.end))


def _states_an_amount(figure: Figure) -> bool:
    """Whether the figure is a claim; a bare "two" or "one" is mostly grammar."""
    return not figure.in_words or figure.power is not None or figure.kind is not Kind.PLAIN


def _slack(figure: Figure, text: str) -> Decimal:
    """How far the source's value may lie from the figure, which may be rounded."""
    if not figure.value:
        return Decimal(0)
    step = figure.step
    if _ROUNDED.search(text[max(0, figure.start - _LOOK_BACK) : figure.start]):
        # "about 1,200" shows two digits, not four.
        return max(step, Decimal(1).scaleb(int(figure.value.normalize().as_tuple().exponent))) / 2
    counted = figure.power is None and figure.kind is not Kind.PERCENT
    if counted and step == 1 and figure.value < 100:
        # A small whole number without a unit is a count, not a rounded amount.
        return Decimal(0)
    return step / 2


def _is_cited_page(figure: Figure, answer: Answer) -> bool:
    before = answer.text[max(0, figure.start - _LOOK_BACK) : figure.start]
    pages = {citation.page for citation in answer.citations}
    return figure.value in pages and _PAGE.search(before) is not None


def _text(citation: Citation) -> str:
    """The quoted words, with the passage around them for the scale that a table declares."""
    if citation.passage is None:
        return citation.quote
    if citation.quote in citation.passage.text:
        return citation.passage.text
    return f"{citation.quote}\n{citation.passage.text}"
