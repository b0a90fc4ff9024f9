"""Score an answer by the doses of its reference."""

from lectern.sdk import Answer
from lectern_healthcare.doses import Dose, doses


def same_doses(answer: Answer, reference: str) -> float:
    """The share of the reference's doses that the answer states, from 0 to 1.

    A dose is the same when amount, unit and divisors are, after conversion. A reference
    without doses cannot be missed and scores 1.
    """
    expected = {_tuple(dose) for dose in doses(reference)}
    if not expected:
        return 1.0
    stated = {_tuple(dose) for dose in doses(answer.text)}
    return len(expected & stated) / len(expected)


def _tuple(dose: Dose) -> tuple[object, ...]:
    return dose.amount, dose.unit, dose.per, dose.times
