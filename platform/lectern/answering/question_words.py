"""The words of a question that tell what it is about, and which of them passages hold.

A word need not stand there as it was typed: "GPLv3" is held where GPL and 3 are, "EPS" where
"earnings per share" is, "licence" where "license" is. Words that say what kind of answer is
wanted ("how many", "list", "must", "in USD millions") stand in any document or none: left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lectern.documents.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lectern.documents.passages import Passage

_ASKING = """
name list tell give say state show explain describe find answer question
much many long often far old large size amount number figure value kind sort type count
happen get got let make made do done mean called call use used need
average difference change percentage percent nominal compare compared express expressed term
largest highest lowest smallest biggest approximately
must may might shall please
usd dollar dollars million millions billion billions thousand thousands
"""
ASKING = frozenset(terms(_ASKING))

_WORD = re.compile(r"[^\W_]+(?:['\u2019&.,/-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_FIGURES = re.compile(r"[\d.,]+")
_OF_NAMES = re.compile(r"[A-Za-z]+")
_JOINING = frozenset(
    ("a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "per", "the", "to")
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_READ = re.compile(r"\d[\d.,]*\d|[^\W_]+")
_ENDS = frozenset(".?!:")
# A title has more capitals than it names things.
_TITLE_SHARE, _TITLE_WORDS, _SMALL = 0.6, 4, 3
_LONG_ENOUGH, _ROOT, _LONGER = 6, 5, 3
# Of so few passages the initials are read: among many some spell anything.
_SPELLING_PASSAGES = 3


class Kind(StrEnum):
    """What a word looks like."""

    PLAIN = "plain"
    NAME = "name"
    SHORT = "short"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a question with its search terms; ``name`` numbers the name it is part of.

    ``pieces`` are the terms of what a word with digits is made of: of "GPLv3" GPL and 3.
    """

    text: str
    terms: tuple[str, ...]
    pieces: tuple[str, ...]
    kind: Kind
    name: int | None = None


def words_of(question: str) -> tuple[Word, ...]:
    """The words of ``question`` that tell what it is about; all, if none does."""
    every = tuple(_words(question))
    return tuple(word for word in every if not ASKING.issuperset(word.terms)) or every


def held_shares(
    words: Sequence[Word], passages: Iterable[Passage], settled: Iterable[str] = ()
) -> tuple[float, ...]:
    """How much of each word the ``passages`` hold together, from 0 to 1.

    Terms in ``settled`` count as held. No more is read than there are words to find.
    """
    held, initials = set(settled), ""
    shares = [_share(word, held, initials) for word in words]
    for place, passage in enumerate(passages):
        lacking = [word for word, share in zip(words, shares, strict=True) if share < 1]
        if not lacking:
            break
        text = f"{passage.context}\n{passage.text}"
        if place < _SPELLING_PASSAGES and any(word.kind is Kind.SHORT for word in lacking):
            initials += f" {_initials(text)}"
        held.update(_terms_like(lacking, text))
        shares = [
            share if share == 1 else _share(word, held, initials)
            for word, share in zip(words, shares, strict=True)
        ]
    return tuple(shares)


def nowhere(words: Sequence[Word], shares: Sequence[float]) -> tuple[str, ...]:
    """The numbers and the names, as they are written, of which nothing at all is held."""
    parts: dict[object, list[tuple[str, float]]] = {}
    for place, (word, share) in enumerate(zip(words, shares, strict=True)):
        if word.kind is Kind.NUMBER or word.name is not None:
            key = ("number", place) if word.name is None else word.name
            parts.setdefault(key, []).append((word.text, share))
    return tuple(
        " ".join(text for text, _ in found)
        for found in parts.values()
        if not any(share for _, share in found)
    )


