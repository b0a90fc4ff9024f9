"""Tables whose cells span columns and rows, laid out so that each column has its whole header."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lectern_workers.ingestion.parts import Parts
from lectern_workers.ingestion.tables import header_rows

# No honest table is wider; a hostile one may claim to span thousands of columns and rows.
MOST_COLUMNS = 1_000
_LONGEST_SPAN = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, and how many columns and rows it fills."""

    text: str
    across: int = 1
    down: int = 1


class Grid:
    """Rows of cells as they are laid out: a cell that spans leaves the places it fills empty."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []
        # For each row its cells that span columns: (first column, columns).
        self._wide: list[list[tuple[int, int]]] = []
        # How many more rows each column is filled by a cell from above.
        self._filled: dict[int, int] = {}

    def add(self, cells: Iterable[Cell]) -> None:
        """Lay out the next row: its cells go where none from above reaches down."""
        row: list[str] = []
        wide: list[tuple[int, int]] = []
        below = {column: rows - 1 for column, rows in self._filled.items() if rows > 1}
        for cell in cells:
            while self._filled.get(len(row)):
                row.append("")
            across = min(max(cell.across, 1), _LONGEST_SPAN, MOST_COLUMNS - len(row))
            if across < 1:
                break
            if across > 1:
                wide.append((len(row), across))
            for column in range(len(row), len(row) + across) if cell.down > 1 else ():
                below[column] = min(cell.down, _LONGEST_SPAN) - 1
            row += [cell.text, *[""] * (across - 1)]
        self._rows.append(row)
        self._wide.append(wide)
        self._filled = below

    def add_row(self, row: Sequence[str], wide: Sequence[tuple[int, int]] = ()) -> None:
        """Take the next row as it is laid out; ``wide``: where cells that span begin, how far."""
        self._rows.append(list(row))
        self._wide.append([(column, min(across, _LONGEST_SPAN)) for column, across in wide])

    def add_to(self, parts: Parts, *, header: int | None = None, at_least: int = 0) -> None:
        """Hand the table over.

        ``header`` is how many rows name the columns, None to find out: ``at_least`` so many.
        """
        kept = [index for index, row in enumerate(self._rows) if any(text.strip() for text in row)]
        rows = [self._rows[index] for index in kept]
        if header is not None:
            header = sum(index < header for index in kept)
        count = max(header_rows(rows), at_least) if header is None else header
        named = [
            _spread(row, self._wide[index]) if at < count else row
            for at, (index, row) in enumerate(zip(kept, rows, strict=True))
        ]
        parts.table(named, header=count)


def _spread(row: Sequence[str], wide: Sequence[tuple[int, int]]) -> list[str]:
    """A header row with the text of each cell in all columns that it spans.

    A cell alone in its row that begins at the first column is the table's title and stays one.
    """
    spread = list(row)
    if spread[0].strip() and not any(text.strip() for text in spread[1:]):
        return spread
    for column, across in wide:
        if column >= len(spread):
            continue
        spread += [""] * (column + across - len(spread))
        for place in range(column + 1, column + across):
            spread[place] = spread[place] or spread[column]
    return spread
