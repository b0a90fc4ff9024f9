"""Which letters of a slide nobody sees: white on white, wholly transparent, next to nothing high.

White is also what letters on a dark ground are set in. So white letters are taken for unseen
only where the slide's own ground is known to be white and nothing that is filled, and no
picture, lies around their shape.
"""

from collections.abc import Iterator
from typing import Any

from pptx.oxml.ns import qn

# Hundredths of a point.
_TINY = 150
_WHITE = "FFFFFF"
_LIGHT = ("bg1", "lt1")
_FILLS = ("a:solidFill", "a:gradFill", "a:blipFill", "a:pattFill")

Place = tuple[int, int, int, int]


class Grounds:
    """What letters of one slide stand on."""

    def __init__(self, slide: Any) -> None:
        self._slide = slide
        self._white: bool | None = None
        self._places: list[Place] = []

    def hides(self, run: Any, shape: Any) -> bool:
        """Whether nobody sees the letters of ``run``, which stand in ``shape`` or, for None,
        on something that is coloured as a whole."""
        properties = run.find(qn("a:rPr"))
        if properties is None:
            return False
        size = properties.get("sz", "")
        if size.isdigit() and int(size) <= _TINY:
            return True
        fill = properties.find(qn("a:solidFill"))
        if fill is None:
            return False
        if any(alpha.get("val") in ("0", "0%") for alpha in fill.iter(qn("a:alpha"))):
            return True
        return shape is not None and _is_white(fill) and self._is_white_around(shape)

    def _is_white_around(self, shape: Any) -> bool:
        if self._white is None:
            layers = [self._slide, self._slide.slide_layout, self._slide.slide_layout.slide_master]
            self._white = _white_background(layers)
            self._places = [place for layer in layers for place in _filled_places(layer)]
        # What stands in a group has the group's coordinates, which are not resolved here.
        in_group = shape._element.getparent().tag == qn("p:grpSp")
        place = _place(shape)
        if not self._white or in_group or place is None:
            return False
        x, y = place[0] + place[2] // 2, place[1] + place[3] // 2
        return not any(
            left <= x <= left + width and top <= y <= top + height
            for left, top, width, height in self._places
        )


def _is_white(fill: Any) -> bool:
    colour = fill.find(qn("a:srgbClr"))
    return colour is not None and colour.get("val", "").upper() == _WHITE


def _white_background(layers: list[Any]) -> bool:
    """Whether the first background that is set, from the slide up, is white."""
    master = layers[-1]
    for layer in layers:
        background = layer.element.find(f"{qn('p:cSld')}/{qn('p:bg')}")
        if background is None:
            continue
        if any(_is_white(fill) for fill in background.iter(qn("a:solidFill"))):
            return True
        named = next(background.iter(qn("a:schemeClr")), None)
        colours = master.element.find(qn("p:clrMap"))
        light = named is not None and named.get("val") in _LIGHT
        return light and colours is not None and colours.get("bg1") == "lt1"
    return True


def _filled_places(layer: Any) -> Iterator[Place]:
    for shape in layer.shapes:
        element = shape._element
        picture = element.tag in (qn("p:pic"), qn("p:graphicFrame"), qn("p:grpSp"))
        place = _place(shape)
        if place is not None and (picture or _is_filled(element)):
            yield place


def _is_filled(element: Any) -> bool:
    """Whether a shape has a colour of its own that is not white, or one of its style."""
    properties = element.find(qn("p:spPr"))
    if properties is None:
        return False
    fills = [fill for kind in _FILLS if (fill := properties.find(qn(kind))) is not None]
    if fills:
        return not any(_is_white(fill) for fill in fills)
    return element.find(qn("p:style")) is not None and properties.find(qn("a:noFill")) is None


def _place(shape: Any) -> Place | None:
    place = (shape.left, shape.top, shape.width, shape.height)
    return None if None in place else place
