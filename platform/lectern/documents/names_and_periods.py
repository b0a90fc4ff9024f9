"""Names and periods as documents and questions write them, brought to one form.

Reading a document and understanding a question use the same functions, so that what one
stores the other finds.
"""

from __future__ import annotations

import re
import unicodedata

_LEGAL = re.compile(
    r"[,\s]+(?:inc|incorporated|corp|corporation|company|co|ltd|limited|llc|l\.?l\.?c|plc|lp|llp"
    r"|n\.?v|s\.?a|s\.?p\.?a|a\.?g|s\.?e|gmbh|kgaa|ab|asa|a/s|oyj|k\.?k|pty|bhd)\.?$",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"\s+(?:group|holdings?|international|enterprises|companies|industries|technologies|bancorp"
    r"|worldwide|global|and subsidiaries|& subsidiaries)$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)
_DROPPED = re.compile(r"'s?\b|[^\w\s]|_")
_TYPED = r"(?:19|20)\d\d"
# "FY2019", "FY 19", "FY'19", "fiscal 2019", "2019", "2018/19", "2018-2019".
_YEAR = re.compile(
    rf"(?<![\w$€£.,])(?:f\.?y\.?\s*['\u2019]?(?P<fiscal>{_TYPED}|\d\d)"
    rf"|(?P<plain>{_TYPED})(?:\s*[/\u2013-]\s*(?P<until>{_TYPED}|\d\d))?)(?![\w]|[.,]\d)",
    re.IGNORECASE,
)
_QUARTER = re.compile(
    rf"\bq([1-4])\s*(?:of\s+)?(?:fiscal\s+|fy\s*)?['\u2019]?({_TYPED})\b"
    rf"|\b(first|second|third|fourth)\s+(?:fiscal\s+)?quarter\s+(?:of\s+)?(?:fiscal\s+|fy\s*)?"
    rf"(?:year\s+)?({_TYPED})\b",
    re.IGNORECASE,
)
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}


def folded(text: str) -> str:
    """``text`` without case, accents, punctuation and possessive endings, in single spaces."""
    text = text.replace("\u2019", "'").replace("&", " and ")
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(_DROPPED.sub(" ", plain).split())


def without_legal_form(name: str) -> str:
    """ "The Acme Company, Inc." as people say it: "Acme"."""
    before = ""
    short = _ARTICLE.sub("", name.strip())
    while short != before:
        before, short = short, _LEGAL.sub("", short).strip(" ,.&")
    return short or name.strip()


def without_general_words(name: str) -> str:
    """ "Acme Industries Holdings" without the words that many names end with: "Acme"."""
    before, short = "", name
    while short != before:
        before, short = short, _GENERAL.sub("", short).strip(" ,")
    return short or name


def years_of(text: str) -> list[str]:
    """The years that ``text`` names, in order, each once: "FY19" and "2018/19" are 2019."""
    found: dict[str, None] = {}
    for match in _YEAR.finditer(text):
        first = match["fiscal"] or match["plain"]
        until = match["until"]
        year = first if len(first) == 4 else f"20{first}"
        if until and _follows(year, until):
            found[year[:2] + until[-2:]] = None
            if len(until) == 2:
                continue
        found[year] = None
    return list(found)


def quarters_of(text: str) -> list[str]:
    """The quarters that ``text`` names, as "2019 q3"."""
    found: dict[str, None] = {}
    for number, year, word, its_year in _QUARTER.findall(text):
        found[f"{year or its_year} q{number or _ORDINALS[word.lower()]}"] = None
    return list(found)


def _follows(year: str, until: str) -> bool:
    return 0 < int(until[-2:]) - int(year[-2:]) <= (1 if len(until) == 2 else 10)
