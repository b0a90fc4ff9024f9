"""How fast documents are embedded, beside the fastest plain torch loop.

    python benchmarks/embedding.py STATE FILE...

``STATE`` is the state folder, ``FILE`` are text files (Markdown, HTML source, plain text). They
are cut into pieces of about 800 characters. The plain loop is what one would write for speed
and nothing else: bf16, tokenised in one call, sorted by length, batches of 8, pooled in torch.
CPU seconds of one thread; the rounds alternate, and the best of each is compared.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from lectern.backends.engines import ingestion_embedder, question_embedder
from lectern.backends.weights import weights_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from lectern.backends.embedder import Embedder

PIECES = 256
CHARACTERS = 800
ROUNDS = 3
AT_ONCE = 64  # as ingestion does, to report progress in between


def main() -> None:
    state, *files = map(Path, sys.argv[1:])
    texts = pieces_of(files)
    loops = {
        "plain torch bf16": plain_torch(texts),
        "Lectern, documents": ours(texts, ingestion_embedder(state)),
        "Lectern, ONNX Runtime": ours(texts, question_embedder(state)),
    }
    rates = {name: 0.0 for name in loops}
    for _ in range(ROUNDS):
        for name, loop in loops.items():
            rates[name] = max(rates[name], len(texts) / cpu_seconds(loop))
    plain = rates["plain torch bf16"]
    print(f"{len(texts)} texts of {np.mean([len(text) for text in texts]):.0f} characters")
    for name, rate in rates.items():
        print(f"{name:24s} {rate:6.1f} texts per CPU-second {rate / plain:6.2f} of plain torch")


def pieces_of(files: list[Path]) -> list[str]:
    """Pieces of the files' text, spread evenly over them."""
    texts: list[str] = []
    for file in files:
        text = " ".join(file.read_text(encoding="utf-8", errors="replace").split())
        texts += [text[at : at + CHARACTERS] for at in range(0, len(text), CHARACTERS)]
    return texts[:: max(1, len(texts) // PIECES)][:PIECES]


def cpu_seconds(loop: Callable[[], object]) -> float:
    """The CPU time of this process that one run takes."""
    started = time.process_time()
    loop()
    return time.process_time() - started


def ours(texts: list[str], embedder: Embedder) -> Callable[[], None]:
    """The loop of ingestion."""

    def run() -> None:
        for first in range(0, len(texts), AT_ONCE):
            embedder.embed(texts[first : first + AT_ONCE])

    run()
    return run


def plain_torch(texts: list[str]) -> Callable[[], None]:
    """The fastest loop in plain torch and transformers that was found."""
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(1)
    folder = str(weights_folder())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.bfloat16).eval()

    @torch.inference_mode()
    def run() -> None:
        encoded = tokenizer(texts, truncation=True, max_length=256)["input_ids"]
        encoded.sort(key=len)
        for first in range(0, len(encoded), 8):
            batch = tokenizer.pad({"input_ids": encoded[first : first + 8]}, return_tensors="pt")
            mask = batch["attention_mask"].unsqueeze(-1)
            pooled = (model(**batch).last_hidden_state * mask).sum(1) / mask.sum(1)
            torch.nn.functional.normalize(pooled.float(), dim=-1).numpy()

    run()
    return run


if __name__ == "__main__":
    main()