def _words(question: str) -> Iterator[Word]:
    title = _is_title(question)
    end, name, names = 0, None, 0
    for match in _WORD.finditer(question):
        text = _POSSESSIVE.sub("", re.sub(r"['\u2019]s$", "", match.group()))
        between, first = question[end : match.start()], end == 0
        first = first or not _ENDS.isdisjoint(between)
        end = match.end()
        found = tuple(term for term in terms(text) if len(term) > 1 or term.isdigit())
        kind = _kind(text, named=not first and not title)
        if kind is not Kind.NAME:
            name = None
        elif name is None or between != " ":
            name, names = names, names + 1
        if found:
            yield Word(text=text, terms=found, pieces=_pieces(text), kind=kind, name=name)


def _kind(text: str, *, named: bool) -> Kind:
    """``named``: whether a capital at the beginning says that it is a name."""
    letters = "".join(filter(str.isalpha, text))
    if re.search(r"\d\d", text):
        return Kind.NUMBER
    if len(letters) > 1 and letters[:-1].isupper():
        return Kind.SHORT
    return Kind.NAME if named and text[0].isupper() else Kind.PLAIN


def _is_title(question: str) -> bool:
    later = [word for word in _WORD.findall(question) if len(word) > _SMALL][1:]
    capitals = sum(word[0].isupper() for word in later)
    return len(later) >= _TITLE_WORDS and capitals > _TITLE_SHARE * len(later)


def _share(word: Word, held: set[str], initials: str) -> float:
    """How much of ``word`` is among the terms ``held`` or spelled by ``initials``."""
    if word.terms[-1] in held and (len(word.terms) == 1 or "-" in word.text):
        return 1.0
    if _FIGURES.fullmatch(word.text):
        return float(word.terms[0] in held)
    if word.pieces:
        return sum(piece in held for piece in word.pieces) / len(word.pieces)
    letters = "".join(filter(str.isalpha, word.text)).rstrip("s").upper()
    if word.kind is Kind.SHORT and len(letters) > 2 and letters in initials:
        return 1.0
    # The last of several is all of them in one.
    parts = word.terms[:-1] or word.terms
    return sum(_is_held(part, held) for part in parts) / len(parts)


def _pieces(text: str) -> tuple[str, ...]:
    if text.isalpha() or not any(char.isdigit() for char in text):
        return ()
    # One or two letters, as before a year, say nothing.
    pieces = [piece for piece in _PIECE.findall(text) if piece.isdigit() or len(piece) > 2]
    return tuple(term for piece in pieces for term in terms(piece))


def _is_held(term: str, held: set[str]) -> bool:
    """Whether ``term`` is held, or with another ending or spelling of its last two letters."""
    if term in held:
        return True
    if len(term) < _LONG_ENOUGH:
        return False
    root, longest = term[: max(_ROOT, len(term) - 2)], len(term) + _LONGER
    return any(other.startswith(root) and len(other) <= longest for other in held)


def _terms_like(lacking: Iterable[Word], text: str) -> list[str]:
    """The terms of ``text`` that begin as the words do, or have their numbers in them."""
    wanted = {term for word in lacking for term in (*word.terms, *word.pieces)}
    # Word endings are cut off behind the second letter.
    beginnings = {term[:2] for term in wanted if not term[0].isdigit()}
    numbers = [term for term in wanted if term[0].isdigit()]
    plain = text.casefold()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
    found = [
        word
        for word in _READ.findall(plain)
        if word[:2] in beginnings or (numbers and _has_any(word, numbers))
    ]
    return terms(" ".join(found))


def _has_any(word: str, numbers: Iterable[str]) -> bool:
    if not (word[0].isdigit() or word[-1].isdigit()):
        return False
    digits = word.replace(",", "")
    return any(number in digits for number in numbers)


def _initials(text: str) -> str:
    """The first letters of the words of ``text``, once with all and once without small words."""
    words = _OF_NAMES.findall(text)
    every = "".join(word[0] for word in words)
    return f"{every} {''.join(word[0] for word in words if word.lower() not in _JOINING)}".upper()
