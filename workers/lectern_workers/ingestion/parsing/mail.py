"""Mails (.eml): who wrote what to whom and when, and the files that came with it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.message import MIMEPart
from email.parser import BytesParser
from pathlib import Path

from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern.documents.sniffing import check_archive, sniff
from lectern.errors import Invalid
from lectern_workers.ingestion.characters import one_line
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.plain import add_text, decoded, in_parts
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parsing.web import add_html
from lectern_workers.ingestion.parts import Parts
from lectern_workers.ingestion.records import Attached

MOST_ATTACHMENTS = 100
# Bytes in one record for the process that started the reader.
PIECE = 8 << 20
_HEAD = 64 * 1024
_SHOWN = ("From", "To", "Cc", "Date")
_LONGEST_FIELD = 1_000
# What only programs read: signatures, invitations to a calendar beside their text.
_FOR_PROGRAMS = ("application/pgp-signature", "application/pkcs7-signature", "text/calendar")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
# Of a mail in two forms the plain one is shown, unless it only says to look at the other:
# bytes, and the share of the other form. Marks make that several times as long in any case.
_SAYS_LITTLE, _SMALL_SHARE = 200, 0.1
# What the library's parsers of header fields raise for fields that are not as they should be.
_MALFORMED = (
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    LookupError,
    MessageError,
)


@dataclass(slots=True)
class _Found:
    """What a mail is made of: its texts, the files that came with it, and what was left."""

    texts: list[MIMEPart] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    full: bool = False


def read_mail(path: Path, name: str) -> Iterator[DocumentFacts | ReadPage | Attached]:
    """The facts and parts of a mail, then its attachments in pieces.

    Attachments of types that are not read are told in the warnings instead.
    """
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    if message.get_content_type() in _ENCRYPTED:
        raise Unreadable(
            "password",
            f"{name} is an encrypted mail. Save its text and its attachments decrypted from your "
            "mail program and upload those.",
        )
    found = _Found()
    _sort(message, found)
    subject = _field(message, "Subject")
    parts = Parts()
    parts.heading(subject, 0)
    for each in _SHOWN:
        if said := _field(message, each):
            parts.paragraph(f"{each}: {said}")
    if found.files:
        parts.paragraph(f"Attachments: {', '.join(file for file, _ in found.files)}")
    for text in found.texts:
        try:
            _add_text(parts, text, name)
        except Unreadable:
            found.warnings.append("A part of its text is in no known encoding and was left out.")
    yield from in_parts(ContentType.MAIL, subject, parts, tuple(found.warnings))
    for file_name, data in found.files:
        yield from _pieces(file_name, data)


def _field(message: MIMEPart, name: str) -> str:
    try:
        return one_line(str(message[name] or ""))[:_LONGEST_FIELD]
    except _MALFORMED:
        return ""


def _sort(message: MIMEPart, found: _Found) -> None:
    """Tell the texts of a mail from the files that came with it."""
    waiting: list[MIMEPart] = [message]
    while waiting:
        part = waiting.pop(0)
        kind = part.get_content_type()
        if kind == "message/rfc822":
            _attach_mail(part, found)
        elif kind == "multipart/alternative":
            waiting[:0] = [_best(list(part.iter_parts()))] if part.is_multipart() else []
        elif part.is_multipart():
            waiting[:0] = list(part.iter_parts())
        elif part.get_content_maintype() == "text" and not _file_name(part):
            if kind != "text/calendar":
                found.texts.append(part)
        elif not _is_decoration(part):
            name = _file_name(part) or f"attachment.{part.get_content_subtype()}"
            _keep(name, _bytes(part), found)


def _best(forms: list[MIMEPart]) -> MIMEPart:
    """Of the forms of one text the plain one, unless it says far less than another."""
    plain = next((form for form in forms if form.get_content_type() == "text/plain"), None)
    rich = next((form for form in forms if form.get_content_type() != "text/plain"), None)
    if plain is None or rich is None:
        return plain or forms[0]
    said = len(_bytes(plain).strip())
    texts = (part for part in rich.walk() if part.get_content_maintype() == "text")
    other = sum(len(_bytes(part)) for part in texts if isinstance(part, MIMEPart))
    return rich if said < _SAYS_LITTLE and said < _SMALL_SHARE * other else plain


def _file_name(part: MIMEPart) -> str:
    try:
        return one_line(part.get_filename() or "")
    except _MALFORMED:
        return ""


def _is_decoration(part: MIMEPart) -> bool:
    """Whether a part is a picture shown inside the text, or there for programs."""
    if part.get_content_type() in _FOR_PROGRAMS:
        return True
    inline = part.get_content_disposition() != "attachment" and part["Content-ID"] is not None
    return inline and part.get_content_maintype() == "image"


def _attach_mail(part: MIMEPart, found: _Found) -> None:
    inside = part.get_payload()
    if isinstance(inside, list) and inside and isinstance(inside[0], MIMEPart):
        title = _file_name(part) or _field(inside[0], "Subject") or "message"
        name = title if title.lower().endswith(".eml") else f"{title}.eml"
        try:
            data = inside[0].as_bytes()
        except _MALFORMED:
            found.warnings.append(f"An attached mail was left out: {name} is damaged.")
            return
        _keep(name, data, found)


def _keep(name: str, data: bytes, found: _Found) -> None:
    """Keep an attachment that can be read; say of another why not."""
    if len(found.files) >= MOST_ATTACHMENTS:
        if not found.full:
            found.warnings.append(
                f"It has more than {MOST_ATTACHMENTS} attachments; {name} and those after it were "
                "left out. Save them and upload them."
            )
        found.full = True
        return
    try:
        check_archive(io.BytesIO(data), name, sniff(data[:_HEAD], name))
    except Invalid as refused:
        found.warnings.append(f"An attachment was left out: {refused.message}")
        return
    found.files.append((name, data))


def _bytes(part: MIMEPart) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except _MALFORMED:
        return b""
    return data if isinstance(data, bytes) else b""


def _add_text(parts: Parts, part: MIMEPart, name: str) -> None:
    declared = part.get_content_charset() or ""
    text = decoded(_bytes(part), name, declared=declared)
    if part.get_content_type() == "text/html":
        add_html(parts, text)
    else:
        add_text(parts, text, titled=False)


def _pieces(name: str, data: bytes) -> Iterator[Attached]:
    starts = range(0, max(len(data), 1), PIECE)
    for start in starts:
        yield Attached(name=name, data=data[start : start + PIECE], ends=start == starts[-1])
