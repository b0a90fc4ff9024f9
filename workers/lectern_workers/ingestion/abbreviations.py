"""Abbreviations that a document explains: "earnings per share (EPS)".

The algorithm of Schwartz and Hearst, "A Simple Algorithm for Identifying Abbreviation
Definitions in Biomedical Text" (2003): the letters of the short form must stand, in order, in
the words before it, its first letter at the start of a word.
"""

import re
from collections import Counter
from collections.abc import Iterable

MOST = 20
_SMALL = frozenset(("of", "and", "for", "the", "in", "on", "to", "a", "with", "by", "&"))
_BRACKETS = re.compile(
    r"((?:[^\s()]+[ \n]){1,12})\(\s*[\u201c\"']?([A-Z][\w&.-]{1,9})[\u201d\"']?\s*\)"
)


def abbreviations_of(texts: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs (short form, long form) that are explained, most often used first."""
    explained: dict[str, str] = {}
    used: Counter[str] = Counter()
    for text in texts:
        for match in _BRACKETS.finditer(text):
            before, short = match.group(1), match.group(2)
            if sum(char.isupper() for char in short) < 2:
                continue
            words = before.replace("\u2019s", "").replace("'s", "").split()
            long = _by_initials(short, words) or _long_form(short, words)
            if long:
                explained.setdefault(short, long)
        used.update(word for word in re.findall(r"[\w&.-]{2,10}", text) if word in explained)
    ordered = sorted(explained, key=lambda short: (-used[short], short))
    return [(short, explained[short]) for short in ordered[:MOST]]


def _by_initials(short: str, words: list[str]) -> str:
    """The last words whose first letters are the short form, or empty.

    Small words are passed over; where that fails they count ("DoD").
    """
    letters = [char.lower() for char in short.removesuffix("s") if char.isalnum()]
    for passed_over in (_SMALL, frozenset[str]()):
        at = len(words)
        for letter in reversed(letters):
            at -= 1
            while at > 0 and words[at].lower() in passed_over:
                at -= 1
            if at < 0 or words[at][0].lower() != letter:
                break
        else:
            return " ".join(words[at:]).strip(" ,;:")
    return ""


def _long_form(short: str, words: list[str]) -> str:
    """The words that end the text and spell the short form, or empty."""
    text = " ".join(words[-min(len(short) + 5, 2 * len(short)) :])
    at = len(text) - 1
    for place in range(len(short) - 1, -1, -1):
        letter = short[place].lower()
        if not letter.isalnum():
            continue
        while at >= 0 and (text[at].lower() != letter or (place == 0 and _inside_word(text, at))):
            at -= 1
        if at < 0:
            return ""
        at -= 1
    long = text[at + 1 :].strip(" ,;:")
    if long.split(" ")[0].lower() in _SMALL:
        return ""
    return long if len(long) > len(short) + 2 and long.lower() != short.lower() else ""


def _inside_word(text: str, at: int) -> bool:
    return at > 0 and text[at - 1].isalnum()
