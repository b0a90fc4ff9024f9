"""Passages that stand beside each other, read as one.

What answers a question often runs over the end of a chunk. Joined, its parts are read, quoted
and shown together, and what stands above them once.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lectern.documents.passages import Passage

# In characters. Three times the usual chunk: what is longer puts too much before the next
# passage (benchmarks/retrieval.py).
LONGEST = 1_800
# Between two chunks of a page stands a space, or the end of a line or two.
WIDEST_GAP = 8


def joined(passages: Iterable[Passage], *, limit: int) -> tuple[Passage, ...]:
    """The first ``limit`` passages once those beside each other on a page are one.

    A joined passage stands where its best part stood, with that part's scores, and is the text
    of its page from start to end.
    """
    runs: list[list[Passage]] = []
    for passage in passages:
        runs = _with(passage, runs)
    return tuple(_one(run) for run in runs[:limit])


def _with(passage: Passage, runs: Sequence[list[Passage]]) -> list[list[Passage]]:
    """The runs with the passage in that which it lengthens, or between two that it connects."""
    grown, place = [passage], None
    others: list[list[Passage]] = []
    for run in runs:
        both = _together(run, grown)
        if both is None:
            others.append(run)
        else:
            grown, place = both, len(others) if place is None else place
    others.insert(len(others) if place is None else place, grown)
    return others


def _together(one: list[Passage], other: list[Passage]) -> list[Passage] | None:
    for before, after in ((one, other), (other, one)):
        if after[-1].end - before[0].start <= LONGEST and _continues(before[-1], after[0]):
            return [*before, *after]
    return None


def _continues(one: Passage, other: Passage) -> bool:
    """Whether ``other`` is the chunk after ``one``, on the same page."""
    return (one.version_id, one.page, one.position + 1) == (
        other.version_id,
        other.page,
        other.position,
    ) and 0 <= other.start - one.end <= len(one.after)


def _one(run: Sequence[Passage]) -> Passage:
    if len(run) == 1:
        return run[0]
    first, last = run[0], run[-1]
    parts = [one.text + one.after[: other.start - one.end] for one, other in pairwise(run)]
    best = max(run, key=lambda passage: passage.score)
    return replace(
        best,
        start=first.start,
        end=last.end,
        text="".join([*parts, last.text]),
        context=first.context,
        position=first.position,
        after=last.after,
    )
