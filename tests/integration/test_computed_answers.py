"""Answers computed from cells: all rows count, every cell is cited, and quoting comes first."""

import csv
import io
from decimal import Decimal

import pytest

from factories import make_read_document
from html_pages import faults_of, find, text_of
from lectern.answering.ask import answer_of, answer_question
from lectern.backends.engines import question_embedder
from lectern.documents.removal import remove_document
from lectern.documents.titles import rename_document
from tenant_seeds import api_client, make_key
from web_addresses import browser_of

COUNTRIES = ("Germany", "Norway", "Italy")
STATUSES = ("open", "overdue", "paid")
HEADER = ["Order", "Date", "Country", "Supplier", "Status", "Amount"]


def order(n):
    """Order 7 has no amount."""
    return [
        f"A-{n:04}",
        f"{2022 + n % 2}-{n % 12 + 1:02}-05",
        COUNTRIES[n % 3],
        f"{('Acme', 'Borealis', 'Cobalt', 'Dorsal', 'Ember')[n % 5]} Ltd",
        STATUSES[n // 2 % 3],
        "" if n == 7 else f"{n * 10}.50",
    ]


ROWS = [dict(zip(HEADER, order(n), strict=True)) for n in range(90)]
STATEMENT = b"""<h1>Accounts</h1><p>Our expenses (in thousands):</p>
<table><tr><th></th><th>2019</th><th>2018</th><th>2017</th></tr>
<tr><td>Research and development</td><td>1,200</td><td>1,000</td><td>(50)</td></tr>
<tr><td>Travel</td><td>300</td><td>120</td><td>90</td></tr>
<tr><td>Total expenses</td><td>1,500</td><td>1,120</td><td>40</td></tr></table>"""


def amounts(*, country="", status="", year=""):
    return [
        Decimal(row["Amount"])
        for row in ROWS
        if row["Amount"]
        and row["Country"].startswith(country)
        and row["Status"].startswith(status)
        and row["Date"].startswith(year)
    ]


def sheet():
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([HEADER, *([row[name] for name in HEADER] for row in ROWS)])
    return text.getvalue().encode()


@pytest.fixture
def ask(tenant, collection, settings):
    make_read_document(
        tenant, collection, "orders.csv", sheet(), embedder=question_embedder(settings.STATE)
    )
    make_read_document(
        tenant, collection, "accounts.html", STATEMENT, embedder=question_embedder(settings.STATE)
    )
    return lambda question: answer_of(answer_question(tenant, collection, question))


@pytest.mark.parametrize(
    ("question", "result"),
    [
        (
            "How many orders are from Germany in 2023?",
            sum(r["Country"] == "Germany" and r["Date"].startswith("2023") for r in ROWS),
        ),
        ("What is the total amount of orders from Norway?", sum(amounts(country="Norway"))),
        (
            "What is the average amount of overdue orders?",
            sum(amounts(status="overdue")) / len(amounts(status="overdue")),
        ),
        ("What is the highest amount?", max(amounts())),
        ("How many different suppliers are there?", 5),
        ("How many orders have an amount over 800?", sum(a > 800 for a in amounts())),
    ],
)
def test_a_question_over_a_sheet_is_computed_from_all_of_its_rows(ask, question, result):
    answer = ask(question)

    assert answer.engine == "computation"
    assert abs(Decimal(answer.computation["result"]) - result) < Decimal("0.0001")


def test_a_list_gives_each_value_once(ask):
    answer = ask("List the suppliers with status overdue in Italy")

    expected = {
        row["Supplier"] for row in ROWS if (row["Status"], row["Country"]) == ("overdue", "Italy")
    }
    assert set(answer.computation["values"]) == expected


def test_rows_without_a_number_are_said(ask):
    answer = ask("What is the total amount of orders from Norway?")

    assert answer.computation["missing"] == 1
    assert "have no number there" in answer.text


def test_what_is_summed_can_be_told_by_group(ask):
    answer = ask("What is the total amount by country?")

    expected = {name: sum(amounts(country=name)) for name in COUNTRIES}
    groups = {name: Decimal(value) for name, value in answer.computation["groups"].items()}
    assert groups == expected


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("What is the change in travel between 2018 and 2019?", "180"),
        ("What is the percentage change in travel from 2018 to 2019?", "150"),
        ("What is the average research and development from 2017 to 2019?", "716.67"),
        ("What is the sum of research and development in 2017 and 2018?", "950"),
    ],
)
def test_a_statement_is_computed_from_the_cells_of_its_years(ask, question, result):
    assert ask(question).computation["result"] == result


