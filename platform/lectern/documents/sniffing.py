"""What a file is, told from its bytes; and whether an office file is safe to unpack.

The name never decides: it is only compared, because a file whose name and content differ
is nearly always a failed download. Every refusal says what the file is and what to do.
"""

import re
import stat
import zipfile
from enum import StrEnum
from pathlib import PurePosixPath
from typing import IO

from lectern.errors import Invalid, TooLarge

MOST_MEMBERS = 2_000
MOST_UNPACKED = 200 * 1024 * 1024
# No honest office file shrinks further; below the size any ratio is harmless.
HIGHEST_RATIO = 100
RATIO_MATTERS_ABOVE = 10 * 1024 * 1024


class ContentType(StrEnum):
    """The types that are read, as their media types."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    HTML = "text/html"
    MARKDOWN = "text/markdown"
    TEXT = "text/plain"


NAMES = {
    ContentType.PDF: "a PDF",
    ContentType.DOCX: "a Word document",
    ContentType.XLSX: "an Excel workbook",
    ContentType.HTML: "a web page (HTML)",
    ContentType.MARKDOWN: "Markdown text",
    ContentType.TEXT: "plain text",
}
_READ = "PDF, Word (.docx), Excel (.xlsx), HTML, Markdown or plain text"
_EXTENSIONS = {
    ".pdf": {ContentType.PDF},
    ".docx": {ContentType.DOCX},
    ".xlsx": {ContentType.XLSX},
    ".html": {ContentType.HTML, ContentType.TEXT, ContentType.MARKDOWN},
    ".htm": {ContentType.HTML, ContentType.TEXT, ContentType.MARKDOWN},
    ".md": {ContentType.MARKDOWN, ContentType.TEXT, ContentType.HTML},
    ".txt": {ContentType.MARKDOWN, ContentType.TEXT, ContentType.HTML},
}
_MAIN_MEMBER = {
    ContentType.DOCX: "word/document.xml",
    ContentType.XLSX: "xl/workbook.xml",
}
# First bytes of what is not read, with what to do about it.
_REFUSED = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"BM", "a picture (BMP)"),
    (b"RIFF", "a picture, sound or film"),
    (b"\x1f\x8b", "a packed archive (gzip)"),
    (b"7z\xbc\xaf", "a packed archive (7z)"),
    (b"Rar!", "a packed archive (RAR)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PDF_WITHIN = 1024
_HTML_START = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?>\s+|<\?xml[^>]*>|<!--(?>(?:(?!-->).)*)-->)*+"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_START = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\b|\A\s*<svg\b", re.IGNORECASE)
_MARKDOWN_SIGNS = (
    re.compile(rb"^#{1,6} \S", re.MULTILINE),
    re.compile(rb"^(?=[^\n]*\|)(?=[^\n]*---)[ :|-]+$", re.MULTILINE),
    re.compile(rb"^(?:```|~~~)", re.MULTILINE),
    re.compile(rb"\]\([^\s()]{1,300}\)"),
    re.compile(rb"\*\*\S[^*\n]*\S\*\*"),
)
_TEXT_CONTROLS = b"\t\n\r\x0c\x1b"
_CONTROLS = bytes(code for code in range(32) if code not in _TEXT_CONTROLS) + b"\x7f"
_MOST_CONTROLS = 0.02
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def sniff(head: bytes, name: str) -> ContentType:
    """The type of the file that begins with ``head`` (64 kB are enough); Invalid if not read.

    For an office file the type is a first guess, which :func:`check_archive` confirms.
    """
    found = _told_by_bytes(head, name)
    extension = PurePosixPath(name.lower()).suffix
    expected = _EXTENSIONS.get(extension)
    if expected and found not in expected:
        raise Invalid(
            f"{name} is named {extension} but is {NAMES[found]}. "
            "Check that it is the file you meant, give it the right ending and upload it again.",
            code="wrong_name",
        )
    return found


def _told_by_bytes(head: bytes, name: str) -> ContentType:
    if not head:
        raise Invalid(
            f"{name} is empty (0 bytes). Check the file and upload it again.", code="empty"
        )
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return ContentType.PDF
    if head.startswith(_OLE):
        raise _ole_refusal(head, name)
    if head.startswith(_ZIP):
        return _office_type(head, name)
    for signature, what in _REFUSED:
        if head.startswith(signature) and not _is_text(head):
            raise _refusal(name, what)
    if head.startswith(b"{\\rtf"):
        raise _refusal(name, "a rich-text file (RTF)")
    return _text_type(head, name)


def _refusal(name: str, what: str) -> Invalid:
    return Invalid(f"{name} is {what}. Upload {_READ}.", code="unsupported_type")


def _ole_refusal(head: bytes, name: str) -> Invalid:
    """Office wraps a file with a password in the container of its old formats."""
    modern = PurePosixPath(name.lower()).suffix in (".docx", ".xlsx", ".pptx")
    if modern or "EncryptedPackage".encode("utf-16-le") in head:
        return Invalid(
            f"{name} is protected by a password. Remove the password and upload it again.",
            code="password",
        )
    return Invalid(
        f"{name} is in an old Office format (before 2007). "
        "Save it as .docx, .xlsx or PDF and upload that file.",
        code="unsupported_type",
    )


def _office_type(head: bytes, name: str) -> ContentType:
    if b"word/" in head:
        return ContentType.DOCX
    if b"xl/" in head:
        return ContentType.XLSX
    named = {".docx": ContentType.DOCX, ".xlsx": ContentType.XLSX}
    found = named.get(PurePosixPath(name.lower()).suffix)
    if found is None:
        what = "a PowerPoint presentation" if b"ppt/" in head else "a packed archive (ZIP)"
        raise _refusal(name, what)
    return found


def _text_type(head: bytes, name: str) -> ContentType:
    if not _is_text(head):
        raise _refusal(name, "not a type of file that can be read here")
    extension = PurePosixPath(name.lower()).suffix
    if _HTML_START.match(head) or (extension in (".html", ".htm") and b"<" in head):
        return ContentType.HTML
    if _XML_START.match(head):
        raise _refusal(name, "an XML file")
    signs = sum(bool(sign.search(head)) for sign in _MARKDOWN_SIGNS)
    markdown = extension in (".md", ".markdown") or signs >= 2
    return ContentType.MARKDOWN if markdown else ContentType.TEXT


def _is_text(head: bytes) -> bool:
    """Whether the bytes are text: hardly any control characters, or marked as UTF-16."""
    if head.startswith(_WIDE_MARKS):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= _MOST_CONTROLS * len(head)


def check_archive(file: IO[bytes], name: str, content_type: str) -> None:
    """Refuse an office file that is damaged, is something else, or would unpack to too much.

    Reads only the list of members, which says how large each claims to be; no reader gets
    more out of a member than that. Other content types pass. Raises Invalid or TooLarge.
    """
    main = next((member for kind, member in _MAIN_MEMBER.items() if kind == content_type), None)
    if main is None:
        return
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _damaged(name, content_type) from error
    _check_size(members, name)
    _check_members(members, name)
    if main not in {member.filename for member in members}:
        raise Invalid(
            f"{name} is a packed archive, not {NAMES[ContentType(content_type)]}. Upload {_READ}.",
            code="unsupported_type",
        )


def _damaged(name: str, content_type: str) -> Invalid:
    return Invalid(
        f"{name} is damaged or cut off and cannot be opened as "
        f"{NAMES[ContentType(content_type)]}. Save or download it again and upload that file.",
        code="damaged",
    )


def _check_size(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MOST_MEMBERS:
        raise TooLarge(
            f"{name} is made of {len(members):,} files; the limit is {MOST_MEMBERS:,}. "
            "Split it and upload the pieces.",
            code="too_many_members",
        )
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    too_dense = unpacked > RATIO_MATTERS_ABOVE and unpacked > HIGHEST_RATIO * max(packed, 1)
    if unpacked > MOST_UNPACKED or too_dense:
        raise TooLarge(
            f"{name} would unpack to {unpacked / 1024 / 1024:,.0f} MB, which is more than "
            "an honest office file of its size. Remove pictures or split it.",
            code="unpacks_too_large",
        )


def _check_members(members: list[zipfile.ZipInfo], name: str) -> None:
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        outside = path.is_absolute() or ".." in path.parts or ":" in member.filename
        link = stat.S_ISLNK(member.external_attr >> 16)
        if outside or link:
            raise Invalid(
                f"{name} holds a file that points outside of it, as no office program writes. "
                "Save it again in Word or Excel and upload the result.",
                code="unsafe_archive",
            )
        if member.flag_bits & 0x1:
            raise Invalid(
                f"{name} is protected by a password. Remove the password and upload it again.",
                code="password",
            )
