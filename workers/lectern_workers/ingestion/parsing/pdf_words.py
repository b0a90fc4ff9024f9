"""The words of a PDF page in reading order, with separators that keep table cells apart.

PDFium gives the order of the letters and where lines end; both are kept. A gap between
two words that is far wider than a space becomes a tab, so that the cells of a row stay on
one line and do not run together. Whatever a reader cannot see is left out and listed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from lectern.documents.content import Removal, RemovalKind, WordBox
from lectern_workers.ingestion.characters import strip_unseen
from lectern_workers.ingestion.layout import Line
from lectern_workers.ingestion.parsing.pdf_letters import Letters
from lectern_workers.ingestion.parsing.pdf_visibility import Visibility

# PDFium writes U+FFFE (older versions U+0002) for a hyphen at which it joined two lines.
# Four dots or underscores in a row lead the eye and are skipped.
_TOKEN = re.compile("[._·…]{4,}|((?:(?![._·…]{4})[^\\s\ufffe\x02])+)([\ufffe\x02]?)")
_LINE = re.compile("[^\r\n]+")
_DIGIT = re.compile(r"\d")
_LEADER_DOTS = frozenset(".·…")
_SHORTEST_LEADER = 3
# Letters lower than this (points) are there for programs, not for people.
_SMALLEST = 1.0
# Gaps in letter heights. Justified lines reach 1.0 between all of their words; the columns
# of a table come as near as 0.9, then with a number on one side.
_SURE_GAP = 1.5
_LIKELY_GAP = 0.85
_JUSTIFIED_GAP = 0.5


class Word(NamedTuple):
    """A word with its box in points from the top left of the page."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    bold: bool


@dataclass(slots=True)
class PageText:
    """A page's text as it grows line by line."""

    text: str = ""
    words: list[WordBox] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)

    def add_line(self, words: list[Word]) -> None:
        """Append a line of words, parted by spaces or, between cells, by tabs."""
        if self.text:
            self.text += "\n"
        start = at = len(self.text)
        pieces = []
        for separator, word in zip(_separators(words), words, strict=True):
            at += len(separator)
            self.words.append(WordBox(at, at + len(word.text), *word[1:5]))
            pieces += [separator, word.text]
            at += len(word.text)
        self.text += "".join(pieces)
        self.lines.append(_line(words, start, at))

    def leave_out(self, kind: RemovalKind, what: str) -> None:
        """Note what is left out here, together with the same kind left out just before."""
        last = self.removed[-1] if self.removed else None
        if last and last.kind == kind and last.at == len(self.text):
            self.removed.pop()
            what = f"{last.text} {what}"
        self.removed.append(Removal(kind=kind, text=what, at=len(self.text)))


class PageReader:
    """Reads the words of one page; ``size`` is its width and height in points."""

    def __init__(self, letters: Letters, visibility: Visibility, size: tuple[float, float]) -> None:
        self._letters = letters
        self._visibility = visibility
        self._size = size
        self._page = PageText()

    def read(self) -> PageText:
        """All that a reader sees of the page."""
        source = self._letters.text()
        for match in _LINE.finditer(source):
            for words in self._lines(source, *match.span()):
                kept = _without_leaders(words)
                if kept:
                    self._page.add_line(kept)
        return self._page

    def _lines(self, source: str, start: int, end: int) -> Iterator[list[Word]]:
        """The words of a line, in two where PDFium joined two lines at a hyphen."""
        words: list[Word] = []
        for match in _TOKEN.finditer(source, start, end):
            word = self._word(match) if match.group(1) else None
            if word is None:
                continue
            if words and _begins_line(words[-1], word):
                yield words
                words = []
            words.append(word)
            if match.group(2):
                yield words
                words = []
        yield words

    def _word(self, match: re.Match[str]) -> Word | None:
        first, last = match.start(), match.end() - 1
        text = match.group()
        box = self._letters.box(first, last)
        drawn_by = self._letters.drawn_by(first)
        if box[3] - box[1] < _SMALLEST or self._outside(box) or not self._visibility.seen(drawn_by):
            self._page.leave_out("invisible", strip_unseen(text)[0])
            return None
        if match.group(2):
            text = text[:-1] + "-"
        if not text.isascii():
            text, unseen = strip_unseen(text)
            for kind, what in unseen:
                self._page.leave_out(kind, what)
        return Word(text, *box, self._letters.bold(drawn_by)) if text else None

    def _outside(self, box: tuple[float, float, float, float]) -> bool:
        width, height = self._size
        return box[2] <= 0 or box[3] <= 0 or box[0] >= width or box[1] >= height


def _begins_line(before: Word, word: Word) -> bool:
    """Whether the word stands above or below the one before it."""
    shared = min(before.y1, word.y1) - max(before.y0, word.y0)
    return shared < 0.2 * min(before.y1 - before.y0, word.y1 - word.y0)


def _without_leaders(words: list[Word]) -> list[Word]:
    """The words without the spaced dots that lead the eye to a page number or a figure."""
    kept: list[Word] = []
    for dots, run in groupby(words, key=lambda word: word.text in _LEADER_DOTS):
        these = list(run)
        if not dots or len(these) < _SHORTEST_LEADER:
            kept += these
    return kept


def _separators(words: list[Word]) -> Iterator[str]:
    """What stands before each word: nothing, a space, or a tab before a new cell."""
    gaps = [
        (after.x0 - before.x1) / max(after.y1 - after.y0, _SMALLEST)
        for before, after in pairwise(words)
    ]
    justified = len(gaps) > 3 and median(gaps) > _JUSTIFIED_GAP
    yield ""
    for gap, before, after in zip(gaps, words, words[1:], strict=False):
        likely = gap > _LIKELY_GAP and (
            not justified or bool(_DIGIT.search(before.text) or _DIGIT.search(after.text))
        )
        yield "\t" if gap > _SURE_GAP or likely else " "


def _line(words: list[Word], start: int, end: int) -> Line:
    return Line(
        start,
        end,
        min(word.x0 for word in words),
        min(word.y0 for word in words),
        max(word.x1 for word in words),
        max(word.y1 for word in words),
        median(word.y1 - word.y0 for word in words),
        all(word.bold for word in words),
    )
