"""The units that doses are written in, and what each comes to in its base unit."""

from decimal import Decimal

# Base units: mg for mass, mL for volume, and the unit itself for what is counted.
_SPELLINGS: dict[tuple[str, str], str] = {
    ("mg", "0.000001"): r"ng|nanograms?",
    ("mg", "0.001"): r"mcg|[\u00b5\u03bcu]g|micrograms?",
    ("mg", "1"): r"mg|milligram(?:me)?s?",
    ("mg", "1000"): r"gm?|gram(?:me)?s?",
    ("mL", "1"): r"ml|cc|millilit(?:er|re)s?",
    ("mL", "1000"): r"l|lit(?:er|re)s?",
    ("unit", "1"): r"i\.?u\.?|(?-i:U)|(?:international\s+)?units?",
    ("mEq", "1"): r"meq|milliequivalents?",
    ("mmol", "1"): r"mmol|millimoles?",
    ("tablet", "1"): r"tablets?|tabs?",
    ("capsule", "1"): r"capsules?|caps?",
    ("pill", "1"): r"pills?",
    ("puff", "1"): r"puffs?",
    ("spray", "1"): r"sprays?",
    ("drop", "1"): r"drops?",
    ("teaspoon", "1"): r"teaspoon(?:ful)?s?|tsp",
    ("tablespoon", "1"): r"tablespoon(?:ful)?s?|tbsp",
}
COUNTED = frozenset({"tablet", "capsule", "pill", "puff", "spray", "drop"}) | {
    "teaspoon",
    "tablespoon",
}
UNIT = "|".join(
    rf"(?P<u{index}>(?:{spelling})(?!\w))" for index, spelling in enumerate(_SPELLINGS.values())
)
_UNITS = [(base, Decimal(factor)) for base, factor in _SPELLINGS]

_DIVISORS: dict[str, str] = {
    "kg": r"kg|kilogram(?:me)?s?|kilos?",
    "m2": r"m2|m\u00b2|square\s+met(?:er|re)",
    "dL": r"dl|decilit(?:er|re)",
    "mL": r"ml|cc|millilit(?:er|re)s?",
    "L": r"l|lit(?:er|re)",
    "dose": r"dose",
    "tablet": r"tablet|tab",
    "capsule": r"capsule",
    "puff": r"puff",
    "minute": r"min(?:ute)?",
    "hour": r"h|hr|hour",
    "day": r"d|day",
    "week": r"wk|week",
    "month": r"month",
}
DIVISOR = "|".join(rf"(?P<{name}>(?:{spelling})\b)" for name, spelling in _DIVISORS.items())
DIVISORS = tuple(_DIVISORS)
TIMES = frozenset({"minute", "hour", "day", "week", "month"})


def unit_of(groups: dict[str, str | None]) -> tuple[str, Decimal]:
    """The base unit and the factor to it, from the groups of a match of ``UNIT``."""
    index = next(index for index in range(len(_UNITS)) if groups[f"u{index}"] is not None)
    return _UNITS[index]
