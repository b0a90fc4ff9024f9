"""The PDFium calls that are made for every word or object of a page, kept cheap.

The declared ctypes functions convert each argument and give up the interpreter lock,
which costs more than reading the page. The same functions, bound by address to plain
integers, cost a fifth. Handles are addresses; what PDFium writes goes to a ``Floats`` or
``Integers`` that the caller keeps for the next call.
"""

import ctypes
from typing import Any

from pypdfium2 import raw

_handle, _index = ctypes.c_void_p, ctypes.c_int


def _bound(function: Any, result: Any, *arguments: Any) -> Any:
    return ctypes.PYFUNCTYPE(result, *arguments)(address_of(function))


def address_of(handle: Any) -> int:
    """The address that a ctypes pointer or function holds; 0 for null."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


class Floats:
    """Floats that PDFium writes: FS_RECTFs (left, top, right, bottom), or bounds."""

    def __init__(self, count: int) -> None:
        self.values = (ctypes.c_float * count)()
        self.at = [ctypes.addressof(self.values) + 4 * index for index in range(count)]


class Integers:
    """Four unsigned integers that PDFium writes: a colour, or flags."""

    def __init__(self) -> None:
        self.values = (ctypes.c_uint * 4)()
        self.at = [ctypes.addressof(self.values) + 4 * index for index in range(4)]


letter_box = _bound(raw.FPDFText_GetLooseCharBox, ctypes.c_int, _handle, _index, _handle)
text_object = _bound(raw.FPDFText_GetTextObject, _handle, _handle, _index)
object_font = _bound(raw.FPDFTextObj_GetFont, _handle, _handle)
render_mode = _bound(raw.FPDFTextObj_GetTextRenderMode, ctypes.c_int, _handle)
fill_colour = _bound(raw.FPDFPageObj_GetFillColor, ctypes.c_int, *[_handle] * 5)
draw_mode = _bound(raw.FPDFPath_GetDrawMode, ctypes.c_int, _handle, _handle, _handle)
object_type = _bound(raw.FPDFPageObj_GetType, ctypes.c_int, _handle)
object_bounds = _bound(raw.FPDFPageObj_GetBounds, ctypes.c_int, *[_handle] * 5)
object_count = _bound(raw.FPDFPage_CountObjects, ctypes.c_int, _handle)
object_at = _bound(raw.FPDFPage_GetObject, _handle, _handle, _index)
form_count = _bound(raw.FPDFFormObj_CountObjects, ctypes.c_int, _handle)
form_object_at = _bound(raw.FPDFFormObj_GetObject, _handle, _handle, ctypes.c_ulong)
