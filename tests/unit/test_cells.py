"""Cells: their numbers, units, periods and dates."""

from decimal import Decimal

import pytest

from lectern.documents.cells import figure_of, is_year, month_of, period_of, unit_of, years_in


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1,234,567.89", "1234567.89", ""),
        ("(2,235)", "-2235", ""),
        ("$ (2,235)", "-2235", "$"),
        ("$(0.02)", "-0.02", "$"),
        ("\u2212136", "-136", ""),
        ("12.4%", "12.4", "%"),
        ("(8.4%)", "-8.4", "%"),
        ("(4.1)%", "-4.1", "%"),
        ("(16) bps", "-16", "bps"),
        ("RMB16,664", "16664", "RMB"),
        ("5 mg/dL", "5", "mg/dL"),
        ("1.234,56", "1234.56", ""),
        ("12,5", "12.5", ""),
        ("1 234 567", "1234567", ""),
        ("1'250.00", "1250.00", ""),
        ("5,368(1)", "5368", ""),
        ("12*", "12", ""),
        ("(1)", "-1", ""),
        ("2019", "2019", ""),
    ],
)
def test_a_number_is_read_as_people_write_it(text, number, unit):
    figure = figure_of(text)

    assert figure is not None
    assert (figure.number, figure.unit, figure.nil) == (Decimal(number), unit, False)


@pytest.mark.parametrize("text", ["\u2013", "\u2014", "-", "$\u2014"])
def test_a_dash_is_nothing_counted_as_zero(text):
    figure = figure_of(text)

    assert figure is not None
    assert figure.nil
    assert figure.number == 0


@pytest.mark.parametrize("text", ["", "n/a", "NM", "3 - 4.35", "1.2.3", "Q4 2019", "1,23,456"])
def test_words_ranges_and_broken_numbers_are_no_figures(text):
    assert figure_of(text) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("(in thousands, except per share data)", "in thousands, except per share data"),
        ("Dollars in millions", "Dollars in millions"),
        ("\u00a3m", "\u00a3m"),
        ("RMB\u2019Million", "RMB\u2019Million"),
        ("US$\u2019000", "US$\u2019000"),
        ("Gross margin (%)", "%"),
        ("Cholesterol (mg/dL)", "mg/dL"),
        ("Useful life (in years)", "in years"),
        ("Restricted stock units", ""),
        ("Amount", ""),
    ],
)
def test_the_unit_of_a_caption_or_header(text, unit):
    assert unit_of(text) == unit


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Three months ended March 31, 2019", "Three months ended March 31, 2019"),
        ("Years Ended September 30, 2018", "Years Ended September 30, 2018"),
        ("Q4 2019", "Q4 2019"),
        ("Combined Pension Plan Years Ended December 31,", "Years Ended December 31"),
        ("2 0 1 8", "2018"),
        ("Amount", ""),
        ("Men who may march", ""),
    ],
)
def test_the_period_that_a_header_names(text, period):
    assert period_of(text) == period


def test_short_fiscal_years_are_years():
    assert years_in("F19 against FY18 and 2017") == ("2019", "2018", "2017")
    assert is_year("2017/2018")
    assert not is_year("20,19")


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2023-05-01", (2023, 5)),
        ("31.12.2022", (2022, 12)),
        ("03/04/2023", (2023, None)),
        ("March 12, 2023", (2023, 3)),
        ("12 Mar 2023", (2023, 3)),
        ("2023", None),
        ("due 2023-05-01", None),
    ],
)
def test_the_month_of_a_date_where_it_can_be_told(text, month):
    assert month_of(text) == month
