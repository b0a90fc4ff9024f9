"""Where single letters of a PDF page stand, and in which font they are drawn."""

import ctypes
import re
from collections.abc import Callable

import pypdfium2 as pdfium
from pypdfium2 import raw

from lectern_workers.ingestion.parsing import pdf_calls
from lectern_workers.ingestion.parsing.pdf_calls import Floats, address_of

_BOLD = re.compile("bold|black|heavy|demi", re.IGNORECASE)
_BOLD_WEIGHT = 600

Rectangle = tuple[float, float, float, float]


class Letters:
    """The letters of one page, by their index in its text."""

    def __init__(self, page: pdfium.PdfPage, fonts: dict[int, bool]) -> None:
        self._page = page.get_textpage()
        self._handle = address_of(self._page.raw)
        self._first, self._last = Floats(), Floats()
        self._place = _placement(page)
        self._fonts = fonts

    def text(self) -> str:
        """The page's text; letter ``i`` of it is letter ``i`` of every other method."""
        count = self._page.count_chars()
        text: str = self._page.get_text_range() if count else ""
        if len(text) == count:
            return text
        # PDFium left letters out of its text or wrote one as two: take them one by one.
        codes = (raw.FPDFText_GetUnicode(self._page, index) for index in range(count))
        return "".join(chr(code) if 0 < code < 0x110000 else "\u200b" for code in codes)

    def box(self, first: int, last: int) -> Rectangle:
        """The rectangle around both letters, as the page is shown: points from the top left."""
        pdf_calls.letter_box(self._handle, first, self._first.at[0])
        pdf_calls.letter_box(self._handle, last, self._last.at[0])
        left, top, right, bottom = self._first.values
        left2, top2, right2, bottom2 = self._last.values
        return self._place(
            left if left < left2 else left2,
            bottom if bottom < bottom2 else bottom2,
            right if right > right2 else right2,
            top if top > top2 else top2,
        )

    def drawn_by(self, letter: int) -> int:
        """The address of the text object that draws the letter; 0 where PDFium made it up."""
        return pdf_calls.text_object(self._handle, letter) or 0

    def bold(self, text_object: int) -> bool:
        """Whether the object's font is bold, by its weight or its name."""
        font = pdf_calls.object_font(text_object) if text_object else None
        if not font:
            return False
        if font not in self._fonts:
            self._fonts[font] = _is_bold(font)
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


def _placement(page: pdfium.PdfPage) -> Callable[[float, float, float, float], Rectangle]:
    """From (left, bottom, right, top) of the PDF to (x0, y0, x1, y1) of the page as shown."""
    left, bottom, right, top = page.get_bbox()
    return {
        0: lambda x0, y0, x1, y1: (x0 - left, top - y1, x1 - left, top - y0),
        90: lambda x0, y0, x1, y1: (y0 - bottom, x0 - left, y1 - bottom, x1 - left),
        180: lambda x0, y0, x1, y1: (right - x1, y0 - bottom, right - x0, y1 - bottom),
        270: lambda x0, y0, x1, y1: (top - y1, right - x1, top - y0, right - x0),
    }[page.get_rotation()]
