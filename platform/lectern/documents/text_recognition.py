"""Which program recognises the text of pages that are pictures, if this machine has it."""

import shutil
from pathlib import Path

from django.conf import settings

HOW_TO_ADD = (
    "An administrator adds text recognition with: apt-get install tesseract-ocr; then process "
    "the document again."
)
NOTHING_SEEN = (
    "Text recognition found no words in them. Scan it again more clearly and upload the result."
)


def recognition_program() -> Path | None:
    """The path of tesseract: as configured, or as found; None if it is not there."""
    found = shutil.which(settings.TESSERACT)
    return Path(found).resolve() if found else None
