"""Turn written numerals into decimals: thousands marks, decimal commas, number words."""

import re
from decimal import Decimal

# fmt: off
_UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on
_WORDS = {word: value for value, word in enumerate(_UNITS)}
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}

NUMBER_WORD = rf"(?:{'|'.join(_TENS)})-(?:{'|'.join(_UNITS[1:10])})|{'|'.join([*_UNITS, *_TENS])}"

_EUROPEAN = re.compile(r"\d\.\d{3},\d|\d\.\d{3}\.\d{3}|(?<![\d,])\d+,\d{1,2}(?![\d,])")
_ENGLISH = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])|\d\.\d{1,2}(?![\d.])")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}")
_GROUPED_BY_POINTS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_SPACES_AND_APOSTROPHES = re.compile(r"[^\d.,]")


def has_decimal_commas(text: str) -> bool:
    """Whether the text writes 1.234,5 for what English writes 1,234.5."""
    return _EUROPEAN.search(text) is not None and _ENGLISH.search(text) is None


def decimal_of(digits: str, *, decimal_commas: bool) -> Decimal:
    """The value of digits with any marks between them.

    ``1,234.5``, ``1.234,5``, ``12,34,567``, ``1'234`` and ``12,5`` are read whatever
    ``decimal_commas`` says; it decides between the readings of ``1.234`` and ``1,234``.
    """
    plain = _SPACES_AND_APOSTROPHES.sub("", digits)
    point = _decimal_mark(plain, decimal_commas=decimal_commas)
    if not point:
        return Decimal(plain.replace(",", "").replace(".", ""))
    whole, _, fraction = plain.rpartition(point)
    return Decimal(f"{whole.replace(',', '').replace('.', '') or '0'}.{fraction}")


def word_value(word: str) -> Decimal:
    """The value of a number word up to ninety-nine."""
    return Decimal(sum(_WORDS[part] for part in word.lower().split("-")))


def _decimal_mark(plain: str, *, decimal_commas: bool) -> str:
    """Which mark stands before the fraction; empty where there is no fraction."""
    commas, points = plain.count(","), plain.count(".")
    if commas and points:
        last = max(",", ".", key=plain.rfind)
        return last if plain.count(last) == 1 else ""
    if points == 1:
        return "" if decimal_commas and _GROUPED_BY_POINTS.fullmatch(plain) else "."
    if commas == 1:
        return "," if decimal_commas or not _GROUPED.fullmatch(plain) else ""
    return ""
