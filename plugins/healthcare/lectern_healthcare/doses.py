"""Read the doses of a text: a number with its unit, and what it is per."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lectern_healthcare.units import COUNTED, DIVISOR, DIVISORS, TIMES, UNIT, unit_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One dose, from ``start`` to ``end`` of its text.

    ``amount`` is in the base unit ``unit``: 500 "mg" for "0.5 g". ``number`` is the number as
    written. ``per`` holds what it is measured against ("kg", "mL"), ``times`` the time it is
    for ("day"). 500 mg/5 mL has the amount 100, per "mL".
    """

    text: str
    start: int
    end: int
    number: str
    amount: Decimal
    unit: str
    per: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()


_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_WORD_VALUES = {word: Decimal(value) for value, word in enumerate(_WORDS, start=1)}
_FRACTIONS = {"\u00bd": Decimal("0.5"), "\u00bc": Decimal("0.25"), "\u00be": Decimal("0.75")}
_NUMBER = r"(?:\d+(?:[.,]\d+)*[\u00bd\u00bc\u00be]?|\.\d+|[\u00bd\u00bc\u00be])"
_SCALES = {"thousand": Decimal(1_000), "million": Decimal(1_000_000), None: Decimal(1)}
_DOSE = re.compile(
    rf"""
    (?<![\w.,])
    (?:
        (?P<low>{_NUMBER})\s?(?P<link>-|\u2013|/|\bto\b|\bor\b|\band\b)\s?
    )?
    (?P<number>{_NUMBER}|\b(?:{"|".join(_WORDS)})\b)
    (?:\s(?P<scale>thousand|million)\b)?
    [\s-]{{0,2}}
    (?:{UNIT})
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|both)\s$", re.IGNORECASE)
_PER = re.compile(
    rf"""
    (?:\s?/\s?|\s+per\s+)(?P<count>\d+(?:\.\d+)?)?\s?(?:{DIVISOR})
    (?:\s+(?:of\s+)?body\s?-?weight\b)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PER_TIME = re.compile(
    r"\s+(?:once\s+)?(?:a|an|per|each|every)\s+(?P<noun>hour|day|week|month)\b"
    r"|\s+(?:once\s+)?(?P<adverb>hour|dai|week|month)ly\b",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")


def doses(text: str) -> list[Dose]:
    """The doses of a text, in order. A range gives the dose at each of its ends."""
    found: list[Dose] = []
    for match in _DOSE.finditer(text):
        # The 5 mL of "500 mg/5 mL" belong to the dose before them.
        if not found or match.start() >= found[-1].end:
            found.extend(_doses_of(match))
    return found


def _doses_of(match: re.Match[str]) -> Iterator[Dose]:
    unit, factor = unit_of(match.groupdict())
    end, per, divisor = _divisors(match)
    factor *= _SCALES[match["scale"].lower() if match["scale"] else None]
    written = match.string[match.end("number") : end]
    for group, number, value in _numbers(match, unit):
        yield Dose(
            text=number + written,
            start=match.start(group),
            end=end,
            number=number,
            amount=value * factor / divisor,
            unit=unit,
            per=per - TIMES,
            times=per & TIMES,
        )


def _numbers(match: re.Match[str], unit: str) -> Iterator[tuple[str, str, Decimal]]:
    """The numbers that the unit belongs to: where each starts, as written, and its value."""
    low, number = match["low"], match["number"]
    if _is_fraction(match, unit):
        yield "low", f"{low}/{number}", _value(low) / (_value(number) or 1)
        return
    if _is_range(match):
        yield "low", low, _value(low)
    yield "number", number, _value(number)


def _divisors(match: re.Match[str]) -> tuple[int, frozenset[str], Decimal]:
    """Where the dose ends, what it is per, and the number that this is counted in."""
    end, divisor = match.end(), Decimal(1)
    per: set[str] = set()
    while following := _PER.match(match.string, end):
        per.update(name for name in DIVISORS if following[name])
        divisor *= Decimal(following["count"] or 1) or 1
        end = following.end()
    if timed := _PER_TIME.match(match.string, end):
        noun = (timed["noun"] or timed["adverb"]).lower()
        per.add("day" if noun == "dai" else noun)
        end = timed.end()
    return end, frozenset(per), divisor


def _is_fraction(match: re.Match[str], unit: str) -> bool:
    """Whether "1/2" is half of something counted; 160/4.5 mcg are two doses."""
    return match["link"] == "/" and unit in COUNTED and match["low"].isdigit()


def _is_range(match: re.Match[str]) -> bool:
    link = (match["link"] or "").lower()
    if not link:
        return False
    if link == "/":
        return True
    if link == "and" and not _BETWEEN.search(match.string, 0, match.start()):
        return False
    return _value(match["low"]) < _value(match["number"])


def _value(number: str) -> Decimal:
    """The value of a written number; 1,000 is a thousand and 0,5 a half."""
    word = _WORD_VALUES.get(number.lower())
    if word is not None:
        return word
    fraction = _FRACTIONS.get(number[-1], Decimal(0))
    digits = number.rstrip("".join(_FRACTIONS)) or "0"
    if _GROUPED.fullmatch(digits):
        return Decimal(digits.replace(",", "")) + fraction
    whole, _, rest = digits.replace(",", ".").partition(".")
    return Decimal(f"{whole or '0'}.{rest.replace('.', '') or '0'}") + fraction
