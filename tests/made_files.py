"""Small files of each kind, made on the spot: PDF by hand, office files by their libraries."""

import io
import zipfile
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pptx
from PIL import Image, ImageDraw, ImageFont
from pptx.util import Inches

PAGE_HEIGHT = 792


@dataclass(frozen=True, kw_only=True)
class Text:
    """Words to draw: ``y`` is the distance of the baseline from the top of the page."""

    text: str
    x: float = 72
    y: float = 100
    size: float = 10
    bold: bool = False
    mode: int = 0
    grey: float = 0

    def operators(self):
        font = "/F2" if self.bold else "/F1"
        escaped = self.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return (
            f"BT {self.grey} g {self.mode} Tr {font} {self.size} Tf "
            f"1 0 0 1 {self.x} {PAGE_HEIGHT - self.y} Tm ({escaped}) Tj ET"
        )


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A filled rectangle, or a picture of that size."""

    x: float = 0
    y: float = PAGE_HEIGHT
    width: float = 612
    height: float = PAGE_HEIGHT
    grey: float = 0
    image: bool = False

    def operators(self):
        low = PAGE_HEIGHT - self.y
        if self.image:
            return f"q {self.width} 0 0 {self.height} {self.x} {low} cm /I Do Q"
        return f"{self.grey} g {self.x} {low} {self.width} {self.height} re f"


def lines(*texts, x=72, y=100, size=10, leading=12, bold=False):
    """Texts one below the other."""
    return [
        Text(text=text, x=x, y=y + index * leading, size=size, bold=bold)
        for index, text in enumerate(texts)
    ]


def row(*cells, y=100, columns=(72, 300, 400, 500), size=10):
    """Cells side by side."""
    return [Text(text=cell, x=x, y=y, size=size) for cell, x in zip(cells, columns, strict=False)]


def make_pdf(pages, *, title="", rotate=0, encrypted=False):
    """A PDF with one page for each list of things to draw."""
    contents = ["\n".join(drawn.operators() for drawn in page).encode("latin-1") for page in pages]
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold "
        b"/Encoding /WinAnsiEncoding >>",
        5: b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream",
        6: b"<< /Title (%s) >>" % title.encode("latin-1"),
    }
    kids = []
    for content in contents:
        stream, page = len(objects) + 2, len(objects) + 3
        objects[stream] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
        objects[page] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Rotate %d /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /I 5 0 R >> >> >>"
        ) % (rotate, stream)
        kids.append(b"%d 0 R" % page)
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return _assembled(objects, encrypted=encrypted)


def _assembled(objects, *, encrypted):
    out = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number in sorted(objects):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for number in sorted(objects):
        out += b"%010d 00000 n \n" % offsets[number]
    lock = b""
    if encrypted:
        lock = (
            b"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
            % (b"41" * 32, b"42" * 32)
        )
    out += b"trailer << /Size %d /Root 1 0 R /Info 6 0 R %s >>\n" % (len(objects) + 1, lock)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def saved(folder: Path, name: str, content: bytes) -> Path:
    """The content as a file."""
    path = folder / name
    path.write_bytes(content)
    return path


def make_docx(build):
    """A Word file that ``build(document)`` fills."""
    document = docx.Document()
    build(document)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def make_xlsx(sheets):
    """An Excel file with a sheet for each name and its rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def with_member(archive: bytes, name: str, content: bytes) -> bytes:
    """The ZIP file with one member replaced or added."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(data, "w") as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return data.getvalue()


def make_pptx(build):
    """A presentation that ``build(presentation)`` fills."""
    show = pptx.Presentation()
    build(show)
    data = io.BytesIO()
    show.save(data)
    return data.getvalue()


def add_slide(show, title, *texts, notes=""):
    """A slide with a title and a box for each text; what ``add_slide`` of pptx returns."""
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = title
    for index, text in enumerate(texts):
        box = slide.shapes.add_textbox(Inches(1), Inches(2 + index), Inches(6), Inches(1))
        box.text_frame.text = text
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    return slide


ODF = {
    "text": "application/vnd.oasis.opendocument.text",
    "spreadsheet": "application/vnd.oasis.opendocument.spreadsheet",
    "presentation": "application/vnd.oasis.opendocument.presentation",
}
_ODF_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        **{each: each for each in ("office", "text", "table", "style", "presentation")},
        **{"draw": "drawing", "fo": "xsl-fo-compatible", "svg": "svg-compatible"},
    }.items()
)


def make_odf(kind, body, *, styles="", title=""):
    """An OpenDocument file of ``kind`` ("text") with this markup in its body and styles."""
    content = (
        f"<office:document-content {_ODF_NAMES}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )
    meta = (
        f'<office:document-meta {_ODF_NAMES} xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<office:meta><dc:title>{title}</dc:title></office:meta></office:document-meta>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", ODF[kind])
        archive.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        archive.writestr("meta.xml", meta, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def make_mail(text, *, subject="News", files=(), html=""):
    """A mail with a text and (name, content) for each file; content may be another mail."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ada Byron <ada@example.com>", "all@example.com"
    mail["Subject"], mail["Date"] = subject, "Mon, 02 Mar 2026 10:00:00 +0100"
    mail["Message-ID"] = f"<{len(text)}@example.com>"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content in files:
        if isinstance(content, EmailMessage):
            mail.add_attachment(content)
        else:
            mail.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
    return mail


def make_picture(*texts, format="PNG", turned=0, pages=1):
    """A sheet that was scanned at 200 dots an inch, with these lines on each of its pages."""
    sheet = Image.new("L", (1240, 700), 255)
    pen = ImageDraw.Draw(sheet)
    for index, text in enumerate(texts):
        pen.text((120, 120 + 50 * index), text, font=ImageFont.load_default(42), fill=0)
    sheet = sheet.rotate(turned, expand=True)
    data = io.BytesIO()
    more = {"save_all": True, "append_images": [sheet] * (pages - 1)} if pages > 1 else {}
    resolution = {"resolution": 200} if format == "PDF" else {"dpi": (200, 200)}
    sheet.save(data, format, **resolution, **more)
    return data.getvalue()
