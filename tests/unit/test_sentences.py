"""Sentence boundaries: what ends one, what does not, and that nothing is lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lectern.documents.sentences import sentences


def split(text):
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sales rose 3.5%. Costs fell.", ["Sales rose 3.5%.", "Costs fell."]),
        ("Dr. Smith came. See Fig. 3 now.", ["Dr. Smith came.", "See Fig. 3 now."]),
        (
            "The U.S. Government agreed. J. R. Roe left.",
            ["The U.S. Government agreed.", "J. R. Roe left."],
        ),
        ("He lives in the U.S. She does not.", ["He lives in the U.S.", "She does not."]),
        ('"Why?" he asked. "No." They left!', ['"Why?" he asked.', '"No."', "They left!"]),
        ("It helps [12]. Others doubt it.", ["It helps [12].", "Others doubt it."]),
        ("The answer is no. Nobody knew.", ["The answer is no.", "Nobody knew."]),
        ("See item No. 5 of it.", ["See item No. 5 of it."]),
        ("1. Contract Estimates", ["1. Contract Estimates"]),
        ("Wait... what", ["Wait... what"]),
        ("今日は。明日は。", ["今日は。", "明日は。"]),
    ],
)
def test_a_sentence_ends_where_a_reader_says(text, expected):
    assert split(text) == expected


def test_rows_and_list_items_are_units_of_their_own():
    text = "Revenue\t5,368\t5,955. Restated\n• first item\n• second item"

    assert split(text) == ["Revenue\t5,368\t5,955. Restated", "• first item", "• second item"]


def test_a_hard_wrapped_line_goes_on():
    text = "This sentence was broken at the end of a long line\nand ends here. Next."

    assert split(text) == [text[:-6], "Next."]


@given(st.text(alphabet='ab A.!?\n\t()[]"1。', max_size=60))
def test_every_letter_belongs_to_exactly_one_sentence(text):
    joined = "".join(split(text))

    assert "".join(joined.split()) == "".join(text.split())


@pytest.mark.parametrize("unit", ["a. ", ".\n", ". [1", "word\n", "A.", "(", "aaaa aaaa\n" * 5])
def test_twice_the_text_takes_about_twice_the_time(unit):
    def seconds(times):
        start = time.process_time()
        sentences(unit * times)
        return time.process_time() - start

    assert seconds(60_000) < 12 * seconds(15_000) + 0.1
