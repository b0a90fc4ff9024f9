"""The process that draws one page of a document: ``python -m lectern.documents.page_renderer``.

It confines itself before it opens the file, like the one that reads documents: a PDF may
attack whoever draws it. Arguments: file, page number from 1, pixels per point, and the longest
side in pixels; the PNG goes to standard output.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lectern.documents.confinement import Limits, confine

if TYPE_CHECKING:
    from PIL.Image import Image

_PDF_WITHIN = 1024


def draw_page(file: Path, number: int, *, scale: float, longest: int) -> "Image":
    """Page ``number`` of a PDF or of a file of pictures; only for a confined process.

    ``scale`` is in pixels per point; a page that would be longer than ``longest`` pixels is
    drawn smaller. The libraries raise errors of their own for pages that cannot be drawn.
    """
    with file.open("rb") as opened:
        is_pdf = b"%PDF-" in opened.read(_PDF_WITHIN)
    # A page of 200,000 points would otherwise be a picture of gigabytes.
    if is_pdf:
        import pypdfium2

        page = pypdfium2.PdfDocument(file)[number - 1]
        fitting = min(scale, longest / max(page.get_size()))
        drawn: Image = page.render(scale=fitting).to_pil()
        return drawn
    from lectern.documents import pictures

    picture = pictures.open_picture(file)
    pictures.go_to(picture, number)
    return pictures.drawn(picture, min(scale, longest / max(pictures.size_in_points(picture))))


def main() -> None:
    """Draw the page that the arguments name; any failure is an exit status other than 0."""
    file, number, scale, longest = sys.argv[1:5]
    confine(Limits(cpu_seconds=30), readable=Path(file))
    page = draw_page(Path(file), int(number), scale=float(scale), longest=int(longest))
    page.save(sys.stdout.buffer, "PNG", optimize=False)


if __name__ == "__main__":
    main()
