"""Stand-ins behind a protocol, for tests that need its promises but not its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lectern.backends.weights import EMBEDDER_NAME
from lectern.documents.terms import dimension, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class HashEmbedder:
    """An embedder without a model: texts that share terms are close, others are not.

    It stands in for the built-in one, under whose name its vectors are stored and searched.
    """

    name = EMBEDDER_NAME
    dimensions = 384

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of ``texts`` in their order; each term adds a direction of its own."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for term in terms(text) or [""]:
                vectors[row] += _direction(term)
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def _direction(term: str) -> NDArray[np.float32]:
    generator = np.random.default_rng(dimension(term))
    return generator.standard_normal(HashEmbedder.dimensions, dtype=np.float32)
