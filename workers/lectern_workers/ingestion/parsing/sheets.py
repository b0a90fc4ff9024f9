"""The rows of a sheet, whatever wrote it: its tables told from the texts above and between."""

from collections.abc import Sequence

from lectern_workers.ingestion.parsing.grid import Grid
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parts import Parts

MOST_CELLS = 1_000_000
# A cell alone in its row and longer than this is a text, not part of a table.
_LONGEST_LABEL = 80

Wide = Sequence[tuple[int, int]]


class Sheets:
    """Takes the rows of one sheet after the other and hands their blocks to the parts."""

    def __init__(self, parts: Parts, name: str) -> None:
        self._parts = parts
        self._name = name
        self._cells = 0
        self._rows: list[tuple[list[str], Wide]] = []
        self._first = True

    def begin(self, title: str) -> None:
        """Begin a sheet that is called ``title``."""
        self.end()
        self._parts.heading(title, 1, begins_part=True)

    def add(self, row: list[str], wide: Wide = ()) -> None:
        """Take the next row; a text alone in its row, or an empty row, ends a table.

        ``wide`` says for each cell that spans columns where it begins and how many they are.
        Raises Unreadable when there are more cells than are read.
        """
        filled = [text for text in row if text]
        self._cells += len(filled)
        if self._cells > MOST_CELLS:
            raise _too_many(self._name)
        alone = len(filled) == 1 and (len(filled[0]) > _LONGEST_LABEL or not self._rows)
        # The merged line above a table's columns belongs to it, a title over all of it does not.
        alone = alone and not (wide and row[0] == "")
        if not filled or alone:
            self._end_table()
        if alone and self._first and len(filled[0]) <= _LONGEST_LABEL:
            self._parts.heading(filled[0], 2)
        elif alone:
            self._parts.paragraph(filled[0])
        elif filled:
            self._rows.append((row, wide))
        self._first = self._first and not filled

    def end(self) -> None:
        """End the sheet."""
        self._end_table()
        self._first = True

    def _end_table(self) -> None:
        left = min((_first_filled(row) for row, _ in self._rows), default=0)
        grid = Grid()
        for row, wide in self._rows:
            grid.add_row(row[left:], [(column - left, across) for column, across in wide])
        grid.add_to(self._parts)
        self._rows = []


def _first_filled(row: Sequence[str]) -> int:
    return next(column for column, text in enumerate(row) if text)


def _too_many(name: str) -> Unreadable:
    return Unreadable(
        "too_many_cells",
        f"{name} has more than {MOST_CELLS:,} filled cells. "
        "Split it into several files and upload those.",
    )
