"""What a document is called: by itself if it says, else by its file if that has words."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from lectern.documents.content import DocumentFacts, PageContent

_LONGEST = 150
_PROGRAM = re.compile(r"^Microsoft (?:Word|PowerPoint|Excel) - ", re.IGNORECASE)
_EXTENSION = re.compile(
    r"\.(?:docx?|xlsx?|pdf|html?|md|txt|indd|pptx?|od[tsp]|[ct]sv|eml|png|jpe?g|tiff?)$",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[\s_.-]+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_NO_TITLE = frozenset(
    "untitled document title unknown unspecified anonymous powerpoint presentation scan".split()  # noqa: SIM905
)
_FIRST_PAGES = 2


def title_of(facts: DocumentFacts, pages: Sequence[PageContent], file_name: str) -> str:
    """The title for people and for search; empty when nothing says what it is about.

    A title is the document's own, else the largest heading of its first pages; the name of
    its file only where most of it is words ("annual-report", not "pm-21645374").
    """
    own = _EXTENSION.sub("", _PROGRAM.sub("", facts.title)).strip()
    named = PurePath(file_name).stem
    words = " ".join(part for part in _PARTS.split(named) if part)
    for candidate in (own, _first_heading(pages), words):
        if _tells(candidate):
            return candidate[:_LONGEST]
    return ""


def _first_heading(pages: Sequence[PageContent]) -> str:
    """The title that the pages show: marked as one, or the only heading of the first level."""
    highest = [
        (page, block)
        for page in pages
        for block in page.blocks
        if block.kind == "title" or (block.kind == "heading" and block.level == 1)
    ]
    titles = [found for found in highest if found[1].kind == "title"] or highest
    if not titles or (titles is highest and len(highest) > 1):
        return ""
    page, block = titles[0]
    return page.text[block.start : block.end] if page in pages[:_FIRST_PAGES] else ""


def _tells(text: str) -> bool:
    """Whether at least half of a title is words, and not one that programs put there."""
    parts = [part for part in _PARTS.split(text) if part]
    words = [part for part in parts if _WORD.search(part) and not any(c.isdigit() for c in part)]
    said = [word for word in words if word.strip("()[]").lower() not in _NO_TITLE]
    return bool(said) and 2 * len(words) >= len(parts)
