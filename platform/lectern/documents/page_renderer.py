"""The process that draws one page of a PDF: ``python -m lectern.documents.page_renderer``.

It confines itself before it opens the file, like the one that reads documents: a PDF may
attack whoever draws it. Arguments: file, page number from 1, pixels per point, and the longest
side in pixels; the PNG goes to standard output.
"""

import sys
from pathlib import Path

from lectern.documents.confinement import Limits, confine


def main() -> None:
    """Draw the page that the arguments name; any failure is an exit status other than 0."""
    file, number, scale, longest = sys.argv[1:5]
    confine(Limits(cpu_seconds=30), readable=Path(file))
    import pypdfium2

    page = pypdfium2.PdfDocument(file)[int(number) - 1]
    # A page of 200,000 points would otherwise be a picture of gigabytes.
    fitting = min(float(scale), int(longest) / max(page.get_size()))
    page.render(scale=fitting).to_pil().save(sys.stdout.buffer, "PNG", optimize=False)


if __name__ == "__main__":
    main()
