"""The names of metadata, and a value as it is read from a document."""

from collections.abc import Sized
from dataclasses import dataclass

from lectern.errors import Invalid

COMPANY, ALIAS, PERIOD, TYPE, LANGUAGE = "company", "alias", "period", "type", "language"
# A short form, with the long one as its value: for search, not for people.
ABBREVIATION = "abbreviation"
NOT_SHOWN = frozenset((ABBREVIATION,))
# The names that every document may have; enrichers of plugins bring more.
NAMES = (COMPANY, ALIAS, PERIOD, TYPE, LANGUAGE)
# Each is a condition of its own: the database thinks about 300 of them for a minute.
MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundValue:
    """A value that an enricher read; ``source`` is its name, ``page`` where it stands.

    Questions are compared with ``key``, or with the value where that is empty.
    """

    name: str
    value: str
    source: str
    page: int | None = None
    key: str = ""


def refuse_many(named: Sized) -> None:
    """Raise ``Invalid`` for more metadata than one request may name."""
    if len(named) > MOST_AT_ONCE:
        raise Invalid(
            f"{len(named)} names or values of metadata are too many at once; name at most "
            f"{MOST_AT_ONCE}."
        )
