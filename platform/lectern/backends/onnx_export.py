"""Convert the embedding model for both engines: ``python -m lectern.backends.onnx_export FROM TO``.

As ONNX for questions, and as OpenVINO has it, with weights of half the size, for documents.

A program of its own, run by ``weights``, so that torch and its memory are gone afterwards.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import openvino
import torch
from transformers import AutoModel

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

OPSET = 17
# Of one value of a state, all of which are of the order of 1.
MOST_DIFFERENCE, MOST_DIFFERENCE_IN_HALF = 1e-4, 2e-2


class LastStates(torch.nn.Module):
    """The encoder as ONNX wants it: two tensors in, the last layer's states out."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask
        ).last_hidden_state
        return states


def export(weights: Path, folder: Path) -> None:
    """Write ``model.onnx``, ``model.xml`` with its weights, and ``tokenizer.json``.

    Raises ``ValueError`` if weights are missing, or if an engine does not give the same states
    as torch.
    """
    encoder, loading = AutoModel.from_pretrained(
        str(weights),
        dtype=torch.float32,
        local_files_only=True,
        use_safetensors=True,
        # The exporter cannot trace the fused attention of torch.
        attn_implementation="eager",
        output_loading_info=True,
    )
    # What is missing would be made up at random; the pooler alone is not used.
    missing = [key for key in loading["missing_keys"] if not key.startswith("pooler.")]
    if missing or loading["mismatched_keys"]:
        raise ValueError(f"the weights do not fit the configuration: {missing[:3]} are missing")
    # The exporter gives the model back in the mode of its outermost module: all of it, then.
    model = LastStates(encoder).eval()
    axes = {0: "batch", 1: "pieces"}
    torch.onnx.export(
        model,
        _sample(batch=2, pieces=12),
        str(folder / "model.onnx"),
        dynamo=False,
        opset_version=OPSET,
        input_names=["input_ids", "attention_mask"],
        output_names=["states"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "states": axes},
    )
    openvino.save_model(
        openvino.Core().read_model(str(folder / "model.onnx")),
        str(folder / "model.xml"),
        compress_to_fp16=True,
    )
    shutil.copyfile(weights / "tokenizer.json", folder / "tokenizer.json")
    _verify(model, folder)


def _sample(*, batch: int, pieces: int) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.randint(1000, 20_000, (batch, pieces), generator=torch.Generator().manual_seed(7))
    mask = torch.ones_like(ids)
    mask[-1, pieces // 2 :] = 0
    return ids, mask


@torch.inference_mode()
def _verify(model: LastStates, folder: Path) -> None:
    # Other sizes than those traced: an export with fixed sizes must not pass.
    ids, mask = _sample(batch=3, pieces=40)
    wanted = model(ids, mask).numpy()
    inputs = {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    exact = openvino.Core().compile_model(
        str(folder / "model.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    counted = mask.numpy() == 1
    _compare(session.run(["states"], inputs)[0] - wanted, counted, MOST_DIFFERENCE)
    _compare(exact(inputs)[0] - wanted, counted, MOST_DIFFERENCE_IN_HALF)


def _compare(difference: NDArray[np.float32], counted: NDArray[np.bool_], most: float) -> None:
    largest = float(np.abs(difference[counted]).max())
    if not largest < most:
        raise ValueError(f"the converted model differs from its source by {largest:.2g}")


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
