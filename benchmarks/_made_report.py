"""One made annual report: its figures, its pages, and the PDF of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cached_property

from _made_pdf import Sheet, pdf_of
from _made_wording import BUSINESS, CONTROLS, MARKET, NOTES, RESULTS, RISKS

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
REGIONS = (("Americas", "Europe", "Asia Pacific"), ("Consumer", "Commercial", "Public Sector"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company: ``sales`` is what it calls them, ``last_month`` that of its fiscal year."""

    name: str
    short: str
    ticker: str
    last_month: int
    sales: str
    trade: str

    def ends(self, year: int) -> str:
        """The last day of fiscal ``year``; years that end in January are named by the year before.

        Retailers do so, and it is why a year in a question may mean either of two filings.
        """
        calendar = year + 1 if self.last_month == 1 else year
        return f"{MONTHS[self.last_month - 1]} {DAYS[self.last_month - 1]}, {calendar}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a report that answers a question: its text as it stands, and the answer."""

    text: str
    answer: str


@dataclass(slots=True, kw_only=True)
class Filing:
    """The report of one company on one fiscal year; ``lines`` by what is asked for."""

    company: Company
    year: int
    lines: dict[str, Line]
    sheets: list[Sheet] = field(default_factory=list)

    def pages_of(self, line: Line) -> list[int]:
        """The physical pages, from 1, that hold the line."""
        return [n for n, sheet in enumerate(self.sheets, 1) if line.text in sheet.text]

    def pdf(self) -> bytes:
        """The file."""
        return pdf_of(self.sheets)


class Figures:
    """A company's figures by year, in millions; the same whenever they are asked for."""

    def __init__(self, company: Company, year: int) -> None:
        """``company`` grows from year to year; all else follows its sales."""
        self._company = company
        self.year = year

    def of(self, name: str, year: int, share: tuple[float, float]) -> int:
        """The figure ``name`` of a year: a share of sales between the two given."""
        drawn = random.Random(f"{self._company.name} {name} {year}")
        return max(1, round(self._sales(year) * drawn.uniform(*share)))

    def _sales(self, year: int) -> float:
        drawn = random.Random(self._company.name)
        sales = drawn.uniform(1_500, 40_000)
        for _ in range(2010, year):
            sales *= drawn.uniform(0.95, 1.13)
        return sales

    @cached_property
    def sales(self) -> tuple[int, ...]:
        """Sales of this year and the two before it."""
        return tuple(round(self._sales(self.year - back)) for back in range(3))

    def row(self, name: str, share: tuple[float, float], years: int = 3) -> tuple[int, ...]:
        """A figure of this year and those before it."""
        return tuple(self.of(name, self.year - back, share) for back in range(years))


def filing_of(company: Company, year: int) -> Filing:
    """The report of ``company`` on fiscal ``year``."""
    filing = Filing(company=company, year=year, lines={})
    report = _Report(filing)
    report.cover()
    report.business()
    report.risks()
    report.results()
    report.statements()
    report.notes()
    filing.sheets = report.sheets
    return filing


