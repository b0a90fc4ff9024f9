"""PDF: facts of the document, then its pages one by one, by PDFium."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from lectern.documents.content import DocumentFacts, PageContent
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.characters import one_line
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.pdf_letters import Letters
from lectern_workers.ingestion.parsing.pdf_visibility import Visibility, shows_something
from lectern_workers.ingestion.parsing.pdf_words import PageReader
from lectern_workers.ingestion.parsing.problems import Unreadable

# Some 200 times as many as a full page has. More are there to keep readers busy.
MOST_LETTERS = 500_000
_DAMAGED = (
    "is damaged and could not be read. If you need it, export the document again and upload "
    "the result."
)


def read_pdf(path: Path, name: str, *, first: int = 1) -> Iterator[DocumentFacts | ReadPage]:
    """Yield the facts, then each page from ``first`` on.

    Unreadable for a file that PDFium cannot open; a page that cannot be loaded is yielded
    empty, with its problem in a sentence.
    """
    document = _open(path, name)
    count = len(document)
    yield DocumentFacts(
        content_type=ContentType.PDF,
        title=one_line(document.get_metadata_value("Title")),
        paged=True,
        page_count=count,
    )
    fonts: dict[int, bool] = {}
    for index in range(first - 1, count):
        try:
            yield _read_page(document, index, fonts)
        except pdfium.PdfiumError:
            yield _unread(index, _DAMAGED)


def _open(path: Path, name: str) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Unreadable.password(name) from error
        if error.err_code == raw.FPDF_ERR_SECURITY:
            raise Unreadable(
                "unsupported_encryption",
                f"{name} is encrypted in a way that cannot be read here. "
                "Save it without protection and upload it again.",
            ) from error
        raise Unreadable(
            "damaged",
            f"{name} is damaged or cut off and cannot be opened as a PDF. "
            "Export or download it again and upload that file.",
        ) from error


def _unread(index: int, why: str) -> ReadPage:
    number = index + 1
    problem = f"Page {number} {why}"
    return ReadPage(page=PageContent(number=number, label=str(number), text="", problem=problem))


def _read_page(document: pdfium.PdfDocument, index: int, fonts: dict[int, bool]) -> ReadPage:
    page = document[index]
    width, height = page.get_size()
    letters = Letters(page, fonts)
    if letters.count > MOST_LETTERS:
        return _unread(index, f"holds {letters.count:,} letters; the limit is {MOST_LETTERS:,}.")
    found = PageReader(letters, Visibility(page), (width, height)).read()
    content = PageContent(
        number=index + 1,
        label=one_line(document.get_page_label(index)) or str(index + 1),
        text=found.text,
        width=width,
        height=height,
        words=found.words,
        removed=tuple(found.removed),
        image_only=not found.text and shows_something(page),
    )
    letters.close()
    page.close()
    return ReadPage(page=content, lines=tuple(found.lines))
