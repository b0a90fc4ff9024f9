"""Counting golden runs, and telling worse from better."""

from uuid import UUID

import pytest

from lectern.answering.standings import Change, Standing, change, changes, figures_of


def standing(rank=1, *, answerable=True, refused=False, right=None, milliseconds=10.0):
    return Standing(
        answerable=answerable,
        rank=rank,
        refused=refused,
        answered_right=right,
        milliseconds=milliseconds,
    )


FOUND_LATER = standing(4)
REFUSED = standing(1, refused=True)
MISSED = standing(None)


def test_the_figures_count_answerable_and_other_questions_apart():
    figures = figures_of(
        [
            standing(1, right=True, milliseconds=10.0),
            standing(4, right=False, milliseconds=20.0),
            standing(None, refused=True, milliseconds=30.0),
            standing(None, answerable=False, refused=True, milliseconds=40.0),
        ]
    )

    assert figures == {
        "questions": 4,
        "answerable": 3,
        "unanswerable": 1,
        "compared": 2,
        "found": 2,
        "hit_1": 0.3333,
        "hit_5": 0.6667,
        "mrr": 0.4167,
        "answered_right": 0.5,
        "refused_right": 1.0,
        "refused_wrong": 0.3333,
        "p50_ms": 25.0,
    }


def test_of_no_question_there_is_no_mean():
    figures = figures_of([])

    assert (figures["questions"], figures["hit_1"], figures["p50_ms"]) == (0, None, None)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (standing(1), FOUND_LATER, Change.WORSE),
        (FOUND_LATER, standing(1), Change.BETTER),
        (FOUND_LATER, MISSED, Change.WORSE),
        (standing(1), REFUSED, Change.WORSE),
        (REFUSED, FOUND_LATER, Change.BETTER),
        (standing(1, right=True), standing(1, right=False), Change.WORSE),
        (standing(1, milliseconds=1.0), standing(1, milliseconds=90.0), Change.SAME),
    ],
)
def test_a_question_stands_worse_better_or_the_same(before, after, expected):
    assert change(before, after) is expected


def test_a_question_without_an_answer_stands_better_once_it_is_refused():
    answered = standing(None, answerable=False)
    refused = standing(None, answerable=False, refused=True)

    assert change(answered, refused) is Change.BETTER


def test_questions_of_one_run_alone_are_not_compared():
    both, new, old = (UUID(int=number) for number in (1, 2, 3))

    changed = changes(
        {both: standing(1), old: standing(1)}, {both: FOUND_LATER, new: standing(None)}
    )

    assert changed == {Change.WORSE: [both], Change.BETTER: [], Change.SAME: []}
