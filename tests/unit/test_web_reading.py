"""An answer cut at its sentences."""

import pytest

from lectern.answering.models import Answer, Citation
from lectern.web.reading import Reading, band_of, segments_of

TEXT = "It rose. It fell again. "


def citation(number, start, end):
    return Citation(number=number, sentence_start=start, sentence_end=end)


def test_each_sentence_has_its_citation():
    first, second = citation(1, 0, 8), citation(2, 9, 23)

    segments = segments_of(TEXT, [second, first])

    assert [(segment.text, segment.citation) for segment in segments] == [
        ("It rose.", first),
        (" ", None),
        ("It fell again.", second),
        (" ", None),
    ]


@pytest.mark.parametrize("spans", [[], [(0, 8)], [(0, 23)], [(3, 9), (5, 12)], [(0, 999)]])
def test_the_segments_joined_are_the_text(spans):
    citations = [citation(number, *span) for number, span in enumerate(spans)]

    assert "".join(segment.text for segment in segments_of(TEXT, citations)) == TEXT


@pytest.mark.parametrize(
    ("confidence", "band"), [(1.0, "high"), (0.9, "high"), (0.89, "medium"), (0.49, "low")]
)
def test_the_band_says_how_sure_the_answer_is(confidence, band):
    assert band_of(confidence).name == band


def test_certainty_is_never_claimed():
    assert Reading(answer=Answer(confidence=1.0)).percent == 99
