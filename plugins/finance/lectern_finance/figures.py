"""Read the figures of a text: numbers with their scale, currency, percent sign and sign.

Numbers in the names of forms (10-K), ordinals (1st), list numbers and citation marks ([2])
are not figures. Years are figures of a kind of their own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from lectern_finance.numerals import NUMBER_WORD, decimal_of, has_decimal_commas, word_value
from lectern_finance.years import YEAR, special_years


class Kind(Enum):
    """What a figure counts. A plain one may be an amount whose unit stands elsewhere."""

    PLAIN = "plain"
    MONEY = "money"
    PERCENT = "percent"
    YEAR = "year"


class Sign(Enum):
    """The sign written at a figure; brackets are a minus in tables and may be none in prose."""

    NONE = "none"
    MINUS = "minus"
    BRACKETS = "brackets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, from ``start`` to ``end`` of its text.

    ``value`` is never negative and holds the scale: 5,000,000 for "$5 million"; a percentage
    is in percent, 0.25 for "25 bps". ``power`` is the scale as a power of ten, None where
    none is written.
    """

    text: str
    start: int
    end: int
    value: Decimal
    kind: Kind = Kind.PLAIN
    sign: Sign = Sign.NONE
    power: int | None = None
    in_words: bool = False

    @property
    def step(self) -> Decimal:
        """What one unit of the last digit shown counts."""
        return Decimal(1).scaleb(int(self.value.as_tuple().exponent))


