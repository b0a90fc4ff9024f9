"""Whether the passages suffice to answer."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from lectern.answering.evidence import weigh
from lectern.documents.passages import Passage
from lectern.documents.terms import rarities, terms
from lectern.documents.understanding import Understanding

QUESTION = "What was the deficit in fiscal year 2017?"
RARITIES = rarities(terms(QUESTION), {"year": 50, "fiscal": 30, "deficit": 10, "2017": 10}, 100)
ANSWERING = Passage(
    chunk_id=UUID(int=1),
    document_id=UUID(int=2),
    version_id=UUID(int=3),
    collection_id=UUID(int=4),
    document_title="Budget results",
    page=1,
    start=0,
    end=50,
    text="The deficit in fiscal year 2017 was $666 billion.",
    context="Budget results",
    dense=0.75,
    lexical=6.0,
    score=1.2,
)
OFF_TOPIC = replace(ANSWERING, text="Bell's palsy is a weakness of the face.", dense=0.05)


def probability(*passages: Passage, question=QUESTION) -> float:
    return weigh(question, passages, RARITIES).probability


def test_a_passage_that_answers_suffices():
    assert weigh(QUESTION, [ANSWERING], RARITIES).suffices


def test_a_passage_on_something_else_does_not_suffice():
    assert not weigh(QUESTION, [OFF_TOPIC], RARITIES).suffices


def test_the_year_by_which_its_document_is_preferred_counts_as_held():
    undated = replace(ANSWERING, text="The deficit was $666 billion.")
    known = Understanding(
        preferred={undated.document_id: 0.2}, settled=frozenset(terms("2017 fiscal year"))
    )

    weighed = weigh(QUESTION, [undated], RARITIES, understanding=known)

    assert weighed.coverage == 1.0


def test_the_year_of_another_document_does_not_count_as_held():
    undated = replace(ANSWERING, text="The deficit was $666 billion.")
    known = Understanding(preferred={UUID(int=9): 0.2}, settled=frozenset(terms("2017")))

    weighed = weigh(QUESTION, [undated], RARITIES, understanding=known)

    assert weighed.coverage < 1.0


def test_no_passages_never_suffice():
    assert weigh(QUESTION, [], RARITIES).probability == 0.0


def test_the_probability_rises_with_the_cosine():
    nearer = replace(ANSWERING, dense=0.8)

    assert probability(nearer) > probability(ANSWERING)


def test_the_probability_rises_with_the_words_that_are_covered():
    less = replace(ANSWERING, text="The deficit was $666 billion.")

    assert probability(ANSWERING) > probability(less)


def test_the_words_of_the_context_cover_too():
    text = "The deficit was $666 billion."
    dated = replace(ANSWERING, text=text, context="Budget results of fiscal year 2017")

    assert probability(dated) == probability(ANSWERING)


def test_what_the_passages_hold_together_counts():
    deficit = replace(ANSWERING, text="The deficit was $666 billion.")
    year = replace(ANSWERING, text="Results of fiscal year 2017.")

    assert weigh(QUESTION, [deficit, year], RARITIES).coverage == 1.0


def test_the_nearest_passage_counts_wherever_it_ranks():
    assert weigh(QUESTION, [OFF_TOPIC, ANSWERING], RARITIES).cosine == ANSWERING.dense


def test_a_year_that_no_passage_holds_is_told_and_does_not_suffice():
    asked = QUESTION.replace("2017", "2031")
    frequencies = {"year": 50, "fiscal": 30, "deficit": 10}

    weighed = weigh(asked, [ANSWERING], rarities(terms(asked), frequencies, 100))

    assert (weighed.nowhere, weighed.suffices) == (("2031",), False)


@pytest.mark.parametrize("chunks", [1_000, 1_000_000])
def test_the_coverage_does_not_depend_on_how_large_the_collection_is(chunks):
    share = {"fiscal": 0.01, "deficit": 0.002, "2017": 0.01}
    frequencies = {term: int(part * chunks) for term, part in share.items()}
    asked = "Was the deficit fiscal in 2017?"
    undated = replace(ANSWERING, text="The fiscal deficit was $666 billion.")

    weighed = weigh(asked, [undated], rarities(terms(asked), frequencies, chunks))

    assert weighed.coverage == pytest.approx(0.5)


def test_a_rare_word_that_is_missing_weighs_more_than_a_frequent_one():
    question = "Was the deficit fiscal?"
    found = rarities(terms(question), {"fiscal": 90, "deficit": 10}, 100)
    without_deficit = replace(ANSWERING, text="Fiscal matters.", context="")
    without_fiscal = replace(ANSWERING, text="The deficit was $666 billion.", context="")

    rarer, oftener = (
        weigh(question, [one], found).coverage for one in (without_deficit, without_fiscal)
    )

    assert oftener > rarer


def test_a_passage_without_a_vector_counts_as_not_near():
    assert probability(replace(ANSWERING, dense=None)) < probability(ANSWERING)


def test_a_question_without_terms_has_no_words_to_cover():
    assert weigh("What is it?", [ANSWERING], {}).coverage == 0.0


@pytest.mark.parametrize("dense", [-1.0, 0.0, 1.0])
def test_the_probability_lies_between_nothing_and_certainty(dense):
    assert 0.0 < probability(replace(ANSWERING, dense=dense)) < 1.0
