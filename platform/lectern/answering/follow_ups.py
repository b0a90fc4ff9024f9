"""Follow-up questions, written out so that they can be searched for alone.

No model: "And in 2019?", "What about Acme?" and "How did it change?" are recognised by their
form, and what they leave out is taken from the question before. What is not recognised stays
as it was typed; people see what was searched for and may ask as typed.
"""

from __future__ import annotations

import re

_OPENING = re.compile(
    r"^\s*(?:(?:and|but|or|so|also|then|ok(?:ay)?)\b[,\s]*)?"
    r"(?:(?:what|how)\s+about\b|(?:and\s+)?(?:the\s+)?same\s+(?:question\s+)?for\b)?\s*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:who|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|will"
    r"|would|should|has|have|had|list|show|give|tell|compare|explain|name|describe)\b",
    re.IGNORECASE,
)
_PERIOD_WORDS = r"(?:in|for|during|of|at the end of|by|since|as of)"
_PERIOD = re.compile(
    rf"(?:(?P<before>\b{_PERIOD_WORDS})\s+)?(?:the\s+)?(?P<period>(?:(?:fiscal|calendar|financial)"
    r"\s+)?(?:years?\s+)?(?:(?:ended|ending)\s+)?(?:Q[1-4]\s+(?:of\s+)?)?"
    r"(?:FY\s?'?\s?(?:\d{4}|\d\d)|(?:19|20)\d\d(?:/\d\d)?)\b|\bQ[1-4]\b)",
    re.IGNORECASE,
)
_NAME_WORD = r"(?:[A-Z][\w&.'\u2019-]*|[A-Z]?\d*[A-Z]+\w*|\d+[A-Z]\w*)"
_NAME = re.compile(rf"{_NAME_WORD}(?:\s+(?:{_NAME_WORD}|&|of|and|for|the)(?=\s+{_NAME_WORD}|\b))*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_OWNED = re.compile(r"\b(?:its|their|his|her|the company['\u2019]s|the firm['\u2019]s)\b", re.I)
_STANDS_FOR = re.compile(
    r"\b(?:it|they|them|he|she|him|the (?:same )?(?:company|firm|group|organi[sz]ation|drug"
    r"|disease|condition|agency|department))\b",
    re.IGNORECASE,
)
_POINTED = re.compile(
    r"\b(?:this|that|these|those)\b(?=\s*(?:\?|$|[a-z]+ed\b|change|happen|mean|with\b))"
)
_CHANGING = re.compile(
    r"\b(?:change|changed|develop|developed|compare|compared|increase|increased|decrease|decreased"
    r"|rise|rose|fall|fell|grow|grew|improve|improved|decline|declined|differ)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?P<asks>(?:what|which|how much|how many|how large|how high|who|where|when)\b.*?"
    r"\b(?:is|are|was|were|did|does|do|has|have)\b(?:\s*\(are\))?)\s+(?P<subject>.+?)\s*\?*\s*$",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"^(?P<owner>(?:.+?['\u2019]s?\s+)?)(?P<topic>.+?)(?P<rest>\s+(?:of|for|in|at|by|from|during|to"
    r"|between|with|on|against)\s+.+)?$",
    re.IGNORECASE,
)
# "It" that stands for nothing before: "is it allowed to …", "does it mean that …".
_EMPTY_IT = re.compile(
    r"\b(?:is|was) it (?:true|possible|allowed|permitted|forbidden|required|necessary|mandatory"
    r"|compulsory|legal|customary|enough)\b|\bdoes it mean that\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?P<owns>its|their|his|her)\b|\b(?:it|they|them|he|she|him)\b", re.IGNORECASE
)
# Without a name before, this is the company whose documents these are.
_ORGANISATION = re.compile(
    r"\bthe (?:same )?(?:company|firm|group|organi[sz]ation|agency|department)\b", re.IGNORECASE
)
_NEW_CLAUSE = re.compile(
    r",|\b(?:when|while|if|before|after|because|unless|once|until|and|that|who|which)\b",
    re.IGNORECASE,
)
# What a pronoun may stand for: a thing that the question itself names.
_THING = re.compile(
    r"\b(?:the|an?|any|each|every|all|some|most|many|which|what)\s+(?!is\b|are\b|was\b|were\b|do\b"
    r"|does\b|did\b|can\b|could\b|will\b|would\b|should\b|has\b|have\b|had\b|happens?\b|if\b)"
    r"[a-z]{3,}|\b(?:can|do|are|should|may|must|could|will)\s+[a-z]{3,}s\b",
    re.IGNORECASE,
)
_ALL_OF_IT = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_LONGEST_FRAGMENT = 8
_NO_NAMES = """
and are can compare could describe did do does explain for fy give had has have how i in is list
name of on please show should tell the usd was were what when where which who whose why will would
"""
_NOT_NAMES = frozenset(_NO_NAMES.split())
_SHORTEST = 3  # words: "In 2019?", "For Acme Foods?"
_PREPOSITION = re.compile(r"^(of|for|in|at|by|from|during|to|with|on|against|under)\s+", re.I)


def standalone(question: str, previous: str) -> str:
    """``question`` written out with what it takes from ``previous``; as typed if it stands alone.

    ``previous`` is the question before it as that was searched for.
    """
    rest = _OPENING.sub("", question, count=1).strip()
    if not previous.strip() or not rest.strip("?!. "):
        return question
    if _is_fragment(question, rest):
        return _completed(rest.rstrip("?!. "), previous.strip())
    return _resolved(question, previous.strip())


def _is_fragment(question: str, rest: str) -> bool:
    """Whether it only names what is different: "and in 2019?", "what about Acme?"."""
    if len(rest.split()) > _LONGEST_FRAGMENT or _ASKS.search(rest):
        return False
    opened = len(rest) < len(question.strip())
    return opened or _is_place_or_name(rest)


def _is_place_or_name(text: str) -> bool:
    """Whether it is a few words that cannot stand alone: "In 2019?", "For Acme Foods?", "Globex?".

    "Travel policy" can: people search for such words.
    """
    bare = text.rstrip("?!. ")
    if len(bare.split()) > _SHORTEST:
        return False
    named = text.endswith("?") and _NAME.fullmatch(bare)
    return bool(_PREPOSITION.match(bare) or _PERIOD.fullmatch(bare) or named)


def _completed(rest: str, previous: str) -> str:
    """The question before, with what the fragment names in the place of its like."""
    periods = [match["period"] for match in _PERIOD.finditer(rest)]
    name = _name_in(rest)
    written = _with_periods(previous, periods) if periods else previous
    if name:
        former = _name_in(previous)
        written = written.replace(former, name, 1) if former else _added(written, f"for {name}")
    if periods or name:
        return written
    if preposition := _PREPOSITION.match(rest):
        return _with_phrase(previous, preposition[1], rest)
    return _with_topic(previous, rest)


def _with_periods(previous: str, periods: list[str]) -> str:
    """``previous`` on other periods, one for one from its first."""
    found = list(_PERIOD.finditer(previous))
    if not found:
        return _added(previous, f"in {' and '.join(periods)}")
    written = previous
    for match, period in reversed(list(zip(found, periods, strict=False))):
        year = match["period"].split()[-1]
        if re.fullmatch("Q[1-4]", period, re.IGNORECASE) and year[-1].isdigit():
            period = f"{period} {year}"  # noqa: PLW2901 - a quarter is one of the year before it
        written = written[: match.start("period")] + period + written[match.end("period") :]
    return written


def _with_phrase(previous: str, preposition: str, phrase: str) -> str:
    """``previous`` with its last part that begins so replaced by ``phrase``, or that added."""
    part = re.search(rf"\b{preposition}\s+(?!.*\b{preposition}\s).*?(?=\s*[?.!]*$)", previous, re.I)
    if part is None:
        return _added(previous, phrase)
    return previous[: part.start()] + phrase + previous[part.end() :]


def _with_topic(previous: str, topic: str) -> str:
    """``previous`` asked of another thing: "And the margin?" after "What was Acme's revenue?"."""
    asked = _asked(previous)
    parts = _TOPIC.match(asked["subject"]) if asked else None
    if asked is None or parts is None:
        return f"{topic}: {previous}"
    owner, rest = parts["owner"], parts["rest"] or ""
    if owner:
        topic = _ALL_OF_IT.sub("", topic)
    if not owner and not rest:
        return f"{asked['asks']} the {_ALL_OF_IT.sub('', topic)} of {asked['subject']}?"
    return f"{asked['asks']} {owner}{topic}{rest}?"


def _resolved(question: str, previous: str) -> str:
    """``question`` with the words that point back in it replaced by what they stand for."""
    name = _name_in(previous)
    asked = _asked(previous)
    whole = _subject(asked["subject"]) if asked else ""
    written = question
    # It says itself whom or what it is about.
    if _name_in(question) or _points_inside(question):
        return question
    if not name and _ORGANISATION.search(question):
        return question
    if _OWNED.search(written) and (name or whole):
        written = _OWNED.sub(f"{_owner(name or whole)}", written, count=1)
    pointing = _STANDS_FOR.search(written) or _POINTED.search(written)
    if pointing:
        meant = whole if (_means_all(question, pointing[0]) and whole) else name or whole
        if _PERIOD.search(question):
            meant = _PERIOD.sub("", meant).strip()
        written = f"{written[: pointing.start()]}{meant or pointing[0]}{written[pointing.end() :]}"
    if written == question:
        return question
    period = _PERIOD.search(previous)
    if period and not _PERIOD.search(written):
        written = _added(written, f"in {period['period']}")
    return written


def _asked(previous: str) -> re.Match[str] | None:
    """What ``previous`` asks and of what; None where "there" is all that it asks of."""
    asked = _SUBJECT.match(previous)
    return None if asked and asked["subject"].casefold() == "there" else asked


def _points_inside(question: str) -> bool:
    """Whether its first pronoun stands for nothing, or for a thing that it names before."""
    if _EMPTY_IT.search(question):
        return True
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return False
    before = question[: pronoun.start()]
    thing = _THING.search(before)
    if thing is None:
        return False
    return bool(pronoun["owns"] or _NEW_CLAUSE.search(before, thing.end()))


def _means_all(question: str, pointing: str) -> bool:
    """Whether "it" is what was asked for, not only whose it was: "How did it change?"."""
    copula = re.search(r"\b(?:is|was|were|are)\s+(?:it|that|this)\b", question, re.IGNORECASE)
    pointed = pointing.lower() in ("this", "that", "these", "those")
    return bool(pointed or copula or _CHANGING.search(question))


def _subject(text: str) -> str:
    return re.sub(r"\s+(?:spend|have|hold|pay|report|record|make|earn)\b.*$", "", text).strip()


def _owner(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _name_in(text: str) -> str:
    """The longest name in ``text``: words with capitals that are not there by their place."""
    names = []
    for match in _NAME.finditer(text):
        words = match.group().split()
        while words and _POSSESSIVE.sub("", words[0]).lower().strip(".,") in _NOT_NAMES:
            words.pop(0)
        while words and words[-1].lower() in _NOT_NAMES:
            words.pop()
        name = _POSSESSIVE.sub("", " ".join(words)).strip(".,")
        if name and not _PERIOD.fullmatch(name) and not name.isdigit():
            names.append(name)
    return max(names, key=len, default="")


def _added(question: str, more: str) -> str:
    return f"{question.rstrip(' ?!.')} {more}?"
