"""The embedders that are installed: the built-in one, and those that the operator added.

A model is added from a folder as sentence-transformers saves one. Weights are taken from
safetensors alone, and of the configuration only the keys named here: neither a pickle nor
code of the folder is ever read.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lectern.backends.weights import (
    BUILT_IN,
    EmbedderFacts,
    convert,
    exported_folder,
    is_whole,
    sha256_of,
)
from lectern.errors import Invalid, Unavailable

FACTS = "embedder.json"
WEIGHTS = "model.safetensors"
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")
MODEL_TYPES = {"bert", "roberta", "xlm-roberta", "mpnet"}
# pgvector indexes no more dimensions of a halfvec.
MOST_DIMENSIONS = 4000
MOST_PIECES = 512
LARGEST_WEIGHTS = 4 * 2**30  # bytes
CONFIGURATION = {
    *("attention_probs_dropout_prob", "bos_token_id", "eos_token_id", "hidden_act"),
    *("hidden_dropout_prob", "hidden_size", "initializer_range", "intermediate_size"),
    *("layer_norm_eps", "max_position_embeddings", "model_type", "num_attention_heads"),
    *("num_hidden_layers", "pad_token_id", "position_embedding_type", "type_vocab_size"),
    *("vocab_size", "relative_attention_num_buckets"),
}
MODULES = {"Transformer", "Pooling", "Normalize"}
POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}


def installed(state: Path) -> list[EmbedderFacts]:
    """Every embedder that can be used, the built-in one first. ``state`` is the state folder."""
    added = sorted((state / "models").glob(f"*/{FACTS}"))
    return [BUILT_IN, *(_facts_in(file.parent) for file in added)]


def facts_of(state: Path, name: str) -> EmbedderFacts:
    """The facts of the embedder ``name``; raises ``Unavailable`` if it is not installed."""
    found = {facts.name: facts for facts in installed(state)}.get(name)
    if found is None:
        raise Unavailable(
            f"The embedder {name} is not installed on this machine. `lectern models` lists those "
            "that are; `lectern models add` installs one."
        )
    return found


def folder_of(state: Path, name: str) -> Path:
    """Where the embedder lies, converted for both engines. Raises ``Unavailable``."""
    return exported_folder(state) if name == BUILT_IN.name else _added(state, name)


def add(state: Path, name: str, folder: Path) -> EmbedderFacts:
    """Install the model in ``folder``; its full name is ``name`` and the checksum of its weights.

    Raises ``Invalid`` with the reason if Lectern cannot use it, ``Unavailable`` if it cannot
    be converted. Adding the same again changes nothing.
    """
    if not NAME.fullmatch(name):
        raise Invalid(f"{name!r} is no name for a model: use a-z, 0-9, '.' and '-', at most 60.")
    configuration = _configuration(folder)
    weights = _weights(folder)
    facts = EmbedderFacts(
        name=f"{name}-{sha256_of(weights)[:12]}",
        dimensions=configuration["hidden_size"],
        most_pieces=_most_pieces(folder, configuration),
        pooling=_pooling(folder),
    )
    target = state / "models" / facts.name
    if facts.name != BUILT_IN.name and not is_whole(target):
        with tempfile.TemporaryDirectory(prefix="lectern-model-") as scratch:
            source = Path(scratch)
            _write(source / "config.json", configuration)
            _write(source / FACTS, asdict(facts))
            for file in ("tokenizer.json", WEIGHTS):
                shutil.copyfile(folder / file, source / file)
            beside = [source / file for file in ("config.json", FACTS, WEIGHTS)]
            convert(source, target, beside=beside)
    return facts


def _added(state: Path, name: str) -> Path:
    folder = state / "models" / facts_of(state, name).name
    if not is_whole(folder):
        raise Unavailable(
            f"The files of the embedder {name} in {folder} are damaged. Delete that folder and "
            "add the model again with `lectern models add`."
        )
    return folder


def _facts_in(folder: Path) -> EmbedderFacts:
    return EmbedderFacts(**_read(folder / FACTS))


def _configuration(folder: Path) -> dict[str, Any]:
    """What may be used of ``config.json``; raises ``Invalid``."""
    told = _read(folder / "config.json")
    if "auto_map" in told:
        raise Invalid(f"{folder} brings code of its own (auto_map). Lectern never runs that.")
    kind = told.get("model_type")
    if kind not in MODEL_TYPES:
        raise Invalid(f"{folder} is a {kind!r} model; Lectern runs {sorted(MODEL_TYPES)}.")
    size = told.get("hidden_size")
    if not isinstance(size, int) or not 1 <= size <= MOST_DIMENSIONS:
        raise Invalid(
            f"{folder} gives vectors of {size!r} dimensions; 1 to {MOST_DIMENSIONS} work."
        )
    return {key: value for key, value in told.items() if key in CONFIGURATION}


def _weights(folder: Path) -> Path:
    weights = folder / WEIGHTS
    if not weights.is_file():
        pickles = [file.name for file in folder.glob("*") if file.suffix in {".bin", ".pt", ".pkl"}]
        also = f" It has {', '.join(sorted(pickles))}, a kind that can hold code." * bool(pickles)
        raise Invalid(f"{folder} has no {WEIGHTS}; no other kind of weights is read.{also}")
    if weights.stat().st_size > LARGEST_WEIGHTS:
        raise Invalid(
            f"{weights} is larger than {LARGEST_WEIGHTS // 2**30} GB, too large to serve."
        )
    if not (folder / "tokenizer.json").is_file():
        raise Invalid(f"{folder} has no tokenizer.json, so texts cannot be cut into pieces.")
    return weights


def _most_pieces(folder: Path, configuration: dict[str, Any]) -> int:
    """How many word pieces of a text count: what the model was made for, at most 512."""
    told = folder / "sentence_bert_config.json"
    wanted = _read(told).get("max_seq_length") if told.is_file() else None
    positions = configuration.get("max_position_embeddings") or MOST_PIECES
    # Positions of the RoBERTa family begin after the padding's.
    usable = positions if configuration["model_type"] == "bert" else positions - 2
    return max(8, min(wanted or MOST_PIECES, usable, MOST_PIECES))


def _pooling(folder: Path) -> str:
    """How the states become one vector; raises ``Invalid`` for a way that Lectern has not."""
    modules = _read(folder / "modules.json") if (folder / "modules.json").is_file() else []
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
    unknown = [kind for kind in kinds if kind not in MODULES]
    if unknown:
        raise Invalid(f"{folder} has the layers {unknown}, which Lectern would leave out.")
    files = [folder / str(module.get("path", "")) / "config.json" for module in modules]
    told = next((f for f, kind in zip(files, kinds, strict=True) if kind == "Pooling"), None)
    if told is None or not told.resolve().is_relative_to(folder.resolve()):
        raise Invalid(f"{folder} does not say in modules.json how it pools. Save it with "
                      "sentence-transformers.")  # fmt: skip
    read = _read(told)
    chosen = [way for key, way in POOLINGS.items() if read.get(key)]
    if read.get("pooling_mode") in POOLINGS.values():
        chosen = [read["pooling_mode"]]
    others = [k for k, v in read.items() if k.startswith("pooling_mode_") and v is True]
    if len(chosen) != 1 or len(others) > 1:
        raise Invalid(f"{folder} pools in a way that Lectern has not; it knows mean and cls.")
    return chosen[0]


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Invalid(f"{file} is missing. Save the model with sentence-transformers.") from error
    except (ValueError, OSError) as error:
        raise Invalid(f"{file} cannot be read as JSON: {error}") from error


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")
