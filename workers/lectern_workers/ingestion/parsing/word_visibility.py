"""Which runs of a Word document nobody sees: hidden, a point high, or white on white."""

from collections.abc import Iterable
from typing import Any

from docx.oxml.ns import qn

# Letter heights, in half points, that nobody can read.
_TINY = frozenset(("0", "1", "2"))
_WHITE = "FFFFFF"
_MOST_STYLES_ABOVE = 20


class Visibility:
    """Tells seen from unseen runs, by their own formatting and by their styles."""

    def __init__(self, styles: Iterable[Any]) -> None:
        elements = {style.style_id: style.element for style in styles}
        self._hiding = {name for name in elements if _style_hides(elements, name)}

    def hides(self, run: Any) -> bool:
        """Whether a run is not to be seen.

        White letters in a table are taken for seen: its style may well give the row a colour.
        """
        properties = run.find(qn("w:rPr"))
        if self._by_style(run, properties):
            return True
        if properties is None:
            return False
        if _vanishes(properties) is True:
            return True
        size, colour = properties.find(qn("w:sz")), properties.find(qn("w:color"))
        if size is not None and size.get(qn("w:val"), "") in _TINY:
            return True
        white = colour is not None and colour.get(qn("w:val"), "").upper() == _WHITE
        marked = any(properties.find(qn(tag)) is not None for tag in ("w:shd", "w:highlight"))
        return white and not marked and not any(_coloured(each) for each in run.iterancestors())

    def _by_style(self, run: Any, properties: Any) -> bool:
        """Whether the style of the run or its paragraph hides it, and it does not say no."""
        if not self._hiding or (properties is not None and _vanishes(properties) is False):
            return False
        own = properties.find(qn("w:rStyle")) if properties is not None else None
        around = next(run.iterancestors(qn("w:p")), None)
        of_paragraph = None if around is None else around.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        named = (own, of_paragraph)
        return any(each is not None and each.get(qn("w:val")) in self._hiding for each in named)


def _style_hides(elements: dict[str, Any], name: str) -> bool:
    """Whether a style, or the nearest above it that says, hides its letters."""
    for _ in range(_MOST_STYLES_ABOVE):
        element = elements.get(name)
        if element is None:
            return False
        properties = element.find(qn("w:rPr"))
        said = None if properties is None else _vanishes(properties)
        above = element.find(qn("w:basedOn"))
        if said is not None or above is None:
            return bool(said)
        name = above.get(qn("w:val"), "")
    return False


def _vanishes(properties: Any) -> bool | None:
    """Whether the formatting hides letters; None when it says neither."""
    vanish = properties.find(qn("w:vanish"))
    if vanish is None:
        return None
    return vanish.get(qn("w:val"), "1") not in ("0", "false", "off")


def _coloured(element: Any) -> bool:
    """Whether an element around white letters may give them a ground to stand out from."""
    shading = f"{qn('w:pPr')}/{qn('w:shd')}"
    boxes = (qn("w:tc"), qn("w:txbxContent"))
    return element.tag in boxes or element.find(shading) is not None
