"""What a cell of a table says: its number, its unit, the period or the date that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_CURRENCY = (
    r"(?:US|AU|NZ|HK|[ACS])?\s?\$|[\u20ac\u00a3\u00a5\u20b9]|R\$|RMB|HKD|USD|EUR|GBP|CHF|JPY|CNY|SEK"
    r"|NOK|DKK|AUD|CAD|INR"
)
_SCALES = r"thousands?|millions?|billions?|trillions?|m|mn|bn|k"
_MEASURES = (
    r"%|\u2030|bps|pts|x|mg/dL|g/dL|mmol/L|mg/kg|mg|\u00b5g|mcg|g|kg|t|mL|ml|L|mm|cm|km|m2|m\u00b2"
    r"|h|hours?|min|minutes?|days?|weeks?|months?|years?|mmHg|kWh|MWh|GWh|IU|U/L|\u00b0C|\u00b0F"
)
_NUMBER = r"\d(?:[\d.,'\u2019\u00a0\u202f ]*\d)?(?:[eE][+-]?\d{1,3})?"
# How what a spreadsheet program runs begins.
_FORMULA = ("=", "+", "-", "@")
_NIL = re.compile(r"[-\u2010-\u2015\u2212_]+")
# A note's mark after a number: 1,234(1), 12*, 3.4 (a).
_NOTE = re.compile(r"(?<=[\d%)])(?:\s?\((?:\d{1,2}|[a-z])\)|\s?[*\u2020\u2021\u00a7]+)+$")
_FIGURE = re.compile(
    rf"(?P<sign>[-+\u2212\u2013]?)\s?(?P<currency>{_CURRENCY})?\s?(?P<open>\(?)\s?"
    rf"(?P<inner>[-\u2212\u2013]?)\s?(?P<second>{_CURRENCY})?\s?(?P<number>{_NUMBER})\s?"
    rf"(?P<percent>%?)\s?(?P<close>\)?)\s?(?P<unit>{_MEASURES}|{_SCALES}|{_CURRENCY})?"
)
_SPACED = re.compile(r"\b(?:\d )+\d\b")
_GROUPED = re.compile(r"\d{1,3}(?:[,'\u2019\u00a0\u202f ]\d{3})+(?:\.\d+)?")
_CONTINENTAL = re.compile(r"\d{1,3}(?:[.\u00a0\u202f ]\d{3})*,\d+|\d{1,3}(?:\.\d{3}){2,}")
_PLAIN = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
# Longer texts are no figures, however they begin.
_LONGEST = 40

_YEAR = r"(?:19|20)\d\d"
_YEARS = re.compile(rf"(?:FY\s?|CY\s?|F|FY\s?')?{_YEAR}(?:\s?[/\u2013-]\s?(?:{_YEAR}|\d\d))?")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_TIME = (
    rf"(?:(?:FY|CY)\s?'?\d\d(?:\d\d)?|F\d\d|{_YEAR}|[QH][1-4]|(?:fiscal|calendar|financial)(?:\syears?)?"
    rf"|(?:first|second|third|fourth)\s(?:quarter|half)|quarters?(?:\send(?:ed|ing))?"
    rf"|(?:three|six|nine|twelve|\d\d?)\smonths(?:\send(?:ed|ing))?|\d\d\sweeks"
    rf"|years?(?:\s|-)?end(?:ed|ing)?|years?|{_MONTH}\.?(?:\s\d{{1,2}}(?:st|nd|rd|th)?)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}|(?:as\s(?:of|at)|for\sthe|at|ended))"
)
_PERIOD = re.compile(
    rf"(?<![^\W_]){_TIME}(?:(?:[\s,/.:\u2013-]|\sand\s|\sto\s|\sthe\s){{1,3}}{_TIME}|[-/]\d\d)*(?![^\W_])",
    re.IGNORECASE,
)
# A run of such words names a time only with one of these.
_TELLING = re.compile(
    rf"{_YEAR}|\d|[QH][1-4]|ended|ending|year-end|quarter|half|months|fiscal", re.IGNORECASE
)
_YEAR_WORD = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_UNIT = re.compile(
    rf"\(?\b(?:(?:all\s)?(?:amounts?|figures|dollars|numbers|values|expressed|stated)\s)?"
    rf"(?:are\s)?(?:(?:expressed\s)?in\s)(?:{_CURRENCY}|U\.S\. dollars|dollars)?\s?"
    r"(?:[\u2018\u2019']000s?|thousands?|millions?|billions?|percent|per cent|%|years|days|months"
    r"|hours|units|kg|tonnes)"
    r"(?: of (?:U\.S\. )?(?:dollars|euros?|pounds))?(?:,? except[^);:]{0,60})?\)?"
    rf"|\(?(?:{_CURRENCY})\s?(?:in\s)?[\u2018\u2019']?(?:000s?|{_SCALES})(?![\w])"
    r"(?:,? except[^);:]{0,60})?\)?"
    rf"|\((?:{_CURRENCY}|{_MEASURES}|in [a-z ]{{2,20}}|[\u2018\u2019']000s?"
    r"|[a-z]{1,4}/[a-z]{1,4})\)",
    re.IGNORECASE,
)
_ONLY_UNIT = re.compile(
    rf"(?:(?:{_CURRENCY})?\s?[\u2018\u2019']?(?:000s?|{_SCALES})|{_CURRENCY}|{_MEASURES}|number"
    r"|no\.? of \w+|percent|cents|shares|units|tonnes(?: of \w+)?)",
    re.IGNORECASE,
)
_LONGEST_UNIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The number of a cell. ``nil`` is a dash: nothing, counted as 0. ``unit`` may be empty."""

    number: Decimal
    unit: str = ""
    nil: bool = False


