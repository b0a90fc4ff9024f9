"""Where the sentences of a text begin and end: by rule, in one pass, the same every time.

A line break ends a sentence: the cleaned text keeps one only between paragraphs, list
items and table rows (a hard-wrapped line that goes on in lower case is the exception).
Within a line a sentence ends at a full stop, exclamation or question mark, with closing
quotes, where what follows may begin one, unless the stop belongs to an abbreviation, an
initial or a number.
"""

import re

# Their stop does not end a sentence.
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof rev hon st ft gen col maj capt lt sgt cmdr adm gov sen rep pres supt
    messrs mmes vs v cf viz al est approx ca resp dept univ assn bros mfg intl natl e.g i.e eg
    ie a.k.a ph.d m.d b.a m.a bzw z.b d.h ggf inkl vgl bspw dist
    """.split()  # noqa: SIM905
)
# Their stop does not end a sentence before a number: No. 5, Fig. 2, Jan. 31.
_BEFORE_NUMBERS = frozenset(
    """
    no nos nr vol vols fig figs eq eqs sec secs art arts ch chap chaps pp p para paras par ed
    eds abs app tab ref refs ser jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues
    wed thu thur thurs fri sat sun
    """.split()  # noqa: SIM905
)
# Quotes and dashes by code, for many look alike: " ' and their curled forms, guillemets.
_OPEN = "\"'\u2018\u201c\u00ab(\\[\u00bf\u00a1\u2022\u2013\u2014\\-"
_CLOSE = "\"'\u2019\u201d\u00bb)\\]"
_CJK_STOP = "\u3002\uff01\uff1f\uff61"
_STOP = re.compile(
    rf"""(?P<stop>[.!?]+|[{_CJK_STOP}]+)
         (?P<close>[{_CLOSE}]*)
         (?:\[\d[\d,\s\u2013-]*\])*       # reference marks such as [12]
         (?=\s|$|(?<=[{_CJK_STOP}]))      # then space or the end; nothing in Chinese, Japanese
    """,
    re.VERBOSE,
)
_LAST_WORD = re.compile(rf"[^\s{_OPEN}/]*$")
_NEXT = re.compile(rf"\s*[{_OPEN}]*\s*(?P<word>\w+|\S)")
_LINE = re.compile(r"[^\n]+")
_INITIAL = re.compile(r"(?:[A-Z]\.){0,2}[A-HJ-Z]")
_NUMBERING = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})(?:\.\d{1,3})*")
# After initials (U.S., vitamin C., J. R. R.) only such a word begins a sentence.
_STARTERS = frozenset(
    """
    A After All Also An And As At But By During Each For From He Her His How However If In It Its
    Many Most No On Other Our She Since So Some Such That The Their There These They This Those
    Thus To Under We What When Where While Who With You Your
    """.split()  # noqa: SIM905
)
# How far around a stop to look for the words beside it.
_REACH = 24
# A shorter line was not broken for lack of room.
_SHORTEST_WRAPPED = 40


def sentences(text: str) -> list[tuple[int, int]]:
    """The [start, end) of each sentence, in order, without the white space around them.

    Every character that is not white space belongs to exactly one of them. A table row (a
    line with a tab) is a unit of its own, and so is a list item that holds one sentence.
    """
    found: list[tuple[int, int]] = []
    for start, end in _units(text):
        if "\t" in text[start:end]:
            found.append((start, end))
        else:
            found.extend(_within(text, start, end))
    return found


def _units(text: str) -> list[tuple[int, int]]:
    """Lines without the space around them; hard-wrapped ones joined to the line before."""
    units: list[tuple[int, int]] = []
    line = (0, 0)
    for match in _LINE.finditer(text):
        before, line = line, _trim(text, *match.span())
        if line[0] == line[1]:
            continue
        if units and units[-1][1] == before[1] and _continues(text, before, line):
            units[-1] = (units[-1][0], line[1])
        else:
            units.append(line)
    return units


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _continues(text: str, before: tuple[int, int], line: tuple[int, int]) -> bool:
    """Whether a line goes on with the sentence of the one directly above it."""
    return (
        text[line[0]].islower()
        and before[1] - before[0] > _SHORTEST_WRAPPED
        and text[before[1] - 1] not in ".!?:;"
        and text.count("\n", before[1], line[0]) == 1
        and "\t" not in text[before[0] : line[1]]
    )


def _within(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = start
    for match in _STOP.finditer(text, start, end):
        if match.end() < end and _ends(text, at, match, end):
            found.append((at, match.end()))
            at = match.end()
            while at < end and text[at].isspace():
                at += 1
    if at < end:
        found.append((at, end))
    return found


def _ends(text: str, start: int, match: re.Match[str], end: int) -> bool:
    """Whether the stop ends the sentence that began at ``start``."""
    after = _NEXT.match(text, match.end(), min(end, match.end() + _REACH))
    following = after.group("word") if after else ""
    if match.group("stop") != ".":
        unfinished = match.group("stop") == "..." or match.group("close")
        return not (unfinished and following[:1].islower())
    if following[:1].islower():
        return False
    if match.group("close"):
        return True
    word = _LAST_WORD.search(text, max(start, match.start() - _REACH), match.start())
    last = word.group() if word else ""
    return _may_end(last, following, alone=match.start() - start <= len(last) + 1)


def _may_end(last: str, following: str, *, alone: bool) -> bool:
    """Whether a stop between the words ``last`` and ``following`` ends a sentence.

    ``alone`` says that the word is all there is of the sentence: a list number.
    """
    if alone and _NUMBERING.fullmatch(last):
        return False
    if _INITIAL.fullmatch(last) and following[:1].isupper():
        return following in _STARTERS
    lowered = last.lower()
    numbered = lowered in _BEFORE_NUMBERS and following[:1].isdigit()
    return lowered not in _ABBREVIATIONS and not numbered
