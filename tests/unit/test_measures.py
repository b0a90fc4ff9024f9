"""Figures over small cases that can be counted by hand."""

from __future__ import annotations

import pytest

from lectern.answering.measures import Case, Result, measures

EVIDENCE = (
    "Outlays for the Department of Labor were $51.7 billion, which is $51.6 billion lower than "
    "the estimate of the Mid-Session Review, mainly because of a lower rate of unemployment."
)


def result(document="a.pdf", page=1, text="") -> Result:
    return Result(document=document, pages=(page,), text=text)


def case(*results: Result, pages=(1,), answer="$51.7 billion", given=None, citations=()) -> Case:
    return Case(
        citations=citations,
        document="a.pdf",
        pages=pages,
        evidence=EVIDENCE,
        answer=answer,
        results=results,
        given=given,
    )


def figure(name: str, *cases: Case) -> float | None:
    return {measure.name: measure.value for measure in measures(cases)}[name]


@pytest.mark.parametrize(("depth", "share"), [(1, 0.0), (3, 0.5), (5, 1.0)])
def test_hit_at_k_counts_questions_whose_page_is_among_the_first_k(depth, share):
    other, right = result("b.pdf"), result(page=1)
    second = case(other, right)
    fourth = case(other, result(page=2), other, right)

    assert figure(f"hit@{depth}", second, fourth) == share


def test_a_wrong_page_of_the_right_document_counts_as_doc_only():
    asked = case(result(page=2))

    assert (figure("doc@1", asked), figure("hit@1", asked)) == (1.0, 0.0)


def test_without_gold_pages_the_document_is_a_hit_and_no_page_is_counted():
    asked = case(result(page=2), pages=())

    assert (figure("hit@1", asked), figure("page@1", asked)) == (1.0, None)


@pytest.mark.parametrize(
    "shown",
    [
        EVIDENCE,
        EVIDENCE.upper().replace(" ", "\n"),
        EVIDENCE[:80],
        EVIDENCE[45:130],
        EVIDENCE[-80:],
    ],
)
def test_text_counts_all_of_the_evidence_or_its_start_middle_or_end(shown):
    assert figure("text@1", case(result(text=f"Before. {shown} After."))) == 1.0


@pytest.mark.parametrize("shown", ["", EVIDENCE[:50], EVIDENCE[10:60]])
def test_text_does_not_count_less_than_a_piece(shown):
    assert figure("text@1", case(result(text=shown))) == 0.0


def test_text_does_not_count_the_evidence_in_another_document():
    assert figure("text@1", case(result("b.pdf", text=EVIDENCE))) == 0.0


@pytest.mark.parametrize(("before", "share"), [(3_900, 1.0), (3_950, 0.0)])
def test_budget_reads_the_results_in_order_and_cuts_the_last(before, share):
    asked = case(result("b.pdf", text="x" * before), result(text=EVIDENCE))

    assert figure("budget@4000", asked) == share


@pytest.mark.parametrize(
    ("given", "contained"),
    [
        ("It spent $51.7 Billion in 2022.", 1.0),
        ("It spent $151.7 billion.", 0.0),
        ("It spent $51.75 billion.", 0.0),
        (None, 0.0),
    ],
)
def test_an_answer_is_contained_word_by_word(given, contained):
    assert figure("answer contained", case(given=given)) == contained


def test_thousands_may_be_written_with_or_without_comma():
    assert figure("answer contained", case(answer="5368", given="Sales were 5,368.")) == 1.0


def test_answer_f1_weighs_words_given_against_words_wanted():
    asked = case(answer="51.7 billion", given="about 51.7 billion dollars")

    assert figure("answer F1", asked) == pytest.approx(2 * 2 / (2 + 4))


def test_refusals_are_right_when_nothing_answers():
    right, wrong = case(answer=None, given=None), case(given=None)
    missed, answered = case(answer=None, given="Yes."), case(given="Yes.")
    cases = (right, wrong, missed, answered)

    assert figure("refusal precision", *cases) == 0.5
    assert figure("refusal recall", *cases) == 0.5
    assert figure("false refusals", *cases) == 0.5


def test_questions_without_an_answer_do_not_count_for_search():
    found = case(result())

    assert figure("hit@1", found, case(answer=None)) == 1.0


def test_no_cases_give_no_figures_rather_than_zero():
    assert {measure.value for measure in measures([])} == {None}


@pytest.mark.parametrize(("page", "share"), [(1, 1.0), (2, 0.0)])
def test_the_first_result_that_holds_the_evidence_should_name_its_page(page, share):
    asked = case(result(page=3), result(page=page, text=EVIDENCE), result(page=1, text=EVIDENCE))

    assert figure("evidence page", asked) == share


def test_where_the_evidence_was_not_found_its_page_is_not_counted():
    assert figure("evidence page", case(result(page=2, text="Something else."))) is None


@pytest.mark.parametrize(("pages", "share"), [((1,), 1.0), ((1, 2), 0.0)])
def test_every_citation_of_the_evidence_should_name_its_page(pages, share):
    quotes = tuple(result(page=page, text=EVIDENCE[30:90]) for page in pages)

    assert figure("cited page", case(citations=quotes)) == share


def test_a_citation_of_something_else_may_name_any_page():
    other = result(page=2, text="Receipts of the Department of Labor rose as well in the year.")

    assert figure("cited page", case(citations=(other,))) is None
