"""Every figure of an answer stands in what it cites, or the reader is told."""

import pytest

from lectern.sdk import Answer, Citation, Passage, Sentence, Severity
from lectern_finance.grounding import figures_are_grounded


def make_answer(text, *, source=None, question="What was it?", document="Annual report", page=1):
    """An answer of one sentence that cites ``source``, or nothing."""
    citations = [] if source is None else [Citation(quote=source, document=document, page=page)]
    return Answer(
        question=question, text=text, sentences=[Sentence(text=text, citations=citations)]
    )


STATED = [
    ("Revenue was 12 million.", "Revenue was 12 million."),
    ("Revenue was $12 million.", "Revenue was $12,000,000."),
    ("Revenue was $12.3 billion.", "Revenue (in millions) 12,345 11,000"),
    ("Revenue was $12.3 billion.", "$m Revenue 12,345"),
    ("Revenue was £3.5m.", "Deposits of £3.5 million (2018: £3.5 million)."),
    ("Revenue was 1,204 units.", "Sales were 1 204 units."),
    ("Revenue was 1,234,567.89 euros.", "Der Umsatz betrug 1.234.567,89 EUR."),
    ("Revenue was 1,234,567 francs.", "CHF 1'234'567"),
    ("Revenue was 1234567 rupees.", "Rs. 12,34,567"),
    ("The margin was 12.3%.", "The margin was 12.3 per cent."),
    ("The margin was 12.3 percent.", "Margin 0.123"),
    ("The margin was 12.3%.", "Margin % 12.3 11.0"),
    ("The margin was 12%.", "The margin was 12.3%."),
    ("The rate rose by 0.25 percentage points.", "The rate rose by 25 basis points."),
    ("The net loss was 1,234.", "Net loss (1,234) (980)"),
    ("Net income was -1,234.", "Net income (1,234) 980"),
    ("The change was -5%.", "Revenue decreased by 5%."),
    ("The group has 3 segments.", "The group has three segments."),
    ("Revenue was about $1,200.", "Revenue was $1,234."),
    ("Revenue was nearly $12 million.", "Revenue was $11,987,000."),
    ("It expects $10 to $12 million.", "It expects $10 million to $12 million."),
    ("It was due on December 31, 2019.", "Due 2019-12-31."),
    ("It was 8.5 in fiscal 2019.", "FY19: 8.5"),
    ("It was 8.5 in 2018 and 2019.", "2018-19 8.5"),
    ("Operating income was €412 million.", "(in millions of euros) Operating income 412 380"),
    ("It is in the 10-K [1], in the 2nd part: 7.", "Part 7"),
    ("One of the two plants closed.", "A plant closed."),
    ("Nothing was sold.", "Sales: none"),
]

IN_NO_SOURCE = [
    ("Revenue was 14 million.", "Revenue was 12 million.", "14 million"),
    ("Revenue was $12.4 billion.", "Revenue (in millions) 12,345", "$12.4 billion"),
    ("Revenue was 1,240.", "Revenue was 1,204.", "1,240"),
    ("Revenue was $12,345.67.", "Revenue was $12,345.76.", "$12,345.67"),
    ("The margin was 12.3%.", "The margin was 13.2%.", "12.3%"),
    ("The margin was 12.3%.", "Revenue was $12.3 million, up 4%.", "12.3%"),
    ("Revenue was $12.3.", "The margin was 12.3%.", "$12.3"),
    ("The rate rose by 25 bps.", "The rate rose by 2.5 percentage points.", "25 bps"),
    ("The rate rose by 25 percent.", "The rate rose by 25 basis points.", "25 percent"),
    ("The group has 4 segments.", "The group has three segments.", "4"),
    ("Revenue was two hundred million.", "Revenue was 300 million.", "two hundred million"),
    ("Net income was -1,234.", "Net income was 1,234.", "-1,234"),
    ("Revenue was about $1,300.", "Revenue was $1,234.", "$1,300"),
    ("Revenue was $1,300.", "Revenue was $1,299.", "$1,300"),
    ("It expects 10 to 13 million.", "It expects 10 to 12 million.", "13 million"),
    ("It was due on December 30.", "Due on December 31.", "30"),
    ("Revenue was 12 and cost 9.", "Revenue was 12.", "9"),
    ("Revenue was 14.", "In 2014 revenue grew.", "14"),
    ("Revenue was 2,019.", "Revenue grew in 2019.", "2,019"),
    ("The share was 12.5%.", "Der Anteil betrug 15,2 %.", "12.5%"),
]

AT_ANOTHER_SCALE = [
    ("Revenue was $12 billion.", "Revenue was $12 million.", "$12 billion", "$12 million"),
    ("Revenue was $12 million.", "Revenue was $12 thousand.", "$12 million", "$12 thousand"),
    ("Revenue was $12.", "Revenue was $12 million.", "$12", "$12 million"),
    ("Revenue was $3m.", "Revenue was $3bn.", "$3m", "$3bn"),
    ("It was 0.9 thousand.", "It was $0.9 million.", "0.9 thousand", "$0.9 million"),
    ("It was 412 billion.", "(in millions) Income 412", "412 billion", "412"),
]

