"""What a document says of itself, read without a model."""

import pytest

from lectern.documents.content import DocumentFacts, PageContent, Removal
from lectern_workers.ingestion.abbreviations import abbreviations_of
from lectern_workers.ingestion.enrichment import read_metadata, subject_of
from lectern_workers.ingestion.languages import language_of
from lectern_workers.ingestion.organisations import aliases_of, organisation_of

COVER = """UNITED STATES SECURITIES AND EXCHANGE COMMISSION
FORM 10-K
For the fiscal year ended January 28, 2023
TAMARACK HARDWARE CO., INC.
(Exact name of registrant as specified in its charter)
Title of each class\tTrading symbol(s)\tName of exchange
Common stock\tTMRK\tNew York Stock Exchange"""
PROSE = "We sold more in fiscal 2022 than before. Fiscal 2022 was long. Our fiscal 2022 ended. " * 3


def read(*texts, title="", name="d1.pdf", footer=""):
    removed = (Removal(kind="footer", text=footer, at=0),) if footer else ()
    pages = [
        PageContent(number=number, label=str(number), text=text, removed=removed)
        for number, text in enumerate(texts, 1)
    ]
    facts = DocumentFacts(
        content_type="application/pdf", title=title, paged=True, page_count=len(pages)
    )
    return read_metadata(facts, pages, name)


def values(found, name):
    return [one.value for one in found if one.name == name]


def test_a_filing_names_its_company_on_the_cover():
    assert values(read(COVER, PROSE), "company") == ["Tamarack Hardware Co., Inc."]


def test_short_names_and_the_ticker_are_read_with_a_company():
    assert values(read(COVER, PROSE), "alias") == ["Tamarack Hardware", "Tamarack", "TMRK"]


def test_a_year_that_ends_in_winter_counts_by_its_date_and_by_what_it_is_called():
    assert values(read(COVER, PROSE), "period") == ["2023", "2022"]


def test_a_filing_is_of_the_type_that_its_form_says():
    assert values(read(COVER, PROSE), "type") == ["annual report"]


def test_a_company_that_a_text_only_mentions_is_not_whose_document_it_is():
    text = "Prices rose. Sales to Birch Valley Foods, Inc. and to Birch Valley Foods, Inc. grew."

    assert values(read(text * 3), "company") == []


def test_a_name_at_the_foot_of_each_page_is_whose_document_it_is():
    text = "Northlake Power Ltd. supplied the region. Northlake Power grew."

    found = read(text, text, footer="Northlake Power Ltd. Sustainability review 2021")

    assert (values(found, "company"), values(found, "period")) == (
        ["Northlake Power Ltd"],
        ["2021"],
    )


def test_an_authority_is_known_by_its_letters():
    text = "Office of Harbour Safety\nThe OHS inspects. OHS boats patrol."

    company = organisation_of("", "", [text])

    assert (company, aliases_of(company, [text])) == ("Office of Harbour Safety", ["OHS"])


def test_a_year_in_the_title_of_an_article_is_not_its_period():
    found = read("Some text.", title="Pneumonia of adults in 2013: an observational study")

    assert values(found, "period") == []


def test_the_file_name_tells_the_period_where_the_document_does_not():
    assert values(read("Some text.", name="results_fy2019.txt"), "period") == ["2019"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("diluted earnings per share (EPS) rose", [("EPS", "earnings per share")]),
        ("the Office of Harbour Safety (OHS) said", [("OHS", "Office of Harbour Safety")]),
        ("the Department of Docks (DoD) said", [("DoD", "Department of Docks")]),
        ("restricted stock units (RSUs) vest", [("RSUs", "restricted stock units")]),
        ("it rose (see Note 4) and (NM) fell", []),
    ],
)
def test_abbreviations_are_read_where_they_are_explained(text, expected):
    assert abbreviations_of([text]) == expected


def test_the_language_of_a_text_is_told_by_its_small_words():
    german = "Die Bank hat das Haus nicht verkauft und der Preis ist mit dem Jahr gestiegen. " * 4

    assert language_of(german) == "de"


def test_the_language_of_a_few_words_is_not_guessed():
    assert language_of("Total 14 22 31") == ""


def test_the_subject_is_what_the_title_does_not_say():
    found = read(COVER, PROSE)

    assert [subject_of(found, title) for title in ("", "Tamarack in 2023")] == [
        "Tamarack Hardware Co., Inc. 2023",
        "",
    ]
