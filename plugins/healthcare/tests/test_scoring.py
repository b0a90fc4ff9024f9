"""An answer scores the share of its reference's doses."""

import pytest

from lectern.sdk import Answer
from lectern_healthcare.scoring import same_doses


@pytest.mark.parametrize(
    ("text", "reference", "score"),
    [
        ("Take 0.5 g.", "500 mg", 1.0),
        ("Take 5 mg/kg/day.", "5 mg per kg per day", 1.0),
        ("Rest and drink.", "Rest.", 1.0),
        ("Adults 500 mg.", "Adults 500 mg, children 250 mg.", 0.5),
        ("Take 5 mcg.", "5 mg", 0.0),
        ("Take 10 mg.", "10 mg/kg", 0.0),
        ("Take 70 mg daily.", "70 mg weekly", 0.0),
        ("Nothing in these documents answers that.", "500 mg", 0.0),
    ],
)
def test_the_score_is_the_share_of_doses_stated(text, reference, score):
    assert same_doses(Answer(question="?", text=text), reference) == score
