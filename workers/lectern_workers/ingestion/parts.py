"""Parts: what stands in for pages where a format has none.

A part is a run of whole sections, at most about 4,000 characters long, so that a citation
of it can be read at a glance. A section longer than that is cut between its blocks, and a
block between its rows, items or sentences; a cut table repeats its header rows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lectern.documents.content import Block, BlockKind, PageContent, Removal, RemovalKind
from lectern.documents.sentences import sentences
from lectern_workers.ingestion.characters import one_line, strip_unseen
from lectern_workers.ingestion.tables import header_rows, row_text

LONGEST_PART = 4000
_LONGEST_LABEL = 80
_BETWEEN = "\n\n"
_HEADINGS = ("title", "heading")
# As many words as fit a part; a word that is longer is cut.
_WORDS = re.compile(rf"\S(?:.{{0,{LONGEST_PART - 2}}}\S)?(?=\s|$)|\S{{{LONGEST_PART}}}", re.DOTALL)


@dataclass(slots=True)
class _Piece:
    """A block on its way into a part: its lines (or sentences), and what joins them."""

    kind: BlockKind
    units: list[str]
    joint: str = "\n"
    level: int = 0
    header: int = 0
    begins_part: bool = False
    removed: list[tuple[RemovalKind, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.joint.join(self.units)


class Parts:
    """Collects the blocks of a document in order and cuts them into parts."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._unplaced: list[tuple[RemovalKind, str]] = []

    def heading(self, text: str, level: int, *, begins_part: bool = False) -> None:
        """A heading of ``level`` 1 to 6, or the document's title (0)."""
        kind: BlockKind = "heading" if level else "title"
        self._add(_Piece(kind, [text], level=level, begins_part=begins_part))

    def paragraph(self, text: str) -> None:
        """A paragraph; line breaks inside are those of the layout and become spaces."""
        self._add(_Piece("paragraph", [text]))

    def item(self, text: str) -> None:
        """A list item with its mark; items that follow each other become one list."""
        cleaned = self._cleaned(text)
        if not cleaned:
            return
        if self._pieces and self._pieces[-1].kind == "list":
            self._pieces[-1].units.append(cleaned)
        else:
            self._pieces.append(_Piece("list", [cleaned]))
        self._place()

    def code(self, text: str) -> None:
        """Preformatted text, its lines kept."""
        lines = [self._cleaned(line, layout=True) for line in text.split("\n")]
        if any(lines):
            self._pieces.append(_Piece("code", lines))
            self._place()

    def table(self, rows: Iterable[Sequence[str]], *, header: int | None = None) -> None:
        """A table; ``header`` is how many rows name the columns, None to find out."""
        cells = [[self._cleaned(cell) for cell in row] for row in rows]
        cells = [row for row in cells if any(row)]
        if not cells:
            return
        count = header_rows(cells) if header is None else header
        texts = [row_text(row) for row in cells]
        self._pieces.append(_Piece("table", texts, header=min(count, len(texts) - 1)))
        self._place()

    def leave_out(self, kind: RemovalKind, what: str) -> None:
        """Note text that is left out here."""
        if told := one_line(what):
            self._unplaced.append((kind, told))

    def pages(self) -> list[PageContent]:
        """The parts in order, numbered from 1; none for a document without text."""
        if self._pieces:
            self._place()
        parts = _packed([half for piece in self._pieces for half in _cut(piece)])
        return [_page(number, part) for number, part in enumerate(parts, 1)]

    def page(self, number: int) -> PageContent:
        """All of it as page ``number`` of a format that has pages; empty if there is nothing."""
        if self._pieces:
            self._place()
        page = _page(number, self._pieces)
        lost = tuple(Removal(kind=kind, text=what, at=0) for kind, what in self._unplaced)
        return replace(page, removed=page.removed + lost)

    def _add(self, piece: _Piece) -> None:
        piece.units = [self._cleaned(unit) for unit in piece.units]
        if any(piece.units):
            self._pieces.append(piece)
            self._place()

    def _cleaned(self, text: str, *, layout: bool = False) -> str:
        cleaned, unseen = strip_unseen(text)
        self._unplaced += unseen
        return cleaned.rstrip() if layout else " ".join(cleaned.split())

    def _place(self) -> None:
        self._pieces[-1].removed += dict.fromkeys(self._unplaced)
        self._unplaced = []