@lru_cache(maxsize=4096)
def figure_of(text: str) -> Figure | None:
    """The number that a cell holds alone, or None for words, ranges and empty cells.

    "(1,234)" and "\u2212 1 234" are negative, "1.234,5" is continental, "12.4%" has the unit "%",
    and what follows as a note's mark ("5,368(1)", "12*") is left out.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST or text[-1] in ",;:":
        return None
    bare = text.strip("$\u20ac\u00a3\u00a5 ()%")
    if _NIL.fullmatch(bare):
        return Figure(number=Decimal(0), unit=_unit_beside(text), nil=True)
    match = _FIGURE.fullmatch(_NOTE.sub("", text)) or _FIGURE.fullmatch(text)
    if match is None or (number := _decimal(match["number"])) is None:
        return None
    negative = match["sign"] in _MINUS or match["inner"] in _MINUS or bool(match["open"])
    unit = match["percent"] or match["unit"] or match["currency"] or match["second"] or ""
    return Figure(number=-number if negative else number, unit=unit.strip())


_MINUS = ("-", "\u2212", "\u2013")


def _unit_beside(nil: str) -> str:
    return next((mark for mark in "$\u20ac\u00a3\u00a5%" if mark in nil), "")


def _decimal(text: str) -> Decimal | None:
    """The number behind its digits and marks; None where they are no number ("1.2.3")."""
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[,'\u2019\u00a0\u202f ]", "", text)
    elif _CONTINENTAL.fullmatch(text):
        text = re.sub(r"[.\u00a0\u202f ]", "", text).replace(",", ".")
    elif not _PLAIN.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def is_year(text: str) -> bool:
    """Whether a cell holds a year or a span of years and nothing else."""
    joined = _SPACED.sub(lambda match: match.group().replace(" ", ""), text.strip())
    return _YEARS.fullmatch(joined.strip("()*:,. ")) is not None


def period_of(text: str) -> str:
    """The time that a header names ("Q4 2019", "Years ended May 31"), or "" for none."""
    words = " ".join(text.split())
    joined = _SPACED.sub(lambda match: match.group().replace(" ", ""), words)
    runs = [match.group() for match in _PERIOD.finditer(joined)]
    return max((run for run in runs if _TELLING.search(run)), key=len, default="")


def years_in(text: str) -> tuple[str, ...]:
    """The years that ``text`` names, in its order, "FY19" and "F19" as 2019."""
    joined = _SPACED.sub(lambda match: match.group().replace(" ", ""), text)
    found = [(m.start(), m.group()) for m in _YEAR_WORD.finditer(joined)]
    found += [
        (m.start(), f"20{m.group(1)}") for m in re.finditer(r"\bF(?:Y\s?)?'?(\d\d)\b", joined)
    ]
    return tuple(dict.fromkeys(year for _, year in sorted(found)))


def unit_of(text: str, *, whole: bool = False) -> str:
    """The unit that a caption or header names ("(in thousands)", "$ million", "%"), else "".

    ``whole`` says that the text must be a unit and nothing else: a cell below a header.
    """
    words = " ".join(text.split())
    match = _UNIT.search(words)
    if match and (not whole or len(match.group()) >= len(words.strip("()")) - 4):
        return match.group().strip("() ,")[:_LONGEST_UNIT]
    if _ONLY_UNIT.fullmatch(words.strip("() :,")):
        return words.strip("() :,")[:_LONGEST_UNIT]
    return ""


_DATES = re.compile(
    rf"(?P<y1>{_YEAR})-(?P<m1>\d\d)(?:-\d\d)?(?:[T ]\d\d:\d\d(?::\d\d)?)?"
    rf"|(?P<a>\d{{1,2}})[./](?P<b>\d{{1,2}})[./](?P<y2>{_YEAR})"
    rf"|(?:\d{{1,2}}\.?[\s-])?(?P<name1>{_MONTH})\.?[\s-](?P<y3>{_YEAR})"
    rf"|(?P<name2>{_MONTH})\.?\s\d{{1,2}},?\s(?P<y4>{_YEAR})",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def month_of(text: str) -> tuple[int, int | None] | None:
    """The year and the month of a cell that holds a date and nothing else, or None.

    The month is None where day and month cannot be told apart ("03/04/2023").
    """
    match = _DATES.fullmatch(text.strip())
    if match is None:
        return None
    if match["y1"]:
        return int(match["y1"]), int(match["m1"])
    if match["y2"]:
        return int(match["y2"]), _month_among(int(match["a"]), int(match["b"]))
    name = (match["name1"] or match["name2"]).casefold()[:3]
    return int(match["y3"] or match["y4"]), _MONTHS.index(name) + 1


def _month_among(first: int, second: int) -> int | None:
    if first == second:
        return first
    months = [number for number in (first, second) if number <= 12]
    return months[0] if len(months) == 1 else None


def harmless(text: str) -> str:
    """``text`` for a CSV file: what a spreadsheet program would run gets an apostrophe in front."""
    runs = text.lstrip("' \n").startswith(_FORMULA) and figure_of(text) is None
    return f"'{text}" if runs else text


def without_apostrophe(cell: str) -> str:
    """What ``harmless`` made ``cell`` of."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell
