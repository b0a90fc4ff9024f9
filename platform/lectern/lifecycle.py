"""The one conditional status change that every life cycle in Lectern goes through."""

from collections.abc import Sequence
from typing import Any

from django.db import models


class InvalidTransition(Exception):
    """The row is no longer where the caller believed it to be, or may not go there."""


def advance(row: models.Model, to: str, *, unchanged: Sequence[str] = (), **changes: Any) -> None:
    """Move ``row`` to status ``to`` and set ``changes``, in one conditional UPDATE.

    Fields named in ``unchanged`` must still hold in the database what ``row`` holds.
    Two processes racing for the same row cannot both succeed: the loser gets
    ``InvalidTransition`` and its copy of the row stays as it was.
    """
    transitions: dict[str, Sequence[str]] = row.TRANSITIONS  # type: ignore[attr-defined]
    sources = [source for source, targets in transitions.items() if to in targets]
    same = {field: getattr(row, field) for field in unchanged}
    rows = type(row)._default_manager.filter(pk=row.pk, status__in=sources, **same)
    if not rows.update(status=to, **changes):
        raise InvalidTransition(f"{row._meta.label} {row.pk} cannot become {to!r} now")
    row.refresh_from_db()
