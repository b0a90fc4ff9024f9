"""What is learnt from golden questions, and when nothing is."""

from uuid import UUID

from lectern.answering.evidence import THRESHOLD
from lectern.answering.tuning import LEAST_QUESTIONS, Asked, learnt_from
from lectern.documents.fusion import Candidate


def question(number, *, right_by, answerable=True, probability=0.8) -> Asked:
    """One of two candidates is right: the one that is better by meaning, or by words."""
    meaning, words = (UUID(int=2 * number + one) for one in (0, 1))
    candidates = (
        Candidate(chunk_id=meaning, document_id=meaning, position=0, dense=0.6, lexical=0.0),
        Candidate(chunk_id=words, document_id=words, position=0, dense=0.1, lexical=6.0),
    )
    return Asked(
        candidates=candidates,
        right=frozenset({meaning if right_by == "meaning" else words}),
        bonus={},
        rarity=10.0,
        answerable=answerable,
        probability=probability,
    )


def questions(count, **given) -> list[Asked]:
    return [question(number, **given) for number in range(count)]


def test_where_meaning_is_right_words_count_less():
    tuning = learnt_from(questions(200, right_by="meaning"))

    assert tuning["weights"]["lexical"] < 1.2


def test_where_the_built_in_weights_are_right_they_stay():
    assert "weights" not in learnt_from(questions(200, right_by="words"))


def test_a_few_questions_teach_nothing():
    tuning = learnt_from(questions(LEAST_QUESTIONS - 1, right_by="meaning"))

    assert tuning.keys() == {"learnt"}


def test_more_questions_draw_further_from_the_built_in_weights():
    few, many = (
        learnt_from(questions(count, right_by="meaning"))["weights"]["lexical"]
        for count in (200, 600)
    )

    assert many < few


def test_where_answers_have_little_evidence_fewer_questions_are_refused():
    low = questions(100, right_by="words", probability=0.3)

    assert learnt_from(low)["threshold"] < THRESHOLD


def test_the_threshold_rises_no_higher_than_what_is_to_be_refused():
    sure = questions(100, right_by="words", probability=0.95)
    none = question(500, right_by="words", answerable=False, probability=THRESHOLD + 0.05)

    assert learnt_from([*sure, none])["threshold"] <= THRESHOLD + 0.07


def test_the_threshold_stands_between_what_has_an_answer_and_what_has_none():
    sure = questions(400, right_by="words", probability=0.9)
    unsure = questions(20, right_by="words", answerable=False, probability=0.7)

    assert learnt_from([*sure, *unsure])["threshold"] > 0.7
