"""One order from two searches: by vectors and by words.

Reciprocal ranks throw away how sure each search is, and at equal weight they fell below the
better search on one development set. The two scores are put on scales that mean the same for
every question instead, and added.

``search.py`` computes the same inside its statement; a test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

DOCUMENT_CHUNKS = 2  # so many of a document's best speak for all of its chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What counts beside the cosine, which counts 1.

    ``lexical``: the share of the question that a chunk's words hold; ``neighbour``: the better of
    the two chunks beside it in its document; ``document``: the mean of its document's best.
    Measured by ``benchmarks/retrieval.py``: half as much or twice as much changes little.
    """

    lexical: float = 1.2
    neighbour: float = 0.2
    document: float = 0.4


BUILT_IN = Weights()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk that a search brought up: its cosine and its BM25 score, None where not known.

    ``position`` is its place among the chunks of its document.
    """

    chunk_id: UUID
    document_id: UUID
    position: int
    dense: float | None
    lexical: float | None


def fused(
    candidates: Sequence[Candidate], *, rarity: float, weights: Weights = BUILT_IN
) -> list[tuple[Candidate, float]]:
    """The candidates with their scores, best first; equal scores stand in the order of ids.

    ``rarity`` is the sum of the idf of the question's terms. It is the BM25 score of a chunk of
    average length that holds each term once, so a chunk's score divided by it says how much of
    the question the chunk holds, about 0 to 1: the range of a cosine. A score that is not known
    counts as the lowest known one, which is the most it can be. What goes on in the chunk before
    or after speaks for a chunk, and the mean of a document's two best for all of its chunks.
    """
    dense = _known([candidate.dense for candidate in candidates])
    lexical = _known([candidate.lexical for candidate in candidates])
    share = weights.lexical / rarity if rarity > 0 else 0.0
    alone = {
        (candidate.document_id, candidate.position): cosine + share * words
        for candidate, cosine, words in zip(candidates, dense, lexical, strict=True)
    }
    own = {
        candidate.chunk_id: alone[candidate.document_id, candidate.position]
        + weights.neighbour * _beside(candidate, alone)
        for candidate in candidates
    }
    spoken_for = _of_documents(candidates, own)
    scored = [
        (
            candidate,
            own[candidate.chunk_id] + weights.document * spoken_for[candidate.document_id],
        )
        for candidate in candidates
    ]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0].chunk_id))


def _beside(candidate: Candidate, alone: Mapping[tuple[UUID, int], float]) -> float:
    """The better score of the chunks directly before and after, as far as they were found."""
    document, position = candidate.document_id, candidate.position
    beside = (alone.get((document, position - 1)), alone.get((document, position + 1)))
    return max((score for score in beside if score is not None and score > 0), default=0.0)


def _known(scores: Iterable[float | None]) -> list[float]:
    listed = list(scores)
    lowest = min((score for score in listed if score is not None), default=0.0)
    return [lowest if score is None else score for score in listed]


def _of_documents(candidates: Iterable[Candidate], own: Mapping[UUID, float]) -> dict[UUID, float]:
    by_document: dict[UUID, list[float]] = defaultdict(list)
    for candidate in candidates:
        by_document[candidate.document_id].append(own[candidate.chunk_id])
    return {
        document: fmean(sorted(scores)[-DOCUMENT_CHUNKS:])
        for document, scores in by_document.items()
    }
