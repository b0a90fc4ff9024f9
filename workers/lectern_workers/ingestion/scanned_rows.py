"""The rows of tables on a recognised page, put together from its columns.

Text recognition reads a table that has no lines column by column, as it reads columns of
text. What stands at one height is a row where it is short, and where rows follow each other.
"""

from collections.abc import Sequence

from lectern.documents.content import Box

# A word with its place and how sure it is, in per cent; a line of them from left to right.
Seen = tuple[str, Box, float]
Line = list[Seen]

# Words that the first cell of a row may have, every other one, and a label between rows.
_LONGEST_FIRST, _LONGEST_CELL, _LONGEST_LABEL = 14, 4, 8
_LEAST_ROWS = 3
# The share of a line's height that it has to share with a row to stand in it.
_SHARED = 0.5
# Heights of a line that may lie between two rows of one table.
_WIDEST_GAP = 2.5


def in_rows(lines: Sequence[Line]) -> list[Line]:
    """The lines in their order, those of a table put together row by row where it begins."""
    rows = _rows(lines)
    tables = _tables(lines, rows)
    begun: set[int] = set()
    found: list[Line] = []
    for index, line in enumerate(lines):
        if index not in tables:
            found.append(line)
        elif tables[index][0][0] not in begun:
            begun.add(tables[index][0][0])
            for row in tables[index]:
                found.append([word for at in row for word in lines[at]])
    return found


def _rows(lines: Sequence[Line]) -> list[list[int]]:
    """The lines, by their numbers, that stand at one height each, from the top."""
    boxes = [_around(line) for line in lines]
    rows: list[list[int]] = []
    for index in sorted(range(len(lines)), key=lambda each: boxes[each].y0 + boxes[each].y1):
        if rows and _beside(boxes[rows[-1][0]], boxes[index]):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [sorted(row, key=lambda each: boxes[each].x0) for row in rows]


def _tables(lines: Sequence[Line], rows: list[list[int]]) -> dict[int, list[list[int]]]:
    """For each line of a table all rows of it."""
    tables: dict[int, list[list[int]]] = {}
    run: list[list[int]] = []
    for row in [*rows, []]:
        if (
            row
            and (not run or _near(lines, run[-1], row))
            and _may_belong(lines, row, inside=bool(run))
        ):
            run.append(row)
            continue
        while run and len(run[-1]) == 1:
            run.pop()
        if sum(len(each) > 1 for each in run) >= _LEAST_ROWS:
            tables.update((index, run) for each in run for index in each)
        run = [row] if row and _may_belong(lines, row, inside=False) else []
    return tables


def _may_belong(lines: Sequence[Line], row: list[int], *, inside: bool) -> bool:
    """Whether a row can be a table's: cells, or within a table a label alone."""
    first, *others = (len(lines[index]) for index in row)
    if not others:
        return inside and first <= _LONGEST_LABEL
    return first <= _LONGEST_FIRST and max(others) <= _LONGEST_CELL


def _near(lines: Sequence[Line], upper: list[int], lower: list[int]) -> bool:
    above, below = _around(lines[upper[0]]), _around(lines[lower[0]])
    return below.y0 - above.y1 < _WIDEST_GAP * (above.y1 - above.y0)


def _beside(one: Box, other: Box) -> bool:
    """Whether two lines stand at one height, one clear of the other."""
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared >= _SHARED * min(one.y1 - one.y0, other.y1 - other.y0)


def _around(line: Line) -> Box:
    boxes = [box for _, box, _ in line]
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )
