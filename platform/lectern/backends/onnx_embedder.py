"""Text to vectors on ONNX Runtime: quick to load, for processes that answer questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnxruntime

from lectern.backends.embedder import embed_in_batches, tokenizer_in
from lectern.backends.weights import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from lectern.backends.weights import EmbedderFacts


class OnnxEmbedder:
    """The embedder on ONNX Runtime: fp32, one thread, about 5 ms of CPU for a question."""

    def __init__(self, folder: Path, facts: EmbedderFacts = BUILT_IN) -> None:
        """``folder`` holds ``model.onnx`` and ``tokenizer.json``, as ``convert`` leaves them."""
        self.name, self.dimensions = facts.name, facts.dimensions
        self._facts = facts
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = tokenizer_in(folder, facts)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of ``texts`` in their order; only the first ``most_pieces`` pieces count."""
        return embed_in_batches(texts, self._tokenizer, self._states, self._facts)

    def _states(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        inputs = {"input_ids": ids, "attention_mask": mask}
        states: NDArray[np.float32] = self._session.run(["states"], inputs)[0]
        return states
