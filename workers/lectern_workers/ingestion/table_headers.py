"""The header of a table: which rows it has, and what it says of each column."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lectern.documents.cells import figure_of, is_year, month_of, period_of, unit_of, years_in
from lectern.documents.content import Column, ColumnKind, WordBoxes
from lectern.documents.grids import Span, extent
from lectern_workers.ingestion.tables import header_rows, is_figure

_MOST_HEADER_ROWS = 6
_LONGEST_CELL = 80
# The share of a column's cells that must be numbers (or dates) for it to be a column of them.
_MOSTLY = 0.6
# Distances in a PDF, in widths of a column: how far from the middle of all columns a text
# over all of them may stand, and how far from its column a text over one.
_MIDDLE, _OVER_ONE = 0.3, 0.6


def header_length(rows: Sequence[Sequence[Span]], known: int) -> int:
    """How many of a table's first rows are its header; ``known`` of them as its parser knows.

    Rows of units ("(in thousands)", "NUMBER") and of years right below belong to it.
    """
    texts = [[cell.text for cell in row] for row in rows]
    count = known or _header_above_figures(texts)
    while 0 < count < min(len(rows) - 1, known + _MOST_HEADER_ROWS) and _explains(texts[count]):
        count += 1
    return count


def _header_above_figures(rows: Sequence[Sequence[str]]) -> int:
    first = next((at for at, row in enumerate(rows) if _has_figures(row)), None)
    if first is None:
        return header_rows(rows)
    count = min(first, _MOST_HEADER_ROWS)
    while count and _filled(rows[count - 1]) < 2 and not _explains(rows[count - 1]):
        count -= 1
    named = any(_filled(row) > 1 for row in rows[:count])
    short = all(len(cell) <= _LONGEST_CELL for row in rows[:count] for cell in row)
    return count if named and short else 0


def _has_figures(row: Sequence[str]) -> bool:
    return any(map(is_figure, row[1:])) or (_filled(row) > 1 and all(map(is_figure, row)))


def _filled(row: Iterable[str]) -> int:
    return sum(bool(cell) for cell in row)


def _explains(row: Sequence[str]) -> bool:
    """Whether a row says nothing but units, or years and units over several columns."""
    filled = [cell for cell in row if cell]
    if len(filled) == 1:
        return bool(unit_of(filled[0], whole=True))
    named = [bool(unit_of(cell, whole=True)) or is_year(cell) for cell in filled[1:]]
    return bool(named) and all(named) and not _has_figures(row)


def columns_of(
    head: Sequence[Sequence[Span]], places: Sequence[Column], words: WordBoxes
) -> tuple[list[Column], list[str]]:
    """The columns with what their header says, and what it says of the whole table.

    ``places`` are the columns without a header.
    """
    grid = [_spread(row, places, words) for row in head]
    whole = [row[0].text for row in head if len([c for c in row if c.text]) == 1 and row[0].text]
    columns = [_named(place, [row[at] for row in grid]) for at, place in enumerate(places)]
    return _dated(columns), whole


def _named(place: Column, texts: Sequence[str]) -> Column:
    """A column with its header: its texts but for units, from the outermost."""
    path: list[str] = []
    unit = ""
    for text in texts:
        if text and unit_of(text, whole=True) and len(texts) > 1:
            unit = unit_of(text, whole=True)
        elif text and (not path or path[-1] != text):
            path.append(text)
    unit = unit or next(filter(None, (unit_of(text) for text in reversed(path))), "")
    return replace(place, path=tuple(path), unit=unit, period=period_of(" ".join(path)))


def _dated(columns: Sequence[Column]) -> list[Column]:
    """The columns, years completed by what the first column's header begins ("Years ended")."""
    opening = columns[0].period if columns else ""
    if not opening or years_in(opening) or len(columns) < 2:
        return list(columns)
    return [
        replace(column, period=f"{opening} {column.period}") if years_in(column.period) else column
        for column in columns
    ]


def _spread(row: Sequence[Span], places: Sequence[Column], words: WordBoxes) -> list[str]:
    """The texts of a header row by column; one that spans several is repeated over each."""
    if len(row) == len(places) and places[0].left is not None:
        return [cell.text for cell in row]
    if places and places[0].left is not None and words:
        return _spread_by_place(row, places, words)
    return _spread_in_order([cell.text for cell in row], len(places))


