"""Which text of a PDF page a reader cannot see.

Text in render mode 3, white text on white ground and text without size say nothing to
people but everything to a model: that is how instructions are smuggled into documents.
Two honest uses stay: the text layer of a scanned page (render mode 3 over its image) and
white letters on a dark ground.
"""

from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from lectern_workers.ingestion.parsing import pdf_calls
from lectern_workers.ingestion.parsing.pdf_calls import Floats, Integers, address_of

_NEARLY_WHITE = 250
_SCAN_SHARE = 0.5
_DEEPEST_FORM = 3
_MOST_IN_FORM = 1000
# A page of millions of strokes is drawn to keep readers busy; its first ones will do.
_MOST_OBJECTS = 20_000
# What is written here is read at once; one reader process reads one page at a time.
_floats, _integers = Floats(4), Integers()


class _Ground(NamedTuple):
    """Something drawn on the page that text may stand on, in the PDF's own coordinates."""

    left: float
    bottom: float
    right: float
    top: float
    image: bool

    def covers(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top


class Visibility:
    """Tells seen from unseen text objects of one page; asks PDFium once for each object."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self._known: dict[int, bool] = {0: True}
        self._grounds: list[_Ground] | None = None

    def seen(self, text_object: int) -> bool:
        """Whether a reader sees what this text object (an address; 0: unknown) draws."""
        if text_object not in self._known:
            self._known[text_object] = self._look(text_object)
        return self._known[text_object]

    def _look(self, text_object: int) -> bool:
        if pdf_calls.render_mode(text_object) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            return self._is_scan() and self._stands_on(text_object, image=True)
        return not _white(text_object) or self._stands_on(text_object, image=False)

    def _is_scan(self) -> bool:
        width, height = self._page.get_size()
        page: float = width * height
        areas = [(g.right - g.left) * (g.top - g.bottom) for g in self._ground() if g.image]
        return sum(areas) >= _SCAN_SHARE * page

    def _stands_on(self, text_object: int, *, image: bool) -> bool:
        box = _bounds(text_object)
        if box is None:
            return True
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(g.covers(x, y) for g in self._ground() if g.image or not image)

    def _ground(self) -> list[_Ground]:
        if self._grounds is None:
            self._grounds = _grounds(self._page)
        return self._grounds


def shows_something(page: pdfium.PdfPage) -> bool:
    """Whether a page has an image or a filled drawing on it."""
    return bool(_grounds(page))


def _grounds(page: pdfium.PdfPage) -> list[_Ground]:
    found = []
    handle = address_of(page.raw)
    for index in range(min(pdf_calls.object_count(handle), _MOST_OBJECTS)):
        drawn = pdf_calls.object_at(handle, index)
        kinds = _inked(drawn, depth=0)
        box = _bounds(drawn) if kinds else None
        if box is not None:
            found.append(_Ground(*box, image=raw.FPDF_PAGEOBJ_IMAGE in kinds))
    return found


def _inked(drawn: int, *, depth: int) -> set[int]:
    """The kinds of objects that leave ink here, other than text; looks into forms."""
    kind = pdf_calls.object_type(drawn)
    if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
        count = min(pdf_calls.form_count(drawn), _MOST_IN_FORM)
        inner = (pdf_calls.form_object_at(drawn, index) for index in range(count))
        return set().union(*(_inked(each, depth=depth + 1) for each in inner))
    if kind == raw.FPDF_PAGEOBJ_PATH:
        return {kind} if _filled(drawn) else set()
    return {kind} if kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING) else set()


def _bounds(drawn: int) -> tuple[float, float, float, float] | None:
    """Left, bottom, right and top of an object."""
    if not pdf_calls.object_bounds(drawn, *_floats.at):
        return None
    left, bottom, right, top = _floats.values
    return left, bottom, right, top


def _filled(path: int) -> bool:
    pdf_calls.draw_mode(path, *_integers.at[:2])
    return _integers.values[0] != raw.FPDF_FILLMODE_NONE and not _white(path)


def _white(drawn: int) -> bool:
    if not pdf_calls.fill_colour(drawn, *_integers.at):
        return False
    red, green, blue, alpha = _integers.values
    return alpha == 0 or (red >= _NEARLY_WHITE and green >= _NEARLY_WHITE and blue >= _NEARLY_WHITE)
