"""Reading golden questions from a file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lectern.answering.golden import Golden
from lectern.answering.golden_files import (
    MOST_BYTES,
    as_csv,
    as_json_lines,
    golden_questions,
    read_csv,
    read_json_lines,
    read_questions,
)
from lectern.errors import Invalid, TooLarge

ROW = {"id": 1, "question": "Q?", "answer": "A", "doc": "docs/a.pdf", "pages": [1]}


def a_file(folder: Path, *rows: dict) -> Path:
    file = folder / "questions.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return file


def test_a_line_separator_within_a_text_ends_no_line(tmp_path: Path):
    file = a_file(tmp_path, ROW | {"evidence_text": "One\u2028two\x85three"})

    (golden,) = golden_questions(file)

    assert golden.evidence == "One\u2028two\x85three"


def test_a_line_that_is_no_question_is_named(tmp_path: Path):
    file = a_file(tmp_path, ROW | {"evidence_text": ""}, {"id": 2})

    with pytest.raises(Invalid, match="line 2"):
        golden_questions(file)


def test_a_file_that_is_not_utf8_is_refused_with_that_reason(tmp_path: Path):
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(Invalid, match="UTF-8"):
        golden_questions(file)


KINDS = [
    Golden(
        id="1",
        text="What, then?",
        answer='A "quoted", answer',
        document="a.pdf",
        pages=(1, 3),
        evidence="Two\nlines",
        within=True,
    ),
    Golden(id="2", text="Where?", answer="", document="a.pdf", pages=(), evidence="", within=False),
    Golden(id="3", text="Who?", answer=None, document="", pages=(), evidence="", within=False),
]


@pytest.mark.parametrize(
    ("write", "read"), [(as_json_lines, read_json_lines), (as_csv, read_csv)], ids=["json", "csv"]
)
def test_what_is_written_is_read_again(write, read):
    assert read("file", write(KINDS).encode()) == KINDS


@pytest.mark.parametrize("text", ["=1+2", "'=1+2", " =1+2", "-5%", "'tis", "-", "@sum(1)"])
def test_what_looks_like_a_formula_is_read_again_as_it_was(text):
    golden = replace(KINDS[0], text=text, answer=text, evidence=text)

    assert read_csv("file", as_csv([golden]).encode()) == [golden]


def test_a_csv_file_of_golden_questions_runs_no_formula():
    golden = replace(KINDS[0], text="=1+2", answer="-5%", evidence=" @sum(1)")

    [_, line] = as_csv([golden]).splitlines()

    assert line == "1,'=1+2,-5%,yes,a.pdf,1 3,' @sum(1),doc"


def test_a_file_is_read_by_its_ending():
    assert read_questions(SimpleUploadedFile("g.CSV", as_csv(KINDS).encode())) == KINDS
    assert read_questions(SimpleUploadedFile("g.jsonl", as_json_lines(KINDS).encode())) == KINDS


def test_a_file_that_is_too_large_is_not_read():
    file = SimpleUploadedFile("golden.jsonl", b"x" * (MOST_BYTES + 1))

    with pytest.raises(TooLarge, match="larger than 20 MB"):
        read_questions(file)


@pytest.mark.parametrize(
    "line", ["[" * 100_000, "1", "null", '{"question": "Q", "answer": 1, "doc": 2, "pages": 3}']
)
def test_a_line_that_is_made_to_harm_is_refused_like_any_other(line):
    with pytest.raises(Invalid, match="line 1"):
        read_json_lines("golden.jsonl", line.encode())


def test_a_csv_line_without_a_page_number_is_named():
    file = "question,answer,doc,pages,evidence_text\nQ?,A,a.pdf,one,\n"

    with pytest.raises(Invalid, match="line 2"):
        read_csv("golden.csv", file.encode())
