"""Plain text: its encoding found out, its paragraphs and short headings told apart."""

import re
from pathlib import Path

from charset_normalizer import from_bytes

from lectern.documents.content import DocumentFacts
from lectern.documents.sniffing import ContentType
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
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def read_plain(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of a text file; Unreadable when no encoding fits its bytes."""
    text = decoded(path.read_bytes(), name)
    parts = Parts()
    blocks = _BLANK_LINES.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    if len(blocks) > 1 and _is_heading(blocks[0]):
        parts.heading(blocks.pop(0), 0)
    for block in blocks:
        _add_block(parts, block.strip("\n"))
    return in_parts(ContentType.TEXT, "", parts)


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
    """The text of ``data``; Unreadable when it is text in no encoding that is known.

    A byte-order mark decides, then the ``declared`` encoding if the bytes fit it.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for encoding in (declared, "utf-8"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise Unreadable(
            "unknown_encoding",
            f"{name} is not readable as text in any known encoding. "
            "Save it as UTF-8 text and upload it again.",
        )
    return data.decode(best.encoding, errors="replace")


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
