"""Which arithmetic a question asks for, told by its words, and the arithmetic itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Operation = Literal[
    "count", "sum", "average", "minimum", "maximum", "difference", "percentage change", "ratio",
    "list",
]  # fmt: skip

# In this order: "percentage change" before "change", "average total" before "total".
_DIFFERENCE = (
    r"(?:nominal )?difference|(?<=the )change(?= (?:in|between|of))|change(?= (?:in|between|from))"
    r"|increase\s?/\s?\(?decrease\)?|increase(?= (?:in|from))|decrease(?= (?:in|from))"
)
_CUES: tuple[tuple[Operation, str], ...] = (
    ("percentage change", r"(?:percent(?:age)?|per cent|%)\s(?:change|increase|decrease|growth)"),
    ("ratio", r"as an? (?:percent(?:age)?|per cent|%|share|proportion) of|ratio of"),
    ("average", r"(?:on )?average(?: annual)?|mean"),
    ("difference", _DIFFERENCE),
    ("sum", r"sum|total|altogether|combined"),
    ("maximum", r"highest|largest|biggest|greatest|most(?! of)|maximum|max"),
    ("minimum", r"lowest|smallest|least|fewest|minimum|min"),
    ("count", r"(?:how many|(?:total )?number of)(?: different| distinct)?|count"),
    ("list", r"list(?: all| the)*|name all|show(?: me)? all|which|who"),
)
_COMPILED = [(name, re.compile(rf"\b(?:{cue})(?!\w)", re.IGNORECASE)) for name, cue in _CUES]
# What a percentage is rounded to; other results have as many decimals as their cells, and two
# more where they were divided.
_PERCENT_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """The operation that a question asks for, and the question without the words that say so."""

    operation: Operation
    words: str
    before: str
    after: str

    @property
    def rest(self) -> str:
        """The question without the words of the cue."""
        return f"{self.before} {self.after}"


def cues_of(question: str) -> list[Cue]:
    """The operations that a question may ask for, the likeliest first; none for most."""
    cues = []
    for name, pattern in _COMPILED:
        match = pattern.search(question)
        if match and (name != "list" or not question[: match.start()].strip()):
            cues.append(
                Cue(
                    operation=name,
                    words=match.group(),
                    before=question[: match.start()],
                    after=question[match.end() :],
                )
            )
    return cues


def result_of(operation: Operation, operands: Sequence[Decimal]) -> Decimal | None:
    """The exact result, rounded only after a division; None where it has no result.

    A difference is the first less the second; a percentage change is that of the first against
    the second, the base; a ratio is the first in percent of the second.
    """
    if not operands:
        return None
    if operation in ("difference", "percentage change", "ratio"):
        return _of_two(operation, *operands[:2])
    if operation == "average":
        return _divided(sum(operands, Decimal(0)), Decimal(len(operands)), _decimals(operands) + 2)
    chosen = {"minimum": min, "maximum": max}.get(operation)
    return chosen(operands) if chosen else sum(operands, Decimal(0))


def _of_two(operation: Operation, first: Decimal, second: Decimal) -> Decimal | None:
    if operation == "difference":
        return first - second
    if not second:
        return None
    part = first - second if operation == "percentage change" else first
    return _divided(100 * part, second, _PERCENT_DECIMALS)


def _decimals(operands: Sequence[Decimal]) -> int:
    return max(-min(int(each.as_tuple().exponent), 0) for each in operands)


def _divided(part: Decimal, whole: Decimal, decimals: int) -> Decimal:
    quotient = (part / whole).quantize(Decimal(1).scaleb(-decimals))
    text = format(quotient, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def written(number: Decimal) -> str:
    """A number for people: 4,310.50 as it is, with thousands marked."""
    return f"{number:,f}".replace("-", "\u2212")


def formula_of(operation: Operation, operands: Sequence[Decimal]) -> str:
    """How the result comes about, at most with eight operands written out."""
    shown = [written(each) if each >= 0 else f"({written(each)})" for each in operands[:8]]
    more = f" + \u2026 ({len(operands)} numbers)" if len(operands) > 8 else ""
    if operation == "sum":
        return " + ".join(shown) + more
    if operation == "average":
        return f"({' + '.join(shown)}{more}) / {len(operands)}"
    if operation == "difference":
        return f"{shown[0]} \u2212 {shown[1]}"
    if operation == "percentage change":
        return f"({shown[0]} \u2212 {shown[1]}) / {shown[1]} \u00d7 100"
    if operation == "ratio":
        return f"{shown[0]} / {shown[1]} \u00d7 100"
    return f"{operation} of {len(operands)} numbers"
