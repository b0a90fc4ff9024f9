"""The file of a version, as it was uploaded."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.core.files.storage import storages

from lectern.documents.models import DocumentVersion
from lectern.errors import NotFound

if TYPE_CHECKING:
    from django.core.files.base import File

PART_BYTES = 256 * 1024


def original_of(version: DocumentVersion) -> AsyncIterator[bytes]:
    """The bytes of ``version`` in parts; raises ``NotFound`` at once if they are not stored."""
    try:
        file = storages["documents"].open(version.file)
    except FileNotFoundError as error:
        raise NotFound(
            f"The file of {version.file_name} is not stored any more. Upload it again."
        ) from error
    return _parts(file)


async def _parts(file: "File[bytes]") -> AsyncIterator[bytes]:
    # Not FileResponse: under ASGI Django reads a file that it iterates into memory as a whole.
    try:
        while part := await sync_to_async(file.read)(PART_BYTES):
            yield part
    finally:
        file.close()
