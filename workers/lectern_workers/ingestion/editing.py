"""Changing a page's text while everything that points into it stays right."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from lectern.documents.content import PageContent, Removal, RemovalKind


class Edit(NamedTuple):
    """Put ``text`` in the place of [start, end), which is not empty.

    With a ``kind``, what stood there is listed as removed.
    """

    start: int
    end: int
    text: str = ""
    kind: RemovalKind | None = None


def edited(page: PageContent, edits: Iterable[Edit]) -> tuple[PageContent, list[int]]:
    """The page after the edits, which must not overlap, and where each old offset went.

    Words and earlier removals move with their text; words that lose all of it are dropped.
    An offset inside an edit goes to the edit's start, its end to its end.
    """
    pieces: list[str] = []
    offsets: list[int] = []
    removed: list[Removal] = []
    at = length = 0
    for edit in sorted(edits):
        kept = page.text[at : edit.start]
        pieces += [kept, edit.text]
        offsets += range(length, length + len(kept))
        length += len(kept)
        offsets += [length] * (edit.end - edit.start)
        if edit.kind:
            what = " ".join(page.text[edit.start : edit.end].split())
            removed.append(Removal(kind=edit.kind, text=what, at=length))
        length += len(edit.text)
        at = edit.end
    pieces.append(page.text[at:])
    offsets += range(length, length + len(page.text) - at + 1)
    earlier = [replace(each, at=offsets[each.at]) for each in page.removed]
    changed = replace(
        page,
        text="".join(pieces),
        words=page.words.moved(offsets),
        removed=tuple(sorted([*earlier, *removed], key=lambda each: each.at)),
    )
    return changed, offsets
