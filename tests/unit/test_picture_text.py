"""Text recognition: words with their places, whichever way up the page lies."""

import os
import shutil
from pathlib import Path

import pytest

from lectern.documents.confinement import Limits
from lectern.documents.content import Box, PageContent
from lectern_workers.ingestion.cleaning import clean
from lectern_workers.ingestion.picture_reader import page_of
from lectern_workers.ingestion.picture_text import placed_on, read_pictures
from lectern_workers.ingestion.sandbox import read_document
from lectern_workers.ingestion.turning import turn_of
from made_files import make_picture, saved

WORDS = ("Travel claims are submitted", "within 30 days of the journey.")
HEAD = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)


@pytest.fixture
def program():
    """Tesseract; without it nothing is recognised, which on a build machine is a failure."""
    found = shutil.which("tesseract")
    if found is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("no tesseract on this machine: apt-get install -y tesseract-ocr")
    return Path(found).resolve()


def recognised(folder, content, program):
    path = saved(folder, "scan", content)
    read = read_document(path, "scan", progress=lambda done, total: None, limits=Limits())
    seen = []
    read_pictures(
        path,
        read,
        program=program,
        languages="eng",
        progress=lambda done, total: seen.append((done, total)),
    )
    return read, seen


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "PDF"])
def test_the_words_of_a_scan_are_read_with_their_places(tmp_path, program, format):
    read, _ = recognised(tmp_path, make_picture(*WORDS, format=format), program)

    [page] = clean(read.facts, read.pages)
    assert page.text == " ".join(WORDS)
    assert not page.image_only
    first, last = page.words[0], page.words[-1]
    assert page.text[first.start : first.end] == "Travel"
    assert (round(first.x0), round(first.y0)) == pytest.approx((43, 46), abs=3)
    assert last.x1 < page.width
    assert last.y0 > first.y1


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_that_lies_on_its_side_or_head_is_read(tmp_path, program, turned):
    lines = [f"{number}. {words}" for number in range(1, 5) for words in WORDS]

    read, _ = recognised(tmp_path, make_picture(*lines, turned=turned), program)

    [page] = clean(read.facts, read.pages)
    assert "1. Travel claims are submitted" in page.text
    box = page.words[1]
    assert 0 <= box.x0 < box.x1 <= page.width
    assert 0 <= box.y0 < box.y1 <= page.height
    upright = box.x1 - box.x0 > box.y1 - box.y0
    assert upright == (turned == 180)


def test_the_places_on_a_page_too_large_to_be_drawn_whole_are_right(tmp_path):
    picture = PageContent(number=1, label="1", text="", width=720, height=720, image_only=True)
    found = page_of(rows((1, 100, 100, 500, 40, 96, "Rent")), 1, (1000, 1000))

    placed = placed_on(picture, found)

    # A thousand pixels are 720 points here, not the 360 of 200 dots an inch.
    assert [round(word.x1) for word in placed.page.words] == [432]


def test_each_page_is_recognised_with_progress(tmp_path, program):
    read, seen = recognised(tmp_path, make_picture("Words", format="TIFF", pages=2), program)

    assert [each.page.text for each in read.pages] == ["Words", "Words"]
    assert (seen[0], seen[-1]) == ((0, 2), (2, 2))


def test_a_picture_without_words_says_so(tmp_path, program):
    read, _ = recognised(tmp_path, make_picture(), program)

    [page] = [each.page for each in read.pages]
    assert page.image_only
    assert page.problem == "Page 1 is a picture in which text recognition found no words."


def test_a_program_that_fails_costs_only_the_text_of_the_page(tmp_path):
    read, _ = recognised(tmp_path, make_picture("Words"), Path("/bin/false"))

    [page] = [each.page for each in read.pages]
    assert page.image_only
    assert "could not be recognised" in page.problem


def test_the_program_is_confined_like_the_reader(tmp_path):
    secret = saved(tmp_path, "secret", b"TOP SECRET")
    spy = saved(tmp_path, "spy", f"#!/bin/sh\ncat {secret} > result.tsv".encode())
    spy.chmod(0o755)

    read, _ = recognised(tmp_path, make_picture("Words"), spy)

    assert "SECRET" not in read.pages[0].page.text
    assert "could not be recognised" in read.pages[0].page.problem


