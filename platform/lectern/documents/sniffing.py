"""What a file is, told from its bytes; and whether an office file is safe to unpack.

The name never decides: it is only compared, because a file whose name and content differ
is nearly always a failed download. Every refusal says what the file is and what to do.
"""

import stat
import zipfile
from pathlib import PurePosixPath
from typing import IO

from lectern.documents.content_types import EXTENSIONS, NAMES, READ, ContentType
from lectern.documents.text_types import is_text, text_type
from lectern.errors import Invalid, TooLarge

MOST_MEMBERS = 2_000
MOST_UNPACKED = 200 * 1024 * 1024
# No honest office file shrinks further; below the size any ratio is harmless.
HIGHEST_RATIO = 100
RATIO_MATTERS_ABOVE = 10 * 1024 * 1024


_MAIN_MEMBER = {
    ContentType.DOCX: "word/document.xml",
    ContentType.XLSX: "xl/workbook.xml",
    ContentType.PPTX: "ppt/presentation.xml",
    ContentType.ODT: "content.xml",
    ContentType.ODS: "content.xml",
    ContentType.ODP: "content.xml",
}
# The folder of each type's main member, which is among an archive's first.
_FOLDERS = {
    b"word/": ContentType.DOCX,
    b"xl/": ContentType.XLSX,
    b"ppt/": ContentType.PPTX,
}
# An OpenDocument file begins with a member that holds its media type and is not packed.
_OPEN_DOCUMENT = b"mimetype"
_NAME_AT, _NAME_LENGTH_AT, _EXTRA_LENGTH_AT = 30, 26, 28
_PICTURES = (
    (b"\x89PNG", ContentType.PNG),
    (b"\xff\xd8\xff", ContentType.JPEG),
    (b"II*\x00", ContentType.TIFF),
    (b"MM\x00*", ContentType.TIFF),
)
_SAVE_AS_PNG = "Save it as PNG or JPEG and upload that file"
_UNPACK = "Unpack it and upload the files in it"
# First bytes of what is not read, with what to do about it.
_REFUSED = (
    (b"GIF8", "a picture (GIF)", _SAVE_AS_PNG),
    (b"BM", "a picture (BMP)", _SAVE_AS_PNG),
    (b"RIFF", "a picture, sound or film", ""),
    (b"\x1f\x8b", "a packed archive (gzip)", _UNPACK),
    (b"7z\xbc\xaf", "a packed archive (7z)", _UNPACK),
    (b"Rar!", "a packed archive (RAR)", _UNPACK),
    (b"MZ", "a program", ""),
    (b"\x7fELF", "a program", ""),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What the old Office formats name inside, how their files end, and what to save them as.
_OLD_OFFICE = (
    ("__substg1.0_", ".msg", "an Outlook message (.msg)", "In Outlook, save it as .eml"),
    (
        "WordDocument",
        ".doc",
        "an old Word document (.doc, before 2007)",
        "In Word, save it as .docx",
    ),
    ("Workbook", ".xls", "an old Excel workbook (.xls)", "In Excel, save it as .xlsx"),
    (
        "PowerPoint Document",
        ".ppt",
        "an old PowerPoint presentation (.ppt)",
        "In PowerPoint, save it as .pptx",
    ),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PDF_WITHIN = 1024


def sniff(head: bytes, name: str) -> ContentType:
    """The type of the file that begins with ``head`` (64 kB are enough); Invalid if not read.

    For an office file the type is a first guess, which :func:`check_archive` confirms.
    """
    found = _told_by_bytes(head, name)
    extension = PurePosixPath(name.lower()).suffix
    expected = EXTENSIONS.get(extension)
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
    for signature, picture in _PICTURES:
        if head.startswith(signature):
            return picture
    for signature, what, advice in _REFUSED:
        if head.startswith(signature) and not is_text(head):
            raise _refusal(name, what, advice)
    if head.startswith(b"{\\rtf"):
        raise _refusal(name, "a rich-text file (RTF)", "In Word, save it as .docx and upload that")
    return _text_type(head, name)


def _refusal(name: str, what: str, advice: str = "") -> Invalid:
    return Invalid(f"{name} is {what}. {advice or f'Upload {READ}'}.", code="unsupported_type")


def _ole_refusal(head: bytes, name: str) -> Invalid:
    """Office wraps a file with a password in the container of its old formats."""
    extension = PurePosixPath(name.lower()).suffix
    if extension in (".docx", ".xlsx", ".pptx") or _utf16("EncryptedPackage") in head:
        return Invalid(
            f"{name} is protected by a password. Remove the password and upload it again.",
            code="password",
        )
    told = [each for each in _OLD_OFFICE if _utf16(each[0]) in head]
    told += [each for each in _OLD_OFFICE if each[1] == extension]
    if told:
        _, _, what, advice = told[0]
        return _refusal(name, what, f"{advice} and upload that file")
    return _refusal(
        name, "in an old Office format (before 2007)", "Save it as .docx, .xlsx, .pptx or PDF"
    )


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _office_type(head: bytes, name: str) -> ContentType:
    if head[_NAME_AT:].startswith(_OPEN_DOCUMENT):
        return _open_document_type(head, name)
    for folder, found in _FOLDERS.items():
        if folder in head:
            return found
    named = EXTENSIONS.get(PurePosixPath(name.lower()).suffix, set()) & _MAIN_MEMBER.keys()
    if not named:
        raise _refusal(name, "a packed archive (ZIP)", _UNPACK)
    return named.pop()


def _open_document_type(head: bytes, name: str) -> ContentType:
    lengths = (head[at] + 256 * head[at + 1] for at in (_NAME_LENGTH_AT, _EXTRA_LENGTH_AT))
    declared = head[_NAME_AT + sum(lengths) :]
    for found in (ContentType.ODT, ContentType.ODS, ContentType.ODP):
        if declared.startswith(found.encode()):
            return found
    raise _refusal(name, "an OpenDocument file of another kind, or an e-book")


def _text_type(head: bytes, name: str) -> ContentType:
    if not is_text(head):
        raise _refusal(name, "not a type of file that can be read here")
    found = text_type(head, name)
    if found is None:
        raise _refusal(name, "an XML file")
    return found


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
            f"{name} is a packed archive, not {NAMES[ContentType(content_type)]}. Upload {READ}.",
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
