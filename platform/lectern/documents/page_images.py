"""Pictures of pages, drawn on demand and kept on disk."""

import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import BoundedSemaphore
from uuid import UUID

from django.conf import settings
from django.core.files.storage import storages

from lectern.documents.content_types import DRAWN
from lectern.documents.models import DocumentVersion
from lectern.documents.work_folders import environment_in, work_folder
from lectern.errors import NotFound, Unavailable

log = logging.getLogger(__name__)

PIXELS_PER_POINT = 1.5
LONGEST_SIDE = 2_000  # pixels
PATIENCE_S = 60
# Each request that waits for a picture holds a connection to the database, of which there are
# few, so pages that are slow to draw must not take all of them.
DRAWN_AT_ONCE = 3
TURN_COMES_WITHIN_S = 5
_turns = BoundedSemaphore(DRAWN_AT_ONCE)


def page_image(version: DocumentVersion, number: int) -> bytes:
    """The PNG of page ``number`` of ``version``; ``NotFound`` where pages have no pictures."""
    if version.content_type not in DRAWN or not 1 <= number <= version.page_count:
        raise NotFound(f"{version.file_name} has no picture of a page {number}.")
    kept = _folder(version) / f"{number}.png"
    if not kept.is_file():
        if not _turns.acquire(timeout=TURN_COMES_WITHIN_S):
            raise Unavailable("Many pages are being drawn. Load this one again in a moment.")
        try:
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _draw(version, number, kept)
        finally:
            _turns.release()
    return kept.read_bytes()


def forget_images(version: DocumentVersion) -> None:
    """Delete the pictures of a version that is going away."""
    shutil.rmtree(_folder(version), ignore_errors=True)


def versions_with_images(tenant_id: UUID) -> list[UUID]:
    """The versions of a tenant of which pictures are kept."""
    folder = Path(settings.STATE) / "page-images" / str(tenant_id)
    try:
        return [UUID(each.name) for each in folder.iterdir()]
    except FileNotFoundError:
        return []


def _folder(version: DocumentVersion) -> Path:
    # By tenant and version: deleting a document deletes its pictures and nobody else's.
    return Path(settings.STATE) / "page-images" / str(version.tenant_id) / str(version.pk)


def _draw(version: DocumentVersion, number: int, target: Path) -> None:
    file = storages["documents"].path(version.file)
    command = [sys.executable, "-I", "-m", "lectern.documents.page_renderer"]
    arguments = [file, str(number), str(PIXELS_PER_POINT), str(LONGEST_SIDE)]
    with work_folder() as folder:
        picture = folder / "page.png"
        try:
            # Into a file and not a pipe: how much the process may write to files is limited.
            with picture.open("wb") as output:
                subprocess.run(
                    [*command, *arguments],
                    stdout=output,
                    stderr=subprocess.DEVNULL,
                    cwd=folder,
                    env=environment_in(folder),
                    timeout=PATIENCE_S,
                    check=True,
                )
            drawn = picture.read_bytes()
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            log.warning("page not drawn version=%s page=%d: %s", version.pk, number, error)
            raise Unavailable(
                f"Page {number} of {version.file_name} cannot be drawn. Its text can still be "
                "read and cited.",
                code="page_not_drawn",
            ) from error
    # Under its final name only when complete: two requests may draw the same page at once.
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
        part.write(drawn)
    Path(part.name).replace(target)
