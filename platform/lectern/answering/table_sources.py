"""The tables behind the passages of a question, and the citations of their cells."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lectern.answering.citing import CitationDraft, CitedText, source_removed
from lectern.answering.computing import Source
from lectern.documents.content import WordBoxes
from lectern.documents.models import DocumentTable, Page
from lectern.documents.tables import as_table, stretches_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from lectern.answering.computing import Computation
    from lectern.documents.passages import Passage
    from lectern.documents.table_rows import Table

MOST_TABLES = 4


def sources_of(passages: Sequence[Passage]) -> Iterator[Source]:
    """The tables that the passages are of, in the order of the passages, each once.

    Runs inside the tenant, as reading the sources does.
    """
    versions = {passage.version_id for passage in passages}
    stored: dict[UUID, list[Table]] = {}
    names: dict[UUID, str] = {}
    for row in DocumentTable.objects.filter(version__in=versions).select_related("version"):
        stored.setdefault(row.version_id, []).append(as_table(row))
        names[row.version_id] = row.version.file_name
    seen: set[tuple[UUID, int]] = set()
    for passage in passages:
        for table in stored.get(passage.version_id, ()):
            key = (table.version_id, table.number)
            if key in seen or len(seen) == MOST_TABLES or not _holds(table, passage):
                continue
            seen.add(key)
            yield Source(
                table=table,
                passage=passage,
                file_name=names[table.version_id],
                stretches=partial(stretches_of, table),
            )


def _holds(table: Table, passage: Passage) -> bool:
    return any(
        page == passage.page and start < passage.end and passage.start < end
        for page, start, end in table.segments
    )


def cite_cells(computation: Computation) -> CitedText:
    """The sentence with a citation for each place. Runs inside the tenant.

    Raises ``Conflict`` if a page is gone since the table was read.
    """
    passage = computation.source.passage
    numbers = {place.page for place in computation.places}
    pages = Page.objects.filter(version_id=passage.version_id, number__in=numbers)
    found = {page.number: page for page in pages.only("number", "label", "text", "words")}
    citations = []
    for number, place in enumerate(computation.places, start=1):
        page = found.get(place.page)
        if page is None or not page.text[place.start : place.end]:
            raise source_removed()
        words = WordBoxes.from_bytes(bytes(page.words))
        citations.append(
            CitationDraft(
                number=number,
                sentence=(0, len(computation.text)),
                passage=replace(passage, page=place.page),
                start=place.start,
                end=place.end,
                quote=page.text[place.start : place.end],
                heading="\n".join(part for part in (place.row, place.column) if part),
                page_label=page.label,
                boxes=tuple(words.lines(place.start, place.end)),
            )
        )
    return CitedText(text=computation.text, citations=tuple(citations), computed=True)