YEARS_IN_NO_SOURCE = [
    ("Revenue grew in 2017.", "Revenue grew in 2018."),
    ("Revenue grew in FY17.", "Revenue grew in FY18."),
    ("Revenue grew in 2017-18.", "Revenue grew in 2018."),
    ("Revenue grew in mid-2017.", "Revenue was $2017."),
]


@pytest.mark.parametrize(("text", "source"), STATED)
def test_a_figure_that_the_source_states_is_not_reported(text, source):
    findings = figures_are_grounded(
        make_answer(text, source=source, question="What was it in 2018 and 2019?")
    )

    assert findings == []


@pytest.mark.parametrize(("text", "source", "figure"), IN_NO_SOURCE)
def test_a_figure_in_no_source_blocks_the_answer(text, source, figure):
    (finding,) = figures_are_grounded(make_answer(text, source=source))

    assert (finding.message, finding.severity, text[slice(*finding.span)]) == (
        f"The figure {figure} is in no source",
        Severity.BLOCK,
        figure,
    )


@pytest.mark.parametrize(("text", "source", "figure", "stated"), AT_ANOTHER_SCALE)
def test_a_slip_of_scale_blocks_the_answer_and_names_both(text, source, figure, stated):
    (finding,) = figures_are_grounded(make_answer(text, source=source))

    assert (finding.message, finding.severity) == (
        f"The figure {figure} is {stated} in its source",
        Severity.BLOCK,
    )


@pytest.mark.parametrize(("text", "source"), YEARS_IN_NO_SOURCE)
def test_a_year_that_nobody_named_blocks_the_answer(text, source):
    (finding,) = figures_are_grounded(make_answer(text, source=source))

    assert (finding.message, finding.severity) == (
        "The year 2017 is in no source",
        Severity.BLOCK,
    )


def test_a_figure_without_any_citation_is_in_no_source():
    (finding,) = figures_are_grounded(make_answer("Revenue was 12 million."))

    assert finding.message == "The figure 12 million is in no source"


def test_a_figure_that_was_computed_from_what_is_cited_needs_no_other_source():
    text = "The difference is 180 = 300 - 120."
    citations = [Citation(quote=quote, document="Accounts", page=1) for quote in ("300", "120")]
    sentence = Sentence(text=text, citations=citations, computed=True)

    assert figures_are_grounded(Answer(question="Q", text=text, sentences=[sentence])) == []


def test_a_year_of_the_question_may_be_repeated():
    answer = make_answer("In 2017 it was 8.", source="It was 8.", question="What was it in 2017?")

    assert figures_are_grounded(answer) == []


def test_a_year_may_come_from_the_title_of_a_cited_document():
    answer = make_answer("In 2017 it was 8.", source="It was 8.", document="northwind_2017_10K")

    assert figures_are_grounded(answer) == []


def test_a_figure_of_the_question_is_no_source():
    answer = make_answer(
        "Yes, it was 14 million.", source="It was 12 million.", question="Was it 14 million?"
    )

    assert [finding.severity for finding in figures_are_grounded(answer)] == [Severity.BLOCK]


def test_the_number_of_a_cited_page_needs_no_source():
    answer = make_answer("It was 8, see page 31.", source="It was 8.", page=31)

    assert figures_are_grounded(answer) == []


def test_a_table_declares_its_scale_in_the_passage_around_the_quote():
    passage = Passage(text="(in thousands)\nRevenue 12,345", document="Report", page=3)
    citation = Citation(quote="Revenue 12,345", document="Report", page=3, passage=passage)
    text = "Revenue was $12.345 million."
    answer = Answer(question="?", text=text, sentences=[Sentence(text=text, citations=[citation])])

    assert figures_are_grounded(answer) == []


@pytest.mark.parametrize(
    ("text", "source", "figure"),
    [
        ("Revenue was $12,345 million.", "Revenue 12,345 11,000", "$12,345 million"),
        ("Order intake rose by 13.2 percent.", "Order intake 532.0 470.0 13.2", "13.2 percent"),
    ],
)
def test_a_unit_that_the_source_does_not_give_is_noted(text, source, figure):
    (finding,) = figures_are_grounded(make_answer(text, source=source))

    assert (finding.message, finding.severity) == (
        f"The unit of the figure {figure} is not in its source",
        Severity.NOTE,
    )


def test_a_figure_that_only_another_sentence_cites_is_noted():
    first, second = "Revenue was 12 million.", "It had been 11 million."
    answer = Answer(
        question="?",
        text=f"{first} {second}",
        sentences=[
            Sentence(
                text=first,
                citations=[Citation(quote="Revenue 12 million, before 11 million", document="R")],
            ),
            Sentence(text=second),
        ],
    )

    (finding,) = figures_are_grounded(answer)

    assert (finding.message, finding.severity) == (
        "The figure 11 million is in the source of another sentence",
        Severity.NOTE,
    )


def test_a_passage_that_is_not_cited_is_no_source():
    text = "Revenue was 12 million."
    answer = Answer(
        question="?",
        text=text,
        sentences=[Sentence(text=text)],
        passages=[Passage(text="Revenue was 12 million.", document="R")],
    )

    assert [finding.severity for finding in figures_are_grounded(answer)] == [Severity.BLOCK]
