"""Which engine embeds what on this machine; each is loaded once for a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lectern.backends.embedder import OnnxEmbedder
from lectern.backends.weights import exported_folder, weights_folder

if TYPE_CHECKING:
    from pathlib import Path

    from lectern.backends.embedder import Embedder


@cache
def question_embedder(state: Path) -> Embedder:
    """The embedder for questions: no torch, little memory. ``state`` is the state folder.

    Raises ``Unavailable`` if the model is missing, damaged or cannot be converted.
    """
    return OnnxEmbedder(exported_folder(state))


@cache
def ingestion_embedder(state: Path) -> Embedder:
    """The fastest embedder for documents: torch where the processor has bf16, else ONNX.

    Raises ``Unavailable`` like ``question_embedder``.
    """
    try:
        # Only here: whoever asks questions must never load torch.
        from lectern.backends.torch_embedder import TorchEmbedder, bf16_is_native
    except ImportError:
        return question_embedder(state)
    if not bf16_is_native():
        return question_embedder(state)
    return TorchEmbedder(weights_folder())
