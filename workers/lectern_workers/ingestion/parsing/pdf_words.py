"""The words of a PDF page in reading order, with separators that keep table cells apart.

PDFium gives the order of the letters and where lines end; both are kept. A gap between
two words that is far wider than a space becomes a tab, so that the cells of a row stay on
one line and do not run together. Whatever a reader cannot see is left out and listed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import sub
from statistics import median

from lectern.documents.content import Removal, RemovalKind, WordBoxes
from lectern_workers.ingestion.characters import strip_unseen
from lectern_workers.ingestion.layout import Line
from lectern_workers.ingestion.parsing.pdf_letters import Letters
from lectern_workers.ingestion.parsing.pdf_visibility import Visibility

# PDFium writes U+FFFE (older versions U+0002) for a hyphen at which it joined two lines.
# Four dots or underscores in a row lead the eye and are skipped.
_TOKEN = re.compile("[._·…]{4,}|((?:(?![._·…]{4})[^\\s\ufffe\x02])+)([\ufffe\x02]?)")
_SPECIAL = re.compile("[._·…]{4}|[\ufffe\x02]")
_WORD = re.compile(r"(\S+)()")
_LINE = re.compile("[^\r\n]+")
_DIGIT = re.compile(r"\d")
_LEADER_DOTS = frozenset(".·…")
_LEADER = re.compile(r"(?<!\w)[.·…](?!\w)")
_SHORTEST_LEADER = 3
# Letters lower than this (points) are there for programs, not for people.
_SMALLEST = 1.0
# Gaps in letter heights. Justified lines reach 1.0 between all of their words; the columns
# of a table come as near as 0.9, then with a number on one side.
_SURE_GAP = 1.5
_LIKELY_GAP = 0.85
_JUSTIFIED_GAP = 0.5


# A word with its box in points from the top left of the page, and whether it is bold. It is
# a plain tuple because a long filing has a million of them.
Word = tuple[str, float, float, float, float, bool]


@dataclass(slots=True)
class PageText:
    """A page's text as it grows line by line."""

    text: str = ""
    words: WordBoxes = field(default_factory=WordBoxes)
    lines: list[Line] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)

    def add_line(self, words: list[Word]) -> None:
        """Append a line of words, parted by spaces or, between cells, by tabs."""
        if self.text:
            self.text += "\n"
        start = at = len(self.text)
        pieces: list[str] = []
        for separator, word in zip(_separators(words), words, strict=True):
            text = word[0]
            at += len(separator)
            end = at + len(text)
            self.words.add(at, end, word[1:5])
            pieces += (separator, text)
            at = end
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
        # Of each text object, by its address: whether it is seen, and whether it is bold.
        self._looks: dict[int, tuple[bool, bool]] = {}

    def read(self) -> PageText:
        """All that a reader sees of the page."""
        source = self._letters.text()
        token = _TOKEN if _SPECIAL.search(source) else _WORD
        has_leaders = _LEADER.search(source) is not None
        for match in _LINE.finditer(source):
            for words in self._lines(token.finditer(source, *match.span())):
                kept = _without_leaders(words) if has_leaders else words
                if kept:
                    self._page.add_line(kept)
        return self._page

    def _lines(self, tokens: Iterator[re.Match[str]]) -> Iterator[list[Word]]:
        """The words of a line, in two where PDFium joined two lines at a hyphen."""
        words: list[Word] = []
        for match in tokens:
            text, broken = match.groups()
            word = self._word(text, broken, *match.span()) if text else None
            if word is None:
                continue
            if words and _begins_line(words[-1], word):
                yield words
                words = []
            words.append(word)
            if broken:
                yield words
                words = []
        if words:
            yield words

    def _word(self, text: str, broken: str, first: int, after: int) -> Word | None:
        x0, y0, x1, y1 = self._letters.box(first, after - 1)
        width, height = self._size
        drawn_by = self._letters.drawn_by(first)
        seen, bold = self._looks.get(drawn_by) or self._look(drawn_by)
        outside = x1 <= 0 or y1 <= 0 or x0 >= width or y0 >= height
        if outside or y1 - y0 < _SMALLEST or not seen:
            self._page.leave_out("invisible", strip_unseen(text)[0])
            return None
        if broken:
            text += "-"
        if not (text.isascii() and text.isprintable()):
            text, unseen = strip_unseen(text)
            for kind, what in unseen:
                self._page.leave_out(kind, what)
        return (text, x0, y0, x1, y1, bold) if text else None

    def _look(self, drawn_by: int) -> tuple[bool, bool]:
        look = self._visibility.seen(drawn_by), self._letters.bold(drawn_by)
        self._looks[drawn_by] = look
        return look


def _begins_line(before: Word, word: Word) -> bool:
    """Whether the word stands above or below the one before it."""
    _, _, top, _, bottom, _ = before
    _, _, top2, _, bottom2, _ = word
    if top == top2:
        return False
    shared = min(bottom, bottom2) - max(top, top2)
    return shared < 0.2 * min(bottom - top, bottom2 - top2)


def _without_leaders(words: list[Word]) -> list[Word]:
    """The words without the spaced dots that lead the eye to a page number or a figure."""
    if sum(word[0] in _LEADER_DOTS for word in words) < _SHORTEST_LEADER:
        return words
    kept: list[Word] = []
    for dots, run in groupby(words, key=lambda word: word[0] in _LEADER_DOTS):
        these = list(run)
        if not dots or len(these) < _SHORTEST_LEADER:
            kept += these
    return kept


def _separators(words: list[Word]) -> list[str]:
    """What stands before each word: nothing, a space, or a tab before a new cell."""
    gaps = [
        (after[1] - before[3]) / max(after[4] - after[2], _SMALLEST)
        for before, after in pairwise(words)
    ]
    if not gaps or max(gaps) <= _LIKELY_GAP:
        return ["", *" " * len(gaps)]
    justified = len(gaps) > 3 and median(gaps) > _JUSTIFIED_GAP
    separators = [""]
    for gap, (before, after) in zip(gaps, pairwise(words), strict=True):
        likely = gap > _LIKELY_GAP and (
            not justified or bool(_DIGIT.search(before[0]) or _DIGIT.search(after[0]))
        )
        separators.append("\t" if gap > _SURE_GAP or likely else " ")
    return separators


def _line(words: list[Word], start: int, end: int) -> Line:
    _, lefts, tops, rights, bottoms, bolds = zip(*words, strict=True)
    heights = sorted(map(sub, bottoms, tops))
    return Line(
        start,
        end,
        min(lefts),
        min(tops),
        max(rights),
        max(bottoms),
        heights[len(heights) // 2],
        all(bolds),
    )
