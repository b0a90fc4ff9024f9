"""What is in a document: its pages, where each word stands, and the chunks cut from them.

Plain values between reading (a sandboxed process), cleaning, chunking, storing and citing.
All offsets count characters of the page's cleaned text (``PageContent.text``). A page is a
physical page, counted from 1, where the format has pages (``DocumentFacts.paged``), and
otherwise a part: the stretch below a heading, a spreadsheet's rows.
"""

import operator
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar, overload

RemovalKind = Literal["header", "footer", "page number", "hyphenation", "invisible", "control"]
BlockKind = Literal["title", "heading", "paragraph", "list", "table", "code"]
ColumnKind = Literal["text", "number", "date"]
Cell = TypeVar("Cell")


class Box(NamedTuple):
    """A rectangle on a page in PDF points, origin top-left, after the page's rotation."""

    x0: float
    y0: float
    x1: float
    y1: float


class WordBox(NamedTuple):
    """Where the characters [start, end) of the page's text stand on the page."""

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float


class WordBoxes(Sequence[WordBox]):
    """The words of one page in order of their offsets, in 24 bytes a word.

    A tuple of objects would take ten times that, and a long filing has a million words.
    """

    __slots__ = ("_boxes", "_ends", "_starts")

    def __init__(self, words: Iterable[WordBox] = ()) -> None:
        self._starts = array("i")
        self._ends = array("i")
        self._boxes = array("f")
        for start, end, *box in words:
            self.add(start, end, box)

    def add(self, start: int, end: int, box: Iterable[float]) -> None:
        """Append the word [start, end), which is the last so far, with its x0, y0, x1 and y1."""
        self._starts.append(start)
        self._ends.append(end)
        self._boxes.extend(box)

    @overload
    def __getitem__(self, index: int) -> WordBox: ...
    @overload
    def __getitem__(self, index: slice) -> "WordBoxes": ...
    def __getitem__(self, index: int | slice) -> "WordBox | WordBoxes":
        if isinstance(index, slice):
            return WordBoxes(self[i] for i in range(*index.indices(len(self))))
        at = range(len(self._starts))[index]
        x0, y0, x1, y1 = self._boxes[4 * at : 4 * at + 4]
        return WordBox(self._starts[at], self._ends[at], x0, y0, x1, y1)

    def __len__(self) -> int:
        return len(self._starts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WordBoxes):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __repr__(self) -> str:
        return f"WordBoxes({len(self)} words)"

    def within(self, start: int, end: int) -> Iterator[WordBox]:
        """The words that share a character with [start, end), in order."""
        at = bisect_left(self._ends, start + 1)
        while at < len(self._starts) and self._starts[at] < end:
            yield self[at]
            at += 1

    def lines(self, start: int, end: int) -> list[Box]:
        """The rectangles to highlight for [start, end): one for each line of text."""
        boxes: list[Box] = []
        for word in self.within(start, end):
            box = Box(*word[2:])
            if boxes and _same_line(boxes[-1], box):
                boxes[-1] = _around(boxes[-1], box)
            else:
                boxes.append(box)
        return boxes

    def moved(self, offsets: Sequence[int]) -> "WordBoxes":
        """The words with each offset ``i`` replaced by ``offsets[i]``; emptied ones dropped."""
        moved = WordBoxes()
        moved._starts.extend(offsets[start] for start in self._starts)
        moved._ends.extend(offsets[end] for end in self._ends)
        moved._boxes.extend(self._boxes)
        if any(map(operator.ge, moved._starts, moved._ends)):
            return WordBoxes(word for word in moved if word.start < word.end)
        return moved

    def to_bytes(self) -> bytes:
        """All words as int32 starts, int32 ends, then float32 boxes, in native byte order.

        Native is little-endian on every machine that the embedded servers run on.
        """
        return b"".join(part.tobytes() for part in (self._starts, self._ends, self._boxes))

    @classmethod
    def from_bytes(cls, data: bytes) -> "WordBoxes":
        """The words that :meth:`to_bytes` wrote; ValueError for any other length."""
        count, rest = divmod(len(data), 24)
        if rest:
            raise ValueError(f"{len(data)} bytes are not a whole number of 24-byte words")
        words = cls()
        words._starts.frombytes(data[: 4 * count])
        words._ends.frombytes(data[4 * count : 8 * count])
        words._boxes.frombytes(data[8 * count :])
        return words


