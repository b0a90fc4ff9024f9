"""Tables: stored with their version, read cell by cell, shown on pages and sent as files."""

from decimal import Decimal

import pytest

from factories import make_collection, make_document, make_read_document, make_tenant
from html_pages import faults_of, find, text_of
from lectern.documents.cells import figure_of
from lectern.documents.tables import csv_of, rows_of, some_rows, tables_of
from lectern.tenants.scoping import tenant_context
from tenant_seeds import api_client, make_key
from web_addresses import browser_of

REPORT = b"""<h1>Report</h1><h2>Expenses</h2><p>Our expenses (in thousands):</p>
<table><tr><th></th><th colspan=2>Years ended May 31,</th></tr>
<tr><th></th><th>2019</th><th>2018</th></tr>
<tr><td>Operating expenses:</td></tr>
<tr><td>Research</td><td>1,200</td><td>(31)</td></tr>
<tr><td>Margin</td><td>4.5%</td><td>n/a</td></tr>
<tr><td>=1+2</td><td>7</td><td>8</td></tr></table>"""


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def document(administrator):
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator)
        return make_read_document(administrator, collection, "report.html", REPORT)


@pytest.fixture
def api(administrator):
    return api_client(make_key(administrator))


def path_of(document, rest=""):
    return f"/api/v1/versions/ver_{document.current_version_id.hex}/tables{rest}"


def page_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_a_stored_table_gives_its_cells_with_their_place_on_the_page(administrator, document):
    with tenant_context(administrator.tenant_id):
        (table,) = tables_of(document.current_version)
        rows = list(rows_of(table))
        text = document.current_version.pages.get(number=1).text

    section, research = rows[0], rows[1]
    assert section.section
    assert (research.label, research.sections) == ("Research", ("Operating expenses:",))
    cell = research.cells[1]
    assert text[cell.start : cell.end] == "1,200"
    assert figure_of(cell.text).number == Decimal(1200)
    assert table.columns[1].period == "Years ended May 31, 2019"
    assert [table.unit_at(rows[at], 1) for at in (1, 2)] == ["in thousands", "%"]


def test_rows_can_be_read_from_the_middle(administrator, document):
    with tenant_context(administrator.tenant_id):
        (table,) = tables_of(document.current_version)

        assert [row.label for row in some_rows(table, 2, 1)] == ["Margin"]


def test_reading_again_replaces_the_tables(administrator, document):
    with tenant_context(administrator.tenant_id):
        version = document.current_version
        before = tables_of(version)
        make_document(administrator, document.collection, "No table here.")

        assert tables_of(version) == before
        assert tables_of(version, page=2) == []


def test_a_csv_file_runs_no_formula_of_the_document(administrator, document):
    with tenant_context(administrator.tenant_id):
        (table,) = tables_of(document.current_version)
        lines = list(csv_of(table))

    header = '"","Years ended May 31, \u203a 2019","Years ended May 31, \u203a 2018"'
    assert lines[0].replace('""', "").lstrip(",") == header.replace('""', "").lstrip(",") + "\r\n"
    assert lines[-1] == "'=1+2,7,8\r\n"
    assert 'Research,"1,200",(31)\r\n' in lines


def test_a_csv_file_runs_no_formula_of_a_header(administrator):
    page = b"<table><tr><th>Name</th><th>=1+2</th></tr><tr><td>A</td><td>1</td></tr>"
    page += b"<tr><td>B</td><td>2</td></tr></table>"
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator)
        document = make_read_document(administrator, collection, "report.html", page)
        (table,) = tables_of(document.current_version)
        lines = list(csv_of(table))

    assert lines[0] == "Name,'=1+2\r\n"


def test_the_api_lists_tables_and_shows_their_cells(api, document):
    (listed,) = api.get(path_of(document)).json()["items"]
    shown = api.get(path_of(document, "/1"), {"limit": 2}).json()
    rest = api.get(shown["next"]).json()

    assert (listed["number"], listed["unit"], listed["row_count"]) == (1, "in thousands", 4)
    assert shown["rows"][1]["cells"][2] | {"start": 0, "end": 0} == {
        "text": "(31)",
        "start": 0,
        "end": 0,
        "value": "-31",
        "unit": "in thousands",
    }
    assert [row["label"] for row in rest["rows"]] == ["Margin", "=1+2"]
    assert rest["next"] is None


def test_the_api_sends_a_table_as_csv_and_knows_no_other_number(api, document):
    sent = api.get(path_of(document, "/1/csv"))

    assert sent["Content-Type"] == "text/csv; charset=utf-8"
    assert b"Research" in sent.content
    assert api.get(path_of(document, "/2")).status_code == 404
    assert api.get(path_of(document, "/1"), {"cursor": "x"}).status_code == 422


def test_the_page_shows_the_recognised_table_with_the_cited_cell_marked(administrator, document):
    browser = browser_of(administrator)
    with tenant_context(administrator.tenant_id):
        start = document.current_version.pages.get(number=1).text.index("1,200")

    page = page_of(
        browser.get(f"/documents/{document.pk}/pages/1", {"start": start, "end": start + 5})
    )

    assert faults_of(page) == []
    (box,) = find(page, ".//div[@class='table-box recognised']")
    assert text_of(box.find(".//caption")) == "Our expenses (in thousands): in thousands"
    assert [text_of(mark) for mark in box.iter("mark")] == ["1,200"]
    assert [th.get("scope") for th in box.findall(".//thead//th")] == ["colgroup", "col", "col"]
    assert [text_of(th) for th in box.findall(".//th[@scope='row']")][:2] == ["Research", "Margin"]


def test_a_document_lists_its_tables_and_each_has_a_page_and_a_file(administrator, document):
    browser = browser_of(administrator)
    listed = page_of(browser.get(f"/documents/{document.pk}/tables"))
    (link,) = [a for a in find(listed, ".//tbody//a") if "/tables/" in a.get("href")]

    shown = page_of(browser.get(link.get("href")))
    sent = browser.get(f"{link.get('href')}.csv")

    assert faults_of(listed) == []
    assert faults_of(shown) == []
    assert len(find(shown, ".//tbody/tr")) == 4
    assert "attachment" in sent["Content-Disposition"]
    assert b"Research" in sent.content
