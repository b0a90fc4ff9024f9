"""Folders for confined processes, which go away even when whoever made them is killed.

The maker holds a lock on the folder for as long as it lives. Whoever makes the next one
removes those that nobody holds any more, so that nothing of a document stays on the disk.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "lectern-reads-"


@contextmanager
def work_folder() -> Iterator[Path]:
    """An empty folder of one's own, removed at the end with all that is in it."""
    remove_abandoned()
    path, lock = _held_folder()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def environment_in(folder: Path) -> dict[str, str]:
    """All that a process in ``folder`` sees of its surroundings: none of our keys or addresses.

    Its libraries start no threads: a confined process cannot, and where it can (recognising
    pictures) more of them take the processor from other work and finish hardly sooner.
    """
    place = str(folder)
    threads = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": place, "TMPDIR": place, **threads}


def remove_abandoned() -> int:
    """Remove the folders whose makers are gone; how many they were."""
    removed = 0
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Another user's folder, or one that is just being removed by its maker, is left alone.
        with suppress(OSError):
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path)
                removed += 1
            finally:
                os.close(lock)
    return removed


def _held_folder() -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Before it was locked, another process may have taken it for abandoned.
            if path.is_dir():
                return path, lock
            os.close(lock)
