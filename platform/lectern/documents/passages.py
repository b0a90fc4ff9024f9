"""A passage: a stored chunk, once a question has retrieved it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One stretch of one page, with the evidence that brought it up.

    ``text`` is verbatim: the page's text from ``start`` to ``end`` (character offsets).
    ``context`` says where the stretch stands (title, headings, the header line of a table);
    it is searched and shown but is no part of the range. ``dense`` is the cosine with the
    question and ``lexical`` the BM25 score; each is None where that search did not bring
    the passage up. ``score`` orders the passages of one question and means nothing beyond.
    """

    chunk_id: UUID
    document_id: UUID
    version_id: UUID
    collection_id: UUID
    document_title: str
    page: int
    start: int
    end: int
    text: str
    context: str
    dense: float | None
    lexical: float | None
    score: float
