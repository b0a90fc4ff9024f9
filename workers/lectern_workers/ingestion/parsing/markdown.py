"""Markdown: headings, lists and tables by markdown-it, marks taken off, words kept."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.plain import decoded, in_parts
from lectern_workers.ingestion.parsing.web import add_html
from lectern_workers.ingestion.parsing.web_elements import shown_words
from lectern_workers.ingestion.parts import Parts
from lectern_workers.ingestion.tables import header_rows

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z_]+):[ \t]*(.+)$", re.MULTILINE)
# Front matter that says something about the document to its readers.
_TOLD = ("subtitle", "author", "authors", "date", "description", "summary", "keywords", "tags")


def read_markdown(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of a Markdown file."""
    text = decoded(path.read_bytes(), name).replace("\r\n", "\n")
    fields: dict[str, str] = {}
    front = _FRONT_MATTER.match(text)
    if front:
        text = text[front.end() :]
        fields = {key.lower(): value.strip("\"' ") for key, value in _FIELD.findall(front.group(1))}
    parts = Parts()
    for key in _TOLD:
        if fields.get(key):
            parts.paragraph(f"{key.capitalize()}: {fields[key]}")
    _Blocks(parts).add(MarkdownIt("commonmark").enable("table").parse(text))
    return in_parts(ContentType.MARKDOWN, fields.get("title", ""), parts)


class _Blocks:
    """Hands the blocks of a token stream to the parts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._numbers: list[int] = []
        self._mark = ""

    def add(self, tokens: list[Token]) -> None:
        stream = iter(tokens)
        for token in stream:
            if token.type == "heading_open":
                self._parts.heading(self._words(next(stream)), int(token.tag[1]))
            elif token.type == "table_open":
                self._table(stream)
            elif token.type in ("fence", "code_block"):
                self._parts.code(token.content.strip("\n"))
            elif token.type == "html_block":
                add_html(self._parts, token.content)
            elif token.type == "inline":
                self._text(self._words(token))
            else:
                self._list(token)

    def _list(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            self._numbers.append(int(token.attrGet("start") or 1))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._numbers.pop()
        elif token.type == "list_item_open":
            ordered = token.markup in (".", ")")
            self._mark = f"{self._numbers[-1]}{token.markup} " if ordered else "- "
            self._numbers[-1] += 1

    def _text(self, text: str) -> None:
        if self._mark:
            self._parts.item(self._mark + text)
            self._mark = ""
        elif self._numbers:
            self._parts.item(text)
        else:
            self._parts.paragraph(text)

    def _table(self, stream: Iterator[Token]) -> None:
        rows: list[list[str]] = []
        header = 0
        for token in stream:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self._words(token))
            elif token.type == "thead_close":
                header = len(rows)
        # Markdown wants one header row; where the columns are named in more, find them out.
        self._parts.table(rows, header=max(header, header_rows(rows)))

    def _words(self, token: Token) -> str:
        """The text of an inline token, without its marks; a link keeps its words."""
        children = token.children or []
        markup = any(child.type == "html_inline" for child in children)
        pieces: list[str] = []
        for child in children:
            if child.type in ("text", "code_inline", "image"):
                pieces.append(escape(child.content) if markup else child.content)
            elif child.type in ("softbreak", "hardbreak"):
                pieces.append(" ")
            elif child.type == "html_inline":
                pieces.append(child.content)
        words = "".join(pieces)
        return shown_words(self._parts, words) if markup else words
