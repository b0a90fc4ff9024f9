"""Text to vectors: the protocol, and what its engines share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lectern.backends.weights import EmbedderFacts

    Forward = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]

BATCH = 8  # larger batches leave the processor's second-level cache and are slower


class Embedder(Protocol):
    """What turns texts into unit vectors.

    ``name`` names the vector space, not the engine: two embedders of one name give vectors
    that may be compared with each other.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of ``texts`` in their order: shape (n, dimensions), each of length 1."""
        ...


def tokenizer_in(folder: Path, facts: EmbedderFacts) -> Tokenizer:
    """The tokenizer of ``folder``, cutting long texts and leaving padding to the batch."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(facts.most_pieces)
    tokenizer.no_padding()
    return tokenizer


def embed_in_batches(
    texts: Sequence[str], tokenizer: Tokenizer, forward: Forward, facts: EmbedderFacts
) -> NDArray[np.float32]:
    """Unit vectors of ``texts``, run through ``forward`` in batches of like length.

    ``forward`` takes word piece ids and their mask, both (batch, pieces), and gives the last
    layer's states (batch, pieces, dimensions), which ``facts`` says how to pool.
    """
    vectors = np.zeros((len(texts), facts.dimensions), dtype=np.float32)
    # One by one: encode_batch would start threads of its own.
    pieces = [tokenizer.encode(text).ids for text in texts]
    order = sorted(range(len(texts)), key=lambda index: len(pieces[index]))
    for first in range(0, len(order), BATCH):
        batch = order[first : first + BATCH]
        ids, mask = _padded([pieces[index] for index in batch])
        vectors[batch] = _pooled(forward(ids, mask), mask, facts.pooling)
    return vectors


def _padded(pieces: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    longest = max(len(row) for row in pieces)
    ids = np.zeros((len(pieces), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, values in enumerate(pieces):
        ids[row, : len(values)] = values
        mask[row, : len(values)] = 1
    return ids, mask


def _pooled(
    states: NDArray[np.float32], mask: NDArray[np.int64], pooling: str
) -> NDArray[np.float32]:
    if pooling == "cls":
        sums = states[:, 0, :]
    else:
        # Their mean and their sum have one direction, and only that is kept.
        sums = np.einsum("bpd,bp->bd", states, mask.astype(np.float32))
    vectors: NDArray[np.float32] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return vectors
