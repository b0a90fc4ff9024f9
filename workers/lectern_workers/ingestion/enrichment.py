"""What a document says of itself: whose it is, which period it covers, what type it is.

Read without a model, from titles, covers and the lines that pages repeat. What is not clear
is left out: a wrong value misleads the questions that name it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from lectern.documents.content import DocumentFacts, PageContent
from lectern.documents.document_types import type_in_title, type_on_page
from lectern.documents.metadata_values import (
    ABBREVIATION,
    ALIAS,
    COMPANY,
    LANGUAGE,
    PERIOD,
    TYPE,
    FoundValue,
)
from lectern.documents.names_and_periods import folded
from lectern.plugins.enriching import run_enrichers
from lectern.plugins.registry import plugin_named
from lectern.sdk import Page
from lectern_workers.ingestion.abbreviations import abbreviations_of
from lectern_workers.ingestion.languages import language_of
from lectern_workers.ingestion.organisations import aliases_of, organisation_of
from lectern_workers.ingestion.periods import periods_of
from lectern_workers.ingestion.titles import title_of

SOURCE = "document"
_EDGES = ("header", "footer")
_PAGE_NUMBER = re.compile(r"^\s*\d{1,3}\b|\b\d{1,3}\s*$")
_FIRST_PAGES = 2
_FIRST_LETTERS = 3_000
_MOST_ALIASES = 6


def read_metadata(
    facts: DocumentFacts, pages: Sequence[PageContent], file_name: str
) -> list[FoundValue]:
    """The metadata of a cleaned document, surest values of each name first."""
    return list(_values(facts, pages, file_name))


def read_by_plugin(
    plugin: str, document: str, facts: DocumentFacts, pages: Sequence[PageContent]
) -> list[FoundValue]:
    """What the enrichers of the collection's plugin read; ``document`` is its title."""
    shown = [
        Page(text=page.text, document=document, number=page.number if facts.paged else None)
        for page in pages
    ]
    return [
        FoundValue(name=each.name, value=each.value, source=each.enricher, page=each.page)
        for each in run_enrichers(plugin_named(plugin), shown)
    ]


def subject_of(found: Sequence[FoundValue], title: str) -> str:
    """Whose document it is and of when, as far as ``title`` does not say so; perhaps empty.

    In reports of different companies and years all else is alike: it belongs to each chunk.
    """
    first = {one.name: one.value for one in reversed(found)}
    if COMPANY not in first:
        return ""
    said = folded(title)
    names = [folded(one.value) for one in found if one.name in (COMPANY, ALIAS)]
    company = "" if any(name in said for name in names) else first[COMPANY]
    period = "" if first.get(PERIOD, "") in said else first[PERIOD]
    return " ".join(part for part in (company, period) if part)


def _values(
    facts: DocumentFacts, pages: Sequence[PageContent], file_name: str
) -> Iterator[FoundValue]:
    texts = [page.text for page in pages]
    title = f"{facts.title}\n{title_of(facts, pages, file_name)}"
    furniture = _furniture(pages)
    if company := organisation_of(title, furniture, texts):
        yield _found(COMPANY, company)
        for alias in islice(aliases_of(company, texts), _MOST_ALIASES):
            yield _found(ALIAS, alias)
    for period in periods_of(title, file_name, furniture, texts):
        yield _found(PERIOD, period)
    first = "\n".join(texts[:_FIRST_PAGES])[:_FIRST_LETTERS]
    if kind := type_in_title(f"{title}\n{furniture}") or type_on_page(first):
        yield _found(TYPE, kind)
    if language := language_of("\n".join(texts)):
        yield _found(LANGUAGE, language)
    for short, long in abbreviations_of(texts):
        yield FoundValue(name=ABBREVIATION, value=long, key=short, source=SOURCE)


def _furniture(pages: Sequence[PageContent]) -> str:
    """The lines that at least a third of the pages repeat at their edges."""
    lines: Counter[str] = Counter()
    for page in pages:
        removed = (removal.text for removal in page.removed if removal.kind in _EDGES)
        edge = {_PAGE_NUMBER.sub("", text).strip() for text in removed}
        lines.update(edge)
    often = [line for line, count in lines.items() if line and 3 * count >= len(pages) > 1]
    return "\n".join(often)


def _found(name: str, value: str) -> FoundValue:
    return FoundValue(name=name, value=value, source=SOURCE, page=1)
