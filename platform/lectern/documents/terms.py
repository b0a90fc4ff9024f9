"""Terms and their BM25 weights: the lexical half of search.

A chunk is stored as a sparse vector of the saturated counts of its terms and a question
becomes a sparse vector of idf weights; their inner product is BM25 (Robertson and Zaragoza,
"The Probabilistic Relevance Framework: BM25 and Beyond", 2009), with the idf of Lucene,
which is never negative, and more weight for numbers. Chunks and questions are analysed by
the same function.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

K1 = 1.2
B = 0.75
DIMENSIONS = 1_000_000_000  # the most that a pgvector ``sparsevec`` may have
LONGEST_TERM = 48
# A number in a question says which one is meant (a year, a section), and vectors do not
# tell numbers apart; on the development sets the factor helped or did nothing.
NUMBER = 2.0
# As many chunks without the term are added to those searched: in a collection of a few chunks
# a word that none holds would otherwise outweigh all the words that one holds.
BACKGROUND = 100

_STOP_WORDS = """
a about after again all also am an and any are as at be because been before being between both
but by can could did do does doing down during each few for from further had has have having he
her here hers him his how i if in into is it its itself just me more most my no nor not now of
off on once only or other our out over own s same she should so some such t than that the their
them then there these they this those through to too under until up very was we were what when
where which while who whom why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_NUMBER = r"\d+(?:[.,]\d+)*"
_TOKEN = re.compile(rf"{_NUMBER}(?![^\W_])|[^\W_]+(?:['\u2019-][^\W_]+)*")
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
_JOINT = re.compile(r"['\u2019-]")
_NUMBER_IN_WORD = re.compile(r"(?<=[^\W\d_])\d{2,}|\d{2,}(?=[^\W\d_])")
_stemmers = threading.local()


def terms(text: str) -> list[str]:
    """The terms of ``text`` in order, repeats included; the same text gives the same terms.

    Case, accents and word endings do not count, stop words are left out, "5,368" is "5368",
    "long-term" gives "long", "term" and "longterm", and "FY2020" gives "fy2020" and "2020".
    """
    found: list[str] = []
    for match in _TOKEN.finditer(_folded(text)):
        found.extend(_parts(match.group()))
    return found


def term_counts(text: str) -> dict[str, int]:
    """How often each term occurs in ``text``."""
    return dict(Counter(terms(text)))


@lru_cache(maxsize=65_536)
def dimension(term: str) -> int:
    """The index of ``term`` in every sparse vector, from 1 to ``DIMENSIONS``; it never changes."""
    digest = blake2b(term.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % DIMENSIONS + 1


def chunk_weights(
    counts: Mapping[str, int], length: int, average_length: float
) -> dict[int, float]:
    """The BM25 weight of each term of a chunk by dimension, without the idf.

    ``length`` and ``average_length`` are in terms; the average is that of the chunks searched.
    """
    damping = K1 * (1 - B + B * length / average_length)
    weights: dict[int, float] = {}
    for term, count in counts.items():
        index = dimension(term)
        weights[index] = weights.get(index, 0.0) + count * (K1 + 1) / (count + damping)
    return weights


def rarities(
    question_terms: Iterable[str], frequencies: Mapping[str, int], total: int
) -> dict[str, float]:
    """The idf of each term, for numbers ``NUMBER`` times it.

    ``frequencies`` says how many of ``total`` chunks hold a term; of one missing, none does.
    """
    return {
        term: _idf(frequencies.get(term, 0), total) * (NUMBER if term[0].isdigit() else 1.0)
        for term in question_terms
    }


def _idf(frequency: int, total: int) -> float:
    without = max(total - frequency, 0) + BACKGROUND
    return math.log1p((without + 0.5) / (frequency + 0.5))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _parts(token: str) -> list[str]:
    if token[0].isdigit() and token[-1].isdigit() and token.strip("0123456789.,") == "":
        return [_THOUSANDS.sub("", token)[:LONGEST_TERM]]
    words = _JOINT.split(token)
    numbers = [number for word in words for number in _NUMBER_IN_WORD.findall(word)]
    if len(words) > 1:
        words.append("".join(words))
    return [
        _stemmed(word)
        for word in words + numbers
        if word and word not in STOP_WORDS and len(word) <= LONGEST_TERM
    ]


def _stemmed(word: str) -> str:
    # A Snowball stemmer must not be used by two threads at once.
    stemmer = getattr(_stemmers, "english", None)
    if stemmer is None:
        stemmer = _stemmers.english = Stemmer.Stemmer("english")
    return str(stemmer.stemWord(word))
