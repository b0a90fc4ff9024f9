"""Pages that are pictures get their text from tesseract, each in a confined process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from lectern.documents.content import PageContent, WordBox, WordBoxes
from lectern.documents.work_folders import environment_in, work_folder
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.picture_reader import LIMITS
from lectern_workers.ingestion.records import decoded
from lectern_workers.ingestion.sandbox import ReadDocument

# At some two seconds a page half an hour of processor time.
MOST_PAGES = 1_000
_LOOK_UP_EVERY = 0.5
_RECORD = "page.json"


def read_pictures(
    path: Path,
    read: ReadDocument,
    *,
    program: Path,
    languages: str,
    progress: Callable[[int, int], None],
) -> None:
    """Give the pages of ``read`` that are pictures the text that is seen on them.

    ``progress(done, total)`` is called often; an exception that it raises ends the program
    and comes out unchanged. A page that cannot be recognised keeps its picture and says why.
    """
    wanted = [index for index, each in enumerate(read.pages) if each.page.image_only]
    total = min(len(wanted), MOST_PAGES)
    for done, index in enumerate(wanted):
        picture = read.pages[index].page
        if done >= MOST_PAGES:
            read.pages[index] = _unrecognised(picture, "is beyond the limit of recognised pages")
            continue
        page = _recognised(
            [str(path.absolute()), str(picture.number), str(program), languages],
            lambda done=done: progress(done, total),  # type: ignore[misc]
        )
        read.pages[index] = placed_on(picture, page) if page else _unrecognised(picture)
    if wanted:
        progress(total, total)


def placed_on(picture: PageContent, found: ReadPage) -> ReadPage:
    """The recognised page under the number, label and size that it was read with.

    A page that is too large to be drawn whole was drawn smaller: its words are put in place.
    """
    scale = (picture.width or 1.0) / (found.page.width or 1.0)
    words = (
        WordBox(word.start, word.end, *(side * scale for side in word[2:]))
        for word in found.page.words
    )
    page = replace(
        found.page,
        number=picture.number,
        label=picture.label,
        width=picture.width,
        height=picture.height,
        removed=picture.removed,
        words=WordBoxes(words),
    )
    return replace(found, page=page)


def _unrecognised(page: PageContent, why: str = "could not be recognised") -> ReadPage:
    problem = (
        f"Page {page.number} is a picture and {why}. "
        "Run text recognition on it elsewhere and upload the result, if you need it."
    )
    return ReadPage(page=replace(page, problem=problem))


def _recognised(arguments: list[str], wait: Callable[[], None]) -> ReadPage | None:
    """What the process that ``arguments`` are for found; None if it failed or took too long."""
    with work_folder() as folder:
        record = folder / _RECORD
        command = [sys.executable, "-I", "-m", "lectern_workers.ingestion.picture_reader"]
        with record.open("wb") as output:
            process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment_in(folder),
                start_new_session=True,
            )
            try:
                _await(process, wait)
            finally:
                _end(process)
        if process.returncode != 0:
            return None
        try:
            page = decoded(record.read_bytes())
        except ValueError:
            return None
        return page if isinstance(page, ReadPage) else None


def _await(process: subprocess.Popen[bytes], wait: Callable[[], None]) -> None:
    deadline = time.monotonic() + LIMITS.patience * LIMITS.cpu_seconds
    while time.monotonic() < deadline:
        wait()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_LOOK_UP_EVERY)
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and the program that it started, if they still run."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
