"""The names of metadata, and a value as it is read from a document."""

from dataclasses import dataclass

COMPANY, ALIAS, PERIOD, TYPE, LANGUAGE = "company", "alias", "period", "type", "language"
# A short form, with the long one as its value: for search, not for people.
ABBREVIATION = "abbreviation"
NOT_SHOWN = frozenset((ABBREVIATION,))
# The names that every document may have; enrichers of plugins bring more.
NAMES = (COMPANY, ALIAS, PERIOD, TYPE, LANGUAGE)


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
