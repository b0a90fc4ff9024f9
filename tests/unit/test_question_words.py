"""Which words of a question passages hold."""

from __future__ import annotations

from uuid import UUID

import pytest

from lectern.answering.question_words import Kind, held_shares, nowhere, words_of
from lectern.documents.passages import Passage


def passage(text: str, context: str = "") -> Passage:
    return Passage(
        chunk_id=UUID(int=1),
        document_id=UUID(int=2),
        version_id=UUID(int=3),
        collection_id=UUID(int=4),
        document_title="",
        page=1,
        start=0,
        end=len(text),
        text=text,
        context=context,
        dense=0.5,
        lexical=1.0,
        score=1.0,
    )


def lacking(question: str, *texts: str) -> list[str]:
    words = words_of(question)
    shares = held_shares(words, [passage(text) for text in texts])
    return [word.text for word, share in zip(words, shares, strict=True) if share < 1]


def lost(question: str, *texts: str) -> tuple[str, ...]:
    words = words_of(question)
    return nowhere(words, held_shares(words, [passage(text) for text in texts]))


def test_words_that_ask_for_a_kind_of_answer_are_left_out():
    words = words_of("How many employees did it have? Answer in USD millions.")

    assert [word.text for word in words] == ["employees"]


def test_a_question_of_such_words_alone_keeps_them():
    assert [word.text for word in words_of("What is the average?")] == ["average"]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("GPLv3", "Version 3 of the GPL"),
        ("FY2020", "in the year 2020"),
        ("5,368", "5368 people"),
        ("2017", "results of FY2017"),
        ("EPS", "earnings per share"),
        ("PP&E", "property, plant and equipment"),
        ("licence", "a license"),
        ("long-term", "long term debt"),
        ("Ménière", "Meniere's disease"),
        ("trying", "those who try"),
        ("licensor's", "the licensor"),
    ],
)
def test_a_word_is_held_in_another_spelling(word, text):
    assert lacking(f"It says {word}?", text) == []


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("GPLv3", "Version 2 of the GPL"),
        ("FY2031", "in FY2030"),
        ("2017", "12017 people"),
        ("EPS", "earnings of the share"),
        ("stadium", "stationery"),
    ],
)
def test_a_word_is_not_held_by_what_is_only_like_it(word, text):
    assert lacking(f"It says {word}?", text) == [word]


def test_passages_hold_together_what_none_holds_alone():
    assert lacking("Was the deficit fiscal?", "the deficit", "fiscal matters") == []


def test_the_context_of_a_passage_counts():
    words = words_of("Was there a deficit?")

    assert held_shares(words, [passage("666", context="Deficit by year")]) == (1.0,)


def test_settled_terms_are_held():
    assert held_shares(words_of("Was there a deficit?"), [], ["deficit"]) == (1.0,)


def test_a_name_that_stands_nowhere_is_told_whole():
    assert lost("What does Thornbury Analytics spend?", "spending") == ("Thornbury Analytics",)


def test_a_name_of_which_a_part_is_held_is_not_lost():
    assert lost("What does Thornbury Analytics spend?", "Thornbury spends") == ()


def test_a_number_that_stands_nowhere_is_told():
    assert lost("What was spent in 2031?", "spent in 2030") == ("2031",)


def test_the_first_word_of_a_sentence_is_no_name():
    assert lost("Deficits grow? Surely.", "nothing") == ()


def test_a_title_names_nothing():
    assert lost("A Viable Alternative to Computed Tomography for Kidney Stones", "x") == ()


def test_a_word_of_capitals_is_an_abbreviation():
    assert [word.kind for word in words_of("Was there COGS?")] == [Kind.SHORT]
