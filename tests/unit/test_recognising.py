"""Tables recognised: their header, title, unit and period, and what goes on over pages."""

import pytest

from lectern.documents.content import Block, PageContent
from lectern.documents.grids import aligned, lines_of
from lectern_workers.ingestion.cleaning import clean
from lectern_workers.ingestion.parts import Parts
from lectern_workers.ingestion.recognising import recognise
from lectern_workers.ingestion.sandbox import read_document
from made_files import Text, lines, make_pdf, row


def tables(build):
    parts = Parts()
    build(parts)
    pages = parts.pages()
    return pages, recognise(pages)


def pdf_tables(tmp_path, *pages):
    path = tmp_path / "report.pdf"
    path.write_bytes(make_pdf(list(pages)))
    read = read_document(path, path.name, progress=lambda done, total: None)
    cleaned = clean(read.facts, read.pages)
    return cleaned, recognise(cleaned)


def texts(pages, table):
    found = []
    for number, start, end in table.segments:
        page = pages[number - 1]
        for cells in lines_of(page.text, start, end):
            grid = aligned(cells, table.columns, page.words)
            found.append([cell.text if cell else None for cell in grid])
    return found


def test_a_header_of_two_rows_is_a_path_for_each_column():
    def build(parts):
        parts.table(
            [
                ["", "Financial assets", "", "Financial liabilities"],
                ["", "2019", "2018", "2019", "2018"],
                ["Opening", "83,934", "100,107", "4,466", "2,154"],
                ["Closing", "39,116", "51,185", "75", "3,301"],
            ]
        )

    _, (table,) = tables(build)

    assert [column.path for column in table.columns] == [
        (),
        ("Financial assets", "2019"),
        ("Financial assets", "2018"),
        ("Financial liabilities", "2019"),
        ("Financial liabilities", "2018"),
    ]
    assert [column.kind for column in table.columns] == ["text", *["number"] * 4]


def test_a_row_of_units_below_the_header_says_the_unit_of_each_column():
    def build(parts):
        parts.table(
            [
                ["", "2019", "2018"],
                ["", "RMB\u2019Million", "%"],
                ["Discount rate", "12", "3.8"],
                ["Inflation", "14", "2.0"],
            ]
        )

    _, (table,) = tables(build)

    assert [(column.path, column.unit) for column in table.columns[1:]] == [
        (("2019",), "RMB\u2019Million"),
        (("2018",), "%"),
    ]


def test_title_unit_and_period_come_from_what_stands_above():
    def build(parts):
        parts.heading("Taxes", 2)
        parts.paragraph("The expense was as follows (in thousands):")
        parts.table(
            [
                ["", "Years ended May 31,"],
                ["", "2019", "2018"],
                ["Current", "1,250", "(31)"],
                ["Deferred", "10", "\u2013"],
            ]
        )

    _, (table,) = tables(build)

    assert table.title == "The expense was as follows (in thousands):"
    assert table.unit == "in thousands"
    assert [column.period for column in table.columns[1:]] == [
        "Years ended May 31, 2019",
        "Years ended May 31, 2018",
    ]


def test_a_table_cut_into_several_parts_is_one_table():
    def build(parts):
        parts.heading("Orders", 1)
        parts.table(
            [["Order", "Country", "Amount"], *([f"A{n}", "Norway", f"{n}.50"] for n in range(900))]
        )

    pages, (table,) = tables(build)

    assert len(pages) > 1
    assert [segment[0] for segment in table.segments] == [page.number for page in pages]
    assert table.row_count == 900
    assert texts(pages, table)[-1] == ["A899", "Norway", "899.50"]


def test_tables_of_two_sections_with_one_header_stay_apart():
    def build(parts):
        for name in ("North", "South"):
            parts.heading(name, 1, begins_part=True)
            parts.table([["Order", "Amount"], ["A1", "10"], ["A2", "20"]])

    _, found = tables(build)

    assert [(table.number, table.title, table.page) for table in found] == [
        (1, "North", 1),
        (2, "South", 2),
    ]


