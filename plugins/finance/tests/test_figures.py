"""Figures are read as a person reads them, in any of the ways they are written."""

from decimal import Decimal

import pytest

from lectern_finance.figures import Kind, Sign, declared_powers, figures, figures_of_source


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("1,204 units", "1204", Kind.PLAIN),
        ("1 204 500 units", "1204500", Kind.PLAIN),
        ("1\u202f204 units", "1204", Kind.PLAIN),
        ("CHF 1'234'567", "1234567", Kind.MONEY),
        ("12,34,567 rupees", "1234567", Kind.PLAIN),
        ("1.234.567,89 EUR", "1234567.89", Kind.MONEY),
        ("ein Anteil von 12,5 %", "12.5", Kind.PERCENT),
        ("$12.5 million", "12500000", Kind.MONEY),
        ("£3m", "3000000", Kind.MONEY),
        ("US$5 bn", "5000000000", Kind.MONEY),
        ("RMB16,664 million", "16664000000", Kind.MONEY),
        ("5 million dollars", "5000000", Kind.MONEY),
        ("$(1,234) million", "1234000000", Kind.MONEY),
        ("4.2 percent", "4.2", Kind.PERCENT),
        ("4.2 per cent", "4.2", Kind.PERCENT),
        ("25 bps", "0.25", Kind.PERCENT),
        ("2 lakh", "200000", Kind.PLAIN),
        ("two hundred million", "200000000", Kind.PLAIN),
        ("twenty-five percent", "25", Kind.PERCENT),
        ("2,019 employees", "2019", Kind.PLAIN),
        ("$2019", "2019", Kind.MONEY),
        ("in 2019", "2019", Kind.YEAR),
        ("in FY19", "2019", Kind.YEAR),
        ("since mid-2019", "2019", Kind.YEAR),
        (".5 points", "0.5", Kind.PLAIN),
        ("\uff11\uff12\uff13 units", "123", Kind.PLAIN),
    ],
)
def test_a_figure_is_read_with_its_scale_and_kind(text, value, kind):
    (figure,) = figures(text)

    assert (figure.value, figure.kind) == (Decimal(value), kind)


@pytest.mark.parametrize(
    "text",
    ["Form 10-K", "Form 20-F", "a 10K filing", "the 1st quarter", "shown above [2]", "[1, 3]",
     "Q3", "COVID-19", "IFRS9", "v1.2.3", "1. Revenue rose", "no figure at all"],
)  # fmt: skip
def test_numbers_in_names_marks_and_lists_are_not_figures(text):
    assert figures(text) == []


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("-5", Sign.MINUS),
        ("\u22125 million", Sign.MINUS),
        ("$-3", Sign.MINUS),
        ("(1,234)", Sign.BRACKETS),
        ("(5.2)%", Sign.BRACKETS),
        ("$(1,234)", Sign.BRACKETS),
        ("(£3.5 million)", Sign.NONE),
        ("5", Sign.NONE),
    ],
)
def test_minus_signs_and_accounting_brackets_are_told_apart(text, sign):
    (figure,) = figures(text)

    assert figure.sign is sign


def test_a_dash_between_two_figures_is_no_minus():
    assert [figure.sign for figure in figures("10-12 units")] == [Sign.NONE, Sign.NONE]


def test_the_first_end_of_a_range_takes_the_scale_of_the_second():
    values = [figure.value for figure in figures("between $10 and $12 billion")]

    assert values == [Decimal(10_000_000_000), Decimal(12_000_000_000)]


def test_a_range_of_years_names_both_of_its_ends():
    assert [int(figure.value) for figure in figures("in 2018-19")] == [2018, 2019]


def test_the_parts_of_a_date_are_read_one_by_one():
    assert [int(figure.value) for figure in figures("on 31.12.2019")] == [31, 12, 2019]


def test_a_figure_knows_where_it_stands():
    text = "It rose to $12.5 million in FY18."

    spans = [text[figure.start : figure.end] for figure in figures(text)]

    assert spans == ["$12.5 million", "FY18"]


def test_spaced_digits_of_a_source_are_one_figure_and_also_two_cells():
    values = {figure.value for figure in figures_of_source("Salaries 380 412")}

    assert values == {Decimal(380), Decimal(412), Decimal(380412)}


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("(in millions, except per share)", {6}),
        ("(in thousands of US dollars)", {3}),
        ("2019 $m 2018 $m", {6}),
        ("£'000", {3}),
        ("RMB million", {6}),
        ("USD in billions", {9}),
        ("Revenue was $5 million", set()),
        ("£000s and $bn", {3, 9}),
    ],
)
def test_the_scale_of_a_table_is_read_from_its_head(text, powers):
    assert declared_powers(text) == powers