_POWERS = {"k": 3, "t": 3, "m": 6, "b": 9, "tr": 12, "tn": 12, "l": 5, "c": 7}
_SCALE = r"thousands?|millions?|billions?|trillions?|lakhs?|crores?|mn|bn|tn"
_PERCENT = r"%|percentage\s+points?\b|per\s?cent\b|pct\b"
_BASIS_POINTS = r"basis\s+points?\b|bps\b"
_CODE = r"USD|EUR|GBP|JPY|CNY|RMB|CHF|INR|HKD|AUD|CAD|SEK|NOK|DKK"
_NUMBER = re.compile(
    rf"""
    (?<!\w)(?<!\d\.)(?<![^\W\d]-)
    (?P<open>\()?
    (?P<sign>(?<![%)])[-\u2212\u2013])?
    (?P<currency>(?:US|HK|NT|A|C|S)?\$|[£€¥₹₩]|(?:{_CODE})\s?)?
    (?P<inner>[-\u2212(])?
    (?:
        (?P<digits>\d+(?:[.,'\u2019\u00a0\u2009\u202f]\d+)*|\.\d+)
      | (?P<word>\b(?:{NUMBER_WORD})\b)
    )
    (?P<hundred>\s+hundred\b)?
    (?:
        \s?(?P<percent>{_PERCENT}) | \s?(?P<points>{_BASIS_POINTS})
      | [\s-]?(?P<scale>{_SCALE})\b
      | (?P<letter>(?(currency)\s?(?:mm|[mbk])|[mbk]))\b
    )?
    (?P<close>\)(?P<late>%|\s?(?P<outer>{_SCALE})\b)?)?
    (?P<after>\s?(?:[£€¥₹]|(?:{_CODE}|dollars?|euros?)\b))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT_FIGURES = re.compile(
    r"\b(?:10|20|40|8|6)-?[KQF](?:/A)?\b"
    r"|\b\d+(?:st|nd|rd|th)\b"
    r"|\[\d{1,3}(?:\s?[,\u2013-]\s?\d{1,3})*\]"
    r"|^[ \t]*\d{1,2}[.)](?=\s)",
    re.MULTILINE,
)
_DATE = re.compile(r"(?<![\d.])\d{1,2}(?P<mark>[./])\d{1,2}(?P=mark)(?:\d{4}|\d{2})(?![\d.]*\d)")
_SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d.]*\d)")
_NARROW_SPACE = "\u202f"
_RANGE = re.compile(r"\s?(?:-|\u2013|to|and|or)\s?", re.IGNORECASE)
_HEADER = re.compile(
    rf"\b(?:in|{_CODE})\s+(?:(?:{_CODE}|[$£€¥])\s?)?(?P<word>{_SCALE})\b"
    r"|(?<=[$£€])\s?(?:(?P<short>mn|bn|m|b|k)\b|['\u2019]?(?P<zeros>000)(?:s\b|(?![\d.,])))",
    re.IGNORECASE,
)


def figures(text: str) -> list[Figure]:
    """The figures of a text, in order; ``1 204`` is one figure."""
    return _read(_SPACED.sub(lambda match: match[0].replace(" ", _NARROW_SPACE), text))


def figures_of_source(text: str) -> list[Figure]:
    """The figures of a document's text; ``1 204`` may also be two cells of a row."""
    return figures(text) + (_read(text) if _SPACED.search(text) else [])


def declared_powers(text: str) -> frozenset[int]:
    """The scales a text declares for its bare numbers, as powers of ten.

    "(in millions)", "$m" and "£'000" at the head of a table are such declarations.
    """
    return frozenset(
        3 if match["zeros"] else _power(match["word"] or match["short"])
        for match in _HEADER.finditer(text)
    )


def _read(text: str) -> list[Figure]:
    years = [
        Figure(text=text[start:end], start=start, end=end, value=Decimal(year), kind=Kind.YEAR)
        for start, end, year in special_years(text)
    ]
    text = _NOT_FIGURES.sub(lambda match: " " * len(match[0]), _without(years, text))
    text = _DATE.sub(lambda match: match[0].replace(match["mark"], "\n"), text)
    commas = has_decimal_commas(text)
    read = [_figure(match, decimal_commas=commas) for match in _NUMBER.finditer(text)]
    return sorted([*years, *_with_range_scales(read, text)], key=lambda figure: figure.start)


def _without(found: Iterable[Figure], text: str) -> str:
    """The text with blanks in the place of the figures, so that offsets stay."""
    characters = list(text)
    for figure in found:
        characters[figure.start : figure.end] = " " * (figure.end - figure.start)
    return "".join(characters)


def _figure(match: re.Match[str], *, decimal_commas: bool) -> Figure:
    sign = _sign(match)
    start = match.start() + (1 if match["open"] and sign is not Sign.BRACKETS else 0)
    end = match.end() if sign is Sign.BRACKETS or not match["close"] else match.start("close")
    power = _written_power(match)
    value = (
        word_value(match["word"])
        if match["word"]
        else decimal_of(match["digits"], decimal_commas=decimal_commas)
    )
    return Figure(
        text=match.string[start:end].replace(_NARROW_SPACE, " "),
        start=start,
        end=end,
        value=value.scaleb(power or 0),
        kind=_kind(match),
        sign=sign,
        power=power,
        in_words=match["word"] is not None,
    )


def _sign(match: re.Match[str]) -> Sign:
    if match["sign"] or match["inner"] in ("-", "\u2212"):
        return Sign.MINUS
    enclosed = (match["open"] or match["inner"] == "(") and match["close"]
    return Sign.BRACKETS if enclosed and not (match["scale"] or match["letter"]) else Sign.NONE


def _kind(match: re.Match[str]) -> Kind:
    if match["percent"] or match["points"] or match["late"] == "%":
        return Kind.PERCENT
    if match["currency"] or match["after"]:
        return Kind.MONEY
    bare = match["digits"] or ""
    scaled = _written_power(match) is not None
    return Kind.YEAR if YEAR.fullmatch(bare) and not scaled else Kind.PLAIN


def _written_power(match: re.Match[str]) -> int | None:
    if match["points"]:
        return -2
    scale = match["scale"] or match["letter"] or match["outer"]
    if not scale and not match["hundred"]:
        return None
    return (_power(scale) if scale else 0) + (2 if match["hundred"] else 0)


def _power(scale: str) -> int:
    """The power of ten of a scale word or its abbreviation."""
    word = scale.strip().lower()
    return _POWERS.get(word[:2], 0) or _POWERS[word[0]]


def _with_range_scales(read: Iterable[Figure], text: str) -> list[Figure]:
    """Give the first figure of "10 to 12 million" the scale and kind of the second."""
    scaled: list[Figure] = []
    for figure in reversed(list(read)):
        following = scaled[-1] if scaled else None
        if following is not None and _shares_scale(figure, following, text):
            power = following.power or 0
            kind = following.kind if figure.kind is Kind.PLAIN else figure.kind
            value = figure.value.scaleb(power)
            figure = replace(figure, value=value, power=following.power, kind=kind)  # noqa: PLW2901
        scaled.append(figure)
    return scaled[::-1]


def _shares_scale(figure: Figure, following: Figure, text: str) -> bool:
    if figure.power is not None or figure.kind in (Kind.PERCENT, Kind.YEAR):
        return False
    marked = following.power is not None or following.kind is Kind.PERCENT
    return marked and _RANGE.fullmatch(text, figure.end, following.start) is not None