def test_each_cell_is_cited_word_for_word(ask):
    answer = ask("What is the change in travel between 2018 and 2019?")

    assert [citation.quote for citation in answer.citations.all()] == ["300", "120"]
    assert answer.text.endswith("180 (in thousands) = 300 \u2212 120.")


@pytest.mark.parametrize(
    "question",
    [
        "What were the total expenses in 2019?",
        "How many employees are from Germany?",
        "What is the average weight of orders from Norway?",
        "Who is responsible for travel?",
    ],
)
def test_what_the_cells_do_not_tell_for_sure_is_not_computed(ask, question):
    assert ask(question).engine == "quotation"


LEDGER = b"""Order,Date,Country,Customer,Status,Amount
B-1,2024-01-05,Germany,Acme,paid,$100
B-2,2024-05-05,Norway,Borealis,paid,\xe2\x82\xac200
B-3,2024-05-06,Germany,Acme,not paid,$300
B-4,2024-06-05,Italy,Cobalt,open,$50
Order,Date,Country,Customer,Status,Amount
,Total,,,,650
"""


@pytest.fixture
def ledger(tenant, collection, settings):
    make_read_document(
        tenant, collection, "ledger.csv", LEDGER, embedder=question_embedder(settings.STATE)
    )
    return lambda question: answer_of(answer_question(tenant, collection, question))


@pytest.mark.parametrize(
    "question",
    [
        "How many orders are not from Germany?",
        "How many orders are from countries other than Germany?",
        "How many orders are not open?",
        "How many orders are there before 2024?",
        "How many orders have an amount over 80%?",
        "How many orders are there in IT?",
        "What is the total amount?",
        "What is the highest amount?",
    ],
)
def test_words_that_turn_a_question_round_keep_it_from_being_computed(ledger, question):
    answer = ledger(question)

    assert not answer.computation


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("How many customers are there?", 3),
        ("How many orders are paid?", 2),
        ("How many orders are there?", 4),
        ("What is the total number of orders from Germany?", 2),
    ],
)
def test_each_thing_counts_once_and_a_total_not_at_all(ledger, question, result):
    answer = ledger(question)

    assert answer.computation["result"] == str(result)


SALES = b"""Date,Region,Product,Amount
2024-01-05,North,Valve,100.50
2024-02-05,South,Pump,200.00
2024-03-05,North,Pump,300.25
"""


def test_a_word_that_only_the_name_of_the_file_holds_is_explained(tenant, collection, settings):
    embedder = question_embedder(settings.STATE)
    document = make_read_document(
        tenant, collection, "20240131_sales_77.csv", SALES, embedder=embedder
    )
    rename_document(tenant, document, "First quarter")
    question = "What is the total amount of sales in the region North?"

    answer = answer_of(answer_question(tenant, collection, question))

    assert answer.computation["result"] == "400.75"


def test_a_word_of_the_title_picks_no_column_that_it_is_half_the_name_of(
    tenant, collection, settings
):
    sheet = SALES.replace(b"Product,Amount", b"Sales tax,Cost").replace(b"Valve", b"10")
    embedder = question_embedder(settings.STATE)
    make_read_document(
        tenant, collection, "sales.csv", sheet.replace(b"Pump", b"20"), embedder=embedder
    )

    answer = answer_of(answer_question(tenant, collection, "What are the total sales?"))

    assert not answer.computation


@pytest.mark.parametrize("period", ["after 2023", "before 2024"])
def test_years_in_the_title_do_not_explain_a_time_that_only_some_rows_are_of(
    tenant, collection, settings, period
):
    make_read_document(
        tenant,
        collection,
        "sales-2023-2024.csv",
        SALES.replace(b"2024-01", b"2023-01"),
        embedder=question_embedder(settings.STATE),
    )
    question = f"What is the total amount of sales {period}?"

    answer = answer_of(answer_question(tenant, collection, question))

    assert not answer.computation


def test_the_page_and_the_api_say_how_it_was_computed(ask, tenant):
    answer = ask("What is the change in travel between 2018 and 2019?")

    page = browser_of(tenant).get(f"/answers/{answer.pk}").content.decode()
    shown = api_client(make_key(tenant)).get(f"/api/v1/answers/ans_{answer.pk.hex}").json()

    assert faults_of(page) == []
    (how,) = find(page, ".//section[@class='computation']")
    assert "300 \u2212 120" in text_of(how)
    assert len(how.findall(".//tbody/tr")) == 2
    assert shown["computation"]["operation"] == "difference"


def test_nothing_computed_is_left_of_a_document_that_is_deleted(ask, tenant):
    answer = ask("What is the change in travel between 2018 and 2019?")
    document = answer.citations.first().document

    remove_document(tenant, document)

    answer.refresh_from_db()
    assert answer.computation == {}
    assert "300" not in answer.text
