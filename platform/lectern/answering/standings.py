"""How golden questions stand: one question, all of a run, and one run against an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID


class Change(StrEnum):
    """How a question stands against an earlier run."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one golden question went.

    ``rank`` is the place, from 1, of the first passage from the right page, None if none was
    found; ``answered_right`` is None where there is no golden answer to compare with.
    """

    answerable: bool
    rank: int | None
    refused: bool
    answered_right: bool | None
    milliseconds: float

    @property
    def verdict_right(self) -> bool:
        """Whether it was answered if the documents answer it, and refused if they do not."""
        return self.refused is not self.answerable

    @property
    def reciprocal_rank(self) -> float:
        """One divided by the rank; 0 where nothing right was found."""
        return 1 / self.rank if self.rank else 0.0

    def merit(self) -> tuple[bool, bool, float]:
        """What of two standings of a question is the better: the verdict, the answer, the place."""
        return self.verdict_right, bool(self.answered_right), self.reciprocal_rank


def change(before: Standing, after: Standing) -> Change:
    """How a question stands against ``before``; the time it took is no part of that."""
    if after.merit() == before.merit():
        return Change.SAME
    return Change.BETTER if after.merit() > before.merit() else Change.WORSE


def figures_of(standings: Sequence[Standing]) -> dict[str, Any]:
    """The figures of a run: counts of questions, means between 0 and 1, and median milliseconds.

    A mean over no question is None. ``found`` counts answerable questions whose right page is
    among the passages; ``hit_1``, ``hit_5`` and ``mrr`` are means over the answerable ones.
    """
    answerable = [each for each in standings if each.answerable]
    others = [each for each in standings if not each.answerable]
    compared = [each for each in answerable if each.answered_right is not None]
    return {
        "questions": len(standings),
        "answerable": len(answerable),
        "unanswerable": len(others),
        "compared": len(compared),
        "found": sum(each.rank is not None for each in answerable),
        "hit_1": _mean(each.reciprocal_rank == 1 for each in answerable),
        "hit_5": _mean(each.reciprocal_rank >= 1 / 5 for each in answerable),
        "mrr": _mean(each.reciprocal_rank for each in answerable),
        "answered_right": _mean(bool(each.answered_right) for each in compared),
        "refused_right": _mean(each.refused for each in others),
        "refused_wrong": _mean(each.refused for each in answerable),
        "p50_ms": round(median(each.milliseconds for each in standings), 1) if standings else None,
    }


def changes(
    before: Mapping[UUID, Standing], after: Mapping[UUID, Standing]
) -> dict[Change, list[UUID]]:
    """The questions of both runs by how they changed; those of one run alone are left out."""
    sorted_out: dict[Change, list[UUID]] = {each: [] for each in Change}
    for question, standing in after.items():
        if question in before:
            sorted_out[change(before[question], standing)].append(question)
    return sorted_out


def _mean(values: Iterable[float]) -> float | None:
    listed = [float(value) for value in values]
    return round(fmean(listed), 4) if listed else None
