"""Cleaning: furniture goes, lines become paragraphs and rows, offsets stay right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lectern.documents.content import DocumentFacts, PageContent, Removal, WordBox, WordBoxes
from lectern_workers.ingestion.cleaning import clean
from lectern_workers.ingestion.editing import Edit, edited
from lectern_workers.ingestion.parsing.pdf import read_pdf
from made_files import Text, lines, make_pdf, row, saved

PROSE = [
    "The company sells paper and pencils to offices in eleven countries of the world,",
    "and has done so since it was founded by two brothers in a small town by the sea.",
    "It employs nine hundred people.",
]


@pytest.fixture
def cleaned(tmp_path):
    def cleaned(pages):
        facts, *read = read_pdf(saved(tmp_path, "made.pdf", make_pdf(pages)), "made.pdf")
        return clean(facts, read)

    return cleaned


def removed(page, kind):
    return [removal.text for removal in page.removed if removal.kind == kind]


def shown(page):
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]


def test_headers_footers_and_page_numbers_go_and_are_listed(cleaned):
    pages = cleaned(
        [
            [
                Text(text="Annual report of the company", y=40),
                *lines(f"What page {number} says.", "And more of it.", y=300),
                Text(text=str(number + 6), x=300, y=760),
                Text(text="Confidential", y=775),
            ]
            for number in range(1, 5)
        ]
    )

    assert pages[1].text == "What page 2 says. And more of it."
    assert removed(pages[1], "header") == ["Annual report of the company"]
    assert removed(pages[1], "page number") == ["8"]
    assert removed(pages[1], "footer") == ["Confidential"]


def test_headings_that_count_like_pages_stay(cleaned):
    pages = cleaned(
        [[Text(text=f"Note {n}", y=60, size=16), *lines(*PROSE, y=300)] for n in range(1, 6)]
    )

    assert all(page.text.startswith(f"Note {page.number}") for page in pages)


def test_the_head_of_a_table_that_runs_over_pages_stays(cleaned):
    pages = cleaned(
        [
            [*row("Item", "2019", "2018", "2017", y=60), *row("Revenue", "1", "2", "3", y=74)]
            for _ in range(4)
        ]
    )

    assert all(page.text.startswith("Item\t2019\t2018\t2017\n") for page in pages)


def test_the_lines_of_a_paragraph_become_one_line(cleaned):
    [page] = cleaned([[*lines(*PROSE), *lines(*PROSE, y=160)]])

    assert shown(page) == [("paragraph", " ".join(PROSE))] * 2


def test_a_word_broken_at_the_end_of_a_line_is_joined(cleaned):
    broken = ["The company sells paper and pencils to all offices of the whole organi-",
              "sation, and well-", "known shops; well-known ones."]  # fmt: skip

    [page] = cleaned([lines(*broken)])

    assert "organisation, and well-known shops" in page.text
    assert "-" in removed(page, "hyphenation")


def test_both_halves_of_a_joined_word_keep_their_boxes(cleaned):
    [page] = cleaned(
        [lines("A sentence that is long enough to end with the word organi-", "sation.")]
    )

    halves = [
        word for word in page.words if page.text[word.start : word.end] in ("organi", "sation.")
    ]
    assert [round(half.y1 - halves[0].y1) for half in halves] == [0, 12]


def test_rows_of_a_table_are_lines_below_their_header(cleaned):
    [page] = cleaned(
        [
            [
                *lines(*PROSE),
                Text(text="Years ended", x=400, y=170),
                *row("", "2019", "2018", y=184)[1:],
                *row("Revenue", "5,368", "5,955", y=198),
                *row("Net income", "(12)", "33", y=212),
                *lines(*PROSE, y=260),
            ]
        ]
    )

    kinds = [kind for kind, _ in shown(page)]
    [table] = [block for block in page.blocks if block.kind == "table"]
    assert kinds == ["paragraph", "table", "paragraph"]
    assert page.text[table.start : table.end] == (
        "Years ended\n2019\t2018\nRevenue\t5,368\t5,955\nNet income\t(12)\t33"
    )
    assert page.text[table.start : table.header_end] == "Years ended\n2019\t2018"


def test_a_label_that_wraps_in_its_cell_is_one_cell(cleaned):
    [page] = cleaned(
        [
            [
                *row("Measure", "2019", "2018", y=80),
                *lines("Number of managers who are", "satisfied with the service", y=100),
                *row("", "76.3", "75.2", y=106)[1:],
            ]
        ]
    )

    assert page.text.split("\n")[1] == (
        "Number of managers who are satisfied with the service\t76.3\t75.2"
    )


def test_headings_are_ranked_by_their_letters(cleaned):
    [page] = cleaned(
        [
            [
                Text(text="The Whole Report", y=60, size=24),
                Text(text="First Part", y=100, size=16),
                *lines(*PROSE, y=120),
                Text(text="A detail", y=180, size=10, bold=True),
                *lines(*PROSE, y=194),
                Text(text="Second Part", y=260, size=16),
                *lines(*PROSE, y=280),
            ]
        ]
    )

    ranks = [(block.kind, block.level) for block in page.blocks if block.kind != "paragraph"]
    assert ranks == [("title", 0), ("heading", 1), ("heading", 2), ("heading", 1)]


def test_pages_without_text_stay_in_their_place(cleaned):
    pages = cleaned([lines("One."), [], lines("Three.")])

    assert [(page.number, page.text) for page in pages] == [(1, "One."), (2, ""), (3, "Three.")]


def test_parts_of_formats_without_pages_are_left_as_they_are():
    facts = DocumentFacts(content_type="text/plain", title="", paged=False, page_count=0)

    assert clean(facts, []) == []


@st.composite
def pages_with_edits(draw):
    words = draw(st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=8))
    text, boxes = "", []
    for index, word in enumerate(words):
        boxes.append(WordBox(len(text), len(text) + len(word), index, 0, index + 1, 1))
        text += word + draw(st.sampled_from([" ", "\n", "\t"]))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    texts, kinds = st.sampled_from(["", " ", "\n\n"]), st.sampled_from([None, "header"])
    edits = [
        Edit(start, end, draw(texts), draw(kinds))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    page = PageContent(
        number=1,
        label="1",
        text=text,
        words=WordBoxes(boxes),
        removed=(Removal(kind="control", text="U+0000", at=draw(st.integers(0, len(text)))),),
    )
    return page, edits


@given(pages_with_edits())
@settings(max_examples=200)
def test_every_word_box_still_covers_what_is_left_of_its_word(case):
    page, edits = case

    after, offsets = edited(page, edits)

    gone = {at for edit in edits for at in range(edit.start, edit.end)}
    whole = {word.x0: word for word in page.words if not gone & set(range(word.start, word.end))}
    for word in after.words:
        assert 0 <= word.start < word.end <= len(after.text)
        if old := whole.get(word.x0):
            assert after.text[word.start : word.end] == page.text[old.start : old.end]
    assert set(whole) <= {word.x0 for word in after.words}
    assert offsets[-1] == len(after.text)
    assert all(0 <= removal.at <= len(after.text) for removal in after.removed)