def test_a_header_that_comes_again_begins_another_table():
    text = "Measure\t2018\t2019\nSpeed\t1\t2\nCost\t3\t4\nOther measure\t2018\t2019\nWeight\t5\t6"
    page = PageContent(
        number=1,
        label="",
        text=text,
        blocks=(Block(kind="table", start=0, end=len(text), header_end=17),),
    )

    first, second = recognise([page])

    assert (first.columns[0].path, first.row_count) == (("Measure",), 2)
    assert (second.columns[0].path, second.row_count) == (("Other measure",), 1)


@pytest.mark.parametrize("between", ["Order\tAmount\n", "\nOrder\tAmount\n"])
def test_rows_below_the_same_header_once_more_are_of_the_same_table(tmp_path, between):
    path = tmp_path / "orders.tsv"
    path.write_text(f"Order\tAmount\nA1\t300\nA2\t480\n{between}A3\t5\n")
    read = read_document(path, path.name, progress=lambda done, total: None)
    pages = clean(read.facts, read.pages)

    (table,) = recognise(pages)

    assert table.row_count == 3
    assert texts(pages, table) == [["A1", "300"], ["A2", "480"], ["A3", "5"]]


@pytest.mark.parametrize("header", ["\t2019\t2018", "Order\tAmount\tPaid"])
def test_a_title_or_a_header_of_years_alone_begins_another_table(header):
    title = "Returns\n" if "Order" in header else ""
    text = f"{header}\nA1\t1\t2\nA2\t3\t4\n{title}{header}\nA3\t5\t6"
    block = Block(kind="table", start=0, end=len(text), header_end=len(header))
    page = PageContent(number=1, label="", text=text, blocks=(block,))

    found = recognise([page])

    assert len(found) == 2


def test_in_a_pdf_the_place_tells_the_column_of_a_cell(tmp_path):
    columns = (72, 300, 380, 460)
    page = [
        *row("2019", "2018", y=88, columns=(320, 480)),
        *row("Net sales", "Share", "Net sales", y=100, columns=(300, 380, 460)),
        *row("North", "533,340", "38.6%", "479,987", y=112, columns=columns),
        *row("South", "315,535", "22.8%", "277,898", y=124, columns=columns),
        *row("Total", "848,875", "757,885", y=136, columns=(72, 300, 460)),
    ]

    pages, (table,) = pdf_tables(tmp_path, page)

    assert texts(pages, table)[-1] == ["Total", "848,875", None, "757,885"]


def test_in_a_pdf_one_text_over_all_columns_is_in_the_path_of_each(tmp_path):
    columns = (72, 300, 380, 460)
    page = [
        Text(text="Years ended December 31,", x=330, y=88),
        *row("2019", "2018", "2017", y=100, columns=columns[1:]),
        *row("Granted", "132", "110", "98", y=112, columns=columns),
        *row("Vested", "(43)", "(77)", "(12)", y=124, columns=columns),
    ]

    _, (table,) = pdf_tables(tmp_path, page)

    assert [column.path for column in table.columns[1:]] == [
        ("Years ended December 31,", year) for year in ("2019", "2018", "2017")
    ]


def test_labels_inside_a_pdf_table_do_not_end_it(tmp_path):
    columns = (72, 300, 400)
    page = [
        *lines("Changes in the plan", y=70),
        *row("2019", "2018", y=100, columns=columns[1:]),
        *lines("(Dollars in millions)", "Change in benefit obligation", y=112),
        *row("Service cost", "56", "66", y=136, columns=columns),
        *row("Interest cost", "436", "392", y=148, columns=columns),
    ]

    pages, (table,) = pdf_tables(tmp_path, page)

    assert table.unit == "Dollars in millions" or table.columns[1].unit == "Dollars in millions"
    assert [column.path for column in table.columns] == [(), ("2019",), ("2018",)]
    assert texts(pages, table)[-1] == ["Interest cost", "436", "392"]


def test_a_pdf_table_goes_on_on_the_next_page(tmp_path):
    columns = (72, 300, 400)

    def page(first, top):
        body = [
            row(
                f"Item {first + n}",
                f"{first + n}1",
                f"{first + n}2",
                y=top + 12 * n,
                columns=columns,
            )
            for n in range(20)
        ]
        return [text for line in body for text in line]

    _, (table,) = pdf_tables(
        tmp_path,
        [*row("Item", "2019", "2018", y=100, columns=columns), *page(0, 112)],
        page(20, 100),
    )

    assert [segment[0] for segment in table.segments] == [1, 2]
    assert table.row_count == 40
