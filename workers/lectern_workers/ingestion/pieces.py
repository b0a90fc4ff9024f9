"""The pieces that chunks are made of: whole blocks, or parts of blocks that are too long."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lectern.documents.content import Block, BlockKind, PageContent
from lectern.documents.sentences import sentences
from lectern_workers.ingestion.lengths import tokens

# A short paragraph right before a table introduces it ("... are as follows:").
_LONGEST_LEAD = 60
# Longer headers are not repeated: they would leave no room for rows.
_LONGEST_HEADER = 90
_HEADINGS = ("title", "heading")
_LINE = re.compile(r"[^\n]*\S[^\n]*")
# A word of more letters is cut: nothing that people write is that long.
_WORD = re.compile(r"\S{1,400}")

Path = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """[start, end) of a page's text, with the headings above it, each with its level.

    ``above`` is what a later piece of a table needs to be understood: the paragraph that
    leads to the table and its header rows. ``leads`` says that the piece must not be parted
    from the one after it.
    """

    start: int
    end: int
    tokens: int
    kind: BlockKind
    path: Path
    above: str = ""
    leads: bool = False


@dataclass(slots=True)
class Outline:
    """Where in the document the reading has come to: its headings, and its last table."""

    path: Path = ()
    table: str = ""
    columns: int = 0

    def enter(self, level: int, heading: str) -> None:
        """Go below a heading, and out of all that are not above it."""
        above = tuple(each for each in self.path if each[0] < level)
        self.path = (*above, (level, heading))
        self.table = ""


def pieces_of(page: PageContent, outline: Outline, room: Callable[[Path], int]) -> Iterator[Piece]:
    """The page's pieces in order; moves the outline on.

    ``room`` tells how many tokens a piece below some headings may have.
    """
    lead = ""
    for index, block in enumerate(page.blocks):
        text = page.text[block.start : block.end]
        piece = Piece(
            start=block.start,
            end=block.end,
            tokens=tokens(text),
            kind=block.kind,
            path=outline.path,
        )
        if block.kind in _HEADINGS:
            outline.enter(block.level, text)
            yield replace(piece, path=outline.path[:-1], leads=True)
            continue
        following = page.blocks[index + 1] if index + 1 < len(page.blocks) else None
        leads = bool(following and following.kind == "table") and piece.tokens <= _LONGEST_LEAD
        above = _above_table(page, block, lead, outline) if block.kind == "table" else ""
        goes_on = index == 0 and block.header_end is None
        longest = room(outline.path) - tokens(above or lead)
        if piece.tokens <= longest + tokens(above):
            yield replace(piece, leads=leads, above=above if goes_on else "")
        else:
            yield from _parts(page.text, block, replace(piece, above=above), longest, goes_on)
        lead = text if leads else ""


def _above_table(page: PageContent, block: Block, lead: str, outline: Outline) -> str:
    """What later pieces of a table need: its lead and header rows.

    A table without header rows at the top of a page goes on with the table that ended the
    page before, if it has as many columns.
    """
    columns = page.text[block.start : block.end].split("\n", 1)[0].count("\t")
    goes_on = block is page.blocks[0] and block.header_end is None
    if goes_on and outline.table and abs(columns - outline.columns) <= 1:
        return outline.table
    header = page.text[block.start : block.header_end] if block.header_end else ""
    header = header if tokens(header) <= _LONGEST_HEADER else ""
    above = "\n".join(part for part in (lead, header) if part)
    outline.table, outline.columns = (above, columns) if header else ("", 0)
    return above


def _parts(text: str, block: Block, piece: Piece, longest: int, goes_on: bool) -> Iterator[Piece]:
    """A long block in parts: between sentences, or the lines of a table, list or code."""
    units = [
        part
        for unit in _units(text, block)
        for sentence in _sentences(text, unit, longest)
        for part in _words(text, sentence, longest)
    ]
    run: list[tuple[int, int]] = []
    size = 0
    for start, end in [*units, (block.end, block.end)]:
        more = tokens(text[start:end])
        if run and (size + more > longest or start == block.end):
            first = run[0][0] == block.start and not goes_on
            above = "" if first else piece.above
            yield replace(piece, start=run[0][0], end=run[-1][1], tokens=size, above=above)
            run, size = [], 0
        run.append((start, end))
        size += more


def _units(text: str, block: Block) -> list[tuple[int, int]]:
    """Where a block may be cut: its sentences, or its lines where each says one thing."""
    if block.kind == "paragraph":
        return [(block.start, block.end)]
    return [match.span() for match in _LINE.finditer(text, block.start, block.end)]


def _sentences(text: str, unit: tuple[int, int], longest: int) -> list[tuple[int, int]]:
    """The unit, cut into its sentences where it is too long."""
    inside = text[unit[0] : unit[1]]
    if tokens(inside) <= longest:
        return [unit]
    return [(unit[0] + start, unit[0] + end) for start, end in sentences(inside)]


def _words(text: str, unit: tuple[int, int], longest: int) -> Iterator[tuple[int, int]]:
    """The unit, cut between words where it alone is too long."""
    if tokens(text[unit[0] : unit[1]]) <= longest:
        yield unit
        return
    start = at = unit[0]
    size = 0
    for match in _WORD.finditer(text, *unit):
        more = tokens(match.group())
        if at > start and size + more > longest:
            yield start, at
            start, size = match.start(), 0
        at = match.end()
        size += more
    if at > start:
        yield start, at