def _cut(piece: _Piece) -> list[_Piece]:
    """The piece, in several where it is longer than a part."""
    if len(piece.text) <= LONGEST_PART:
        return [piece]
    if piece.kind == "paragraph":
        piece.joint = " "
    if piece.kind in ("paragraph", "list"):
        piece.units = [part for unit in piece.units for part in _sentences(unit)]
    head = piece.units[: piece.header]
    halves = [
        replace(piece, units=head + run, removed=[])
        for run in _runs(piece.units[piece.header :], LONGEST_PART - len("\n".join(head)))
    ]
    halves[0].removed = piece.removed
    return halves


def _sentences(unit: str) -> list[str]:
    """The unit whole where it fits a part, else its sentences, themselves cut if they must be."""
    if len(unit) <= LONGEST_PART:
        return [unit]
    found = (unit[start:end] for start, end in sentences(unit))
    return [piece for sentence in found for piece in _WORDS.findall(sentence)]


def _runs(units: list[str], limit: int) -> list[list[str]]:
    """The units in runs of at most ``limit`` characters; a longer unit is a run of its own."""
    runs: list[list[str]] = [[]]
    length = 0
    for unit in units:
        if runs[-1] and length + len(unit) > limit:
            runs.append([])
            length = 0
        runs[-1].append(unit)
        length += len(unit) + 1
    return runs


def _packed(pieces: list[_Piece]) -> list[list[_Piece]]:
    """The pieces in parts: a section goes whole into one where it can."""
    parts: list[list[_Piece]] = []
    room = 0
    for section in _sections(pieces):
        if section[0].begins_part:
            room = 0
        whole = sum(_size(piece) for piece in section) <= room
        for index, piece in enumerate(section):
            below_heading = index and section[index - 1].kind in _HEADINGS
            if not whole and not below_heading and (index == 0 or _size(piece) > room):
                parts.append([])
                room = LONGEST_PART
            parts[-1].append(piece)
            room -= _size(piece)
    return parts


def _sections(pieces: list[_Piece]) -> list[list[_Piece]]:
    """The pieces in runs that each begin with their headings."""
    sections: list[list[_Piece]] = []
    for piece in pieces:
        below_text = not sections or sections[-1][-1].kind not in _HEADINGS
        if piece.begins_part or not sections or (piece.kind in _HEADINGS and below_text):
            sections.append([])
        sections[-1].append(piece)
    return sections


def _size(piece: _Piece) -> int:
    return len(piece.text) + len(_BETWEEN)


def _page(number: int, pieces: list[_Piece]) -> PageContent:
    text = ""
    blocks: list[Block] = []
    removed: list[Removal] = []
    for piece in pieces:
        start = len(text) + (len(_BETWEEN) if text else 0)
        text = f"{text}{_BETWEEN if text else ''}{piece.text}"
        head = len("\n".join(piece.units[: piece.header]))
        blocks.append(
            Block(
                kind=piece.kind,
                start=start,
                end=len(text),
                level=piece.level,
                header_end=start + head if piece.header else None,
            )
        )
        removed += [Removal(kind=kind, text=what, at=start) for kind, what in piece.removed]
    heading = next((p.text for p in pieces if p.kind in _HEADINGS), "")
    return PageContent(
        number=number,
        label=heading[:_LONGEST_LABEL],
        text=text,
        removed=tuple(removed),
        blocks=tuple(blocks),
    )
