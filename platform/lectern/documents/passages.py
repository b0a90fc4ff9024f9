"""What a question retrieves: passages, each a stored chunk with what brought it up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One stretch of one page, with the evidence that brought it up.

    ``text`` is verbatim: the page's text from ``start`` to ``end`` (character offsets).
    ``context`` says where the stretch stands (title, headings, the header line of a table);
    it is searched and shown but is no part of the range. ``dense`` is the cosine with the
    question and ``lexical`` the BM25 score, whichever search brought the passage up; None where
    it is not known. ``score`` orders the passages of one question and means nothing beyond.
    ``dense_rank`` and ``lexical_rank``, from 1, are its places in the two searches, None where
    it was not among the candidates of one. ``support`` is what the score has from the chunks
    beside it. ``position`` is the chunk's number in its document, and ``after`` is how the page
    goes on behind it, as far as a chunk beside it begins.
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
    position: int = 0
    dense_rank: int | None = None
    lexical_rank: int | None = None
    support: float = 0.0
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """The passages of a question, best first, and how they were found.

    ``rarities`` says how rare each of the question's terms is (idf), ``vector`` is its unit
    vector and ``timings`` the milliseconds of each step.
    """

    passages: tuple[Passage, ...]
    rarities: Mapping[str, float]
    vector: NDArray[np.float32]
    timings: Mapping[str, float] = field(default_factory=dict)
