"""HTML: the text that a reader of the page sees, without navigation and hidden elements."""

import re
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.plain import decoded, in_parts
from lectern_workers.ingestion.parsing.web_elements import (
    BLOCKS,
    DROPPED,
    HEADINGS,
    LONGEST_LISTED,
    add_table,
    hidden,
    hide_by_rules,
    is_data_table,
    left_out_as,
    own_text,
    visible_text,
)
from lectern_workers.ingestion.parts import Parts

_DECLARED = re.compile(rb"<meta[^>]+charset=[\"']?\s*([\w-]+)", re.IGNORECASE)
_DECLARED_WITHIN = 4096


def read_html(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of a web page."""
    data = path.read_bytes()
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    text = decoded(data, name, declared=declared.group(1).decode() if declared else "")
    document = LexborHTMLParser(text)
    hide_by_rules(document)
    parts = Parts()
    if document.body is not None:
        _Page(parts).add(document.body)
    title = document.css_first("title")
    return in_parts(ContentType.HTML, title.text() if title else "", parts)


def add_html(parts: Parts, fragment: str) -> None:
    """Add what a reader sees of a piece of HTML that stands in another format."""
    document = LexborHTMLParser(fragment)
    hide_by_rules(document)
    if document.body is not None:
        _Page(parts).add(document.body)


class _Page:
    """Walks a page's elements without recursion: 60,000 nested ones are no reason to fail."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._text: list[str] = []
        self._lists: list[int | None] = []
        self._mark = ""
        self._level: int | None = None
        self._depth_of_pre = 0

    def add(self, root: LexborNode) -> None:
        """Add all blocks below ``root`` to the parts, in order."""
        waiting: list[LexborNode | str] = [root]
        while waiting:
            at = waiting.pop()
            if isinstance(at, str):
                self._close(at)
            elif at.is_text_node:
                self._text.append(own_text(at, layout=self._depth_of_pre > 0))
            elif at.is_element_node and self._enters(at):
                waiting.append(at.tag or "")
                child = at.last_child
                while child is not None:
                    waiting.append(child)
                    child = child.prev
        self._flush()

    def _enters(self, element: LexborNode) -> bool:
        """Begin an element; False when its inside is left out or already dealt with."""
        tag = element.tag or ""
        if tag in DROPPED or hidden(element):
            kind = left_out_as(element)
            if kind:
                self._parts.leave_out(kind, visible_text(element)[:LONGEST_LISTED])
            return False
        if tag == "table" and is_data_table(element):
            self._flush()
            add_table(self._parts, element)
            return False
        self._open(tag, element)
        return True

    def _open(self, tag: str, element: LexborNode) -> None:
        if tag in BLOCKS:
            self._flush()
        if tag == "br":
            self._text.append("\n")
        elif tag in ("td", "th"):
            self._text.append(" ")
        elif tag in HEADINGS:
            self._level = HEADINGS[tag]
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._mark = self._next_mark()
        elif tag == "pre":
            self._depth_of_pre += 1

    def _next_mark(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _close(self, tag: str) -> None:
        if tag in BLOCKS:
            self._flush()
        if tag in HEADINGS:
            self._level = None
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._depth_of_pre -= 1

    def _flush(self) -> None:
        text = "".join(self._text)
        self._text = []
        if not text.strip():
            return
        if self._depth_of_pre:
            self._parts.code(text.strip("\n"))
        elif self._level is not None:
            self._parts.heading(text, self._level)
        elif self._lists:
            self._parts.item(self._mark + text)
            self._mark = ""
        else:
            for paragraph in re.split(r"\n\s*\n", text):
                self._parts.paragraph(paragraph)
