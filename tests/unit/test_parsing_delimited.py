"""Tables in plain text: encodings, delimiters and headers are found out."""

import pytest

from lectern_workers.ingestion.parsing import sheets
from lectern_workers.ingestion.parsing.delimited import read_delimited
from lectern_workers.ingestion.parsing.problems import Unreadable
from made_files import saved


@pytest.fixture
def read(tmp_path):
    def read(content):
        facts, *pages = read_delimited(saved(tmp_path, "made.csv", content), "made.csv")
        return facts, [each.page for each in pages]

    return read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out_and_the_first_row_is_the_header(read, delimiter):
    rows = [("Article", "Pieces"), ("Copper pipe", "731"), ("Valve", "52")]
    content = "\n".join(delimiter.join(row) for row in rows)

    _, [page] = read(content.encode())

    [table] = page.blocks
    assert page.text == "Article\tPieces\nCopper pipe\t731\nValve\t52"
    assert page.text[: table.header_end] == "Article\tPieces"


def test_decimal_commas_do_not_part_cells_that_semicolons_part(read):
    _, [page] = read(b"Name;Price\nPipe;1,50\nValve;22,40\n")

    assert page.text.split("\n")[1] == "Pipe\t1,50"


def test_a_quoted_cell_keeps_delimiters_and_line_breaks(read):
    _, [page] = read(b'Name,Note\n"Pipe, long","two\nlines"\nValve,none\n')

    assert page.text.split("\n")[1] == "Pipe, long\ttwo lines"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "Köln"),
        ("utf-8-sig", "Köln"),
        ("utf-16", "Köln"),
        ("utf-16-le", "Köln"),
        ("utf-16-be", "東京"),
        ("cp1252", "Köln und München"),
        ("cp1251", "Москва"),
        ("cp932", "東京都"),
    ],
)
def test_the_encoding_is_found_out(read, encoding, words):
    content = "".join(f"{words} {number},{number}\n" for number in range(1, 20))

    _, [page] = read(f"Name,Count\n{content}".encode(encoding))

    assert f"{words} 7\t7" in page.text


def test_lines_above_the_table_are_its_title_and_not_rows(read):
    _, [page] = read(b"Sales report;;\n;;\nArticle;2019;2018\nPipe;5;6\n")

    assert [(block.kind, page.text[block.start : block.end]) for block in page.blocks] == [
        ("heading", "Sales report"),
        ("table", "Article\t2019\t2018\nPipe\t5\t6"),
    ]


def test_more_cells_than_the_limit_are_refused_with_the_number(read, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_CELLS", 10)

    with pytest.raises(Unreadable, match="more than 10 filled cells"):
        read(b"1,2,3\n" * 9)
