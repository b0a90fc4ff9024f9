"""Pages of text and tables, and a plain PDF of them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 612, 792
LEFT, TOP = 60, 60
COLUMNS = (LEFT, 340, 420, 500)
LETTERS = 98  # of ten-point Helvetica on a line


@dataclass(slots=True, kw_only=True)
class Sheet:
    """One page being filled from the top; ``text`` is all that was put on it, line by line."""

    footer: str
    number: int
    _drawn: list[str] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _y: float = TOP

    @property
    def text(self) -> str:
        """What stands on the page, with single spaces."""
        return " ".join(self._texts)

    def heading(self, text: str, *, small: bool = False) -> None:
        """A bold line with room above it."""
        self._y += 10
        self._draw(text, LEFT, size=10.5 if small else 13, bold=True)
        self._y += 16

    def paragraph(self, text: str) -> None:
        """Lines of prose and an empty line."""
        self._texts.append(text)
        for line in textwrap.wrap(text, LETTERS):
            self._draw(line, LEFT, kept=False)
            self._y += 12
        self._y += 7

    def table(self, rows: Sequence[tuple[str, ...]], *, bold: bool = False) -> None:
        """Rows of a label and figures below each other in columns."""
        for row in rows:
            self._texts.append(" ".join(row))
            for cell, x in zip(row, COLUMNS, strict=False):
                self._draw(cell, x, bold=bold, kept=False)
            self._y += 14

    def note(self) -> None:
        """What stands below every statement."""
        self._y += 10
        self.paragraph("See accompanying notes to consolidated financial statements.")

    def operators(self) -> str:
        """The page's content stream."""
        bottom = [_shown(str(self.number), 300, HEIGHT - 30, 9, bold=False)]
        if self.footer:
            bottom.append(_shown(self.footer, LEFT, HEIGHT - 30, 9, bold=False))
        return "\n".join((*self._drawn, *bottom))

    def _draw(
        self, text: str, x: float, *, size: float = 10, bold: bool = False, kept: bool = True
    ) -> None:
        if kept:
            self._texts.append(text)
        self._drawn.append(_shown(text, x, self._y, size, bold=bold))


def pdf_of(sheets: Sequence[Sheet]) -> bytes:
    """A PDF 1.4 of the pages, with two of the fonts that every reader has."""
    count = len(sheets)
    pages = " ".join(f"{5 + 2 * index} 0 R" for index in range(count))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{pages}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
    ]
    for index, sheet in enumerate(sheets):
        stream = sheet.operators()
        bodies += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {6 + 2 * index} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    return _assembled(bodies)


def _assembled(bodies: Sequence[str]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = len(out)
    entries = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{entries}".encode()
    out += f"trailer << /Size {len(bodies) + 1} /Root 1 0 R >>\n".encode()
    out += f"startxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def _shown(text: str, x: float, y: float, size: float, *, bold: bool) -> str:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    font = "/F2" if bold else "/F1"
    return f"BT {font} {size} Tf 1 0 0 1 {x} {HEIGHT - y} Tm ({escaped}) Tj ET"
