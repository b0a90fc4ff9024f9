"""Plain text: its encoding found out, its paragraphs and short headings told apart."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern.documents.text_types import BYTE_ORDER_MARKS, wide_encoding
from lectern_workers.ingestion.characters import one_line
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parts import Parts

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_ITEM = re.compile(r"\s*(?:[-*\u2022\u25cf\u25aa\u2023]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_COLUMNS = re.compile(r"\S(?: {3,}|\t+)\S")
_CELL_GAP = re.compile(r" {3,}|\t+")
# Enough to tell an encoding by; all of a large file would take minutes.
_SAMPLE = 200_000
_LONGEST_HEADING = 80
_MOST_HEADING_WORDS = 10
_AT_ONCE = 1 << 20
# What pages call these encodings is a part of what browsers take them for.
_AS_BROWSERS_DO = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
}
_WESTERN, _FEW = "cp1252", 0.15
# Bytes that say so of themselves have a mark, or are meant to be misread.
_NOT_BELIEVED = frozenset(("utf-7", "utf7", "utf-16", "utf-16le", "utf-16be", "utf-32", "hz"))


def read_plain(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of a text file; Unreadable when no encoding fits its bytes."""
    parts = Parts()
    add_text(parts, decoded(path.read_bytes(), name), titled=True)
    return in_parts(ContentType.TEXT, "", parts)


def add_text(parts: Parts, text: str, *, titled: bool) -> None:
    """Add the blocks of a plain text; ``titled``: its first may be the title of it all."""
    blocks = _BLANK_LINES.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    if titled and len(blocks) > 1 and _is_heading(blocks[0]):
        parts.heading(blocks.pop(0), 0)
    for block in blocks:
        _add_block(parts, block.strip("\n"))


def in_parts(
    content_type: ContentType, title: str, parts: Parts, warnings: tuple[str, ...] = ()
) -> list[DocumentFacts | ReadPage]:
    """The facts of a document without pages, and its parts."""
    pages = parts.pages()
    facts = DocumentFacts(
        content_type=content_type,
        title=one_line(title),
        paged=False,
        page_count=len(pages),
        warnings=warnings,
    )
    return [facts, *(ReadPage(page=page) for page in pages)]


def decoded(data: bytes, name: str, *, declared: str = "") -> str:
    """The text of ``data``; Unreadable when it is text in no encoding that is known."""
    return data.decode(encoding_of(data, name, declared=declared), errors="replace")


def encoding_of(data: bytes, name: str, *, declared: str = "") -> str:
    """The encoding of ``data``, of which most can be read; Unreadable when none is known.

    A byte-order mark decides, then whether the bytes are UTF-8, which other text never is by
    chance, then the ``declared`` encoding if the bytes fit it, then what letters they make.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    if wide := wide_encoding(data[:_SAMPLE]):
        return wide
    declared = _AS_BROWSERS_DO.get(declared.lower(), declared.lower())
    # Its escape sequences are plain ASCII, and so UTF-8 as well.
    first = [declared] if declared.startswith("iso-2022") else []
    for encoding in (*first, "utf-8", declared):
        if encoding and encoding not in _NOT_BELIEVED and _fits(data, encoding):
            return encoding
    best = _likeliest(data[:_SAMPLE])
    if not best:
        raise Unreadable(
            "unknown_encoding",
            f"{name} is not readable as text in any known encoding. "
            "Save it as UTF-8 text and upload it again.",
        )
    return best


def _likeliest(sample: bytes) -> str:
    """The encoding in which the bytes make the most sense; empty if they make none in any.

    Of several that make as much, those of old Macintoshes are the least likely, and the
    Western one, which most programs wrote, the likeliest.
    """
    matches = list(from_bytes(sample))
    modern = [match for match in matches if not match.encoding.startswith("mac_")] or matches
    best = next((match for match in modern if match.chaos <= matches[0].chaos), None)
    best = best or next(iter(matches), None)
    if best is None:
        return ""
    # Where few letters are not plain ones, chance decides which language they look like.
    few = sum(byte >= 0x80 for byte in sample) < _FEW * len(sample)
    as_good = (
        match
        for match in matches
        if match.chaos <= best.chaos and (few or match.coherence >= best.coherence)
    )
    western = any(_WESTERN in match.could_be_from_charset for match in as_good)
    return _WESTERN if western else best.encoding


def _fits(data: bytes, encoding: str) -> bool:
    """Whether all of the bytes are text in an encoding; in parts, for text that is large."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        for start in range(0, len(data), _AT_ONCE):
            decoder.decode(data[start : start + _AT_ONCE])
        decoder.decode(b"", final=True)
    except (UnicodeDecodeError, LookupError, TypeError):
        return False
    return True


def _add_block(parts: Parts, block: str) -> None:
    lines = [line for line in block.split("\n") if line.strip()]
    if not lines:
        return
    if len(lines) > 1 and all(_COLUMNS.search(line) for line in lines):
        parts.table([_CELL_GAP.split(line.strip()) for line in lines])
    elif _is_heading(lines[0]) and len(lines) <= 1:
        parts.heading(lines[0], 2)
    elif _is_heading(lines[0]) and not _is_heading(lines[1]) and not _ITEM.match(lines[1]):
        parts.heading(lines[0], 2)
        parts.paragraph("\n".join(lines[1:]))
    else:
        _add_lines(parts, lines)


def _add_lines(parts: Parts, lines: list[str]) -> None:
    """A paragraph; or items, one for each line that begins like one."""
    units: list[list[str]] = [[]]
    for line in lines:
        if _ITEM.match(line) and units[-1]:
            units.append([])
        units[-1].append(line)
    for unit in units:
        if _ITEM.match(unit[0]):
            parts.item("\n".join(unit))
        else:
            parts.paragraph("\n".join(unit))


def _is_heading(line: str) -> bool:
    """Whether a line reads like a heading: short, in words, not ended like a sentence."""
    text = line.strip()
    return (
        len(text) <= _LONGEST_HEADING
        and len(text.split()) <= _MOST_HEADING_WORDS
        and text[-1] not in ".,;!?"
        and (text[0].isupper() or text[0].isdigit() or text[0] == "#")
        and any(letter.isalpha() for letter in text)
        and not _ITEM.match(line)
    )
