"""One order from two searches."""

from __future__ import annotations

from uuid import UUID

import pytest

from lectern.documents.fusion import DOCUMENT, LEXICAL, Candidate, fused


def candidate(number: int, dense=None, lexical=None, *, document=None) -> Candidate:
    return Candidate(
        chunk_id=UUID(int=number),
        document_id=UUID(int=1000 + (number if document is None else document)),
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

    assert score == pytest.approx((0.3 + LEXICAL * 0.5) * (1 + DOCUMENT))


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


def test_a_document_of_one_chunk_is_not_put_behind_for_it():
    assert order(candidate(5, 0.5, 5.0), candidate(6, 0.5, 5.0, document=7)) == [5, 6]


def test_the_order_does_not_depend_on_the_order_of_the_candidates():
    candidates = [candidate(3, 0.5, 1.0), candidate(1, 0.5, 1.0), candidate(2, 0.5, 1.0)]

    assert order(*candidates) == order(*candidates[::-1]) == [1, 2, 3]
