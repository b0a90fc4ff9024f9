"""A quoted table row is shown below its header."""

from lectern.answering.models import Citation


def test_a_row_stands_below_the_header_of_its_table():
    citation = Citation(heading="Report, sales\nDivision\t2025\t2024", quote="Rail\t198\t190")

    assert citation.table == [("Division", "2025", "2024"), ("Rail", "198", "190")]


def test_a_sentence_is_no_table():
    citation = Citation(heading="Report\nDivision\t2025", quote="Rail grew.")

    assert citation.table == []


def test_years_stand_above_their_figures_where_nothing_is_above_the_names():
    citation = Citation(heading="Income statement\n2025\t2024", quote="Gross profit\t292\t273")

    assert citation.table == [("", "2025", "2024"), ("Gross profit", "292", "273")]


def test_a_row_that_is_too_short_stays_as_it_is():
    citation = Citation(heading="Division\t2025\t2024", quote="Rail\t198")

    assert citation.table == [("Division", "2025", "2024"), ("Rail", "198")]
