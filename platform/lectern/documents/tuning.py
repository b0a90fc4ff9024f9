"""What was learnt from a collection's own documents: how searches count, and when to refuse.

Kept with the collection as JSON; an empty one means the built-in values, and so does whatever
cannot be read of one that a later Lectern wrote.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from lectern.documents.fusion import BUILT_IN, Weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lectern.documents.models import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """``threshold`` is the probability below which a question is refused; None: the built-in."""

    weights: Weights = BUILT_IN
    threshold: float | None = None


def tuning_of(collection: Collection) -> Tuning:
    """How the collection is searched and when its questions are refused."""
    stored = collection.tuning
    threshold = stored.get("threshold")
    return Tuning(
        weights=_weights(stored.get("weights")),
        threshold=float(threshold) if _is_number(threshold) else None,
    )


def stored_tuning(tuning: Tuning, learnt: Mapping[str, Any]) -> dict[str, Any]:
    """``tuning`` as it is kept with a collection; ``learnt`` says how it came about."""
    stored: dict[str, Any] = {"learnt": dict(learnt)}
    if tuning.weights != BUILT_IN:
        stored["weights"] = asdict(tuning.weights)
    if tuning.threshold is not None:
        stored["threshold"] = tuning.threshold
    return stored


def _weights(stored: object) -> Weights:
    if not isinstance(stored, dict):
        return BUILT_IN
    known = {field.name for field in fields(Weights)}
    return Weights(
        **{
            name: float(value)
            for name, value in stored.items()
            if name in known and _is_number(value)
        }
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
