"""Small files that only their owner may read: passwords, ports and addresses."""

import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` with ``text`` in one step, readable by its owner only.

    A reader sees the former text or the new one, never a part, even after a crash.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_private(path: Path) -> str | None:
    """What ``write_private`` last stored at ``path``, or None if there is nothing."""
    try:
        return path.read_text().strip() or None
    except FileNotFoundError:
        return None
