"""A collection of any size that looks like a real one: noisy copies of real chunks' vectors.

Each chunk is a copy of a real one: some of its words are exchanged for another chunk's, and its
vector is moved by noise, to a cosine of about 0.8 with its original. Chunks of a topic, which
is the file that the original came from, lie close together, as in a company's documents.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lectern.documents.content import ChunkDraft
from lectern_workers.ingestion.chunking import chunk
from lectern_workers.ingestion.cleaning import clean
from lectern_workers.ingestion.sandbox import ParsingFailed, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from lectern.backends.embedder import Embedder

    Vectors = NDArray[np.float32]

MOST_ORIGINALS = 2500
NOISE = 0.75  # length of what is added to a unit vector: cosine 1 / sqrt(1 + 0.75 ** 2)
EXCHANGED_WORDS = 0.3
TIED_SHARE = 0.05
NEAREST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Originals:
    """Real chunks, the topic of each, their vectors, and questions about them."""

    texts: list[str]
    topics: NDArray[np.int64]
    vectors: Vectors
    questions: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDocument:
    """A document of copies: ``chunks`` and their ``vectors``, shape (chunks, dimensions)."""

    number: int
    chunks: list[ChunkDraft]
    vectors: Vectors


def originals(folder: Path, embedder: Embedder) -> Originals:
    """The chunks of the documents of a set, and its questions."""
    texts: list[str] = []
    topics: list[int] = []
    for number, path in enumerate(sorted((folder / "docs").rglob("*"))):
        found = _chunks_of(path) if path.is_file() else []
        texts += found
        topics += [number] * len(found)
    chosen = np.random.default_rng(1).permutation(len(texts))[:MOST_ORIGINALS]
    chosen.sort()
    kept = [texts[index] for index in chosen]
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return Originals(
        texts=kept,
        topics=np.array(topics)[chosen],
        vectors=embedder.embed(kept),
        questions=[json.loads(line)["question"] for line in lines if line.strip()],
    )


class MadeCollection:
    """``size`` chunks in documents; the same for the same originals and size."""

    def __init__(self, real: Originals, size: int) -> None:
        self.size = size
        self.per_document = max(1, min(500, size // 200))
        self.document_count = -(-size // self.per_document)
        self._real = real
        order = np.random.default_rng(2).permutation(int(real.topics.max()) + 1)
        ranks = np.argsort(order)[real.topics]
        # The first documents hold the chunks of a few topics and of no other.
        by_topic = np.argsort(ranks, kind="stable")
        cut = max(1, int(len(by_topic) * TIED_SHARE))
        self._tied, self._others = by_topic[:cut], by_topic[cut:]

    def documents(self) -> Iterator[MadeDocument]:
        """The documents in their order."""
        for number in range(self.document_count):
            yield self._document(number)

    def filters(self) -> dict[str, list[int] | None]:
        """The documents of each filter; None filters nothing."""
        shuffled = np.random.default_rng(3).permutation(self.document_count)
        return {
            "none": None,
            "10 %": sorted(shuffled[: max(1, self.document_count // 10)].tolist()),
            "5 % of topics": list(range(self._tied_documents())),
            "1 %": sorted(shuffled[: max(1, self.document_count // 100)].tolist()),
        }

    def _tied_documents(self) -> int:
        return max(1, int(self.document_count * TIED_SHARE))

    def _document(self, number: int) -> MadeDocument:
        chance = np.random.default_rng([self.size, number])
        pool = self._tied if number < self._tied_documents() else self._others
        count = min(self.per_document, self.size - number * self.per_document)
        chosen = chance.choice(pool, count)
        vectors = _moved(self._real.vectors[chosen], chance)
        texts = [self._text(int(index), chance) for index in chosen]
        drafts = [_draft(position, text) for position, text in enumerate(texts)]
        return MadeDocument(number=number, chunks=drafts, vectors=vectors)

    def _text(self, index: int, chance: np.random.Generator) -> str:
        words = self._real.texts[index].split()
        other = self._real.texts[int(chance.integers(len(self._real.texts)))].split()
        for at in np.flatnonzero(chance.random(len(words)) < EXCHANGED_WORDS):
            words[at] = other[at % len(other)]
        return " ".join(words)


def _moved(vectors: Vectors, chance: np.random.Generator) -> Vectors:
    noise = chance.standard_normal(vectors.shape, dtype=np.float32)
    moved = vectors + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    unit: Vectors = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return unit


def _draft(position: int, text: str) -> ChunkDraft:
    return ChunkDraft(
        position=position, page=1, start=0, end=len(text), text=text, context="", heading=""
    )


def _chunks_of(path: Path) -> list[str]:
    try:
        read = read_document(path, path.name, progress=lambda _done, _total: None)
    except ParsingFailed as error:
        print(f"{path.name}: {error.message}")
        return []
    drafts = chunk(read.facts, clean(read.facts, read.pages), title=path.name)
    return [draft.searchable for draft in drafts]
