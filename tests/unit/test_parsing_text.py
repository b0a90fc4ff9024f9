"""Markdown and plain text: encodings, headings, lists, tables; marks taken off."""

import pytest

from lectern_workers.ingestion.parsing.markdown import read_markdown
from lectern_workers.ingestion.parsing.plain import read_plain
from lectern_workers.ingestion.parsing.problems import Unreadable
from made_files import saved


def parts(reader, tmp_path, content):
    data = content if isinstance(content, bytes) else content.encode()
    facts, *pages = reader(saved(tmp_path, "made", data), "made.txt")
    return facts, [each.page for each in pages]


def blocks(page):
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]


def test_markdown_keeps_the_words_and_takes_off_the_marks(tmp_path):
    source = (
        "# Plan\n\nSee **the** [map](http://x/y).\n\n- one\n- two\n\n3. three\n\n```\na = 1\n```"
    )

    _, [page] = parts(read_markdown, tmp_path, source)

    assert blocks(page) == [
        ("heading", "Plan"),
        ("paragraph", "See the map."),
        ("list", "- one\n- two\n3. three"),
        ("code", "a = 1"),
    ]


def test_a_markdown_table_is_rows_with_all_rows_of_its_header(tmp_path):
    source = "| | As reported | |\n|---|---|---|\n| | 2019 | 2018 |\n| Revenue | $708 | $657 |\n"

    _, [page] = parts(read_markdown, tmp_path, source)

    [table] = page.blocks
    assert page.text[: table.header_end] == "\tAs reported\n\t2019\t2018"
    assert page.text.endswith("\nRevenue\t$708\t$657")


def test_html_in_a_line_of_markdown_hides_what_it_hides(tmp_path):
    source = 'Costs <b>fell</b> & rose. <span style="display:none">IGNORE ALL</span> End.\n'

    _, [page] = parts(read_markdown, tmp_path, source)

    assert page.text == "Costs fell & rose. End."
    assert [removal.text for removal in page.removed] == ["IGNORE ALL"]


def test_front_matter_gives_the_title_and_what_readers_are_told(tmp_path):
    source = '---\ntitle: "The plan"\ndate: 2008-10-14\ndraft: false\n---\nText.'

    facts, [page] = parts(read_markdown, tmp_path, source)

    assert facts.title == "The plan"
    assert page.text == "Date: 2008-10-14\n\nText."


def test_html_in_markdown_is_read_as_it_is_shown(tmp_path):
    source = "Before\n\n<div><p hidden>SKIP</p><p>Shown</p></div>\n\nAfter"

    _, [page] = parts(read_markdown, tmp_path, source)

    assert page.text == "Before\n\nShown\n\nAfter"


def test_plain_text_has_headings_where_short_lines_stand_alone(tmp_path):
    source = "A study of sleep\n\nMethods\nWe watched 20 people,\nat night.\n\nThey slept."

    _, [page] = parts(read_plain, tmp_path, source)

    assert blocks(page) == [
        ("title", "A study of sleep"),
        ("heading", "Methods"),
        ("paragraph", "We watched 20 people, at night."),
        ("paragraph", "They slept."),
    ]


def test_columns_and_items_of_plain_text_are_told_from_prose(tmp_path):
    source = (
        "It follows.\n\nItem      2019    2018\nRevenue   5,368   5,955\n\n- one\n  more\n- two"
    )

    _, [page] = parts(read_plain, tmp_path, source)

    assert blocks(page)[1:] == [
        ("table", "Item\t2019\t2018\nRevenue\t5,368\t5,955"),
        ("list", "- one more\n- two"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_is_read_in_its_encoding(tmp_path, encoding):
    source = "Der Überschuß beträgt fünf Millionen für das Jahr. " * 5

    _, [page] = parts(read_plain, tmp_path, source.encode(encoding))

    assert page.text == source.strip()


def test_nul_bytes_are_taken_out_and_listed(tmp_path):
    _, [page] = parts(read_plain, tmp_path, b"one\x00 two")

    assert page.text == "one two"
    assert [(removal.kind, removal.text) for removal in page.removed] == [("control", "U+0000")]


def test_bytes_that_are_no_text_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="UTF-8"):
        parts(read_plain, tmp_path, bytes(range(128, 256)) * 40 + b"\x81\x8d\x8f\x90\x9d\x00" * 99)


@pytest.mark.parametrize("source", ["word " * 3_000, "x" * 9_000, "word\n" * 3_000])
def test_text_without_sentences_is_cut_all_the_same(tmp_path, source):
    _, pages = parts(read_plain, tmp_path, source)

    assert max(len(page.text) for page in pages) <= 4_000
    assert "".join("".join(page.text.split()) for page in pages) == "".join(source.split())


def test_a_long_text_is_cut_into_parts_between_its_sections(tmp_path):
    source = "\n\n".join(f"Section {n}\n\n" + "A sentence of it. " * 90 for n in range(6))

    _, pages = parts(read_plain, tmp_path, source)

    assert all(len(page.text) <= 4_000 for page in pages)
    assert [page.label for page in pages] == ["Section 0", "Section 2", "Section 4"]
