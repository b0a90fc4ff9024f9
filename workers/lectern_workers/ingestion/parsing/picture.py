"""Pictures (PNG, JPEG, TIFF): each is a page that has no text until it is recognised."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from lectern.documents import pictures
from lectern.documents.content import DocumentFacts, PageContent
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.problems import Unreadable

# What Pillow raises for pictures that are not as they should be.
_BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError)


def read_picture(path: Path, name: str) -> Iterator[DocumentFacts | ReadPage]:
    """Yield the facts, then each picture as a page without text; Unreadable if the first is not.

    Every picture is decoded, so that a damaged one is told now and not when it is looked at.
    """
    try:
        picture = pictures.open_picture(path)
        count = pictures.page_count(picture)
        first = _page(picture, 1)
    except _BROKEN as error:
        raise Unreadable(
            "damaged",
            f"{name} is damaged or cut off and cannot be opened as a picture. "
            "Scan or export it again and upload the result.",
        ) from error
    if first.problem and count == 1:
        raise Unreadable("too_many_pixels", f"{name} cannot be read. {first.problem}")
    yield DocumentFacts(
        content_type=ContentType(Image.MIME[picture.format or "PNG"]),
        title="",
        paged=True,
        page_count=count,
    )
    yield ReadPage(page=first)
    for number in range(2, count + 1):
        yield ReadPage(page=_page_or_problem(picture, number))


def _page_or_problem(picture: Image.Image, number: int) -> PageContent:
    try:
        return _page(picture, number)
    except _BROKEN:
        problem = f"Page {number} is damaged and could not be read. If you need it, scan it again."
        return PageContent(number=number, label=str(number), text="", problem=problem)


def _page(picture: Image.Image, number: int) -> PageContent:
    pictures.go_to(picture, number)
    if pictures.is_too_large(picture):
        problem = (
            f"Page {number} has {picture.width:,} by {picture.height:,} pixels; the limit is "
            f"{pictures.MOST_PIXELS:,} in all. Save it smaller and upload it again."
        )
        return PageContent(number=number, label=str(number), text="", problem=problem)
    width, height = pictures.size_in_points(picture)
    picture.load()
    return PageContent(
        number=number, label=str(number), text="", width=width, height=height, image_only=True
    )
