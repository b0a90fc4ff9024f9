"""A folder with docs/ and questions.jsonl, read and indexed in memory as Lectern indexes it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from lectern.answering.measures import Case, Result
from lectern.documents.fusion import Candidate, fused
from lectern.documents.joining import WIDEST_GAP, joined
from lectern.documents.names_and_periods import folded
from lectern.documents.passages import Passage
from lectern.documents.terms import chunk_weights, dimension, rarities, terms
from lectern.documents.understanding import Known
from lectern_workers.ingestion.chunking import chunk
from lectern_workers.ingestion.cleaning import clean
from lectern_workers.ingestion.enrichment import read_metadata, subject_of
from lectern_workers.ingestion.sandbox import ParsingFailed, read_document
from lectern_workers.ingestion.titles import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lectern.backends.embedder import Embedder
    from lectern.documents.content import ChunkDraft
    from lectern.documents.metadata_values import FoundValue

EACH_LEG = 100
# As lectern.answering.ask has them.
PASSAGES, RANKED = 10, 12
AVERAGE_TERMS = 110.0  # as lectern.documents.index has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of the set; ``answer`` None: the documents do not answer it."""

    text: str
    answer: str | None
    document: str
    pages: tuple[int, ...]
    evidence: str
    within: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What each chunk scores for one question: arrays as long as there are chunks.

    ``vector`` is the question's.
    """

    vector: NDArray[np.float32]
    dense: NDArray[np.float64]
    lexical: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    rarities: Mapping[str, float]


class MeasuredSet:
    """The chunks of a set's documents with their vectors and term weights, and its questions."""

    def __init__(self, folder: Path, documents: Embedder, questions: Embedder) -> None:
        """Read all files of ``folder``; two embedders of one name embed the two sides."""
        self.questions = _questions(folder / "questions.jsonl")
        self.documents: list[str] = []
        self.chunks: list[ChunkDraft] = []
        self._after: list[str] = []
        self.known: list[Known] = []
        for path in sorted(file for file in (folder / "docs").rglob("*") if file.is_file()):
            drafts, after, found = _chunks_of(path)
            document = UUID(int=len(self.documents) + 1)
            self.known += [
                Known(document, one.name, folded(one.key or one.value), one.value) for one in found
            ]
            self.documents += [path.relative_to(folder).as_posix()] * len(drafts)
            self.chunks += drafts
            self._after += after
        self.names = np.array(self.documents)
        first = {name: self.documents.index(name) for name in set(self.documents)}
        self.keys = [UUID(int=first[name] + 1) for name in self.documents]
        self._embedder = questions
        self.vectors = documents.embed([draft.searchable for draft in self.chunks])
        self._weights: list[dict[int, float]] = []
        self._frequencies: Counter[str] = Counter()
        for draft in self.chunks:
            found = terms(draft.searchable)
            counts = Counter(found)
            self._frequencies.update(counts.keys())
            self._weights.append(chunk_weights(counts, len(found), AVERAGE_TERMS))

    def scores(self, question: str, allowed: NDArray[np.bool_]) -> Scores:
        """Both scores of every chunk; those not ``allowed`` are as if they were not there."""
        asked = set(terms(question))
        weights = rarities(asked, self._frequencies, len(self.chunks))
        lexical = np.zeros(len(self.chunks))
        for term, weight in weights.items():
            index = dimension(term)
            lexical += [weight * chunk.get(index, 0.0) for chunk in self._weights]
        vector = self._embedder.embed([question])[0]
        dense = (self.vectors @ vector).astype(float)
        return Scores(
            vector=vector, dense=dense, lexical=lexical, allowed=allowed, rarities=weights
        )

    def allowed(self, asked: Asked) -> NDArray[np.bool_]:
        """Where to look for a question: in its document, if it is asked within one."""
        if asked.within:
            return np.asarray(self.names == asked.document)
        return np.ones(len(self.chunks), dtype=bool)

    def passages(self, scores: Scores, limit: int = PASSAGES) -> list[Passage]:
        """The best passages by Lectern's own fusion, those beside each other joined."""
        ranked = limit + RANKED - PASSAGES
        return list(joined(self.ranked(scores)[:ranked], limit=limit))

    def ranked(
        self, scores: Scores, preferred: Mapping[UUID, float] | None = None
    ) -> list[Passage]:
        """All candidates as passages, best first, by Lectern's own fusion.

        Of ``preferred`` documents the best are candidates as well, and get what it says.
        """
        bonus = np.array([(preferred or {}).get(key, 0.0) for key in self.keys])
        within = replace(scores, allowed=scores.allowed & (bonus > 0))
        found = np.flatnonzero(candidates(scores) | candidates(within))
        pool = [
            Candidate(
                chunk_id=UUID(int=int(index) + 1),
                document_id=self.keys[index],
                position=self.chunks[index].position,
                dense=float(scores.dense[index]),
                lexical=float(scores.lexical[index]),
            )
            for index in found
        ]
        ordered = fused(pool, rarity=sum(scores.rarities.values()))
        scored = [
            (candidate, score + bonus[index_of(candidate.chunk_id)]) for candidate, score in ordered
        ]
        scored.sort(key=lambda pair: -pair[1])
        return [self._passage(candidate, float(score)) for candidate, score in scored]

    def case(self, asked: Asked, order: Sequence[int], given: str | None = "") -> Case:
        """What is measured when chunks come back in this order."""
        return _case(asked, [self._result(index) for index in order], given)

    def case_of(self, asked: Asked, passages: Sequence[Passage]) -> Case:
        """What is measured when these passages come back."""
        results = [
            Result(
                document=passage.document_title,
                pages=(passage.page,),
                text=f"{passage.context}\n{passage.text}".strip(),
            )
            for passage in passages
        ]
        return _case(asked, results, "")

    def _result(self, index: int) -> Result:
        draft = self.chunks[index]
        return Result(document=self.documents[index], pages=(draft.page,), text=draft.searchable)

    def _passage(self, candidate: Candidate, score: float) -> Passage:
        draft = self.chunks[index_of(candidate.chunk_id)]
        return Passage(
            chunk_id=candidate.chunk_id,
            document_id=candidate.document_id,
            version_id=candidate.document_id,
            collection_id=UUID(int=0),
            document_title=self.documents[index_of(candidate.chunk_id)],
            page=draft.page,
            start=draft.start,
            end=draft.end,
            text=draft.text,
            context=draft.context,
            dense=candidate.dense,
            lexical=candidate.lexical,
            score=score,
            position=draft.position,
            after=self._after[index_of(candidate.chunk_id)],
        )


