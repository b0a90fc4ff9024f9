"""A quoted table row is shown below its header."""

from lectern.answering.models import Citation


def test_a_row_stands_below_the_header_of_its_table():
    citation = Citation(heading="Report, sales\nDivision\t2025\t2024", quote="Rail\t198\t190")

    assert citation.table == [["Division", "2025", "2024"], ["Rail", "198", "190"]]


def test_a_sentence_is_no_table():
    citation = Citation(heading="Report\nDivision\t2025", quote="Rail grew.")

    assert citation.table == []
