"""An answer scores the share of its reference's figures."""

import pytest

from lectern.sdk import Answer
from lectern_finance.scoring import same_figures


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("It was $1,577 million in 2018.", "$1577.00"),
        ("The ratio was 0.66.", "0.66"),
        ("It rose by 12%.", "0.12"),
        ("It was 0.12 of sales.", "12 percent"),
        ("It was $12.34 billion.", "12,340 million"),
        ("It was 8,738.", "$8.738 billion"),
        ("About 100.4.", "100"),
        ("In 2018.", "2018"),
        ("Revenue was 5 and cost 3.", "3 and 5"),
        ("Yes, it improved.", "Yes."),
    ],
)
def test_an_answer_with_all_figures_scores_1(text, reference):
    assert same_figures(Answer(question="?", text=text), reference) == 1.0


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("It was $1,600 million in 2018.", "$1577.00"),
        ("It was $12 billion.", "$12 million"),
        ("It rose by 12%.", "1.2%"),
        ("It rose by 12%.", "1.2"),
        ("In 2017.", "2018"),
        ("It was 2,018.", "In 2018"),
        ("Nothing in these documents answers that.", "$1577.00"),
        ("About 101.", "100"),
    ],
)
def test_an_answer_with_another_figure_scores_0(text, reference):
    assert same_figures(Answer(question="?", text=text), reference) == 0.0


def test_half_of_the_figures_score_one_half():
    assert same_figures(Answer(question="?", text="Revenue was 5."), "5 and 3") == 0.5


def test_years_do_not_count_beside_amounts():
    assert same_figures(Answer(question="?", text="It was 5."), "5 in 2018") == 1.0
