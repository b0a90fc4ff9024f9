"""An answer as readers see it: sentences with their citations, and the source shown beside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lectern.answering.models import Answer, Citation
from lectern.documents.models import DocumentVersion, Page
from lectern.web.marking import MarkedPage, marked_page

SNIPPET_CHARACTERS = 420
CLOSEST = 3
_BLANK_LINES = re.compile(r"\n\s*\n")


ENGINES = {"quotation": _("Quotation"), "computation": _("Computation")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A word for confidences of at least ``least``."""

    least: float
    name: str
    text: Any


# Calibrated probabilities, so the words mean what they say: nine in ten, and even odds.
BANDS = (
    Band(least=0.9, name="high", text=_("High")),
    Band(least=0.5, name="medium", text=_("Medium")),
    Band(least=0.0, name="low", text=_("Low")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of an answer: a sentence with its citation, or what stands between two."""

    text: str
    citation: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPassage:
    """A passage that was read for an answer, as it was then."""

    title: str
    page: int
    paged: bool
    text: str
    document_id: UUID | None
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything that the page of an answer shows."""

    answer: Answer
    segments: tuple[Segment, ...] = ()
    passages: tuple[ReadPassage, ...] = ()
    shown: Citation | None = None
    source: MarkedPage | None = None
    previous: int | None = None
    next: int | None = None

    @property
    def band(self) -> Band:
        """How sure the answer is, in a word."""
        return band_of(self.answer.confidence)

    @property
    def seconds(self) -> float:
        """How long finding the answer took."""
        milliseconds: float = sum(self.answer.timings.values())
        return milliseconds / 1000

    @property
    def answered_by(self) -> Any:
        """The adapter that answered, else the engine, in words for people."""
        return self.answer.adapter or ENGINES.get(self.answer.engine, self.answer.engine)

    @property
    def listed(self) -> tuple[ReadPassage, ...]:
        """The passages to show: all that were read, of a refusal the closest."""
        refused = self.answer.outcome == Answer.Outcome.REFUSED
        return self.passages[:CLOSEST] if refused else self.passages

    @property
    def percent(self) -> int:
        """The confidence in whole percent; 100 is never claimed."""
        return min(99, round(self.answer.confidence * 100))


def reading_of(answer: Answer, wanted: str = "") -> Reading:
    """How ``answer`` is shown, with the citation ``wanted`` opened, else the first."""
    citations = list(answer.citations.select_related("document", "version"))
    shown = next((each for each in citations if str(each.number) == wanted), None)
    shown = shown or (citations[0] if citations else None)
    numbers = [citation.number for citation in citations]
    paged = _paged(answer.passages)
    passages = tuple(_passage(stored, paged) for stored in answer.passages)
    return Reading(
        answer=answer,
        segments=tuple(segments_of(answer.text, citations)),
        passages=passages,
        shown=shown,
        source=_source(shown),
        previous=_beside(numbers, shown, -1),
        next=_beside(numbers, shown, 1),
    )


def segments_of(text: str, citations: Sequence[Citation]) -> list[Segment]:
    """``text`` cut at the sentences of ``citations``; joined again it is the same text."""
    segments, at = [], 0
    for citation in sorted(citations, key=lambda each: each.sentence_start):
        if citation.sentence_start > at:
            segments.append(Segment(text=text[at : citation.sentence_start]))
        start = max(at, citation.sentence_start)
        segments.append(Segment(text=text[start : citation.sentence_end], citation=citation))
        at = max(at, citation.sentence_end)
    if at < len(text):
        segments.append(Segment(text=text[at:]))
    return segments


def band_of(confidence: float) -> Band:
    """The word for ``confidence``, a probability."""
    return next(band for band in BANDS if confidence >= band.least)


def _source(citation: Citation | None) -> MarkedPage | None:
    if citation is None or citation.version is None or citation.document is None:
        return None
    page = Page.objects.filter(version=citation.version, number=citation.page).first()
    if page is None:
        return None
    span = (citation.start, citation.end)
    return marked_page(citation.document, citation.version, page, span, citation.boxes)


def _beside(numbers: list[int], shown: Citation | None, step: int) -> int | None:
    if shown is None:
        return None
    at = numbers.index(shown.number) + step
    return numbers[at] if 0 <= at < len(numbers) else None


def _paged(passages: list[dict[str, Any]]) -> set[str]:
    """The ids of the versions among ``passages`` that have pages rather than parts."""
    versions = {stored["version_id"] for stored in passages}
    paged = DocumentVersion.objects.filter(pk__in=versions, paged=True)
    return {str(version_id) for version_id in paged.values_list("pk", flat=True)}


def _passage(stored: dict[str, Any], paged: set[str]) -> ReadPassage:
    gone = bool(stored.get("removed"))
    text = _BLANK_LINES.sub("\n", stored["text"])
    shortened = len(text) > SNIPPET_CHARACTERS
    return ReadPassage(
        title=stored["title"],
        page=stored["page"],
        paged=stored["version_id"] in paged,
        text=text[:SNIPPET_CHARACTERS].rsplit(" ", 1)[0] + " …" if shortened else text,
        document_id=None if gone else UUID(stored["document_id"]),
        start=stored["start"],
        end=stored["end"],
    )
