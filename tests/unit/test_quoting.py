"""Which sentences are quoted, and from where to where."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import HashEmbedder
from lectern.answering.quoting import MOST_EMBEDDED, MOST_QUOTES, Quote, quote
from lectern.documents.passages import Passage, Retrieval
from lectern.documents.terms import rarities, terms

PAGE_START = 500


def passage(text: str, *, context="Report", number=1, score=1.0) -> Passage:
    return Passage(
        chunk_id=UUID(int=number),
        document_id=UUID(int=100 + number),
        version_id=UUID(int=200 + number),
        collection_id=UUID(int=300),
        document_title="Report",
        page=1,
        start=PAGE_START,
        end=PAGE_START + len(text),
        text=text,
        context=context,
        dense=0.5,
        lexical=5.0,
        score=score,
    )


def quoted(question: str, *passages: Passage) -> list[Quote]:
    return quote(question, retrieval(question, *passages), HashEmbedder())


def retrieval(question: str, *passages: Passage) -> Retrieval:
    return Retrieval(
        passages=passages,
        rarities=rarities(terms(question), {}, 100),
        vector=HashEmbedder().embed([question])[0],
    )


PROSE = (
    "The weather was fine in June. Receipts rose to 42 million dollars in the year. "
    "They include duties on imports. The board met four times."
)


def test_the_sentence_that_answers_is_quoted():
    first = quoted("How far did receipts rise in the year?", passage(PROSE))[0]

    assert first.text == "Receipts rose to 42 million dollars in the year."


def test_a_quote_stands_word_for_word_between_its_offsets_of_the_page():
    page = "x" * PAGE_START + PROSE

    for found in quoted("What do receipts of the year include?", passage(PROSE)):
        assert page[found.start : found.end] == found.text


def test_a_sentence_that_points_back_brings_the_one_before():
    first = quoted("Which duties on imports are included?", passage(PROSE))[0]

    assert first.text.startswith("Receipts rose")
    assert first.text.endswith("They include duties on imports.")


def test_a_sentence_that_opens_a_list_brings_the_list():
    text = "Signs of fever are:\n- a red face\n- a hot forehead\n\nCall a doctor."

    first = quoted("What are the signs of fever?", passage(text))[0]

    assert first.text.startswith("Signs of fever are:\n- a red face\n- a hot forehead")


TABLE = "\t2019\t2018\nInventory\t429\t911\nReceivables\t38\t44"


def test_a_row_is_quoted_alone_with_the_header_of_its_table():
    first = quoted("What was the inventory in 2019?", passage(TABLE))[0]

    assert (first.text, first.header) == ("Inventory\t429\t911", "\t2019\t2018")


def test_the_header_of_a_table_cut_in_two_comes_from_the_context():
    rest = TABLE.partition("\n")[2]

    first = quoted(
        "What was the inventory in 2019?", passage(rest, context="Report\n\t2019\t2018")
    )[0]

    assert (first.text, first.header) == ("Inventory\t429\t911", "\t2019\t2018")


GROUPED = (
    "Balance sheet\t2019\t2018\n\t(in millions)\nCurrent assets:\nInventory\t98\t145\n"
    "Long-term assets:\nInventory\t207\t22\nGoodwill\t19\t26"
)


def test_the_label_above_rows_tells_apart_rows_of_one_name():
    first = quoted("What was the inventory in long-term assets?", passage(GROUPED))[0]

    assert first.text == "Inventory\t207\t22"
    assert first.header == "Balance sheet\t2019\t2018\n\t(in millions)"


def test_what_leads_to_a_table_is_not_quoted_without_it():
    text = f"Goodwill was allocated as follows:\n{TABLE}\nGoodwill\t19\t26"

    texts = [found.text for found in quoted("How was goodwill allocated?", passage(text))]

    assert texts[0] == "Goodwill\t19\t26"
    assert not any("as follows" in found for found in texts)


def test_a_heading_inside_a_passage_is_not_quoted_but_counts_for_what_is_below():
    text = "Adults\n\nIt is given by mouth.\n\nChildren\n\nIt is given by spoon."

    first = quoted("What is given to children?", passage(text, context="Dose"))[0]

    assert first.text == "It is given by spoon."


def test_a_second_quote_on_another_year_is_not_added():
    texts = [
        found.text
        for found in quoted(
            "How far did receipts rise in 2014?",
            passage("Receipts rose by 5 percent in 2014.", number=1),
            passage("Receipts rose by 7 percent in 2016.", number=2),
        )
    ]

    assert texts == ["Receipts rose by 5 percent in 2014."]


def test_prose_has_no_header():
    assert quoted("How far did receipts rise?", passage(PROSE))[0].header == ""


def test_a_sentence_far_worse_than_the_best_is_not_added():
    texts = [found.text for found in quoted("How far did receipts rise?", passage(PROSE))]

    assert "The weather was fine in June." not in texts


def test_no_more_than_three_quotes_are_given():
    text = " ".join(f"Receipts rose to {number} dollars." for number in range(8))

    assert len(quoted("How far did receipts rise in dollars?", passage(text))) <= MOST_QUOTES


def test_the_same_wording_in_two_documents_is_quoted_once():
    texts = [
        found.text
        for found in quoted(
            "How far did receipts rise?", passage(PROSE), passage(PROSE, number=2, score=0.9)
        )
    ]

    assert len(texts) == len(set(texts))


def test_of_like_sentences_the_one_in_the_better_passage_comes_first():
    text = "Receipts rose to {} dollars."

    first = quoted(
        "How far did receipts rise?",
        passage(text.format(1), number=1, score=0.4),
        passage(text.format(2), number=2, score=1.4),
    )[0]

    assert first.text == "Receipts rose to 2 dollars."


def test_the_heading_tells_apart_what_the_sentences_do_not():
    text = "It is given by mouth{}."

    first = quoted(
        "What is the dose for children?",
        passage(text.format(" at noon"), context="Dose\nAdults", number=1),
        passage(text.format(" at night"), context="Dose\nChildren", number=2),
    )[0]

    assert first.text == "It is given by mouth at night."


@given(st.text(alphabet="ab1 .:\t\n-", max_size=80), st.text(alphabet="a \t\n", max_size=20))
def test_whatever_the_passage_quotes_lie_within_it(text, context):
    for found in quoted("Is a b, or 1?", passage(text, context=context)):
        start, end = found.start - PAGE_START, found.end - PAGE_START
        assert 0 <= start < end <= len(text)
        assert text[start:end] == found.text


def test_without_passages_nothing_is_quoted():
    assert quoted("What is it?") == []


@pytest.mark.parametrize("text", [" ", "\n\n"])
def test_a_passage_without_sentences_gives_no_quote(text):
    assert quoted("What is it?", passage(text)) == []


def test_a_question_of_stop_words_alone_still_finds_the_best_by_its_passage():
    assert quoted("What is it?", passage(PROSE)) != []


def test_however_long_the_passages_few_sentences_are_embedded():
    class Counting(HashEmbedder):
        texts = 0

        def embed(self, texts):
            self.texts += len(texts)
            return super().embed(texts)

    embedder = Counting()
    long = passage(" ".join(f"Receipts of week {number} rose." for number in range(400)))

    quote("How far did receipts rise?", retrieval("How far did receipts rise?", long), embedder)

    assert embedder.texts <= MOST_EMBEDDED
