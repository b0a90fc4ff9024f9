"""OpenDocument texts, spreadsheets and presentations: what is shown, without what is hidden."""

import pytest

from lectern_workers.ingestion.parsing.open_presentation import read_open_presentation
from lectern_workers.ingestion.parsing.open_spreadsheet import read_open_spreadsheet
from lectern_workers.ingestion.parsing.open_text import read_open_text
from lectern_workers.ingestion.parsing.problems import Unreadable
from made_files import make_odf, saved, with_member

READERS = {
    "text": read_open_text,
    "spreadsheet": read_open_spreadsheet,
    "presentation": read_open_presentation,
}
HIDDEN = (
    '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="W"><style:text-properties fo:color="#ffffff"/></style:style>'
    '<style:style style:name="T" style:parent-style-name="Title"/>'
    '<style:style style:name="Title"/>'
    '<style:style style:name="S"><style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="P"><style:drawing-page-properties '
    'presentation:visibility="hidden"/></style:style>'
)


@pytest.fixture
def read(tmp_path):
    def read(kind, body, **more):
        path = saved(tmp_path, "made", make_odf(kind, body, styles=HIDDEN, **more))
        facts, *pages = READERS[kind](path, "made")
        return facts, [each.page for each in pages]

    return read


def table(*rows):
    cells = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return f'<table:table table:name="Sheet">{cells}</table:table>'


def cell(text, **attributes):
    said = " ".join(f'table:{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<table:table-cell {said}><text:p>{text}</text:p></table:table-cell>"


def test_a_text_keeps_titles_headings_lists_and_notes(read):
    facts, [page] = read(
        "text",
        '<text:p text:style-name="T">Policy</text:p>'
        '<text:h text:outline-level="2">Scope</text:h>'
        "<text:p>For<text:s/>all<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>But guests.</text:p></text:note-body></text:note>.</text:p>"
        "<text:list><text:list-item><text:p>one</text:p></text:list-item></text:list>",
        title="The policy",
    )

    shown = [(b.kind, b.level, page.text[b.start : b.end]) for b in page.blocks]
    assert facts.title == "The policy"
    assert shown == [
        ("title", 0, "Policy"),
        ("heading", 2, "Scope"),
        ("paragraph", 0, "For all."),
        ("paragraph", 0, "Note: But guests."),
        ("list", 0, "- one"),
    ]


def test_a_header_that_spans_columns_names_each_of_them(read):
    _, [page] = read(
        "text",
        table(
            cell("") + cell("Year", number_columns_spanned=2) + "<table:covered-table-cell/>",
            cell("Item") + cell("2019") + cell("2018"),
            cell("Pipes") + cell("5") + cell("6"),
        ),
    )

    assert page.text == "\tYear\tYear\nItem\t2019\t2018\nPipes\t5\t6"


def test_hidden_and_white_words_and_deleted_text_are_left_out_and_listed(read):
    _, [page] = read(
        "text",
        "<text:tracked-changes><text:p>DELETED</text:p></text:tracked-changes>"
        '<text:p>Shown <text:span text:style-name="H">HIDDEN</text:span>'
        '<text:span text:style-name="W">WHITE</text:span>.</text:p>'
        '<text:section text:display="none"><text:p>SECTION</text:p></text:section>'
        "<text:p>End.</text:p>",
    )

    assert page.text == "Shown .\n\nEnd."
    assert [removal.text for removal in page.removed] == ["HIDDEN", "WHITE", "SECTION"]


def test_a_sheet_is_read_as_it_is_shown_without_its_hidden_rows_and_columns(read):
    body = (
        '<table:table table:name="Stock"><table:table-column/>'
        '<table:table-column table:visibility="collapse"/><table:table-column/>'
        f"<table:table-row>{cell('Item')}{cell('Margin')}{cell('Pieces')}</table:table-row>"
        f"<table:table-row>{cell('Pipe')}{cell('90%')}{cell('731')}</table:table-row>"
        f'<table:table-row table:visibility="collapse">{cell("Secret")}</table:table-row>'
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row></table:table>'
        f'<table:table table:name="Off" table:style-name="S">{table(cell("x"))}</table:table>'
    )

    _, [page] = read("spreadsheet", body)

    assert page.text == "Stock\n\nItem\tPieces\nPipe\t731"
    assert [removal.text for removal in page.removed] == [
        "hidden: Margin",
        "hidden: 90%",
        "hidden: Secret",
        "sheet Off",
    ]


def test_a_formula_of_a_sheet_without_a_result_is_told(read):
    rows = table(cell("Profit") + '<table:table-cell table:formula="of:=1+1"/>')

    facts, _ = read("spreadsheet", rows)

    assert "1 in sheet Sheet" in facts.warnings[0]


def test_a_slide_is_a_page_and_a_hidden_one_is_empty(read):
    def slide(title, text, style=""):
        return (
            f'<draw:page draw:style-name="{style}"><draw:frame svg:y="5cm"><draw:text-box>'
            f"<text:p>{text}</text:p></draw:text-box></draw:frame>"
            '<draw:frame presentation:class="title" svg:y="1cm"><draw:text-box>'
            f"<text:p>{title}</text:p></draw:text-box></draw:frame>"
            "<presentation:notes><draw:frame><draw:text-box><text:p>Say it.</text:p>"
            "</draw:text-box></draw:frame></presentation:notes></draw:page>"
        )

    facts, pages = read("presentation", slide("One", "text") + slide("Two", "SECRET", "P"))

    assert [page.text for page in pages] == ["One\n\ntext\n\nNotes\n\nSay it.", ""]
    assert facts.paged
    assert facts.warnings[0].startswith("Hidden slides were left out: 2.")


def test_a_locked_file_says_so(tmp_path):
    locked = with_member(
        make_odf("text", ""), "META-INF/manifest.xml", b"<manifest:encryption-data/>"
    )

    with pytest.raises(Unreadable) as refused:
        read_open_text(saved(tmp_path, "a.odt", locked), "a.odt")

    assert refused.value.code == "password"


def test_entities_are_not_expanded(tmp_path):
    secret = saved(tmp_path, "secret.txt", b"TOP SECRET")
    evil = make_odf("text", "<text:p>before &x; after</text:p>")
    declared = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
    import io
    import zipfile

    content = declared + zipfile.ZipFile(io.BytesIO(evil)).read("content.xml")
    path = saved(tmp_path, "evil.odt", with_member(evil, "content.xml", content))

    _, *pages = read_open_text(path, "evil.odt")

    assert "SECRET" not in "".join(each.page.text for each in pages)


def test_a_damaged_file_says_so(tmp_path):
    broken = with_member(make_odf("text", ""), "content.xml", b"<nothing")

    with pytest.raises(Unreadable, match="damaged"):
        read_open_text(saved(tmp_path, "a.odt", broken), "a.odt")
