"""Follow-up questions, written out."""

import pytest

from lectern.answering.follow_ups import standalone

REVENUE = "What was Acme's revenue in 2018?"


@pytest.mark.parametrize(
    ("question", "previous", "expected"),
    [
        ("And in 2019?", REVENUE, "What was Acme's revenue in 2019?"),
        ("In FY2020?", REVENUE, "What was Acme's revenue in FY2020?"),
        ("What about 2020?", REVENUE, "What was Acme's revenue in 2020?"),
        ("What about Globex?", REVENUE, "What was Globex's revenue in 2018?"),
        ("and for Globex in 2019?", REVENUE, "What was Globex's revenue in 2019?"),
        ("And the operating margin?", REVENUE, "What was Acme's operating margin in 2018?"),
        ("What was its net income?", REVENUE, "What was Acme's net income in 2018?"),
        (
            "How many people did the company employ?",
            REVENUE,
            "How many people did Acme employ in 2018?",
        ),
        ("How did it change?", REVENUE, "How did Acme's revenue in 2018 change?"),
        (
            "And the dividends?",
            "What were the repurchases of Acme in 2018?",
            "What were the dividends of Acme in 2018?",
        ),
        (
            "What about the symptoms?",
            "What are the treatments for gout?",
            "What are the symptoms for gout?",
        ),
        ("How is it treated?", "What is gout?", "How is gout treated?"),
        ("What about Q3?", REVENUE, "What was Acme's revenue in Q3 2018?"),
        ("What was it in 2017?", REVENUE, "What was Acme's revenue in 2017?"),
        (
            "And between 2020 and 2021?",
            "Did Acme's margin improve between 2018 and 2019?",
            "Did Acme's margin improve between 2020 and 2021?",
        ),
        ("and for children?", "What is the dose for adults?", "What is the dose for children?"),
        ("What about 2021?", "How many days of leave are there?", None),
    ],
)
def test_what_a_follow_up_leaves_out_comes_from_the_question_before(question, previous, expected):
    written = standalone(question, previous)

    assert written == (expected or "How many days of leave are there in 2021?")


@pytest.mark.parametrize(
    "question",
    [
        "What was Globex's revenue in 2019?",
        "Which target was set for staff?",
        "How many days of leave are there?",
        "Does Globex pay its suppliers in time?",
        "Can employees expense their lunch?",
        "Which drugs interact with warfarin when it is taken with food?",
        "Is it allowed to carry leave over to the next year?",
        "What is the maximum dose, and how long should it be given?",
        "travel policy",
        "Visiting hours",
        "Net income 2019",
        "What about?",
    ],
)
def test_a_question_that_stands_alone_stays_as_it_was_typed(question):
    assert standalone(question, REVENUE) == question


@pytest.mark.parametrize("question", ["Do they need a visa?", "How is it paid?"])
def test_nothing_stands_for_the_word_there(question):
    assert standalone(question, "How many days of leave are there?") == question


def test_the_company_is_no_thing_that_was_asked_for():
    question = "How is the company funded?"

    assert standalone(question, "What is the starting dose of warfarin?") == question


def test_the_first_question_stays_as_it_was_typed():
    assert standalone("And in 2019?", "") == "And in 2019?"
