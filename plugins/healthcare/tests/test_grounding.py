"""Every dose of an answer stands in a sentence that it cites, or the reader is told."""

import pytest

from lectern.sdk import Answer, Citation, Passage, Sentence, Severity
from lectern_healthcare.grounding import doses_are_grounded


def make_answer(text, *, source=None):
    """An answer of one sentence that cites ``source``, or nothing."""
    citations = [] if source is None else [Citation(quote=source, document="Label", page=1)]
    return Answer(
        question="What is the dose?",
        text=text,
        sentences=[Sentence(text=text, citations=citations)],
    )


STATED = [
    ("Take 500 mg.", "Take 500 mg."),
    ("Take 500 mg.", "Take 0.5 g twice a day."),
    ("Take 500mg.", "A dose of 500 milligrams."),
    ("Take 0.5 mg.", "Take 500 mcg."),
    ("Take 500 micrograms.", "Take 500 \u00b5g."),
    ("Take 500 \u03bcg.", "Take 500 \u00b5g."),
    ("Take 1 g.", "Take 1,000 mg."),
    ("Give 5 mL.", "Give 5 cc."),
    ("Give 0.5 L.", "Give 500 mL."),
    ("Take 5 mg and then 10 mg.", "Take 5-10 mg."),
    ("Take 5 to 10 mg.", "Take 5 mg to 10 mg."),
    ("Give 5 mg/kg/day.", "Give 5 mg per kilogram of body weight per day."),
    ("Give 5 mg/kg per day.", "Give 5 mg/kg/day in 3 doses."),
    ("Take 500 mg daily.", "Take 500 mg once a day."),
    ("Take 500 mg daily.", "The daily dose is 500 mg."),
    ("Take 500 mg by mouth twice a day.", "Take 500 mg twice a day."),
    ("It holds 50 mg/mL.", "It holds 250 mg/5 mL."),
    ("Inject 10 units.", "Inject 10 IU."),
    ("Inject 1,200,000 units.", "Inject 1.2 million units."),
    ("Take 1/2 tablet.", "Take \u00bd tablet."),
    ("Inhale 2 puffs.", "Inhale two puffs every 4 hours."),
    ("Inhale 160/4.5 mcg.", "Inhale 160 mcg and 4.5 mcg."),
    ("Glucose above 126 mg/dL.", "A glucose of 126 mg/dL or more."),
    ("Potassium of 5.0 mmol/L is normal.", "Potassium 5.0 mmol/L"),
    ("Take it for 10 days.", "Take it with food."),
    ("There are 3 phases.", "The disease has four phases."),
]

IN_NO_SENTENCE = [
    ("Take 500 mg.", "Take 250 mg.", "500 mg"),
    ("Take 500 mg.", "Take it twice a day.", "500 mg"),
    ("Take 50 mg.", "Take 5 mg.", "50 mg"),
    ("Take 5 mg.", "Take 50 mg.", "5 mg"),
    ("Take 1.5 mg.", "Take 15 mg.", "1.5 mg"),
    ("Take 7 mg.", "Take 5-10 mg.", "7 mg"),
    ("Take 500 mg.", "Take 500 of the mg tablets.", "500 mg"),
    ("Give 0.05 g.", "Give 500 mg.", "0.05 g"),
    ("It holds 60 mg/mL.", "It holds 250 mg/5 mL.", "60 mg/mL"),
    ("Inject 100 units.", "Inject 10 units.", "100 units"),
    ("Take two tablets.", "Take 3 tablets.", "two tablets"),
    ("Take 1/2 tablet.", "Take 1 tablet.", "1/2 tablet"),
    ("Take 20 mEq.", "Take 40 mEq.", "20 mEq"),
    ("Inhale 160/4.5 mcg.", "Inhale 160/9 mcg.", "4.5 mcg"),
    ("Give 1 L.", "Give 100 mL.", "1 L"),
]

