"""Which period a document covers: the year that it is a report on."""

import re
from collections import Counter
from collections.abc import Sequence

from lectern.documents.names_and_periods import quarters_of, years_of

_ENDED = re.compile(
    r"(?:fiscal year|year|quarter(?:ly period)?|period|months|weeks)\s+ended:?\s+"
    r"(?:[A-Za-z]+\.?\s+\d{1,2},?\s+|\d{1,2}\.?\s+[A-Za-z]+\s+)((?:19|20)\d\d)",
    re.IGNORECASE,
)
_FISCAL = re.compile(r"\b(?:fiscal(?: year)?|fy)[\s-]*((?:19|20)\d\d)\b", re.IGNORECASE)
_DATED = re.compile(r"^\s*(?:date|published|issued)\s*:?\s*.*?((?:19|20)\d\d)", re.I | re.M)
# A year in the title of an article is not what the article covers.
_REPORTS = re.compile(
    r"\b(?:fy\s*['\u2019]?\d|fiscal|year|quarter|q[1-4]\b|annual|reports?\b|results|budget|plan\b"
    r"|statements?|accounts|10-?[kq]\b|review|minutes|update)",
    re.IGNORECASE,
)
_FIRST_PAGES = 3
_FIRST_LETTERS = 5_000


def periods_of(title: str, file_name: str, furniture: str, texts: Sequence[str]) -> list[str]:
    """The years, and quarters ("2019 Q3"), that a document covers, surest first; often none.

    A title, a line at the edge of every page or a cover says so ("for the fiscal year ended
    …"); the file's name is asked where they are silent. Companies whose year ends in winter
    call it by the year before: what they call it most often counts beside the date.
    """
    shown = "\n".join(line for line in f"{title}\n{furniture}".split("\n") if _REPORTS.search(line))
    first = "\n".join(texts[:_FIRST_PAGES])[:_FIRST_LETTERS]
    found = [*years_of(shown)[:2], *_ENDED.findall(first)[:1]]
    if not found:
        found = (
            years_of(file_name.replace("_", " ").replace("-", " "))[:1] or _DATED.findall(first)[:1]
        )
    if not found:
        return []
    named = Counter(_FISCAL.findall("\n".join(texts))).most_common(1)
    if named and named[0][1] > 2 and abs(int(named[0][0]) - int(found[0])) == 1:
        found.append(named[0][0])
    quarters = [quarter.upper() for quarter in quarters_of(f"{title}\n{furniture}")[:1]]
    return list(dict.fromkeys([*found, *quarters]))
