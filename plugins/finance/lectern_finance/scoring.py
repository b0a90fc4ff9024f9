"""Score an answer by the figures of its reference."""

from decimal import Decimal

from lectern.sdk import Answer
from lectern_finance.figures import Figure, Kind, figures

# Human labels of 559 answers agreed best with a tolerance of 0.5 to 1 %.
TOLERANCE = Decimal("0.005")
_THOUSANDS = (0, 3, -3, 6, -6, 9, -9)


def same_figures(answer: Answer, reference: str) -> float:
    """The share of the reference's figures that the answer states, from 0 to 1.

    Years count only where the reference has nothing else. A figure without a scale equals
    one that differs by thousands, and 0.12 equals 12 %. A reference without figures cannot be
    missed and scores 1.
    """
    expected = figures(reference)
    amounts = [figure for figure in expected if figure.kind is not Kind.YEAR] or expected
    if not amounts:
        return 1.0
    stated = figures(answer.text)
    found = sum(any(_same(each, figure) for each in stated) for figure in amounts)
    return found / len(amounts)


def _same(stated: Figure, expected: Figure) -> bool:
    if (stated.kind is Kind.YEAR) != (expected.kind is Kind.YEAR):
        return False
    if stated.kind is Kind.YEAR:
        return stated.value == expected.value
    return any(
        _near(stated.value.scaleb(shift), expected.value) for shift in _shifts(stated, expected)
    )


def _shifts(stated: Figure, expected: Figure) -> tuple[int, ...]:
    """The powers of ten by which the two may differ and still be the same figure."""
    percents = (stated.kind is Kind.PERCENT, expected.kind is Kind.PERCENT)
    if percents == (True, True):
        return (0,)
    if any(percents):
        return (0, -2) if stated.kind is Kind.PERCENT else (0, 2)
    both_scaled = stated.power is not None and expected.power is not None
    return (0,) if both_scaled else _THOUSANDS


def _near(value: Decimal, expected: Decimal) -> bool:
    return abs(value - expected) <= TOLERANCE * abs(expected)
