"""Which kind of text a file is: a web page, Markdown, a mail, a table, or plain text."""

import codecs
import csv
import re
from collections import Counter
from pathlib import PurePosixPath

from lectern.documents.content_types import ContentType

# Byte-order marks, the longer before those that they begin with.
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
DELIMITERS = (",", ";", "\t", "|")

_HTML_START = re.compile(
    r"\A(?>\s+|<\?xml[^>]*>|<!--(?>(?:(?!-->).)*)-->)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_START = re.compile(r"\A\s*<\?xml\b|\A\s*<svg\b", re.IGNORECASE)
_MARKDOWN_SIGNS = (
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"^(?=[^\n]*\|)(?=[^\n]*---)[ :|-]+$", re.MULTILINE),
    re.compile(r"^(?:```|~~~)", re.MULTILINE),
    re.compile(r"\]\([^\s()]{1,300}\)"),
    re.compile(r"\*\*\S[^*\n]*\S\*\*"),
)
_TEXT_CONTROLS = b"\t\n\r\x0c\x1b"
_CONTROLS = bytes(code for code in range(32) if code not in _TEXT_CONTROLS) + b"\x7f"
_MOST_CONTROLS = 0.02
_MOST_UNPRINTABLE = 0.03
# The share of letters with a zero byte: of Latin ones, and of others between spaces and digits.
_MOSTLY_ZEROS, _SOME_ZEROS = 0.3, 0.01

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60}):(?=[ \t\r\n]|$)")
_FIELDS_OF_MAIL = frozenset(
    ("from", "to", "date", "subject", "message-id", "mime-version", "received", "return-path")
)
# Written by programs that send mail, not by people who quote one.
_FIELDS_OF_PROGRAMS = frozenset(("message-id", "mime-version", "received"))
_MOST_HEADER_LINES = 200

_ROWS_LOOKED_AT = 30
_LEAST_ROWS = 3


def wide_encoding(head: bytes) -> str:
    """The encoding of text whose letters take two or four bytes; empty for any other.

    Without a byte-order mark it is told by its zero bytes: in UTF-16 those of spaces, digits
    and line breaks all stand on the same side.
    """
    for mark, encoding in BYTE_ORDER_MARKS[1:]:
        if head.startswith(mark):
            return encoding
    head = head[: len(head) // 2 * 2]
    for encoding, zeros, others in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        share = zeros.count(0) / max(len(zeros), 1)
        enough = share >= _MOSTLY_ZEROS or (share >= _SOME_ZEROS and not _is_utf8(head))
        if enough and 0 not in others and _reads_as(head, encoding):
            return encoding
    return ""


def _is_utf8(head: bytes) -> bool:
    """Whether the bytes are UTF-8 but for zeros that got into them."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head.replace(b"\0", b""))
    except UnicodeDecodeError:
        return False
    return True


def _reads_as(head: bytes, encoding: str) -> bool:
    try:
        # The last letter may be cut in half.
        text = head[: len(head) // 4 * 4].decode(encoding)
    except UnicodeDecodeError:
        return False
    odd = sum(not (char.isprintable() or char in "\t\r\n\f") for char in text)
    return bool(text) and odd <= _MOST_UNPRINTABLE * len(text)


def is_text(head: bytes) -> bool:
    """Whether the bytes are text: hardly any control characters, or letters of two bytes."""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= _MOST_CONTROLS * len(head) or bool(wide_encoding(head))


def text_type(head: bytes, name: str) -> ContentType | None:
    """The type of the text that begins with ``head``; None for XML of other kinds."""
    text = head.decode(wide_encoding(head) or "utf-8-sig", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    extension = PurePosixPath(name.lower()).suffix
    if _HTML_START.match(text) or (extension in (".html", ".htm") and "<" in text):
        return ContentType.HTML
    if _XML_START.match(text):
        return None
    if _is_mail(text, named=extension == ".eml"):
        return ContentType.MAIL
    if extension not in (".md", ".markdown") and _is_table(
        text, named=extension in (".csv", ".tsv")
    ):
        return ContentType.CSV
    signs = sum(bool(sign.search(text)) for sign in _MARKDOWN_SIGNS)
    markdown = extension in (".md", ".markdown") or signs >= 2
    return ContentType.MARKDOWN if markdown else ContentType.TEXT


def _is_mail(text: str, *, named: bool) -> bool:
    """Whether the text begins with the header of a mail."""
    lines = text.split("\n", _MOST_HEADER_LINES)[:_MOST_HEADER_LINES]
    if lines[0].startswith("From "):
        lines = lines[1:]
    found: set[str] = set()
    for line in lines:
        field = _FIELD.match(line)
        if not line.strip() or not (field or line[0] in " \t"):
            break
        if field:
            found.add(field[1].lower())
    if named:
        return bool(found & _FIELDS_OF_MAIL)
    return "from" in found and bool(found & _FIELDS_OF_PROGRAMS)


def _is_table(text: str, *, named: bool) -> bool:
    """Whether the lines are rows of as many cells each; stricter where the name does not say so."""
    delimiter = delimiter_of(text)
    if not delimiter:
        return False
    if named:
        return True
    lines = [line for line in text.split("\n")[:_ROWS_LOOKED_AT] if line.strip()]
    counts = {len(cells) for cells in rows_of(lines[:-1] or lines, delimiter)}
    # Sentences have commas too; no sign but a comma or a bar is left to chance.
    return len(lines) > _LEAST_ROWS and len(counts) == 1 and min(counts) > 2


def delimiter_of(text: str) -> str:
    """What parts the cells of most of the first rows, into as many each; empty if nothing does."""
    lines = [line for line in text.splitlines()[:_ROWS_LOOKED_AT] if line.strip()]
    best, most = "", 0.0
    for delimiter in DELIMITERS:
        counts = Counter(len(cells) for cells in rows_of(lines, delimiter))
        width, rows = max(counts.items(), key=lambda each: (each[1], each[0]), default=(1, 0))
        share = rows / max(len(lines), 1)
        if width > 1 and share >= 0.5 and share * width > most:
            best, most = delimiter, share * width
    return best


def rows_of(lines: list[str], delimiter: str) -> list[list[str]]:
    """The cells of each line, or of several where a quoted cell goes over them."""
    csv.field_size_limit(1 << 24)
    return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
