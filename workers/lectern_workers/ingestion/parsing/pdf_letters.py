"""Where single letters of a PDF page stand, and in which font they are drawn."""

import ctypes
import re
from struct import Struct

import pypdfium2 as pdfium
from pypdfium2 import raw

from lectern_workers.ingestion.parsing import pdf_calls
from lectern_workers.ingestion.parsing.pdf_calls import Floats, address_of

_BOLD = re.compile("bold|black|heavy|demi", re.IGNORECASE)
_BOLD_WEIGHT = 600
# Six times as fast as iterating over the ctypes array.
_two_boxes = Struct("8f").unpack_from

Rectangle = tuple[float, float, float, float]


class Letters:
    """The letters of one page, by their index in its text."""

    def __init__(self, page: pdfium.PdfPage, fonts: dict[int, bool]) -> None:
        self._page = page.get_textpage()
        self.count = self._page.count_chars()
        self._handle = address_of(self._page.raw)
        self._ends = Floats(8)
        self._left, self._bottom, self._right, self._top = page.get_bbox()
        self._rotation = page.get_rotation()
        self._fonts = fonts

    def text(self) -> str:
        """The page's text; letter ``i`` of it is letter ``i`` of every other method."""
        text: str = self._page.get_text_range() if self.count else ""
        if len(text) == self.count:
            return text
        # PDFium left letters out of its text or wrote one as two: take them one by one.
        codes = (raw.FPDFText_GetUnicode(self._page, index) for index in range(self.count))
        return "".join(chr(code) if 0 < code < 0x110000 else "\u200b" for code in codes)

    def box(self, first: int, last: int) -> Rectangle:
        """The rectangle around both letters, as the page is shown: points from the top left."""
        pdf_calls.letter_box(self._handle, first, self._ends.at[0])
        pdf_calls.letter_box(self._handle, last, self._ends.at[4])
        left, top, right, bottom, left2, top2, right2, bottom2 = _two_boxes(self._ends.values)
        # Comparisons by hand: min() and max() would take a tenth of the time of the page.
        left = left if left < left2 else left2
        right = right if right > right2 else right2
        top = top if top > top2 else top2
        bottom = bottom if bottom < bottom2 else bottom2
        if not self._rotation:
            return left - self._left, self._top - top, right - self._left, self._top - bottom
        return self._turned(left, bottom, right, top)

    def _turned(self, x0: float, y0: float, x1: float, y1: float) -> Rectangle:
        if self._rotation == 90:
            return y0 - self._bottom, x0 - self._left, y1 - self._bottom, x1 - self._left
        if self._rotation == 180:
            return self._right - x1, y0 - self._bottom, self._right - x0, y1 - self._bottom
        return self._top - y1, self._right - x1, self._top - y0, self._right - x0

    def drawn_by(self, letter: int) -> int:
        """The address of the text object that draws the letter; 0 where PDFium made it up."""
        return pdf_calls.text_object(self._handle, letter) or 0

    def bold(self, text_object: int) -> bool:
        """Whether the object's font is bold, by its weight or its name."""
        font = (pdf_calls.object_font(text_object) if text_object else 0) or 0
        if font not in self._fonts:
            self._fonts[font] = bool(font) and _is_bold(font)
        return self._fonts[font]

    def close(self) -> None:
        self._page.close()


def _is_bold(address: int) -> bool:
    font = ctypes.cast(address, raw.FPDF_FONT)
    name = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, name, 128)
    return bool(_BOLD.search(name.value.decode("latin-1"))) or (
        raw.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT
    )