OTHER_IN_SOURCE = [
    ("Take 5 mg.", "Take 5 mcg.", "5 mg", "5 mcg"),
    ("Take 5 mcg.", "Take 5 mg.", "5 mcg", "5 mg"),
    ("Take 5 g.", "Take 5 mg.", "5 g", "5 mg"),
    ("Take 5 mL.", "Take 5 mg.", "5 mL", "5 mg"),
    ("Inject 10 mg.", "Inject 10 units.", "10 mg", "10 units"),
    ("Take 10 mg.", "Take 10 mg/kg.", "10 mg", "10 mg/kg"),
    ("Take 10 mg/kg.", "Take 10 mg.", "10 mg/kg", "10 mg"),
    ("Take 5 mg/mL.", "Take 5 mg/dL.", "5 mg/mL", "5 mg/dL"),
    ("Take 500 mg daily.", "Take 500 mg twice a day.", "500 mg daily", "500 mg"),
    ("Take 500 mg daily.", "Daily, take 500 mg every 8 hours.", "500 mg daily", "500 mg"),
    ("Take 70 mg daily.", "Take 70 mg weekly.", "70 mg daily", "70 mg weekly"),
]


@pytest.mark.parametrize(("text", "source"), STATED)
def test_a_dose_that_the_source_states_is_not_reported(text, source):
    assert doses_are_grounded(make_answer(text, source=source)) == []


@pytest.mark.parametrize(("text", "source", "dose"), IN_NO_SENTENCE)
def test_a_dose_in_no_cited_sentence_blocks_the_answer(text, source, dose):
    (finding,) = doses_are_grounded(make_answer(text, source=source))

    assert (finding.message, finding.severity) == (
        f"The dose {dose} is in no cited sentence",
        Severity.BLOCK,
    )


@pytest.mark.parametrize(("text", "source", "dose", "stated"), OTHER_IN_SOURCE)
def test_another_unit_or_divisor_blocks_the_answer_and_names_both(text, source, dose, stated):
    (finding,) = doses_are_grounded(make_answer(text, source=source))

    assert (finding.message, finding.severity) == (
        f"The dose {dose} is {stated} in its source",
        Severity.BLOCK,
    )


def test_number_and_unit_from_two_sentences_make_no_dose():
    (finding,) = doses_are_grounded(make_answer("Take 500 mg.", source="Take 500. Use mg cups."))

    assert finding.severity is Severity.BLOCK


def test_a_daily_word_of_another_sentence_does_not_make_a_dose_daily():
    source = "Take 70 mg. Walk daily."

    (finding,) = doses_are_grounded(make_answer("Take 70 mg daily.", source=source))

    assert finding.severity is Severity.BLOCK


def test_a_dose_without_the_time_that_its_source_gives_is_a_warning():
    (finding,) = doses_are_grounded(make_answer("Take 70 mg.", source="Take 70 mg weekly."))

    assert (finding.message, finding.severity) == (
        "The dose 70 mg is 70 mg weekly in its source",
        Severity.WARNING,
    )


@pytest.mark.parametrize(
    ("dose", "message"),
    [
        ("5.0 mg", "The dose 5.0 mg ends in a zero; write 5"),
        ("10.00 mL", "The dose 10.00 mL ends in a zero; write 10"),
        (".5 mg", "The dose .5 mg starts with a point; write 0.5"),
        (".25 mcg", "The dose .25 mcg starts with a point; write 0.25"),
    ],
)
def test_a_notation_that_is_misread_tenfold_is_a_warning(dose, message):
    text = f"Take {dose} now."

    (finding,) = doses_are_grounded(make_answer(text, source=text))

    assert (finding.message, finding.severity, text[slice(*finding.span)]) == (
        message,
        Severity.WARNING,
        dose,
    )


def test_a_dose_without_any_citation_is_in_no_cited_sentence():
    (finding,) = doses_are_grounded(make_answer("Take 500 mg."))

    assert finding.message == "The dose 500 mg is in no cited sentence"


def test_a_dose_beside_the_quote_is_not_cited():
    passage = Passage(text="Children: 250 mg. Adults: 500 mg.", document="Label", page=1)
    citation = Citation(quote="Children: 250 mg.", document="Label", page=1, passage=passage)
    text = "Children take 500 mg."
    answer = Answer(question="?", text=text, sentences=[Sentence(text=text, citations=[citation])])

    assert [finding.severity for finding in doses_are_grounded(answer)] == [Severity.BLOCK]


def test_a_dose_that_only_another_sentence_cites_is_a_warning():
    first, second = "Adults take 500 mg.", "Children take 250 mg."
    citation = Citation(quote="Adults 500 mg, children 250 mg", document="Label")
    answer = Answer(
        question="?",
        text=f"{first} {second}",
        sentences=[Sentence(text=first, citations=[citation]), Sentence(text=second)],
    )

    (finding,) = doses_are_grounded(answer)

    assert (finding.message, finding.severity) == (
        "The dose 250 mg is in the source of another sentence",
        Severity.WARNING,
    )
