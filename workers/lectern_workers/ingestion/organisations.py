"""Whose document it is: the company or authority that a document names as its own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from lectern.documents.names_and_periods import folded, without_general_words, without_legal_form

_WORD = r"(?:[A-Z0-9][\w'\u2019.-]*|&)"
_FORMS = (
    r"(?:Inc|Incorporated|Corp|Corporation|Company|Co|Ltd|Limited|LLC|L\.L\.C|plc|PLC|LP|L\.P"
    r"|N\.V|S\.A|SA|AG|SE|S\.p\.A|GmbH|ASA|AB|A/S|Oyj|Holdings|Bancorp|Bancshares)"
)
_COMPANY = re.compile(
    rf"\b((?:The )?{_WORD}(?:,? (?:{_WORD}|of|and|the|for|de)){{0,6}}?,? {_FORMS})\b\.?"
)
_BODY = (
    r"Office|Department|Ministry|Agency|Institutes?|Bureau|Commission|Council|Authority|Board"
    r"|Centers?|Society|Association|Foundation|University|Service|Administration"
)
_OFFICE = re.compile(
    rf"\b((?:(?:U\.?S\.?|United States|National|Federal|European|Royal|American) )*(?:{_BODY}) "
    rf"(?:of|for|on) (?:the )?[A-Z]\w+(?:,? (?:and |of |the |for )*[A-Z]\w+){{0,5}}"
    rf"|(?:[A-Z]\w+ ){{1,4}}(?:University|Hospital|Agency|Organi[sz]ation|Authority|Institute"
    rf"|Association|Foundation|Society|Commission|Bank|Trust))\b"
)
_REGISTRANT = re.compile(r"\(?\s*exact name of (?:the )?registrant", re.IGNORECASE)
_MOST_LETTERS = 90
_FIRST_PAGES = 2
_FIRST_LINES = 60
_LONGEST_LINE = 130
_LEAST_MENTIONS = 3
_SMALL_CAPITALS = re.compile(r"[a-z][A-Z]")
_OF = re.compile(r"\b(?:Of|And|The|For|On)\b")
_VOWEL = re.compile("[AEIOUY]")
_NATION = re.compile(r"^(?:U\.?S\.?|United States) ")
_TICKER = re.compile(
    r"\b(?:NYSE|NASDAQ|Nasdaq|LSE|AMEX|TSX|OTC)(?: (?:MKT|GS|GM|CM))?\s*[:\u2013-]\s*([A-Z]{1,5})\b"
    r"|under the (?:trading |ticker )?symbols?,? [\u201c\"']([A-Z]{1,5})[.,]?[\u201d\"']"
)
_SYMBOL_COLUMN = re.compile(r"(?:trading|ticker)\s+symbol", re.IGNORECASE)
_SYMBOL = re.compile(r"[A-Z]{1,5}(?:[.-][A-Z])?")
_NOBODY_NAMES = """
a ag bank co company corporation holding our parent sa the this trust
"""
_COMMON = """
advanced agency allied american applied authority bank best board bureau capital center centers
central commission council department digital eastern europe european federal first general
global great home institute international key life ministry national new north northern office
old open pacific public red royal simply societies society south southern standard state the
total u.s union united universal university us western world
"""
# What is left of "The Company" names nobody, nor does the first word of many names alone.
_NOBODY = frozenset(_NOBODY_NAMES.split())
_COMMON_FIRST = frozenset(_COMMON.split())


def organisation_of(title: str, furniture: str, texts: Sequence[str]) -> str:
    """The organisation of a document, or empty where none stands out.

    ``furniture`` are the lines that its pages repeat at their edges; ``texts`` are its pages.
    Only a name in the title, in the furniture or on a line of the first pages that is no
    sentence counts: documents mention many others.
    """
    for text in texts[:_FIRST_PAGES]:
        if registrant := _registrant(text):
            return registrant
    shown = "\n".join((title, furniture, *texts[:_FIRST_PAGES]))
    lines = [line for line in shown.split("\n")[:_FIRST_LINES] if _is_no_sentence(line)]
    candidates = list(dict.fromkeys(name for line in lines for name in _names(line)))
    whole = "\n".join(texts)
    counts = {name: _mentions(name, whole, f"{title}\n{furniture}") for name in candidates}
    best = max(candidates, key=lambda name: (counts[name], len(name)), default="")
    return best if counts.get(best, 0) >= _LEAST_MENTIONS else ""


def aliases_of(name: str, texts: Sequence[str]) -> list[str]:
    """What else people call an organisation: short forms of its name, its ticker, its letters."""
    short = without_legal_form(name)
    found = [short, without_general_words(short)]
    words = short.split()
    whole = "\n".join(texts)
    if not _OFFICE.fullmatch(short):
        found += [
            " ".join(words[:count]) for count in range(1, len(words)) if _alone(words, count, whole)
        ]
    if (letters := _letters(name)) and len(re.findall(rf"\b{letters}\b", whole)) > 1:
        found.append(letters)
    found += _tickers(texts[: _FIRST_PAGES + 2])
    own = folded(name)
    return list({folded(one): one for one in found if len(one) > 1 and folded(one) != own}.values())


def _registrant(text: str) -> str:
    """The name above the line by which a filing marks it."""
    above = ""
    for line in text.split("\n"):
        if _REGISTRANT.search(line):
            before = _REGISTRANT.split(line)[0].strip(" (\t")
            return _cased(before or above)
        if any(char.isalpha() for char in line):
            above = line.strip()
    return ""


def _cased(name: str) -> str:
    """A name set in capitals as it is written otherwise; letters that spell no word stay."""
    name = " ".join(name.split())[:_MOST_LETTERS]
    if not name.isupper() or len(name) < 5:
        return name
    return " ".join(word.capitalize() if _VOWEL.search(word) else word for word in name.split())


def _is_no_sentence(line: str) -> bool:
    return 3 < len(line) <= _LONGEST_LINE and not line.rstrip().endswith((".", ";", ":", ","))


def _names(text: str) -> Iterator[str]:
    for pattern in (_COMPANY, _OFFICE):
        for match in pattern.finditer(_without_small_capitals(text)):
            name = " ".join(match.group(1).split())
            short = folded(without_legal_form(name))
            if len(name) <= _MOST_LETTERS and not _NOBODY.issuperset(short.split()):
                yield name


def _without_small_capitals(line: str) -> str:
    """ "United StateS Office Of PerSOnnel", as small capitals are read, in ordinary letters."""
    if len(_SMALL_CAPITALS.findall(line)) < 2:
        return line
    return _OF.sub(lambda match: match.group().lower(), line.title())


def _mentions(name: str, whole: str, shown: str) -> int:
    """How often a document names it, by its letters too; in title and furniture it counts more."""
    short = folded(without_legal_form(name))
    count = folded(whole).count(short) + 3 * folded(shown).count(short)
    letters = _letters(name)
    if letters:
        count += len(re.findall(rf"\b{letters}\b", f"{whole}\n{shown}"))
    return count


def _letters(name: str) -> str:
    """ "Office of Personnel Management" as OPM; empty below three words."""
    words = without_legal_form(_NATION.sub("", name)).split()
    letters = "".join(word[0] for word in words if word[0].isalpha() and word[0].isupper())
    return letters if len(letters) > 2 else ""


def _alone(words: Sequence[str], count: int, whole: str) -> bool:
    """Whether the first ``count`` words of a name stand for it without those that follow."""
    start = " ".join(words[:count])
    if count == 1 and (folded(start) in _COMMON_FIRST or len(start) < 3):
        return False
    if not words[count - 1][0].isupper() and not words[count - 1][0].isdigit():
        return False
    following = re.escape(words[count])
    alone = re.findall(rf"\b{re.escape(start)}\b(?!,? {following})", whole)
    if not alone:
        return count == 1 and len(start) > 4
    return whole.count(f" {start.lower()} ") < len(alone)


def _tickers(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for match in _TICKER.finditer(text):
            yield match.group(1) or match.group(2)
        for head, row in pairwise(text.split("\n")):
            columns = head.split("\t")
            at = next((i for i, cell in enumerate(columns) if _SYMBOL_COLUMN.search(cell)), None)
            cells = row.split("\t")
            if at is not None and at < len(cells) and _SYMBOL.fullmatch(cells[at].strip()):
                yield cells[at].strip()
