"""Terms and BM25 weights."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lectern.documents.terms import (
    BACKGROUND,
    DIMENSIONS,
    NUMBER,
    chunk_weights,
    dimension,
    rarities,
    term_counts,
    terms,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5,368", "5368"),
        ("1,234,567.89", "1234567.89"),
        ("REVENUE", "revenue"),
        ("naïve", "naive"),
        ("outlays", "outlay"),
        ("long-term", "long-term"),
        ("Alzheimer's", "alzheimer\u2019s"),
        ("ﬁnance", "finance"),
    ],
)
def test_spellings_of_one_term_are_one_term(one, other):
    assert terms(one) == terms(other)


def test_a_number_is_kept_whole():
    assert terms("It cost $5,368.40 (3.5%).") == ["cost", "5368.40", "3.5"]


def test_a_list_of_years_is_not_a_number_with_thousands():
    assert terms("2017, 2018") == ["2017", "2018"]


def test_a_hyphenated_word_is_found_by_its_parts_and_written_as_one():
    assert set(terms("Covid-19")) == {"covid", "19", "covid19"}


def test_a_number_written_to_a_word_is_found_by_itself():
    assert terms("FY2020 results") == ["fy2020", "2020", "result"]


def test_stop_words_alone_give_no_terms():
    assert terms("What is it, and how?") == []


def test_a_term_keeps_its_dimension_for_ever():
    assert dimension("revenu") == 883_599_619


def test_counts_say_how_often_each_term_occurs():
    assert term_counts("Receipts and receipts and outlays") == {"receipt": 2, "outlay": 1}


def test_a_term_repeated_weighs_more_but_not_twice_as_much():
    once = chunk_weights({"debt": 1}, 100, 100.0)[dimension("debt")]
    twice = chunk_weights({"debt": 2}, 100, 100.0)[dimension("debt")]

    assert once < twice < 2 * once


def test_a_term_weighs_less_in_a_longer_chunk():
    short = chunk_weights({"debt": 1}, 50, 100.0)[dimension("debt")]
    long = chunk_weights({"debt": 1}, 200, 100.0)[dimension("debt")]

    assert long < short


def test_a_single_term_in_a_chunk_of_average_length_weighs_one():
    assert chunk_weights({"debt": 1}, 80, 80.0) == {dimension("debt"): pytest.approx(1.0)}


def test_rarer_terms_weigh_more_and_unknown_ones_most():
    weights = rarities(["the", "debt", "zygote"], {"the": 100, "debt": 5}, 100)

    assert 0 < weights["the"] < weights["debt"] < weights["zygote"]


def test_a_question_weighs_a_term_by_the_idf_of_lucene():
    weights = rarities(["debt", "debt"], {"debt": 5}, 100)

    assert weights == {"debt": pytest.approx(math.log(1 + (95.5 + BACKGROUND) / 5.5))}


def test_a_number_in_a_question_weighs_twice_a_word_as_rare():
    weights = rarities(["debt", "2017"], {"debt": 5, "2017": 5}, 100)

    assert weights["2017"] == pytest.approx(NUMBER * weights["debt"])


def test_a_count_older_than_its_total_does_not_break_the_weights():
    assert rarities(["debt"], {"debt": 12}, 10)["debt"] > 0


@given(st.text())
def test_any_text_gives_terms_within_the_dimensions_and_the_same_ones_again(text):
    found = terms(text)

    assert found == terms(text)
    assert all(term and 1 <= dimension(term) <= DIMENSIONS for term in found)
