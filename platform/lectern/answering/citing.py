"""From quotes to an answer's text and the rows that say where each sentence stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from lectern.answering.quoting import Quote
from lectern.documents.content import Box, WordBoxes
from lectern.documents.models import Page
from lectern.documents.passages import Passage
from lectern.errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationDraft:
    """A citation before it is stored.

    ``sentence`` is the range of the answer's text; ``start`` and ``end`` are the range of
    the page's text, where ``quote`` stands word for word; ``boxes`` are points from the top left,
    none for a part without a page image. ``heading`` is what stands above it: title,
    headings, and the header of the table that a quoted row is of.
    """

    number: int
    sentence: tuple[int, int]
    passage: Passage
    start: int
    end: int
    quote: str
    heading: str
    page_label: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedText:
    """An answer's text, every sentence of which has a citation, in order.

    One that was ``computed`` is a single sentence that cites each cell it was made from.
    """

    text: str
    citations: tuple[CitationDraft, ...]
    computed: bool = False


def cite(quotes: Sequence[Quote]) -> CitedText:
    """Join ``quotes`` to a text and find each on its page. Runs inside the tenant.

    Raises ``Conflict`` if a page is gone, or was read anew, since its passage was found.
    """
    pages = _pages(quotes)
    text, citations = "", []
    for number, quote in enumerate(quotes, start=1):
        sentence = " ".join(quote.text.split())
        text = f"{text} {sentence}" if text else sentence
        page = pages.get((quote.passage.version_id, quote.passage.page))
        if page is None or page.text[quote.start : quote.end] != quote.text:
            raise source_removed()
        citations.append(
            CitationDraft(
                number=number,
                sentence=(len(text) - len(sentence), len(text)),
                passage=quote.passage,
                start=quote.start,
                end=quote.end,
                quote=quote.text,
                heading=_heading(quote),
                page_label=page.label,
                boxes=tuple(WordBoxes.from_bytes(bytes(page.words)).lines(quote.start, quote.end)),
            )
        )
    return CitedText(text=text, citations=tuple(citations))


def source_removed() -> Conflict:
    """The refusal to answer from a document that is not what it was when it was searched."""
    return Conflict(
        "A document that this answer cites was deleted or replaced while it was being written. "
        "Ask again.",
        code="source_removed",
    )


def _heading(quote: Quote) -> str:
    above = quote.passage.context
    return above if quote.header in above else f"{above}\n{quote.header}".strip()


def _pages(quotes: Sequence[Quote]) -> dict[tuple[UUID, int], Page]:
    if not quotes:
        return {}
    places = {(quote.passage.version_id, quote.passage.page) for quote in quotes}
    wanted = reduce(or_, (Q(version_id=version, number=page) for version, page in places))
    pages = Page.objects.filter(wanted).only("version_id", "number", "label", "text", "words")
    return {(page.version_id, page.number): page for page in pages}
