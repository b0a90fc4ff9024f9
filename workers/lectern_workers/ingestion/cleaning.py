"""From pages as they were read to pages as they are searched and quoted.

Running headers, footers and page numbers go (they are kept in ``removed``), words that were
broken at a line's end are joined, lines become paragraphs and table rows, and the blocks of
each page are named. Offsets of words stay right throughout.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from lectern.documents.content import Block, DocumentFacts, PageContent
from lectern_workers.ingestion.arranging import Row, rows_of
from lectern_workers.ingestion.editing import Edit, edited
from lectern_workers.ingestion.furniture import Found, furniture
from lectern_workers.ingestion.layout import Line, ReadPage, body_size
from lectern_workers.ingestion.structure import Headings, blocks_of

_BROKEN = re.compile(r"\w+-\n\w+")
_WORD = re.compile(r"\w+(?:-\w+)*")
_LAST_PART = re.compile(r"([^\W\d_]+)-$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_SHORTEST_WORD = 4


def clean(facts: DocumentFacts, pages: Sequence[ReadPage]) -> list[PageContent]:
    """The cleaned pages of a document, with their blocks; pages stay in place and number."""
    # Only a PDF's pages and recognised ones come in lines; others are complete as they are.
    if not (facts.paged and any(read.lines for read in pages)):
        return [read.page for read in pages]
    body = body_size(pages)
    found = furniture(pages)
    arranged = [
        rows_of(read.page, [read.lines[index] for index in _kept(read, gone)], body)
        for read, gone in zip(pages, found, strict=True)
    ]
    headings = Headings.of(arranged, body)
    words = _vocabulary(pages)
    return [
        _cleaned(read, gone, rows, blocks_of(rows, headings), words)
        for read, gone, rows in zip(pages, found, arranged, strict=True)
    ]


def _kept(read: ReadPage, gone: Found) -> list[int]:
    return [index for index in range(len(read.lines)) if index not in gone]


def _cleaned(
    read: ReadPage, gone: Found, rows: list[Row], blocks: list[Block], words: frozenset[str]
) -> PageContent:
    edits = [*_removals(read, gone), *_joints(read.page, rows, words)]
    page, offsets = edited(read.page, edits)
    moved = [
        replace(
            block,
            start=offsets[block.start],
            end=offsets[block.end],
            header_end=None if block.header_end is None else offsets[block.header_end],
        )
        for block in blocks
    ]
    return replace(page, blocks=tuple(moved))


def _removals(read: ReadPage, gone: Found) -> Iterator[Edit]:
    """Edits that take lines out, each with the line break before it.

    The break after it is that of the next line, which may become a space or a tab; lines
    before the first that is kept have no other.
    """
    first_kept = min(_kept(read, gone), default=0)
    for index, kind in gone.items():
        line = read.lines[index]
        if index < first_kept:
            yield Edit(line.start, line.end + 1, kind=kind)
        else:
            yield Edit(max(line.start - 1, 0), line.end, kind=kind)


def _joints(page: PageContent, rows: list[Row], words: frozenset[str]) -> Iterator[Edit]:
    """Edits of the line breaks inside rows."""
    for row in rows:
        for run in row.runs:
            for before, line in pairwise(run.lines):
                yield _line_joint(page.text, before, line, words)
        for joint, run in zip(row.joints, row.runs[1:], strict=True):
            at = run.lines[0].start
            yield Edit(at - 1, at, joint)


def _line_joint(text: str, before: Line, line: Line, words: frozenset[str]) -> Edit:
    """What becomes of the line break between two lines of one run."""
    last = _LAST_PART.search(text, before.start, before.end)
    first = _FIRST_PART.match(text, line.start, line.end)
    if not last or not first:
        return Edit(line.start - 1, line.start, " ")
    lower = first.group()[0].islower()
    if lower and _is_one_word(last.group(1).lower(), first.group().lower(), words):
        return Edit(line.start - 2, line.start, kind="hyphenation")
    return Edit(line.start - 1, line.start)


def _is_one_word(last: str, first: str, words: frozenset[str]) -> bool:
    """Whether the hyphen between two parts was only put there to break the line.

    The document itself knows: by the word as a whole, by the hyphenated word elsewhere, or
    by both parts as words of their own.
    """
    if last + first in words:
        return True
    long = len(last) >= _SHORTEST_WORD and len(first) >= _SHORTEST_WORD
    return f"{last}-{first}" not in words and not (long and last in words and first in words)


def _vocabulary(pages: Sequence[ReadPage]) -> frozenset[str]:
    """All words of a document that has broken ones, in lower case, but not their parts."""
    if not any(_BROKEN.search(read.page.text) for read in pages):
        return frozenset()
    found: set[str] = set()
    for read in pages:
        found.update(_WORD.findall(_BROKEN.sub(" ", read.page.text.lower())))
    return frozenset(found)
