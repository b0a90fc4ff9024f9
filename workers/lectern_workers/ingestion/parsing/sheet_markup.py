"""What the markup of an XLSX sheet says besides its cells: hidden rows, merged cells, formulas.

The library that reads the cells one row at a time does not tell. The markup is searched in
stretches, so that a large sheet takes no more memory than a small one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from openpyxl.utils.cell import column_index_from_string

_CHUNK = 1 << 20
_TAG = re.compile(rb"<(?:\w+:)?(row|col|mergeCell)\b([^<>]*)>")
_FORMULA = re.compile(
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>|</(?:\w+:)?c>)"
)
_ATTRIBUTE = re.compile(rb'(\w+)\s*=\s*"([^"]*)"')
_CELLS = re.compile(rb"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_MOST_MERGED = 100_000
_YES = (b"1", b"true")


@dataclass(slots=True)
class SheetMarkup:
    """Rows and columns count from 1. ``wide``: per row, (first column, columns) of merged cells."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    wide: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    uncomputed: int = 0

    def hides(self, column: int) -> bool:
        """Whether a column is hidden."""
        return any(first <= column <= last for first, last in self.hidden_columns)


def markup_of(stream: IO[bytes]) -> SheetMarkup:
    """What the sheet that ``stream`` holds says."""
    found = SheetMarkup()
    merged = 0
    for data in _stretches(stream):
        found.uncomputed += len(_FORMULA.findall(data))
        for kind, rest in _TAG.findall(data):
            attributes = dict(_ATTRIBUTE.findall(rest))
            if kind == b"row":
                _row(found, attributes)
            elif kind == b"col":
                _column(found, attributes)
            elif merged < _MOST_MERGED:
                merged += 1
                _merged(found, attributes)
    return found


def _stretches(stream: IO[bytes]) -> Iterator[bytes]:
    """The markup in pieces that end between rows, or at least between tags."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        data = rest + chunk
        end = max(data.rfind(b"</row>"), data.rfind(b":row>"))
        end = end if end >= 0 else data.rfind(b"<")
        yield data[: max(end, 0)]
        # A tag that never ends is no sheet's; what comes of it is not kept together.
        rest = data[max(end, 0) :] if len(data) < 8 * _CHUNK else b""
    yield rest


def _row(found: SheetMarkup, attributes: dict[bytes, bytes]) -> None:
    hidden = attributes.get(b"hidden") in _YES or attributes.get(b"ht") == b"0"
    if hidden and (number := attributes.get(b"r", b"")).isdigit():
        found.hidden_rows.add(int(number))


def _column(found: SheetMarkup, attributes: dict[bytes, bytes]) -> None:
    first, last = attributes.get(b"min", b""), attributes.get(b"max", b"")
    hidden = attributes.get(b"hidden") in _YES or attributes.get(b"width") == b"0"
    if hidden and first.isdigit() and last.isdigit():
        found.hidden_columns.append((int(first), int(last)))


def _merged(found: SheetMarkup, attributes: dict[bytes, bytes]) -> None:
    cells = _CELLS.fullmatch(attributes.get(b"ref", b""))
    if cells is None:
        return
    left, top, right, _ = cells.groups()
    first = column_index_from_string(left.decode())
    across = column_index_from_string(right.decode()) - first + 1
    if across > 1:
        found.wide.setdefault(int(top), []).append((first, across))
