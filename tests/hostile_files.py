"""Files that are made to harm whoever opens them; each is small, and made within a second."""

import io
import struct
import zipfile
import zlib

from made_files import (
    add_slide,
    make_docx,
    make_odf,
    make_pptx,
    make_xlsx,
    with_member,
)

MB = 1024 * 1024
ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a0 "laughter ">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY out SYSTEM "file:///etc/hostname">]>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


# --- archives ---------------------------------------------------------------------------


def plain_docx():
    return make_docx(lambda document: document.add_paragraph("The rule is plain."))


def docx_with(name, content):
    """A Word file with a member that no Word wrote."""
    return with_member(plain_docx(), name, content)


def packed_docx(text):
    """A Word file whose main member is ``text``, packed as well as it can be."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain_docx())) as old,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            new.writestr(member, text if member == "word/document.xml" else old.read(member))
    return data.getvalue()


def zip_bomb():
    return packed_docx(word_body("<w:p/>" * (40 * MB // 6)))


def lying_zip_bomb():
    """Its list of members claims a kilobyte for what unpacks to 40 MB."""
    content = bytearray(zip_bomb())
    at = content.index(b"PK\x01\x02")
    while content[at + 46 : at + 46 + 17] != b"word/document.xml":
        at = content.index(b"PK\x01\x02", at + 4)
    content[at + 24 : at + 28] = struct.pack("<I", 1024)
    return bytes(content)


def nested_zip():
    inner = zipped({"bomb": b"\0" * (8 * MB)})
    return docx_with("word/embeddings/inner.zip", inner)


def zipped(members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def docx_with_link():
    link = zipfile.ZipInfo("word/media/link.png")
    link.external_attr = 0o120777 << 16
    return docx_with(link, b"/etc/passwd")


def docx_of_100_000_members():
    data = io.BytesIO(plain_docx())
    with zipfile.ZipFile(data, "a") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}", b"")
    return data.getvalue()


# --- markup -----------------------------------------------------------------------------


def word_body(body, doctype=""):
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return f'<?xml version="1.0"?>{doctype}{document}'


def word_paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx_of_entities(doctype, entity):
    body = word_paragraph("Before.") + word_paragraph(f"[{entity}]")
    return packed_docx(word_body(body, doctype))


def xlsx_of_entities(doctype, entity):
    cell = inline_cell("A1", f"[{entity}]")
    return sheet_xlsx(sheet_data(f'<row r="1">{cell}</row>', doctype))


def pptx_of_entities(doctype, entity):
    show = make_pptx(lambda show: add_slide(show, "Before", "ENTITY"))
    name = "ppt/slides/slide1.xml"
    with zipfile.ZipFile(io.BytesIO(show)) as archive:
        slide = archive.read(name).decode().replace("ENTITY", f"[{entity}]")
    start, end, rest = slide.partition("?>")
    return with_member(show, name, f"{start}{end}{doctype}{rest}".encode())


def odt_of_entities(doctype, entity):
    text = make_odf("text", "<text:p>Before.</text:p><text:p>ENTITY</text:p>")
    with zipfile.ZipFile(io.BytesIO(text)) as archive:
        content = archive.read("content.xml").decode().replace("ENTITY", f"[{entity}]")
    start, end, rest = content.partition("?>") if "?>" in content else ("", "", content)
    return with_member(text, "content.xml", f"{start}{end}{doctype}{rest}".encode())


def vast_ods():
    """A cell repeated a million times, in a row repeated a million times."""
    many = 'table:number-{}-repeated="1048576"'
    cell = f"<table:table-cell {many.format('columns')}><text:p>again</text:p></table:table-cell>"
    row = f"<table:table-row {many.format('rows')}>{cell}</table:table-row>"
    return make_odf("spreadsheet", f'<table:table table:name="S">{row}</table:table>')


def outside_svg():
    return f'<?xml version="1.0"?>{OUTSIDE}<svg><text>&out;</text></svg>'.encode()


def ole_container():
    """What Office makes of a document with a password."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    )


