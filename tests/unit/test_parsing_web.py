"""HTML: what a reader of the page sees."""

import time

import pytest
from selectolax.lexbor import LexborHTMLParser

from lectern_workers.ingestion.parsing.web import read_html
from lectern_workers.ingestion.parsing.web_elements import hide_by_rules
from made_files import saved


@pytest.fixture
def read(tmp_path):
    def read(content):
        data = content if isinstance(content, bytes) else content.encode()
        facts, *pages = read_html(saved(tmp_path, "made.html", data), "made.html")
        return facts, [each.page for each in pages]

    return read


def blocks(page):
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]


def test_headings_paragraphs_lists_and_code_keep_their_roles(read):
    facts, [page] = read(
        "<title>Guide</title><h1>Set  up</h1><p>Read <b>this</b>\nfirst.<p>Then"
        "<ol><li>open<li>close</ol><ul><li>rest</ul><pre>a\n  b</pre>"
    )

    assert facts.title == "Guide"
    assert blocks(page) == [
        ("heading", "Set up"),
        ("paragraph", "Read this first."),
        ("paragraph", "Then"),
        ("list", "1. open\n2. close\n- rest"),
        ("code", "a\n  b"),
    ]


def test_a_table_is_rows_of_cells_below_its_header(read):
    _, [page] = read(
        "<table><tr><th>Item<th colspan=2>Years</tr><tr><td>Revenue<td>5,368<td>5,955</table>"
    )

    [table] = page.blocks
    assert page.text == "Item\tYears\tYears\nRevenue\t5,368\t5,955"
    assert page.text[: table.header_end] == "Item\tYears\tYears"


def test_a_table_for_layout_is_read_as_the_text_that_it_holds(read):
    _, [page] = read("<table><tr><td><h2>News</h2><p>One</p></td><td><p>Two</p></td></tr></table>")

    assert blocks(page) == [("heading", "News"), ("paragraph", "One"), ("paragraph", "Two")]


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ("<nav>SKIP</nav>", "header"),
        ("<footer>SKIP</footer>", "footer"),
        ("<p hidden>SKIP</p>", "invisible"),
        ("<span style='display: none'>SKIP</span>", "invisible"),
        ("<div style='font-size:0'>SKIP</div>", "invisible"),
        ("<p style='visibility:hidden'>SKIP</p>", "invisible"),
    ],
)
def test_what_is_not_for_reading_is_left_out_and_listed(read, element, kind):
    _, [page] = read(f"<p>Shown</p>{element}<p>also</p>")

    assert page.text == "Shown\n\nalso"
    assert [(removal.kind, removal.text) for removal in page.removed] == [(kind, "SKIP")]


def test_scripts_and_styles_are_no_text_at_all(read):
    _, [page] = read("<p>Shown<script>evil()</script><style>p{}</style></p>")

    assert (page.text, page.removed) == ("Shown", ())


def test_a_hidden_cell_shows_nothing(read):
    _, [page] = read("<table><tr><td>a<td hidden>SKIP<td>c</tr><tr><td>1<td>2<td>3</table>")

    assert page.text == "a\t\tc\n1\t2\t3"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("<meta charset=windows-1252>", "cp1252"),
        ("", "utf-8"),
        ("<meta charset=nonsense>", "utf-8"),
    ],
)
def test_the_encoding_is_the_declared_one_where_it_fits(read, declared, encoding):
    _, [page] = read(f"{declared}<p>Überschuß</p>".encode(encoding))

    assert page.text == "Überschuß"


def test_thousands_of_nested_elements_are_no_reason_to_fail(read):
    start = time.process_time()

    _, [page] = read("<div>" * 20_000 + "deep")

    assert page.text == "deep"
    assert time.process_time() - start < 20


def test_a_cell_that_reaches_down_leaves_its_column_to_the_rows_below(read):
    _, [page] = read(
        "<table><tr><th rowspan=2>Region<th colspan=2>2019</tr><tr><th>Q1<th>Q2</tr>"
        "<tr><td rowspan=2>North<td>1<td>2</tr><tr><td>3<td>4</tr></table>"
    )

    [table] = page.blocks
    assert page.text == "Region\t2019\t2019\n\tQ1\tQ2\nNorth\t1\t2\n\t3\t4"
    assert page.text[: table.header_end].endswith("\tQ1\tQ2")


def test_a_table_over_its_whole_width_has_a_title_and_not_as_many(read):
    _, [page] = read(
        "<table><tr><th colspan=3>Sales by region</tr><tr><th>Region<th>2019<th>2018</tr>"
        "<tr><td>North<td>1<td>2</tr></table>"
    )

    assert page.text.startswith("Sales by region\nRegion\t2019\t2018\n")


def test_what_the_style_sheet_of_a_page_hides_is_left_out(read):
    _, [page] = read(
        "<style>.a, p#b { display: none } @media print { .c { display: none } }</style>"
        "<p class=a>ONE</p><p id=b>TWO</p><p class=c>Shown.</p>"
    )

    assert page.text == "Shown."
    assert [removal.text for removal in page.removed] == ["ONE", "TWO"]


@pytest.mark.parametrize("colour", ["#fff", "#FFFFFF", "white", "rgb(255, 255, 255)"])
def test_white_letters_are_left_out_unless_something_around_them_is_coloured(read, colour):
    _, [page] = read(
        f'<p>Shown <span style="color:{colour}">IGNORE</span></p>'
        f'<div style="background: navy"><p style="color: {colour}">Heading.</p></div>'
    )

    assert page.text == "Shown\n\nHeading."


def test_no_style_sheet_takes_long():
    for unit in ("@media a{", "a{b", "@x ", "{}", ".a{display:none}"):
        page = LexborHTMLParser(f"<style>{unit * (200_000 // len(unit))}</style><p class=a>x")
        start = time.process_time()
        hide_by_rules(page)
        assert time.process_time() - start < 3, unit


def test_what_is_pushed_off_the_page_is_left_out(read):
    _, [page] = read(
        '<p>Shown.</p><p style="position: absolute; left: -9999px">IGNORE</p>'
        '<p style="margin-left: -100px">Shown too.</p>'
    )

    assert page.text == "Shown.\n\nShown too."