def _spread_in_order(texts: Sequence[str], columns: int) -> list[str]:
    cells = [*texts, *[""] * (columns - len(texts))][:columns]
    filled = [at for at, text in enumerate(cells) if text]
    if len(filled) == 1 and filled[0] > 0 and period_of(cells[filled[0]]):
        return [cells[0], *[cells[filled[0]]] * (columns - 1)]
    if len(filled) < 2 or cells[0] or "" not in cells[1:]:
        return cells
    for at in range(filled[0] + 1, columns):
        cells[at] = cells[at] or cells[at - 1]
    return cells


def _spread_by_place(row: Sequence[Span], places: Sequence[Column], words: WordBoxes) -> list[str]:
    """By where the texts stand over the columns; each column takes the nearest text."""
    reached = [(cell.text, reach) for cell in row if (reach := extent(cell, words))]
    texts = [""] * len(places)
    first = places[0].right or 0.0
    if reached and reached[0][1][0] < first and _middle(*reached[0][1]) < first:
        texts[0] = reached.pop(0)[0]
    middles = [_middle(place.left or 0.0, place.right or 0.0) for place in places]
    if not reached or len(places) < 2:
        return texts
    found = _over_groups(reached, middles) or _over_all(reached, middles)
    for at, middle in enumerate(middles[1:], 1):
        k = found[at - 1] if found else _over_one(reached, middles, middle)
        texts[at] = "" if k is None else reached[k][0]
    return texts


_Reached = list[tuple[str, tuple[float, float]]]


def _over_groups(reached: _Reached, middles: Sequence[float]) -> list[int]:
    """Several texts, each over as many columns: which text each column has; else none."""
    count = len(middles) - 1
    size, rest = divmod(count, len(reached))
    if rest or size < 2 or len(reached) < 2:
        return []
    for k, (_, reach) in enumerate(reached):
        group = middles[1 + k * size : 1 + (k + 1) * size]
        below = min(middles[1:], key=lambda middle: abs(middle - _middle(*reach)))
        if below not in group:
            return []
    return [at // size for at in range(count)]


def _over_all(reached: _Reached, middles: Sequence[float]) -> list[int]:
    """One text over all columns: a time, or what stands in their middle; else none."""
    text, reach = reached[0]
    centre = _middle(middles[1], middles[-1])
    central = abs(_middle(*reach) - centre) < _MIDDLE * _width(middles)
    if len(reached) > 1 or not (central or period_of(text)):
        return []
    return [0] * (len(middles) - 1)


def _over_one(reached: _Reached, middles: Sequence[float], middle: float) -> int | None:
    """The text nearest to a column, if it is near enough."""
    distances = [abs(_middle(*reach) - middle) for _, reach in reached]
    nearest = min(range(len(reached)), key=lambda k: distances[k])
    return nearest if distances[nearest] < _OVER_ONE * _width(middles) else None


def _width(middles: Sequence[float]) -> float:
    """How far apart the columns are, in points."""
    return (middles[-1] - middles[1]) / (len(middles) - 2) if len(middles) > 2 else 60.0


def _middle(left: float, right: float) -> float:
    return (left + right) / 2


def kind_of(cells: Iterable[Span | None]) -> tuple[ColumnKind, str]:
    """What a column holds, and the unit that most of its numbers carry, or ""."""
    texts = [cell.text for cell in cells if cell]
    figures = [figure for figure in map(figure_of, texts) if figure]
    years = sum(is_year(text) or month_of(text) is not None for text in texts)
    if texts and years >= _MOSTLY * len(texts):
        return "date", ""
    if any(not figure.nil for figure in figures) and len(figures) >= _MOSTLY * len(texts):
        unit, count = Counter(figure.unit for figure in figures).most_common(1)[0]
        return "number", unit if 2 * count > len(figures) else ""
    return "text", ""


def repeats(row: Sequence[Span], head: Sequence[Sequence[Span]]) -> bool:
    """Whether a row inside a table is its header once more, perhaps but for its first cell."""
    texts = [cell.text for cell in row]
    return any(
        len(above) > 1 and _filled(texts) > 1 and texts[1:] == [cell.text for cell in above][1:]
        for above in head
    )
