"""Find the years of a text, however they are written: 2019, FY19, 2018-19, mid-2019."""

import re
from collections.abc import Iterator

# 2018-19 and FY19: the short year belongs to the long one's century, or to this one.
_RANGE = re.compile(
    r"(?<![\d.,])(?P<century>19|20)(?P<start>\d\d)[-\u2013/](?P<end>\d\d)(?![-/\d.,]*\d)"
)
_FISCAL = re.compile(r"\b(?:FY|CY)[ ]?['\u2019]?(?P<year>(?:19|20)\d\d|\d\d)(?!\d)")
_IN_WORD = re.compile(r"(?<=[^\W\d]-)(?P<year>(?:19|20)\d\d)\b")
_ANY = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

YEAR = re.compile(r"(?:19|20)\d\d")


def years_named(text: str) -> frozenset[int]:
    """The years that a question or a title names; they may touch anything but digits."""
    plain = {int(year) for year in _ANY.findall(text)}
    return frozenset(plain | {year for _, _, year in special_years(text)})


def special_years(text: str) -> Iterator[tuple[int, int, int]]:
    """Years that do not stand alone, as (start, end, year); a range gives both of its ends."""
    for match in _RANGE.finditer(text):
        if match["end"] > match["start"]:
            for part in ("start", "end"):
                yield match.start(), match.end(), int(match["century"] + match[part])
    for pattern in (_FISCAL, _IN_WORD):
        for match in pattern.finditer(text):
            year = match["year"]
            yield match.start(), match.end(), int(year if len(year) == 4 else f"20{year}")
