"""What single HTML elements are to a reader: blocks, hidden, navigation, data tables."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from lectern.documents.content import RemovalKind
from lectern_workers.ingestion.parsing.grid import Cell, Grid
from lectern_workers.ingestion.parts import Parts

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset(
    """
    p div section article main header body html ul ol dl li dt dd blockquote figure figcaption
    address details summary hr fieldset center table caption tr tbody thead tfoot pre form aside
    """.split()  # noqa: SIM905
) | frozenset(HEADINGS)
DROPPED = frozenset(
    """
    script style template noscript head title svg iframe object canvas audio video select button
    datalist nav footer
    """.split()  # noqa: SIM905
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9])"
    # Pushed off the page.
    r"|(?<![-\w])(?:left|right|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*"
    r"(?:white\b|#fff(?:f{3}){0,1}\b|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255\b)",
    re.IGNORECASE,
)
_GROUND = re.compile(r"background", re.IGNORECASE)
# Rules of a style sheet that hold for simple selectors, without those for print or phones.
_CONDITIONAL = re.compile(r"@[\w-]+[^{;]{0,500}\{(?:[^{}]{0,5000}\{[^{}]{0,5000}\})*[^{}]{0,500}\}")
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,5000})\}")
_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?[.#][A-Za-z_][\w-]*")
_MOST_SHEETS, _LONGEST_SHEET = 20, 100_000
_SPACE = re.compile(r"\s+")
LONGEST_LISTED = 500
_INLINE_WIDTH = 1000
_MOST_AROUND = 50


def hidden(element: LexborNode) -> bool:
    """Whether the element says of itself that it is not shown, or is for navigation."""
    attributes = element.attributes
    if not attributes:
        return False
    style = attributes.get("style") or ""
    if "hidden" in attributes or _HIDING.search(style):
        return True
    if _WHITE.search(style) and not any(_coloured(each) for each in _upwards(element)):
        return True
    closed = element.tag == "dialog" and "open" not in attributes
    return closed or attributes.get("role") == "navigation"


def _upwards(element: LexborNode) -> Iterator[LexborNode]:
    """The element and those around it, as far as a page nests honestly."""
    at: LexborNode | None = element
    for _ in range(_MOST_AROUND):
        if at is None:
            return
        yield at
        at = at.parent


def _coloured(element: LexborNode) -> bool:
    """Whether an element may give white letters a ground to stand out from."""
    attributes = element.attributes
    return (
        "bgcolor" in attributes
        or "class" in attributes
        or bool(_GROUND.search(attributes.get("style") or ""))
    )


def left_out_as(element: LexborNode) -> RemovalKind | None:
    """Under which kind an element that is not read is listed; None for code and the like."""
    if element.tag == "nav" or element.attributes.get("role") == "navigation":
        return "header"
    if element.tag == "footer":
        return "footer"
    return None if element.tag in DROPPED else "invisible"


def own_text(node: LexborNode, *, layout: bool) -> str:
    """The text of a text node; white space is kept only where it is ``layout``."""
    text = node.text_content or ""
    return text if layout else _SPACE.sub(" ", text)


def visible_text(element: LexborNode) -> str:
    """All text inside, in order, on one line; dropped and hidden elements left out."""
    pieces: list[str] = []
    waiting = [element]
    while waiting:
        at = waiting.pop()
        if at.is_text_node:
            pieces.append(at.text_content or "")
        elif at is element or (at.is_element_node and not _unseen(at)):
            if at.tag in BLOCKS or at.tag in ("br", "td", "th"):
                pieces.append(" ")
            child = at.last_child
            while child is not None:
                waiting.append(child)
                child = child.prev
    return _SPACE.sub(" ", "".join(pieces)).strip()


def shown_words(parts: Parts, fragment: str) -> str:
    """The words of a piece of a line that a reader sees; the others are noted."""
    body = LexborHTMLParser(fragment).body
    if body is None:
        return ""
    for element in body.css("*"):
        if hidden(element) and left_out_as(element) == "invisible":
            parts.leave_out("invisible", visible_text(element)[:LONGEST_LISTED])
    return visible_text(body)


def _unseen(element: LexborNode) -> bool:
    return element.tag in DROPPED or hidden(element)


def is_data_table(table: LexborNode) -> bool:
    """Whether a table holds data; one that holds whole texts is there for its layout."""
    if table.css_first("table table, h1, h2, h3, h4, ul, ol, p + p") is not None:
        return False
    cells = table.css("td, th")
    return all(len(cell.text()) <= _INLINE_WIDTH for cell in cells)


def add_table(parts: Parts, table: LexborNode) -> None:
    """Add a data table with its caption, its columns in place and its header rows told."""
    caption = table.css_first("caption")
    if caption is not None and not _unseen(caption):
        parts.paragraph(visible_text(caption))
    grid = Grid()
    header = count = 0
    for row in table.css("tr"):
        cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        if hidden(row):
            parts.leave_out("invisible", visible_text(row)[:LONGEST_LISTED])
        if hidden(row) or not cells:
            continue
        heads = row.parent is not None and row.parent.tag == "thead"
        if count == header and (heads or all(cell.tag == "th" for cell in cells)):
            header += 1
        count += 1
        grid.add(_cell(parts, cell) for cell in cells)
    grid.add_to(parts, header=header or None)


def _cell(parts: Parts, cell: LexborNode) -> Cell:
    text = visible_text(cell)
    if _unseen(cell):
        parts.leave_out("invisible", text[:LONGEST_LISTED])
        text = ""
    return Cell(text, _span(cell, "colspan"), _span(cell, "rowspan"))


def _span(cell: LexborNode, direction: str) -> int:
    span = cell.attributes.get(direction) or "1"
    return int(span) if span.isdigit() and len(span) < 6 else 1


def hide_by_rules(document: LexborHTMLParser) -> None:
    """Mark as hidden what the page's own style sheets hide, by rules that always hold."""
    sheets = "".join(style.text() for style in document.css("style")[:_MOST_SHEETS])
    for selectors, declarations in _RULE.findall(_CONDITIONAL.sub("", sheets[:_LONGEST_SHEET])):
        if not _HIDING.search(declarations):
            continue
        for selector in filter(_SELECTOR.fullmatch, map(str.strip, selectors.split(","))):
            for element in document.css(selector):
                element.attrs["hidden"] = ""