def _case(asked: Asked, results: Sequence[Result], given: str | None) -> Case:
    return Case(
        document=asked.document,
        pages=asked.pages,
        evidence=asked.evidence,
        answer=asked.answer,
        results=tuple(results),
        given=given,
    )


def index_of(chunk_id: UUID) -> int:
    """The place among the chunks of one that ``passages`` gave an id."""
    return chunk_id.int - 1


def candidates(scores: Scores) -> NDArray[np.bool_]:
    """The chunks among the best of either search."""
    return (best(scores.dense, scores.allowed) | best(scores.lexical, scores.allowed)).astype(bool)


def best(values: NDArray[np.float64], allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which chunks are among the best ``EACH_LEG`` of those allowed."""
    found = np.zeros(len(values), dtype=bool)
    found[ranking(values, allowed)[:EACH_LEG]] = True
    return found


def ranking(values: NDArray[np.float64], allowed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The chunks that are allowed, best first."""
    order = np.argsort(-values, kind="stable")
    return order[allowed[order]]


def _chunks_of(path: Path) -> tuple[list[ChunkDraft], list[str], list[FoundValue]]:
    """The chunks of the file, how the page goes on behind each, and what it says of itself."""
    try:
        read = read_document(path, path.name, progress=lambda _done, _total: None)
    except ParsingFailed as error:
        print(f"{path.name}: {error.message}")
        return [], [], []
    pages = clean(read.facts, read.pages)
    texts = {page.number: page.text for page in pages}
    found = read_metadata(read.facts, pages, path.name)
    subject = subject_of(found, title_of(read.facts, pages, path.name))
    drafts = chunk(read.facts, pages, title=path.name, subject=subject)
    after = [texts[one.page][one.end : one.end + WIDEST_GAP] for one in drafts]
    return drafts, after, found


def _questions(file: Path) -> list[Asked]:
    return [_asked(json.loads(line)) for line in _lines(file)]


def _lines(file: Path) -> Iterator[str]:
    yield from filter(str.strip, file.read_text(encoding="utf-8").splitlines())


def _asked(row: Mapping[str, Any]) -> Asked:
    return Asked(
        text=row["question"],
        answer=row["answer"],
        document=row["doc"] or "",
        pages=tuple(row["pages"]),
        evidence=row["evidence_text"] or "",
        within=row.get("scope") == "doc",
    )
