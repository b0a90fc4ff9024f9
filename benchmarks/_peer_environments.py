"""The environments of the peers, each with its own libraries, made when first needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parent / "peers"
# The release that Lectern has itself, so that all embed with the same engine.
TORCH = "torch==2.13.0"


def run_peer(name: str, environments: Path, *arguments: str) -> dict[str, Any]:
    """What ``peers/NAME_run.py`` reports for ``arguments``, run by its own Python."""
    python = _python_of(name, environments)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        subprocess.run(
            [python, str(PEERS / f"{name}_run.py"), *arguments, str(output)],
            check=True,
            stdout=subprocess.DEVNULL,
            # A peer with two threads would spin on a busy machine and look worse than it is.
            env=os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
        )
        report: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return report


def _python_of(name: str, environments: Path) -> str:
    folder = environments / name
    python, wanted = folder / "bin" / "python", PEERS / f"{name}.txt"
    made = folder / "made-from.txt"
    if not made.is_file() or made.read_text() != wanted.read_text():
        print(f"installing {name} …", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet"]
        # First and alone: pip would take the newest, with its GPU libraries.
        subprocess.run([*install, TORCH], check=True)
        subprocess.run([*install, "-r", str(wanted)], check=True)
        made.write_text(wanted.read_text())
    return str(python)