def test_a_cancelled_job_ends_the_recognition(tmp_path, program):
    class Cancelled(Exception):
        pass

    def cancel(done, total):
        raise Cancelled

    path = saved(tmp_path, "scan", make_picture("Words"))
    read = read_document(path, "scan", progress=lambda done, total: None)

    with pytest.raises(Cancelled):
        read_pictures(path, read, program=program, languages="eng", progress=cancel)


def rows(*words):
    return "\n".join(
        [
            HEAD,
            *("5\t1\t1\t1\t{}\t1\t{}\t{}\t{}\t{}\t{}\t{}".format(*word) for word in words),
        ]
    )


def test_guesses_at_stains_are_no_words():
    read = page_of(
        rows((1, 100, 100, 90, 40, 96, "Rent"), (1, 300, 100, 9, 40, 12, "~")), 1, (1000, 1000)
    )

    assert read.page.text == "Rent"


def test_a_word_that_is_hard_to_read_leaves_no_gap_in_its_line():
    read = page_of(
        rows(
            (1, 100, 100, 90, 40, 96, "Dan"),
            (1, 200, 100, 200, 40, 12, "Murphy's"),
            (1, 410, 100, 90, 40, 96, "sold"),
        ),
        1,
        (1000, 1000),
    )

    assert read.page.text == "Dan Murphy's sold"


def test_a_table_that_is_read_by_columns_is_put_together_by_rows():
    labels = ["Revenue", "Costs", "Profit"]
    columns = [
        (line, x, 100 + 60 * (line - 1), 90, 40, 96, text)
        for x, texts in ((100, labels), (600, ["5", "3", "2"]), (800, ["6", "4", "1"]))
        for line, text in enumerate(texts, start=1)
    ]

    read = page_of(rows(*columns), 1, (1000, 1000))

    assert read.page.text == "Revenue\t5\t6\nCosts\t3\t4\nProfit\t2\t1"


def test_columns_of_text_stay_apart():
    words = ["said", "that", "the", "rent", "rises", "again"]
    columns = [
        (line, x + 80 * at, 100 + 60 * (line - 1), 70, 40, 96, f"{word}{x}")
        for x in (0, 600)
        for line in range(1, 5)
        for at, word in enumerate(words)
    ]

    read = page_of(rows(*columns), 1, (1200, 1000))

    assert [line.count("said600") for line in read.page.text.split("\n")] == [0] * 4 + [1] * 4


def test_a_page_that_is_hard_to_recognise_says_so():
    read = page_of(rows((1, 100, 100, 90, 40, 41, "Rert")), 7, (1000, 1000))

    assert read.page.problem.startswith("Page 7 is hard to recognise")


def test_figures_that_are_hard_to_recognise_are_named():
    read = page_of(
        rows((1, 100, 100, 600, 40, 96, "Rent"), (1, 720, 100, 90, 40, 45, "4,60O")),
        7,
        (1000, 1000),
    )

    assert read.page.problem == (
        "Figures on page 7 that are hard to recognise, look at the picture: 4,60O."
    )


def test_cells_that_stand_far_apart_are_parted_by_tabs():
    words = [(1, 100, 100, 200, 40, 96, "Revenue"), (1, 600, 100, 90, 40, 96, "5,368")]

    read = page_of(rows(*words), 1, (1000, 1000))

    assert read.page.text == "Revenue\t5,368"


@pytest.mark.parametrize(
    ("first", "last", "runs"),
    [
        ((0, 0, 9, 9), (50, 0, 59, 9), "right"),
        ((50, 0, 59, 9), (0, 0, 9, 9), "left"),
        ((0, 0, 9, 9), (0, 50, 9, 59), "down"),
        ((0, 50, 9, 59), (0, 0, 9, 9), "up"),
    ],
)
def test_a_page_is_turned_so_that_its_lines_run_to_the_right(first, last, runs):
    turn = turn_of([[Box(*first), Box(*last)]], (100, 80))

    before, after = turn.upright(Box(*first)), turn.upright(Box(*last))
    assert turn.runs == runs
    assert before.x0 < after.x0
    assert before.y0 == after.y0
