"""What single HTML elements are to a reader: blocks, hidden, navigation, data tables."""

import re

from selectolax.lexbor import LexborNode

from lectern.documents.content import RemovalKind

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
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_INLINE_WIDTH = 1000


def hidden(element: LexborNode) -> bool:
    """Whether the element says of itself that it is not shown, or is for navigation."""
    attributes = element.attributes
    if not attributes:
        return False
    if "hidden" in attributes or _HIDING.search(attributes.get("style") or ""):
        return True
    closed = element.tag == "dialog" and "open" not in attributes
    return closed or attributes.get("role") == "navigation"


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


def _unseen(element: LexborNode) -> bool:
    return element.tag in DROPPED or hidden(element)


def is_data_table(table: LexborNode) -> bool:
    """Whether a table holds data; one that holds whole texts is there for its layout."""
    if table.css_first("table table, h1, h2, h3, h4, ul, ol, p + p") is not None:
        return False
    cells = table.css("td, th")
    return all(len(cell.text()) <= _INLINE_WIDTH for cell in cells)


def table_rows(table: LexborNode) -> tuple[list[list[str]], int | None]:
    """The cells of each row, and how many rows name the columns; None when not marked."""
    rows: list[list[str]] = []
    header = 0
    for row in table.css("tr"):
        cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        if hidden(row) or not cells:
            continue
        heads = row.parent is not None and row.parent.tag == "thead"
        if len(rows) == header and (heads or all(cell.tag == "th" for cell in cells)):
            header += 1
        rows.append([text for cell in cells for text in _spanned(cell)])
    return rows, header or None


def _spanned(cell: LexborNode) -> list[str]:
    """The cell's text, and an empty cell for every further column that it spans."""
    span = cell.attributes.get("colspan") or "1"
    count = min(int(span), 100) if span.isdigit() else 1
    text = "" if _unseen(cell) else visible_text(cell)
    return [text] + [""] * (count - 1)
