"""One order from two searches."""

from __future__ import annotations

from uuid import UUID

import pytest

from lectern.documents.fusion import BUILT_IN, Candidate, fused


def candidate(number: int, dense=None, lexical=None, *, document=None, position=None) -> Candidate:
    return Candidate(
        chunk_id=UUID(int=number),
        document_id=UUID(int=1000 + (number if document is None else document)),
        position=10 * number if position is None else position,
        dense=dense,
        lexical=lexical,
    )


def order(*candidates: Candidate, rarity=10.0) -> list[int]:
    return [found.chunk_id.int for found, _ in fused(candidates, rarity=rarity)]


def test_no_candidates_give_no_order():
    assert fused([], rarity=3.0) == []


def test_a_chunk_good_in_both_searches_stands_before_the_best_of_either():
    assert order(candidate(1, 0.8, 1.0), candidate(2, 0.2, 9.0), candidate(3, 0.7, 8.0))[0] == 3


def test_words_count_by_the_share_of_the_question_they_hold():
    alone = candidate(1, 0.3, 5.0)

    [(_, score)] = fused([alone], rarity=10.0)

    own = 0.3 + BUILT_IN.lexical * 0.5
    assert score == pytest.approx(own * (1 + BUILT_IN.document))


def test_a_score_that_is_not_known_counts_as_the_lowest_known():
    [(first, high), (second, low)] = fused(
        [candidate(1, 0.5, 2.0), candidate(2, None, 2.0)], rarity=10.0
    )

    assert (first.chunk_id.int, second.chunk_id.int) == (1, 2)
    assert high == low


def test_a_question_without_terms_is_ordered_by_its_vector():
    assert order(candidate(1, 0.2), candidate(2, 0.6), rarity=0.0) == [2, 1]


def test_of_two_equal_chunks_the_one_whose_document_says_more_stands_first():
    poorer = [candidate(1, 0.5, 5.0, document=7), candidate(2, 0.1, 1.0, document=7)]
    richer = [candidate(5, 0.5, 5.0, document=8), candidate(6, 0.4, 4.0, document=8)]

    assert order(*poorer, *richer)[0] == 5


def test_a_chunk_beside_a_good_one_stands_before_an_equal_one_elsewhere():
    good = candidate(1, 0.9, 9.0, document=7, position=4)
    apart = candidate(2, 0.3, 2.0, document=7, position=8)
    beside = candidate(3, 0.3, 2.0, document=7, position=5)

    assert order(good, apart, beside) == [1, 3, 2]


def test_a_document_of_one_chunk_is_not_put_behind_for_it():
    assert order(candidate(5, 0.5, 5.0), candidate(6, 0.5, 5.0, document=7)) == [5, 6]


def test_the_order_does_not_depend_on_the_order_of_the_candidates():
    candidates = [candidate(3, 0.5, 1.0), candidate(1, 0.5, 1.0), candidate(2, 0.5, 1.0)]

    assert order(*candidates) == order(*candidates[::-1]) == [1, 2, 3]


def test_the_chunk_before_speaks_for_the_first_as_the_one_after_does():
    chunks = [candidate(number, 0.5, 5.0, document=7, position=number) for number in (1, 2, 3)]

    scores = {score for _, score in fused(chunks, rarity=10.0)}

    assert len(scores) == 1


def test_the_first_chunk_of_another_document_is_not_beside_the_last_of_one():
    apart = [candidate(1, 0.5, 5.0, position=0), candidate(2, 0.5, 5.0, position=1)]
    alone = candidate(1, 0.5, 5.0, position=0)

    assert {score for _, score in fused(apart, rarity=10.0)} == {
        score for _, score in fused([alone], rarity=10.0)
    }