def strict_docx():
    strict = word_body(word_paragraph("Strict.")).replace(
        WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    relations = (
        '<?xml version="1.0"?><Relationships '
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" '
        'Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    return with_member(packed_docx(strict), "_rels/.rels", relations.encode())


def deep_docx(depth=5_000):
    opened = "<w:tbl><w:tr><w:tc>" * depth
    closed = "</w:tc></w:tr></w:tbl>" * depth
    return packed_docx(word_body(opened + word_paragraph("Deep.") + closed))


def sheet_xlsx(sheet):
    """A workbook whose only sheet is the XML ``sheet``."""
    return with_member(make_xlsx({"S": [["kept"]]}), "xl/worksheets/sheet1.xml", sheet.encode())


def sheet_data(rows, doctype=""):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{doctype}<worksheet xmlns="{main}">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def inline_cell(at, text):
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def vast_xlsx():
    """Two cells: the first, and the one in the last row and the last column."""
    first = f'<row r="1">{inline_cell("A1", "first")}</row>'
    last = f'<row r="1048576">{inline_cell("XFD1048576", "last")}</row>'
    return sheet_xlsx(sheet_data(first + last))


def formula_xlsx():
    return make_xlsx({"Plan": [["Profit", "=SUM(B2:B3)"], ["Sales", 12]]})


def deep_html(depth=20_000):
    return b"<html><body>" + b"<div>" * depth + b"The deep end." + b"</div>" * depth


def wide_html():
    """A table with one cell of 60,000 rows and columns."""
    return b'<html><table><tr><td colspan="60000" rowspan="60000">Wide<td>Next</table>'


def entity_html():
    return (OUTSIDE + ENTITIES + "<html><body><p>Seen.<p>&a9;&out;").encode()


# --- text and mail ----------------------------------------------------------------------


def one_line_csv(size=100 * MB):
    return b"a,b\n" + b"x" * size


def mail_in_mail(levels=60):
    content = b"Subject: the innermost\r\n\r\nThe kernel.\r\n"
    for level in range(levels):
        content = (
            b"From: a@example.com\r\nSubject: level %d\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
            b"Content-Type: text/plain\r\n\r\nShell %d.\r\n--b%d\r\n"
            b"Content-Type: message/rfc822\r\n\r\n%s\r\n--b%d--\r\n"
        ) % (level, level, level, level, level, content, level)
    return content


def mail_of_parts(count=1_000):
    part = (
        b"--b\r\nContent-Type: text/plain\r\n"
        b'Content-Disposition: attachment; filename="%d.txt"\r\n\r\nNumber %d.\r\n'
    )
    return (
        b"From: a@example.com\r\nSubject: many\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nSee attached.\r\n"
        + b"".join(part % (number, number) for number in range(count))
        + b"--b--\r\n"
    )


# --- pictures ---------------------------------------------------------------------------


def png_bomb(side=30_000):
    """A picture of 900 million points in 100 kB."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packed = zlib.compressobj(9)
    row = b"\0" * (side // 8 + 1)
    data = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def tiff_of(*entries, pages=1):
    """A TIFF with one page, or whose every page is the same one again."""
    fields = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    following = 8 if pages > 1 else 0
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + fields + struct.pack("<I", following)
    )


def tiff_bomb():
    return tiff_of(
        (256, 4, 1, 60_000),
        (257, 4, 1, 60_000),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (278, 4, 1, 60_000),
        (279, 4, 1, 100),
    )


def endless_tiff():
    """Its first page names itself as the next."""
    return tiff_of(
        (256, 4, 1, 8),
        (257, 4, 1, 8),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (278, 4, 1, 8),
        (279, 4, 1, 64),
        pages=2,
    )


def fake_picture():
    return b"\x89PNG\r\n\x1a\n" + b"not a picture at all " * 40
