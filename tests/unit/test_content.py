"""Word boxes: compact, in order, and merged to one rectangle a line."""

from lectern.documents.content import Box, WordBox, WordBoxes

TWO_LINES = WordBoxes(
    [
        WordBox(0, 3, 10, 100, 30, 112),
        WordBox(4, 9, 34, 100, 60, 112),
        WordBox(10, 14, 10, 120, 40, 132),
    ]
)


def test_words_survive_their_stored_form():
    assert WordBoxes.from_bytes(TWO_LINES.to_bytes()) == TWO_LINES


def test_a_range_over_two_lines_is_two_rectangles():
    assert TWO_LINES.lines(0, 14) == [Box(10, 100, 60, 112), Box(10, 120, 40, 132)]


def test_a_range_inside_a_word_takes_the_whole_word():
    assert [word.start for word in TWO_LINES.within(5, 6)] == [4]


def test_a_range_between_words_takes_none():
    assert list(TWO_LINES.within(3, 4)) == []


def test_a_word_whose_characters_are_gone_is_dropped():
    offsets = [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

    assert [(word.start, word.end) for word in TWO_LINES.moved(offsets)] == [(0, 5), (6, 10)]
