"""What a question says about the documents that it is about: whose, on which year, which type.

No model: the names, years and types in the question are compared with the metadata of the
documents searched. What matches is preferred and nothing is left out, for metadata may be
wrong; where nothing matches, all documents are alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from lectern.documents.document_types import types_asked
from lectern.documents.names_and_periods import folded, quarters_of, years_of
from lectern.documents.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from lectern.documents.scope import Scope

# What is added to the scores of a document's chunks. Measured by benchmarks/narrowing.py: from
# half of these to twice as much changes little.
COMPANY = 0.6
PERIOD = 0.2
# The year of a company's report tells it from the others; a year alone may be that of anything.
PERIOD_OF_COMPANY = 0.4
TYPE = 0.05
# How much of COMPANY a document of the right year gets whose company nobody knows.
UNKNOWN = 0.5
# A figure stands also in the reports of the years after, but is best cited in its own. The report
# on the last of several years has those before it as well.
EARLIER, LATER = 0.6, 0.3
# Where a question prefers more documents than this, it says nothing of which one.
MOST_PREFERRED = 1_000
LEAST_SHARE = 0.3
_LONGEST_NAME = 7
_CAPITALS = re.compile(r"[A-Z].*[A-Z]")
_WORDS = re.compile(r"[\w&.'\u2019-]+")

_NAMED = ("company", "alias")
_MATCHING = """
WITH named AS (
  SELECT DISTINCT m.document_id FROM documents_documentmetadata m
  JOIN documents_document d ON d.tenant_id = m.tenant_id AND d.id = m.document_id
  WHERE m.tenant_id = %(tenant)s AND d.collection_id = ANY (%(collections)s){within}
    AND m.name = ANY (%(named)s) AND m.folded = ANY (%(names)s)
  LIMIT %(most)s
), matching AS (
  SELECT m.document_id, m.name, m.folded, m.value FROM documents_documentmetadata m
  JOIN documents_document d ON d.tenant_id = m.tenant_id AND d.id = m.document_id
  WHERE m.tenant_id = %(tenant)s AND d.collection_id = ANY (%(collections)s){within}
    AND (m.name = ANY (%(named)s) AND m.folded = ANY (%(names)s)
      OR m.name = 'period' AND m.folded = ANY (%(periods)s)
      OR m.name = 'type' AND m.folded = ANY (%(types)s)
      OR m.name = 'company' AND m.document_id IN (SELECT document_id FROM named))
    AND (NOT EXISTS (SELECT FROM named)
      OR m.document_id IN (SELECT document_id FROM named)
      OR NOT EXISTS (
        SELECT FROM documents_documentmetadata c WHERE c.tenant_id = m.tenant_id
        AND c.document_id = m.document_id AND c.name = 'company' AND c.folded <> ''))
  LIMIT %(rows)s
)
SELECT document_id, name, folded, value FROM matching
"""
# What is left out of the scope says nothing: neither its values nor that it has some.
_OF_DOCUMENTS = " AND d.id = ANY (%(documents)s)"
_NOT_HIDDEN = " AND d.id <> ALL (%(hidden)s)"


# The long form that most documents give a short one, where the short one itself finds little.
# Two letters mean too many things, and to add the short form where a question has the long one
# lost more than it found.
_SPELLED_OUT = """
SELECT DISTINCT ON (folded) value FROM (
  SELECT m.folded, m.value, count(*) AS documents FROM documents_documentmetadata m
  JOIN documents_document d ON d.tenant_id = m.tenant_id AND d.id = m.document_id
  WHERE m.tenant_id = %(tenant)s AND d.collection_id = ANY (%(collections)s){within}
    AND m.name = 'abbreviation' AND m.folded = ANY (%(short)s) AND char_length(m.folded) > 2
    AND NOT EXISTS (
      SELECT FROM documents_termfrequency f WHERE f.tenant_id = m.tenant_id
      AND f.collection_id = d.collection_id AND f.term = m.folded AND f.chunks > 5)
  GROUP BY m.folded, m.value
) AS meaning ORDER BY folded, documents DESC, value LIMIT 5
"""


class Known(NamedTuple):
    """A value of a document's metadata that the question names."""

    document_id: UUID
    name: str
    folded: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a question names, as metadata writes it (``folded``).

    ``names`` are candidates, ``short`` those that may be abbreviations.
    """

    names: tuple[str, ...]
    years: tuple[str, ...]
    quarters: tuple[str, ...]
    types: tuple[str, ...]
    short: tuple[str, ...]

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods of the documents that may hold what is asked."""
        later = [str(int(year) + 1) for year in self.years]
        return tuple(dict.fromkeys((*self.years, *self.quarters, *later)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """The documents that a question prefers, by what is added to their scores, and why.

    ``shown`` are the values that matched, by name: for people to see. ``settled`` are the terms
    of the question by which they did: what the preferred documents are, they need not say.
    ``spelled_out`` are the long forms of what the question abbreviates.
    """

    preferred: Mapping[UUID, float] = field(default_factory=dict)
    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    spelled_out: tuple[str, ...] = ()

    def expanded(self, question: str) -> str:
        """``question`` as it is searched for: with what is spelled out in brackets behind it."""
        return f"{question} ({'; '.join(self.spelled_out)})" if self.spelled_out else question


def prefer(scope: Scope, question: str) -> tuple[Scope, Understanding]:
    """``scope`` with the documents preferred that ``question`` is about. Runs inside the tenant.

    Of a few documents that were chosen by a person all are alike.
    """
    if scope.documents is not None and len(scope.documents) == 1:
        return scope, Understanding()
    found = understood(scope, question)
    return replace(scope, preferred=found.preferred), found


def understood(scope: Scope, question: str) -> Understanding:
    """What ``question`` says about the documents in ``scope``. Runs inside the tenant."""
    asked = asked_of(question)
    if not (asked.names or asked.periods or asked.types):
        return Understanding()
    parameters: dict[str, Any] = {
        "tenant": scope.tenant_id,
        "collections": list(scope.collections),
        "documents": list(scope.documents or ()),
        "hidden": list(scope.hidden),
        "named": list(_NAMED),
        "names": list(asked.names),
        "periods": list(asked.periods),
        "types": list(asked.types),
        "short": list(asked.short),
        "most": MOST_PREFERRED + 1,
        "rows": 4 * MOST_PREFERRED,
    }
    within = "" if scope.documents is None else _OF_DOCUMENTS
    within += _NOT_HIDDEN if scope.hidden else ""
    with connection.cursor() as cursor:
        cursor.execute(_MATCHING.format(within=within), parameters)
        rows = [Known(*row) for row in cursor.fetchall()]
        cursor.execute(_SPELLED_OUT.format(within=within), parameters)
        spelled_out = tuple(value for (value,) in cursor.fetchall())
    # So many that the question says nothing of which one.
    known = preferred_of(asked, rows if len(rows) < parameters["rows"] else [])
    names = full_names(asked, rows)
    said = [long for long in spelled_out if not any(long in name for name in names)]
    return replace(known, spelled_out=(*names, *said))


def full_names(asked: Asked, rows: Iterable[Known]) -> list[str]:
    """The names of the companies that a question calls by letters: a ticker, initials."""
    companies = {row.document_id: row.value for row in rows if row.name == "company"}
    letters = [row for row in rows if row.name == "alias" and row.folded in asked.short]
    found = {companies.get(row.document_id, "") for row in letters}
    return sorted(name for name in found if name)[:3]


def asked_of(question: str) -> Asked:
    """The names, periods and types in ``question``.

    A single word is a candidate for a name only where it is written with a capital letter or
    digits, unless the whole question is in small letters: "target" is a word and a company.
    """
    words = [(folded(word), word) for word in _WORDS.findall(question)]
    words = [(plain, word) for plain, word in words if plain]
    small = question == question.lower()
    names: dict[str, None] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1):
            run = words[start:end]
            if end - start > 1 or small or _is_name(run[0][1], start):
                names[" ".join(plain for plain, _ in run)] = None
            if end - start == 2 and run[0][1][0].isupper():
                names["".join(plain for plain, _ in run)] = None
    return Asked(
        names=tuple(names),
        years=tuple(years_of(question)),
        quarters=tuple(quarters_of(question)),
        types=tuple(types_asked(question)),
        short=tuple(plain for plain, word in words if _CAPITALS.search(word)),
    )


def preferred_of(asked: Asked, known: Iterable[Known]) -> Understanding:
    """The documents to prefer, given the values that matched. Documents that are named by
    their company are preferred above those that match in year or type alone."""
    documents: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    shown: dict[str, set[str]] = defaultdict(set)
    named_by: set[str] = set()
    for row in known:
        if row.name in _NAMED:
            named_by.update({row.folded}.intersection(asked.names))
        name = "company" if row.name in _NAMED else row.name
        documents[row.document_id][name].add(row.folded)
        if name != "period" or row.folded in (*asked.years, *asked.quarters):
            shown[name].add(row.value)
    if not documents or len(documents) > MOST_PREFERRED:
        return Understanding()
    named = "company" in shown
    scores = {
        document: _preference(asked, values, named=named) for document, values in documents.items()
    }
    # Where some documents are meant, those far below them are as all others.
    least = max(scores.values()) * LEAST_SHARE
    return Understanding(
        preferred={document: value for document, value in scores.items() if value > least},
        shown={name: sorted(values) for name, values in shown.items()},
        settled=_settled(asked, named_by, shown["period"]),
    )


def _settled(asked: Asked, names: Iterable[str], periods: Iterable[str]) -> frozenset[str]:
    """The terms of the names and years of a question that documents are known by."""
    written = list(names)
    for period in {folded(value) for value in periods}.intersection(asked.years):
        written += [period, f"fy{period}", f"fy{period[2:]}", "fy fiscal year"]
    return frozenset(term for words in written for term in terms(words))


def _preference(asked: Asked, values: Mapping[str, set[str]], *, named: bool) -> float:
    """What is added to a document's scores; ``named``: whether the question names a company."""
    share = _period_share(asked, values["period"])
    company = 1.0 if values["company"] else UNKNOWN * share
    period = (PERIOD_OF_COMPANY if named else PERIOD) * share
    return COMPANY * company * named + period + TYPE * bool(values["type"])


def _period_share(asked: Asked, periods: set[str]) -> float:
    """How well a document on ``periods`` suits the years asked for: 1 for the last of them."""
    if not asked.years:
        return 1.0 if periods.intersection(asked.quarters) else 0.0
    if asked.quarters and periods.intersection(asked.quarters):
        return 1.0
    last = max(asked.years)
    if last in periods:
        return 1.0
    if periods.intersection(asked.years):
        return EARLIER
    return LATER if str(int(last) + 1) in periods else 0.0


def _is_name(word: str, place: int) -> bool:
    """Whether a single word may be a name: the first word of a question has a capital anyway."""
    capital = word[0].isupper() and (place > 0 or not word[1:].islower() or len(word) > 3)
    return capital or word[0].isdigit()
