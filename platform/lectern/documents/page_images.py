"""Pictures of pages, drawn on demand and kept on disk."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages

from lectern.documents.models import DocumentVersion
from lectern.errors import NotFound, Unavailable

log = logging.getLogger(__name__)

PIXELS_PER_POINT = 1.5
LONGEST_SIDE = 2_000  # pixels
PATIENCE_S = 60


def page_image(version: DocumentVersion, number: int) -> bytes:
    """The PNG of page ``number`` of ``version``; ``NotFound`` where pages have no pictures."""
    if not version.paged or not 1 <= number <= version.page_count:
        raise NotFound(f"{version.file_name} has no picture of a page {number}.")
    kept = _folder(version) / f"{number}.png"
    if not kept.is_file():
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _draw(version, number, kept)
    return kept.read_bytes()


def forget_images(version: DocumentVersion) -> None:
    """Delete the pictures of a version that is going away."""
    shutil.rmtree(_folder(version), ignore_errors=True)


def _folder(version: DocumentVersion) -> Path:
    # By tenant and version: deleting a document deletes its pictures and nobody else's.
    return Path(settings.STATE) / "page-images" / str(version.tenant_id) / str(version.pk)


def _draw(version: DocumentVersion, number: int, target: Path) -> None:
    file = storages["documents"].path(version.file)
    command = [sys.executable, "-I", "-m", "lectern.documents.page_renderer"]
    arguments = [file, str(number), str(PIXELS_PER_POINT), str(LONGEST_SIDE)]
    with tempfile.TemporaryDirectory(prefix="lectern-page-") as folder:
        try:
            drawn = subprocess.run(
                [*command, *arguments],
                capture_output=True,
                cwd=folder,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder},
                timeout=PATIENCE_S,
                check=True,
            ).stdout
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
