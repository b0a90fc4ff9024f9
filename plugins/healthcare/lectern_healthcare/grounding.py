"""The check that every dose of an answer stands in a sentence that it cites."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lectern.sdk import Answer, Citation, Finding, Severity
from lectern_healthcare.doses import Dose, doses

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])|\n\s*\n")
_DAILY = re.compile(r"\b(?:daily|once\s+a\s+day|per\s+day|a\s+day|each\s+day|every\s+day)\b", re.I)
_SEVERAL_TIMES = re.compile(
    r"\b(?:twice|(?:two|three|four|five|six|\d)\s+times|every\s+\d+\s+hours|b\.?i\.?d|t\.?i\.?d|"
    r"q\.?i\.?d)\b",
    re.IGNORECASE,
)
_TRAILING_ZERO = re.compile(r"\d+\.0+")
# Laboratories report 5.0 mmol/L to say how exactly they measured; nobody misreads it as a dose.
_LABORATORY_UNITS = frozenset({"mmol", "mEq"})
_LABORATORY_DIVISORS = frozenset({"dL", "L"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """A dose that a cited sentence states, and whether that sentence speaks of a day."""

    dose: Dose
    daily: bool


def doses_are_grounded(answer: Answer) -> list[Finding]:
    """A finding for each dose of the answer that no sentence it cites states.

    A dose is a number with its unit and what it is per: "500 mg", "5 mg/kg/day". A cited
    sentence states it when amount and unit are the same after conversion between mcg, mg and
    g or mL and L. Number and unit must come from one sentence.

    A dose of no cited sentence blocks the answer, and so does one whose unit or divisor
    differs from its source: 5 mg for 5 mcg. A dose whose source says for which time it is,
    and one that only another sentence's citation states, are warnings; so are a trailing zero
    (5.0 mg) and a point without a zero before it (.5 mg), which are misread as ten times the
    dose.
    """
    sources = _Sources(answer)
    findings: list[Finding] = []
    for dose in doses(answer.text):
        findings.extend(_grounding(dose, sources))
        findings.extend(_notation(dose))
    return findings


class _Sources:
    """The doses that the sentences of an answer cite, each quote read once."""

    def __init__(self, answer: Answer) -> None:
        placed = answer.placed_sentences()
        read = {
            citation.quote: list(_statements(citation))
            for _, sentence in placed
            for citation in sentence.citations
        }
        self.all = [statement for statements in read.values() for statement in statements]
        self._starts = [start for start, _ in placed]
        self._ends = [start + len(sentence.text) for start, sentence in placed]
        self._statements = [
            [statement for each in sentence.citations for statement in read[each.quote]]
            for _, sentence in placed
        ]

    def of(self, dose: Dose) -> Sequence[_Statement]:
        """What the sentence that holds the dose cites."""
        index = bisect_right(self._starts, dose.start) - 1
        if index < 0 or dose.start >= self._ends[index]:
            return ()
        return self._statements[index]


def _statements(citation: Citation) -> Iterator[_Statement]:
    for sentence in _SENTENCE_END.split(citation.quote):
        daily = _DAILY.search(sentence) is not None and not _SEVERAL_TIMES.search(sentence)
        for dose in doses(sentence):
            yield _Statement(dose=dose, daily=daily)


def _grounding(dose: Dose, sources: _Sources) -> Iterator[Finding]:
    own = sources.of(dose)
    if any(_states(statement, dose) for statement in own):
        return
    timed = next((each.dose for each in own if _same_amount(each.dose, dose)), None)
    if timed is not None and not dose.times:
        yield _report(dose, f"The dose {dose.text} is {timed.text} in its source")
    elif any(_states(statement, dose) for statement in sources.all):
        yield _report(dose, f"The dose {dose.text} is in the source of another sentence")
    else:
        yield _report(dose, _reason(dose, own), Severity.BLOCK)


def _reason(dose: Dose, own: Sequence[_Statement]) -> str:
    number = dose.number
    similar = next((each.dose for each in own if each.dose.number == number), None)
    if similar is not None:
        return f"The dose {dose.text} is {similar.text} in its source"
    return f"The dose {dose.text} is in no cited sentence"


def _notation(dose: Dose) -> Iterator[Finding]:
    laboratory = dose.unit in _LABORATORY_UNITS or dose.per & _LABORATORY_DIVISORS
    if _TRAILING_ZERO.fullmatch(dose.number) and not laboratory:
        whole = dose.number.partition(".")[0]
        yield _report(dose, f"The dose {dose.text} ends in a zero; write {whole}")
    elif dose.number.startswith("."):
        yield _report(dose, f"The dose {dose.text} starts with a point; write 0{dose.number}")


def _states(statement: _Statement, dose: Dose) -> bool:
    stated = statement.dose
    if not _same_amount(stated, dose):
        return False
    if stated.times == dose.times:
        return True
    return statement.daily and not stated.times and dose.times == {"day"}


def _same_amount(stated: Dose, dose: Dose) -> bool:
    return (stated.amount, stated.unit, stated.per) == (dose.amount, dose.unit, dose.per)


def _report(dose: Dose, message: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(message=message, severity=severity, span=(dose.start, dose.end))