class _Report:
    """The report being written, from the cover to the last note."""

    def __init__(self, filing: Filing) -> None:
        self.filing = filing
        self.company, self.year = filing.company, filing.year
        self.figures = Figures(filing.company, filing.year)
        self.sheets: list[Sheet] = []
        self._draw = random.Random(f"{filing.company.name} report")
        self._labels = self._draw.randrange(3)
        self._regions = REGIONS[self._draw.randrange(2)]
        self._footer = (
            f"{self.company.short} {self.year} Form 10-K" if self._draw.random() < 0.5 else ""
        )

    def cover(self) -> None:
        sheet = self._sheet()
        sheet.heading("UNITED STATES SECURITIES AND EXCHANGE COMMISSION")
        sheet.paragraph("Washington, D.C. 20549")
        sheet.heading("FORM 10-K")
        sheet.paragraph("ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES ACT")
        sheet.paragraph(f"For the fiscal year ended {self.company.ends(self.year)}")
        sheet.heading(self.company.name.upper() if self._labels == 1 else self.company.name)
        sheet.paragraph("(Exact name of registrant as specified in its charter)")
        sheet.table(
            [
                ("Title of each class", "Trading symbol", "Exchange"),
                ("Common stock", self.company.ticker, "New York Stock Exchange"),
            ]
        )
        sheet.paragraph(
            "Indicate by check mark whether the registrant is a well-known seasoned issuer, as "
            "defined in Rule 405 of the Securities Act. Yes. Indicate by check mark whether the "
            "registrant has filed all reports required during the preceding 12 months. Yes."
        )

    def business(self) -> None:
        people = 120 * round(self.figures.of("people", self.year, (0.02, 0.05)))
        line = self._line(
            "employees",
            f"As of {self.company.ends(self.year)}, we had approximately {people:,} employees",
            f"{people:,}",
        )
        sheet = self._sheet()
        sheet.heading("Item 1. Business")
        for text in BUSINESS:
            sheet.paragraph(text.format(trade=self.company.trade, short=self.company.short))
        sheet.heading("Human Capital")
        sheet.paragraph(f"{line.text} worldwide, of whom most work full time.")

    def risks(self) -> None:
        order = random.Random(f"{self.company.name} {self.year} risks")
        texts = order.sample(RISKS, len(RISKS) - 3)
        for first in range(0, len(texts), 5):
            sheet = self._sheet()
            if not first:
                sheet.heading("Item 1A. Risk Factors")
            for title, text in texts[first : first + 5]:
                sheet.heading(title, small=True)
                sheet.paragraph(text.format(trade=self.company.trade))

    def results(self) -> None:
        sheet = self._sheet()
        sheet.heading("Item 7. Management's Discussion and Analysis")
        change = 100 * (self.figures.sales[0] / self.figures.sales[1] - 1)
        rate = 15 + self.figures.of("rate", self.year, (0.001, 0.9)) % 130 / 10
        words = {
            "sales": self.company.sales,
            "sales_lower": self.company.sales.lower(),
            "change": f"{abs(change):.1f}%",
            "moved": "increased" if change > 0 else "decreased",
            "year": str(self.year),
            "before": str(self.year - 1),
            "trade": self.company.trade,
        }
        for title, text in RESULTS:
            sheet.heading(title, small=True)
            sheet.paragraph(text.format(**words))
        line = self._line(
            "tax_rate",
            f"Our effective tax rate was {rate:.1f}% in fiscal {self.year}",
            f"{rate:.1f}%",
        )
        sheet.paragraph(f"{line.text} as the mix of earnings among jurisdictions changed.")
        sheet = self._sheet()
        sheet.heading("Item 7A. Quantitative and Qualitative Disclosures About Market Risk")
        for text in MARKET:
            sheet.paragraph(text)
        sheet.heading("Item 9A. Controls and Procedures")
        for text in CONTROLS:
            sheet.paragraph(text.format(end=self.company.ends(self.year)))

    def statements(self) -> None:
        self._income()
        self._balance()
        self._cash()

    def _income(self) -> None:
        of, sales = self.figures.row, self.figures.sales
        cost = of("cost", (0.48, 0.62))
        gross = tuple(s - c for s, c in zip(sales, cost, strict=True))
        shares = self.figures.of("shares", 2015, (0.02, 0.2)) + 50
        net = of("net", (0.05, 0.14))
        earnings = tuple(f"{amount / shares:.2f}" for amount in net)
        rows = [
            ("sales", self.company.sales, sales),
            (
                "cost",
                ("Cost of sales", "Cost of goods sold", "Cost of products")[self._labels],
                cost,
            ),
            ("gross", ("Gross profit", "Gross margin", "Gross profit")[self._labels], gross),
            ("", "Selling, general and administrative", of("selling", (0.14, 0.22))),
            (
                "research",
                (
                    "Research and development",
                    "Product development",
                    "Research, development and related",
                )[self._labels],
                of("research", (0.02, 0.08)),
            ),
            ("", "Operating income", of("income", (0.08, 0.2))),
            ("", "Interest expense, net", of("interest", (0.005, 0.02))),
            ("", "Provision for income taxes", of("tax", (0.01, 0.04))),
            ("", "Net income", net),
        ]
        sheet = self._statement("Consolidated Statements of Income", 3)
        for subject, label, amounts in rows:
            self._row(sheet, subject, label, [f"{amount:,}" for amount in amounts])
        self._row(
            sheet, "", "Earnings per share - basic", [f"{float(e) + 0.03:.2f}" for e in earnings]
        )
        self._row(sheet, "diluted", "Earnings per share - diluted", list(earnings))
        sheet.note()

    def _balance(self) -> None:
        def of(name: str, share: tuple[float, float]) -> list[str]:
            return [f"{amount:,}" for amount in self.figures.row(name, share, 2)]

        sheet = self._statement("Consolidated Balance Sheets", 2)
        plant = (
            "Property, plant and equipment, net",
            "Property and equipment, net",
            "Net property, plant and equipment",
        )[self._labels]
        for subject, label, share in (
            ("", "Cash and cash equivalents", (0.05, 0.2)),
            ("receivables", ("Accounts receivable, net", "Receivables, net",
                             "Trade accounts receivable")[self._labels], (0.08, 0.16)),
            ("inventories", ("Inventories", "Merchandise inventories",
                             "Inventories, net")[self._labels], (0.05, 0.15)),
            ("", "Total current assets", (0.3, 0.5)),
            ("plant", plant, (0.15, 0.5)),
            ("", "Goodwill", (0.1, 0.4)),
            ("", "Total assets", (0.9, 1.6)),
            ("", "Accounts payable", (0.05, 0.12)),
            ("", "Total current liabilities", (0.2, 0.35)),
            ("debt", ("Long-term debt", "Long-term borrowings, less current portion",
                      "Long-term debt, net")[self._labels], (0.1, 0.5)),
            ("", "Retained earnings", (0.2, 0.8)),
            ("", "Total liabilities and shareholders' equity", (0.9, 1.6)),
        ):  # fmt: skip
            self._row(sheet, subject, label, of(label, share))
        sheet.note()

    def _cash(self) -> None:
        sheet = self._statement("Consolidated Statements of Cash Flows", 3)
        for subject, label, share in (
            ("", "Net income", (0.05, 0.14)),
            ("", "Depreciation and amortization", (0.03, 0.08)),
            ("", "Stock-based compensation", (0.005, 0.02)),
            ("operating", ("Net cash provided by operating activities",
                           "Total cash provided by operating activities",
                           "Cash flows from operating activities")[self._labels], (0.1, 0.2)),
            ("capital", ("Purchases of property, plant and equipment", "Additions to property and "
                         "equipment", "Capital expenditures")[self._labels], (0.02, 0.09)),
            ("", "Acquisitions, net of cash acquired", (0.001, 0.1)),
            ("", "Net cash used in investing activities", (0.05, 0.15)),
            ("dividends", ("Dividends paid to shareholders", "Cash dividends paid",
                           "Payments of dividends")[self._labels], (0.01, 0.05)),
            ("repurchases", ("Purchases of treasury stock", "Repurchase of common stock",
                             "Share repurchases")[self._labels], (0.01, 0.06)),
            ("", "Net cash used in financing activities", (0.03, 0.1)),
        ):  # fmt: skip
            amounts = self.figures.row(label, share)
            outflow = label.startswith(("Purch", "Add", "Cap", "Div", "Cash div", "Pay", "Share"))
            cells = [f"({amount:,})" if outflow else f"{amount:,}" for amount in amounts]
            self._row(sheet, subject, label, cells)
        sheet.note()

    def notes(self) -> None:
        sheet = self._sheet()
        sheet.heading("Notes to Consolidated Financial Statements")
        charge = self.figures.of("charge", self.year, (0.001, 0.02))
        line = self._line(
            "charge",
            f"In fiscal {self.year}, we recognized a non-cash charge of ${charge} million",
            f"${charge} million",
        )
        for number, (title, text) in enumerate(NOTES, 1):
            if number % 4 == 1 and number > 1:
                sheet = self._sheet()
            sheet.heading(f"Note {number} - {title}", small=True)
            sheet.paragraph(text)
            if title.startswith("Goodwill"):
                sheet.paragraph(f"{line.text} to reduce the carrying amount of intangible assets.")
            if title.startswith("Segment"):
                self._segments(sheet)

    def _segments(self, sheet: Sheet) -> None:
        sheet.table([("(in millions)", str(self.year), str(self.year - 1))], bold=True)
        amounts = {name: self.figures.row(name, (0.2, 0.5), 2) for name in self._regions}
        largest = max(amounts, key=lambda name: amounts[name][0])
        for name, row in amounts.items():
            cells = [f"{amount:,}" for amount in row]
            self._row(sheet, "segment" if name == largest else "", name, cells, answer=name)

    def _sheet(self) -> Sheet:
        self.sheets.append(Sheet(footer=self._footer, number=len(self.sheets) + 1))
        return self.sheets[-1]

    def _statement(self, title: str, years: int) -> Sheet:
        sheet = self._sheet()
        sheet.heading(self.company.name)
        sheet.heading(title)
        columns = [str(self.year - back) for back in range(years)]
        ends = self.company.ends(self.year).rsplit(",", 1)[0]
        sheet.paragraph("(in millions, except per share amounts)")
        sheet.table([(f"Years ended {ends}", *columns)], bold=True)
        return sheet

    def _row(
        self, sheet: Sheet, subject: str, label: str, cells: list[str], answer: str = ""
    ) -> None:
        sheet.table([(label, *cells)])
        if subject:
            self._line(subject, " ".join((label, *cells)), answer or cells[0])

    def _line(self, subject: str, text: str, answer: str) -> Line:
        self.filing.lines[subject] = Line(text=text, answer=answer)
        return self.filing.lines[subject]
