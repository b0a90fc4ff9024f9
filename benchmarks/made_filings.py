"""A made collection of the hardest kind: long annual reports that differ in little but names.

    python benchmarks/made_filings.py DIR [--companies 10] [--years 5]

Writes docs/*.pdf and questions.jsonl below ``DIR``, the same bytes every time. The companies are
invented. As in real filings, the text calls the company "we", most of it stands in all filings,
each figure stands also in the next two filings as a prior-year column, statements name the same
thing differently, fiscal years end in different months, and questions use other words than
statements do. The file names say nothing.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _made_report import Company, Filing, Line, filing_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIRST_YEAR = 2017
# Name, short name, ticker, month in which the year ends, words for sales, trade.
COMPANIES = (
    ("Halvorsen Industrial Technologies, Inc.", "Halvorsen", "HVIT", 12, "Net sales", "pumps"),
    ("Brightwater Retail Group, Inc.", "Brightwater", "BWRG", 1, "Revenue", "household goods"),
    ("Castellan Pharmaceuticals plc", "Castellan", "CSTN", 12, "Product revenues", "medicines"),
    ("Meridian & Lowe Company", "Meridian & Lowe", "MLO", 6, "Net sales", "soaps and razors"),
    ("Nordvik Semiconductor Corporation", "Nordvik", "NDVK", 9, "Net revenue", "processors"),
    ("The Pellar Company", "Pellar", "PLR", 12, "Net operating revenues", "soft drinks"),
    ("Quarry Street Foods Co.", "Quarry Street Foods", "QSF", 5, "Net sales", "cereals"),
    ("TelVista Communications Inc.", "TelVista", "TLVS", 12, "Operating revenues", "networks"),
    ("Umbria Hotels & Resorts, Inc.", "Umbria Hotels", "UMBR", 12, "Revenues", "hotels"),
    ("Corvane Aerospace Holdings Corp.", "Corvane", "CVN", 10, "Sales", "aircraft parts"),
    ("Larkfield Logistics Ltd.", "Larkfield", "LKF", 3, "Revenue", "freight"),
    ("Osterman Software, Inc.", "Osterman", "OSTM", 7, "Total revenue", "subscriptions"),
)
# How people ask for the years: {year}, and the same for two of them.
YEARS = ("FY{year}", "FY{year}", "fiscal {year}", "fiscal year {year}", "{year}")
ASKED: dict[str, tuple[str, ...]] = {
    "capital": (
        "What is the {when} capital expenditure amount (in USD millions) for {who}?",
        "How much did {who} spend on capex in {when}?",
    ),
    "sales": ("What was the total revenue of {who} in {when}?", "What were {who}'s {when} sales?"),
    "cost": ("What was {who}'s {when} COGS?",),
    "plant": (
        "What is the year end {when} net PP&E for {who}? Answer in USD millions.",
        "Assume that you only have access to the balance sheet. What was {who}'s {when} net "
        "property, plant and equipment?",
    ),
    "dividends": ("How much did {who} pay to shareholders in dividends in {when}?",),
    "repurchases": ("How much of its own stock did {who} buy back during {when}?",),
    "debt": ("How much long-term debt did {who} have at the end of {when}?",),
    "tax_rate": ("What was the effective tax rate of {who} in {when}?",),
    "employees": ("How many people worked for {who} at the end of {when}?",),
    "segment": ("Which segment of {who} had the highest sales in {when}?",),
    "diluted": ("What was {who}'s diluted EPS in {when}?",),
    "charge": ("Did {who} record an impairment in {when}, and of what size?",),
    "inventories": ("What amount of inventory did {who} hold at the end of {when}?",),
    "operating": ("What was {who}'s operating cash flow in {when}?",),
}
COMPARED: dict[str, tuple[str, ...]] = {
    "gross": ("Did {who}'s gross margin improve between {before} and {when}?",),
    "research": ("By how much did {who}'s research spending change from {before} to {when}?",),
    "receivables": ("How did receivables of {who} develop between {before} and {when}?",),
}
UNANSWERED = (
    "What is the {when} capital expenditure of Thornbury Analytics, Inc.?",
    "How many satellites did {who} launch in {when}?",
    "What was {who}'s total revenue in FY2031?",
    "What did {who} pay for naming rights to a stadium in {when}?",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A filing with the path it has in the collection."""

    path: str
    filing: Filing


def main() -> None:
    parser = argparse.ArgumentParser(description="Make a collection of annual reports.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--companies", type=int, default=10, help="at most 12")
    parser.add_argument("--years", type=int, default=5)
    chosen = parser.parse_args()
    (chosen.folder / "docs").mkdir(parents=True, exist_ok=True)
    written = list(_written(chosen.companies, chosen.years))
    for one in written:
        (chosen.folder / one.path).write_bytes(one.filing.pdf())
    rows = [json.dumps(row, ensure_ascii=False) for row in _questions(written)]
    (chosen.folder / "questions.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(written)} filings, {len(rows)} questions in {chosen.folder}")


def _written(companies: int, years: int) -> Iterator[Written]:
    number = 0
    for row in COMPANIES[:companies]:
        name, short, ticker, month, sales, trade = row
        company = Company(
            name=name, short=short, ticker=ticker, last_month=month, sales=sales, trade=trade
        )
        for year in range(FIRST_YEAR, FIRST_YEAR + years):
            number += 1
            # Not in order: neighbours in the folder are not neighbours in time.
            path = f"docs/d{(number * 37) % 1009:04d}.pdf"
            yield Written(path=path, filing=filing_of(company, year))


def _questions(written: Sequence[Written]) -> Iterator[dict[str, Any]]:
    choice = random.Random("questions")
    for number, one in enumerate(written):
        subjects = choice.sample(sorted(ASKED), 3)
        for subject in subjects:
            wording = choice.choice(ASKED[subject])
            yield _row(one, f"{number}-{subject}", wording, subject, choice)
        if one.filing.year > FIRST_YEAR and number % 2:
            subject = choice.choice(sorted(COMPARED))
            yield _row(one, f"{number}-{subject}", COMPARED[subject][0], subject, choice)
    for number, wording in enumerate(UNANSWERED * 5):
        asked = choice.choice(written).filing
        text = wording.format(who=asked.company.short, when=f"FY{asked.year}")
        yield _record(f"none-{number}", text, None)


def _row(
    one: Written, identifier: str, wording: str, subject: str, choice: random.Random
) -> dict[str, Any]:
    company, year = one.filing.company, one.filing.year
    style = choice.choice(YEARS)
    who = choice.choice((company.short, company.short, company.name, company.ticker))
    when, before = style.format(year=year), style.format(year=year - 1)
    text = wording.format(who=who.rstrip("."), when=when, before=before)
    line = one.filing.lines[subject]
    return _record(identifier, text, line, one.path, one.filing.pages_of(line))


def _record(
    identifier: str,
    text: str,
    line: Line | None,
    path: str | None = None,
    pages: Sequence[int] = (),
) -> dict[str, Any]:
    return {
        "id": f"made-{identifier}",
        "question": text,
        "answer": line.answer if line else None,
        "doc": path,
        "pages": list(pages),
        "evidence_text": line.text if line else "",
    }


if __name__ == "__main__":
    main()
