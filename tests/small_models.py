"""A folder with a small embedding model, as sentence-transformers saves one."""

import json
import shutil
from pathlib import Path

import torch
from transformers import BertConfig, BertModel

from lectern.backends.weights import weights_folder

DIMENSIONS = 64


def save_small_model(folder: Path, *, seed: int = 1) -> Path:
    """An encoder with random weights and the built-in one's word pieces; returns ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    shape = BertConfig(
        hidden_size=DIMENSIONS,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * DIMENSIONS,
        max_position_embeddings=128,
        vocab_size=30_522,
    )
    BertModel(shape).save_pretrained(folder)
    shutil.copyfile(weights_folder() / "tokenizer.json", folder / "tokenizer.json")
    write(folder / "sentence_bert_config.json", {"max_seq_length": 64})
    modules = [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    write(
        folder / "modules.json",
        [{"type": f"sentence_transformers.models.{kind}", "path": path} for kind, path in modules],
    )
    write(folder / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True})
    return folder


def change(file: Path, **changes: object) -> None:
    """Set keys of a JSON file."""
    write(file, json.loads(file.read_text()) | changes)


def write(file: Path, content: object) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content))
