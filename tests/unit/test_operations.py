"""Which arithmetic a question asks for, and that it is exact."""

from decimal import Decimal

import pytest

from lectern.answering.operations import cues_of, formula_of, result_of, written


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("What was the percentage change in revenue from 2018 to 2019?", "percentage change"),
        ("What was the change in revenue between 2018 and 2019?", "difference"),
        ("What is the average total charge?", "average"),
        ("What is the total of all orders?", "sum"),
        ("Which supplier has the highest amount?", "maximum"),
        ("How many orders are open?", "count"),
        ("List the overdue suppliers", "list"),
        ("What is debt as a percentage of equity?", "ratio"),
    ],
)
def test_the_words_of_a_question_tell_the_operation(question, operation):
    assert cues_of(question)[0].operation == operation


@pytest.mark.parametrize(
    "question", ["When does the plan end?", "What changed the policy?", "Is the meaning clear?"]
)
def test_most_questions_ask_for_no_arithmetic(question):
    assert cues_of(question) == []


@pytest.mark.parametrize(
    ("operation", "operands", "result"),
    [
        ("sum", ["0.1", "0.2"], "0.3"),
        ("average", ["1", "2", "2"], "1.67"),
        ("average", ["4", "4"], "4"),
        ("difference", ["-1421", "-78816"], "77395"),
        ("percentage change", ["113475", "61494"], "84.53"),
        ("ratio", ["1", "8"], "12.5"),
        ("minimum", ["3", "-1"], "-1"),
    ],
)
def test_results_are_exact_and_rounded_only_after_a_division(operation, operands, result):
    assert result_of(operation, [Decimal(each) for each in operands]) == Decimal(result)


def test_there_is_no_percentage_of_nothing():
    assert result_of("percentage change", [Decimal(5), Decimal(0)]) is None
    assert result_of("sum", []) is None


def test_numbers_are_written_for_people():
    assert written(Decimal("4310.50")) == "4,310.50"
    assert formula_of("difference", [Decimal(-3), Decimal(1000)]) == "(\u22123) \u2212 1,000"
