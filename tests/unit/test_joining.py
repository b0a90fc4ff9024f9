"""Which passages are read as one."""

from __future__ import annotations

from uuid import UUID

from lectern.documents.joining import LONGEST, WIDEST_GAP, joined
from lectern.documents.passages import Passage

PAGE = "Receipts rose.\nThey include duties.\n\nCosts fell a little. Nobody knows why."
CHUNKS = [(0, 14), (15, 35), (37, 57), (58, 75)]


def passage(position: int, *, score=1.0, page=1, text=PAGE, spans=CHUNKS, document=7) -> Passage:
    start, end = spans[position]
    return Passage(
        chunk_id=UUID(int=100 * document + position + 1),
        document_id=UUID(int=document),
        version_id=UUID(int=document + 1),
        collection_id=UUID(int=300),
        document_title="Report",
        page=page,
        start=start,
        end=end,
        text=text[start:end],
        context=f"Report, part {position}",
        dense=score / 2,
        lexical=score,
        score=score,
        position=position,
        after=text[end : end + WIDEST_GAP],
    )


def texts(*passages: Passage, limit=10) -> list[str]:
    return [one.text for one in joined(passages, limit=limit)]


def test_chunks_beside_each_other_are_one_passage_of_the_pages_own_text():
    [one] = joined([passage(1, score=3.0), passage(0, score=2.0), passage(2)], limit=10)

    assert (one.start, one.end) == (0, 57)
    assert one.text == PAGE[0:57]


def test_a_joined_passage_has_the_scores_of_its_best_part_and_the_context_of_its_first():
    [one] = joined([passage(1, score=3.0), passage(0, score=2.0)], limit=10)

    assert (one.chunk_id, one.score, one.dense) == (passage(1).chunk_id, 3.0, 1.5)
    assert one.context == "Report, part 0"


def test_a_joined_passage_stands_where_its_best_part_stood():
    assert texts(passage(0, score=4.0), passage(3, score=3.0), passage(1, score=2.0)) == [
        PAGE[0:35],
        PAGE[58:75],
    ]


def test_a_chunk_that_connects_two_passages_makes_them_one():
    other = passage(0, document=8)

    assert texts(other, passage(2), passage(0), passage(1)) == [other.text, PAGE[0:57]]


def test_chunks_with_one_between_them_stay_apart():
    assert len(texts(passage(0), passage(2))) == 2


def test_chunks_of_different_pages_stay_apart():
    assert len(texts(passage(0), passage(1, page=2))) == 2


def test_chunks_of_different_documents_stay_apart():
    assert len(texts(passage(0), passage(1, document=8))) == 2


def test_chunks_with_more_between_them_than_is_known_stay_apart():
    spans = [(0, 14), (14 + WIDEST_GAP + 1, 35)]

    assert len(texts(*(passage(number, spans=spans) for number in (0, 1)))) == 2


def test_no_passage_grows_beyond_the_longest():
    half = LONGEST * 2 // 3
    page = "a" * half + "\n" + "b" * half
    spans = [(0, half), (half + 1, 2 * half + 1)]

    assert len(texts(*(passage(number, text=page, spans=spans) for number in (0, 1)))) == 2


def test_no_more_passages_than_asked_for_are_left():
    assert texts(passage(0), passage(2), limit=1) == [PAGE[0:14]]