def _same_line(line: Box, word: Box) -> bool:
    """Whether the word continues the line: it stands right of it, at the same height."""
    shared = min(line.y1, word.y1) - max(line.y0, word.y0)
    height = min(line.y1 - line.y0, word.y1 - word.y0)
    return shared > 0.5 * height and word.x1 > line.x0 and word.x0 >= line.x0


def _around(one: Box, other: Box) -> Box:
    return Box(
        min(one.x0, other.x0), min(one.y0, other.y0), max(one.x1, other.x1), max(one.y1, other.y1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Text of the original that the cleaned text does not hold, and where it stood."""

    kind: RemovalKind
    text: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of a page with one role. Blocks are in order and do not overlap.

    ``level`` is a heading's depth from 1 (a title has 0). ``header_end`` is, for a table,
    the offset where its header rows end; None where it has none or they are not known.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    header_end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """One page or part. ``label`` is what people call it: "12", "Sheet1", a heading.

    ``width`` and ``height`` are PDF points after rotation, None for parts. ``image_only``
    marks a page that shows something but has no text. ``problem`` is empty, or a sentence
    for people on why this page is not (wholly) readable.
    """

    number: int
    label: str
    text: str
    width: float | None = None
    height: float | None = None
    words: WordBoxes = field(default_factory=WordBoxes)
    removed: tuple[Removal, ...] = ()
    blocks: tuple[Block, ...] = ()
    image_only: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. ``path`` is its header from the outermost text to the innermost.

    ``unit`` and ``period`` are what the header says of all its cells, or empty. ``left`` and
    ``right`` are points on a PDF's page: where a row leaves cells out, they tell which.
    """

    path: tuple[str, ...] = ()
    unit: str = ""
    period: str = ""
    kind: ColumnKind = "text"
    left: float | None = None
    right: float | None = None

    @property
    def name(self) -> str:
        """The header in one line: "Fiscal 2019 \u203a First Quarter"."""
        return " \u203a ".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDraft:
    """A table before it is stored. ``number`` counts the tables of a version from 1.

    ``segments`` are [page, start, end]: the body rows are the lines of these ranges of the
    pages' texts and the cells stand between tabs. ``unit`` and ``period`` hold for all cells
    whose column says nothing else; ``row_count`` counts rows that only name a section too.
    """

    number: int
    page: int
    title: str
    columns: tuple[Column, ...]
    segments: tuple[tuple[int, int, int], ...]
    row_count: int
    unit: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """What is known of a document before its pages: they follow one by one.

    ``title`` is the document's own, or empty. ``page_count`` is how many pages or parts
    will follow. ``warnings`` are sentences for people.
    """

    content_type: str
    title: str
    paged: bool
    page_count: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkDraft:
    """A chunk before it is stored: ``text`` is ``page.text[start:end]``, letter by letter.

    ``context`` is put in front of the text for embedding and word search, and shown apart:
    the document's title and the headings above, and for a piece of a table its header rows.
    ``heading`` is the nearest heading above, or empty. ``position`` counts from 0.
    """

    position: int
    page: int
    start: int
    end: int
    text: str
    context: str
    heading: str

    @property
    def searchable(self) -> str:
        """The text that is embedded and searched: context and text on lines of their own."""
        return f"{self.context}\n{self.text}" if self.context else self.text


def below_their_headers(rows: Sequence[Sequence[Cell]], empty: Cell) -> list[tuple[Cell, ...]]:
    """Rows of cells with ``empty`` put in front of header rows that leave the first column out.

    Statements print nothing above the names of their rows, so the text of their header is one
    cell shorter, and each year would stand one column to the left of its figures.
    """
    widest = max(map(len, rows), default=0)
    body = next((at for at, row in enumerate(rows) if len(row) == widest), 0)
    return [
        (empty, *row) if at < body and 1 < len(row) == widest - 1 else tuple(row)
        for at, row in enumerate(rows)
    ]
