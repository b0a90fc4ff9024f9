"""Doses are read as number, unit and divisor, in any of the ways they are written."""

from decimal import Decimal

import pytest

from lectern_healthcare.doses import doses


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("500 mg", "500", "mg"),
        ("500mg", "500", "mg"),
        ("a 5-mg tablet", "5", "mg"),
        ("0.5 g", "500", "mg"),
        ("1,000 mg", "1000", "mg"),
        ("0,5 g", "500", "mg"),
        ("5 mcg", "0.005", "mg"),
        ("5 \u00b5g", "0.005", "mg"),
        ("5 \u03bcg", "0.005", "mg"),
        ("250 micrograms", "0.25", "mg"),
        ("two grams", "2000", "mg"),
        ("5 cc", "5", "mL"),
        ("0.5 L", "500", "mL"),
        ("10 U", "10", "unit"),
        ("10 international units", "10", "unit"),
        ("1.2 million units", "1200000", "unit"),
        ("1/2 tablet", "0.5", "tablet"),
        ("1\u00bd tablets", "1.5", "tablet"),
        ("two puffs", "2", "puff"),
        ("20 mEq", "20", "mEq"),
        (".5 mg", "0.5", "mg"),
    ],
)
def test_a_dose_is_read_in_its_base_unit(text, amount, unit):
    (dose,) = doses(text)

    assert (dose.amount, dose.unit) == (Decimal(amount), unit)


@pytest.mark.parametrize(
    ("text", "per", "times"),
    [
        ("5 mg/kg", {"kg"}, set()),
        ("5 mg/kg/day", {"kg"}, {"day"}),
        ("5 mg per kilogram of body weight per day", {"kg"}, {"day"}),
        ("500 mg daily", set(), {"day"}),
        ("500 mg once a day", set(), {"day"}),
        ("500 mg twice a day", set(), set()),
        ("2 mg/hour", set(), {"hour"}),
        ("126 mg/dL", {"dL"}, set()),
        ("50 mg/m2", {"m2"}, set()),
        ("70 mg weekly", set(), {"week"}),
    ],
)
def test_a_dose_keeps_what_it_is_per(text, per, times):
    (dose,) = doses(text)

    assert (dose.per, dose.times) == (per, times)


def test_a_concentration_is_one_dose_per_millilitre():
    (dose,) = doses("250 mg/5 mL suspension")

    assert (dose.amount, dose.unit, dose.per) == (Decimal(50), "mg", {"mL"})


@pytest.mark.parametrize(
    "text",
    ["5-10 mg", "5\u201310 mg", "5 to 10 mg", "5 or 10 mg", "between 5 and 10 mg", "5 mg to 10 mg",
     "5/10 mg"],
)  # fmt: skip
def test_a_range_gives_both_of_its_ends(text):
    assert [dose.amount for dose in doses(text)] == [Decimal(5), Decimal(10)]


@pytest.mark.parametrize(
    "text",
    ["70 kg", "grade 3", "in 2019", "vitamin B12", "120/80 mmHg", "ages 5 to 10", "5 glands",
     "CYP2D6"],
)  # fmt: skip
def test_other_numbers_are_not_doses(text):
    assert doses(text) == []


def test_a_number_before_and_is_no_dose():
    assert [dose.text for dose in doses("in 2019 and 500 mg")] == ["500 mg"]


def test_a_dose_knows_where_it_stands():
    text = "Take 5-10 mg/kg daily."

    assert [text[dose.start : dose.end] for dose in doses(text)] == [
        "5-10 mg/kg daily",
        "10 mg/kg daily",
    ]
