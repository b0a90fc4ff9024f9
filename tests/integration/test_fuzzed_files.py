"""Honest files of every format, changed at random: read, or refused with a reason that is known.

The changes are the same in each run. ``FUZZED_FILES=200`` reads so many of each format.
"""

import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import PIL.Image
import pptx
import pytest

from lectern.documents.confinement import Limits
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.sandbox import ParsingFailed, read_document
from made_files import Filled, lines, make_docx, make_pdf, make_xlsx, saved

EACH = int(os.environ.get("FUZZED_FILES", "5"))
LIMITS = Limits(memory=800 * 1024 * 1024, cpu_seconds=10, page_cpu_seconds=5)
DOCUMENTED = Path(__file__).parents[2] / "docs" / "hostile-files.md"
REASONS = set(re.findall(r"`([a-z_]+)`", DOCUMENTED.read_text().split("## Reasons")[1]))
TEXT = "Claims are submitted within 30 days.\n\n| Year | Sum |\n|---|---|\n| 2024 | 1,200 |\n"


def a_word_file():
    def fill(document):
        document.add_heading("Claims")
        document.add_paragraph("Within 30 days.")
        document.add_table(2, 2).cell(0, 0).text = "Year"

    return make_docx(fill)


def a_presentation():
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[1]).shapes.title.text = "Claims"
    data = io.BytesIO()
    deck.save(data)
    return data.getvalue()


def an_open_document(content_type, body):
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "drawing", "presentation")
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", content_type)
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body>{body}</office:body>"
            "</office:document-content>",
        )
    return data.getvalue()


def a_picture(kind):
    data = io.BytesIO()
    PIL.Image.new("L", (60, 40), 200).save(data, kind)
    return data.getvalue()


def a_mail():
    return (
        b"From: a@example.com\r\nSubject: Claims\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nWithin 30 days.\r\n"
        b'--b\r\nContent-Disposition: attachment; filename="a.txt"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nVGV4dA==\r\n--b--\r\n"
    )


HONEST: dict[ContentType, tuple[str, Callable[[], bytes]]] = {
    ContentType.PDF: (
        "a.pdf",
        lambda: make_pdf([[*lines("Claims", "Within 30 days"), Filled(image=True)]] * 2),
    ),
    ContentType.DOCX: ("a.docx", a_word_file),
    ContentType.XLSX: ("a.xlsx", lambda: make_xlsx({"S": [["Year", "Sum"], [2024, 1200]]})),
    ContentType.PPTX: ("a.pptx", a_presentation),
    ContentType.ODT: (
        "a.odt",
        lambda: an_open_document(
            ContentType.ODT, "<office:text><text:p>Within 30 days.</text:p></office:text>"
        ),
    ),
    ContentType.ODS: (
        "a.ods",
        lambda: an_open_document(
            ContentType.ODS,
            '<office:spreadsheet><table:table table:name="S"><table:table-row><table:table-cell>'
            "<text:p>Sum</text:p></table:table-cell></table:table-row></table:table>"
            "</office:spreadsheet>",
        ),
    ),
    ContentType.ODP: (
        "a.odp",
        lambda: an_open_document(
            ContentType.ODP, "<office:presentation><text:p>Sum</text:p></office:presentation>"
        ),
    ),
    ContentType.HTML: ("a.html", f"<html><h1>Claims</h1><p>{TEXT}<table><td>1".encode),
    ContentType.MARKDOWN: ("a.md", f"# Claims\n\n{TEXT}\n```\ncode\n```\n".encode),
    ContentType.TEXT: ("a.txt", TEXT.encode),
    ContentType.CSV: ("a.csv", lambda: b"Year,Sum\n2023,1100\n2024,1200\n"),
    ContentType.MAIL: ("a.eml", a_mail),
    ContentType.PNG: ("a.png", lambda: a_picture("PNG")),
    ContentType.JPEG: ("a.jpg", lambda: a_picture("JPEG")),
    ContentType.TIFF: ("a.tiff", lambda: a_picture("TIFF")),
}


def changed(content: bytes, random: Random) -> bytes:
    """The content with some of its bytes changed, repeated, left out or cut off."""
    data = bytearray(content)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data)) if data else 0
        span = random.randint(1, 40)
        match random.randrange(6):
            case 0:
                data[at : at + 1] = random.randbytes(1)
            case 1:
                data[at:at] = data[at : at + span] * random.choice([2, 50, 3_000])
            case 2:
                del data[at : at + span]
            case 3:
                del data[at:]
            case 4:
                data[at : at + span] = random.randbytes(span)
            case 5:
                data = bytearray(re.sub(rb"\d+", _other_number(random), bytes(data), count=at % 9))
    return bytes(data)


def _other_number(random: Random) -> bytes:
    return random.choice([b"0", b"-1", b"65536", b"2147483648", b"99999999999999999999"])


def changed_inside(archive: bytes, random: Random) -> bytes:
    """The archive with one of its members changed."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(data, "w") as new:
        chosen = random.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, changed(content, random) if name == chosen else content)
    return data.getvalue()


def test_every_type_is_changed():
    assert set(HONEST) == set(ContentType)


@pytest.mark.parametrize("kind", ContentType)
def test_a_changed_file_is_read_or_refused_with_a_known_reason(tmp_path, kind):
    name, make = HONEST[kind]
    honest = make()
    for seed in range(EACH):
        random = Random(f"{kind}{seed}")
        inside = zipfile.is_zipfile(io.BytesIO(honest)) and seed % 3
        content = (changed_inside if inside else changed)(honest, random)
        path = saved(tmp_path, f"{seed}", content)

        try:
            read = read_document(path, name, progress=lambda done, total: None, limits=LIMITS)
        except ParsingFailed as failed:
            assert failed.code in REASONS, seed
            assert failed.message.startswith(name), seed
        else:
            assert [each.page.number for each in read.pages] == [
                number + 1 for number in range(read.facts.page_count)
            ], seed
            assert {failure.code for failure in read.failures} <= REASONS, seed
