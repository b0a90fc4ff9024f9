"""A page cut into headings, paragraphs and tables, with one range marked."""

import pytest

from lectern.documents.content import WordBox, WordBoxes
from lectern.documents.models import Document, DocumentVersion, Page
from lectern.web.marking import marked_page, span_of

TEXT = "Fees\nWe charge fees.\n\nYear\tFee\n2024\t12\n"
BLOCKS = [["heading", 0, 4, 1, None], ["table", 22, 38, 0, 31]]


def marked(start, end, *, boxes=(), paged=True, **fields):
    document, version = Document(), DocumentVersion(paged=paged)
    page = Page(text=TEXT, blocks=BLOCKS, **fields)
    return marked_page(document, version, page, (start, end), boxes)


def runs_in(page):
    for piece in page.pieces:
        yield from piece.runs
        yield from (run for row in piece.rows for cell in row for run in cell)


def marked_text(page):
    return [run.text for run in runs_in(page) if run.marked]


def test_the_pieces_are_the_blocks_and_what_stands_between_them():
    assert [piece.kind for piece in marked(0, 0).pieces] == ["heading", "paragraph", "table"]


def test_the_cells_of_a_table_stand_in_its_rows():
    *_, table = marked(0, 0).pieces

    cells = [["".join(run.text for run in cell) for cell in row] for row in table.rows]
    assert cells == [["Year", "Fee"], ["2024", "12"]]


def test_a_header_without_a_first_cell_stands_above_the_figures():
    text = "2024\t2023\nRevenue\t812\t774"
    page = Page(text=text, blocks=[["table", 0, len(text), 0, 9]])

    (table,) = marked_page(Document(), DocumentVersion(), page, (0, 0)).pieces

    assert [[cell[0].text for cell in row] for row in table.rows] == [
        ["", "2024", "2023"],
        ["Revenue", "812", "774"],
    ]


def test_a_range_is_marked_and_nothing_beside_it():
    start = TEXT.index("charge")

    assert marked_text(marked(start, start + 6)) == ["charge"]


def test_a_range_across_cells_is_marked_in_each_and_opens_once():
    page = marked(TEXT.index("2024"), TEXT.index("12") + 2)

    assert marked_text(page) == ["2024", "12"]
    assert [run.first for run in runs_in(page) if run.marked] == [True, False]


def test_nothing_is_marked_without_a_range():
    assert marked_text(marked(0, 0)) == []


def test_boxes_are_found_from_the_words_where_none_are_stored():
    words = WordBoxes([WordBox(0, 4, 72.0, 90.0, 100.0, 102.0)])

    (box,) = marked(0, 4, words=words.to_bytes(), width=595.0, height=842.0).rectangles

    assert (box.x, box.y, box.width, box.height) == (70.5, 89, 31, 14)


def test_stored_boxes_are_drawn_as_they_are():
    (box,) = marked(0, 4, boxes=[[10, 20, 30, 40]]).rectangles

    assert (box.x, box.y, box.width, box.height) == (8.5, 19, 23, 22)


@pytest.mark.parametrize(
    ("paged", "width", "shown"), [(True, 595.0, True), (True, None, False), (False, 595.0, False)]
)
def test_an_image_is_shown_only_of_a_physical_page(paged, width, shown):
    assert marked(0, 0, paged=paged, width=width, height=width).has_image is shown


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ("2", "5", (2, 5)),
        ("2", "900", (2, 10)),
        ("5", "2", (0, 0)),
        ("-1", "5", (0, 0)),
        ("", "", (0, 0)),
        ("9" * 400, "9" * 400, (0, 0)),
        ("x", "5", (0, 0)),
    ],
)
def test_a_range_in_an_address_is_cut_to_the_text(start, end, span):
    assert span_of({"start": start, "end": end}, "0123456789") == span
