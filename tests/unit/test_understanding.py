"""What a question says about the documents that it is about."""

from uuid import UUID

import pytest

from lectern.documents.document_types import types_asked
from lectern.documents.names_and_periods import folded, quarters_of, years_of
from lectern.documents.understanding import Known, asked_of, preferred_of

THIS, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))


def filing(document, company, *years):
    rows = [Known(document, "company", folded(company), company)]
    return rows + [Known(document, "period", year, year) for year in years]


def preferred(question, *rows):
    asked = asked_of(question)
    matching = [
        row
        for row in rows
        if row.folded in (asked.names if row.name == "company" else asked.periods)
    ]
    return dict(preferred_of(asked, matching).preferred)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("FY2019 against FY18", ["2019", "2018"]),
        ("the years 2018/19", ["2019"]),
        ("from 2015 to 2017", ["2015", "2017"]),
        ("about $2019 or 2,019 pieces", []),
        ("version 2019.5", []),
    ],
)
def test_years_are_read_as_people_write_them(text, years):
    assert years_of(text) == years


def test_quarters_are_read_in_letters_and_words():
    assert quarters_of("Q2 of FY2023, second quarter of fiscal 2021") == ["2023 q2", "2021 q2"]


def test_the_form_of_a_filing_is_its_type():
    assert types_asked("What does the 10-K say, and the annual report?") == ["annual report"]


def test_names_are_compared_without_case_accents_and_endings():
    assert folded("Nestl\u00e9\u2019s  R&D") == "nestle r and d"


def test_the_report_of_the_company_and_year_is_preferred_to_its_others():
    rows = [*filing(THIS, "Acme", "2019"), *filing(OTHER, "Acme", "2020")]

    found = preferred("What was Acme's FY2019 revenue?", *rows)

    assert found[THIS] > found[OTHER]


def test_the_year_after_is_preferred_to_a_year_far_off_as_it_holds_the_figure_too():
    rows = [*filing(THIS, "Acme", "2020"), *filing(OTHER, "Acme", "2023")]

    found = preferred("What was Acme's FY2019 revenue?", *rows)

    assert found[THIS] > found[OTHER]


def test_of_two_years_the_later_report_is_preferred():
    rows = [*filing(THIS, "Acme", "2022"), *filing(OTHER, "Acme", "2021")]

    found = preferred("Did Acme's margin improve between FY2021 and FY2022?", *rows)

    assert found[THIS] > found[OTHER]


def test_a_company_outweighs_a_type():
    rows = [*filing(THIS, "Acme", "2015"), Known(OTHER, "type", "annual report", "annual report")]
    asked = asked_of("Where does Acme's annual report speak of risk?")

    found = preferred_of(asked, rows[:1] + rows[2:]).preferred

    assert found[THIS] > found.get(OTHER, 0.0)


def test_the_right_year_of_an_unknown_company_is_not_left_behind():
    rows = [*filing(THIS, "Acme", "2015"), Known(OTHER, "period", "2019", "2019")]

    found = preferred("What was Acme's FY2019 revenue?", *rows)

    assert found[OTHER] > found[THIS]


def test_a_question_that_names_nothing_prefers_nothing():
    rows = filing(THIS, "Acme", "2019")

    assert preferred("How are bonuses paid?", *rows) == {}


def test_a_word_is_no_name_where_it_is_written_small():
    rows = filing(THIS, "Target", "2019")

    assert preferred("Which target was set for staff?", *rows) == {}


def test_a_name_counts_in_a_question_without_capitals():
    rows = filing(THIS, "Target", "2019")

    assert THIS in preferred("revenue of target in 2019", *rows)


def test_both_companies_of_a_comparison_are_preferred():
    rows = [*filing(THIS, "Acme", "2019"), *filing(OTHER, "Globex", "2019")]

    found = preferred("Compare Acme and Globex in 2019", *rows)

    assert found[THIS] == found[OTHER]


def test_people_see_which_values_matched():
    rows = [*filing(THIS, "Acme", "2019"), *filing(THIRD, "Acme", "2020")]
    asked = asked_of("Acme in 2019")

    assert preferred_of(asked, rows).shown == {"company": ["Acme"], "period": ["2019"]}
