"""What the rows of a PDF's pages are: headings and their depth, tables, lists, paragraphs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lectern.documents.content import Block, BlockKind
from lectern_workers.ingestion.arranging import MARKER, Row
from lectern_workers.ingestion.tables import header_rows, is_figure

_LARGE = 1.12
_TITLE = 1.3
_LONGEST_HEADING, _MOST_HEADING_LINES = 200, 3
_LONGEST_LABEL = 130
_MOST_LEVELS = 12
# Where more of a document than this is bold, bold does not mark its headings.
_MOST_BOLD = 0.3
# How far from the left edge of a table, in widths of it, a line of its header begins.
_INDENTED = 0.2
# Labels that may stand between two rows of a table whose columns go on below them, and how
# far from each other, in letter heights, its rows end.
_MOST_LABELS = 4
_COLUMN_ENDS = 2.0
# Letter heights between two rows of one table.
_ROW_GAP = 2.5

Style = tuple[float, bool]


@dataclass(frozen=True, slots=True)
class Headings:
    """How a document sets its headings: by letter height (to half a point) and bold."""

    body: float
    bold: bool
    levels: dict[Style, int]
    title: Style | None

    @classmethod
    def of(cls, pages: Sequence[Sequence[Row]], body: float) -> "Headings":
        """Learnt from all rows: a style larger than another stands above it."""
        weights: Counter[bool] = Counter()
        for row in (row for rows in pages for row in rows):
            for run in row.runs:
                weights[run.lines[0].bold] += len(run.text)
        bold = weights[True] <= _MOST_BOLD * max(sum(weights.values()), 1)
        plain = cls(body, bold, {}, None)
        styles = Counter(_style(row) for rows in pages for row in rows if plain.sets(row))
        first = [_style(row) for rows in pages[:2] for row in rows if plain.sets(row)]
        title = max(first, default=None)
        if title and (title[0] < _TITLE * body or title != max(styles) or styles[title] > 2):
            title = None
        ranked = sorted((style for style in styles if style != title), reverse=True)
        levels = {style: min(rank, _MOST_LEVELS) for rank, style in enumerate(ranked, 1)}
        return cls(body, bold, levels, title)

    def sets(self, row: Row) -> bool:
        """Whether the row is a heading."""
        run = row.runs[0]
        text = row.text
        if len(row.runs) > 1 or run.cells or len(text) > _LONGEST_HEADING:
            return False
        if len(run.lines) > _MOST_HEADING_LINES or text[-1] in ".,;" or is_figure(text):
            return False
        if sum(letter.isalpha() for letter in text) < 0.5 * len(text.replace(" ", "")):
            return False
        line = run.lines[0]
        stands_out = line.size >= _LARGE * self.body or (self.bold and line.bold)
        return stands_out or (text.isupper() and len(text.split()) > 1)


def _style(row: Row) -> Style:
    line = row.runs[0].lines[0]
    return round(2 * line.size) / 2, line.bold


def blocks_of(rows: Sequence[Row], headings: Headings) -> list[Block]:
    """The blocks that the rows of one page make, in order, with offsets of the page as read."""
    blocks: list[Block] = []
    at = 0
    while at < len(rows):
        end = _table_end(rows, at, headings)
        if end:
            begin = at - _header_above(rows, at, end, headings)
            del blocks[len(blocks) - (at - begin) :]
            blocks.append(_table(rows[begin:end]))
            at = end
            continue
        blocks.append(_block(rows[at], headings))
        at += 1
    return list(_joined_lists(blocks))


def _table_end(rows: Sequence[Row], at: int, headings: Headings) -> int:
    """Where the table that begins at row ``at`` ends; 0 when none begins there.

    Lone labels between rows of cells ("Current assets:") belong to the table.
    """
    if not rows[at].tabular:
        return 0
    end = probe = at + 1
    tabular = 1
    while probe < len(rows) and probe - end <= _MOST_LABELS:
        if not _close(rows[probe - 1], rows[probe]):
            break
        if rows[probe].tabular:
            if probe - end > 1 and not _same_columns(rows[end - 1], rows[probe]):
                break
            tabular += 1
            end = probe + 1
        elif not _is_label(rows[probe], headings) or _heads_another(rows[probe:], headings):
            break
        probe += 1
    enough = tabular > 1 or rows[at].text.count("\t") > 1
    return end if enough else 0


def _same_columns(upper: Row, lower: Row) -> bool:
    """Whether two rows of cells end below each other and have about as many cells."""
    rights = [max(run.box.x1 for run in row.runs) for row in (upper, lower)]
    cells = [row.text.count("\t") for row in (upper, lower)]
    size = upper.runs[0].lines[0].size
    return abs(rights[0] - rights[1]) < _COLUMN_ENDS * size and abs(cells[0] - cells[1]) <= 2


def _close(upper: Row, lower: Row) -> bool:
    size = upper.runs[0].lines[0].size
    tops = [min(run.box.y0 for run in row.runs) for row in (upper, lower)]
    bottom = max(run.box.y1 for run in upper.runs)
    return tops[1] > tops[0] - size and tops[1] - bottom < _ROW_GAP * size


def _is_label(row: Row, headings: Headings) -> bool:
    """Whether a row without cells may stand inside a table."""
    run = row.runs[0]
    large = run.lines[0].size >= _LARGE * headings.body
    return len(run.lines) <= 2 and len(run.text) <= _LONGEST_LABEL and not large


def _heads_another(rows: Sequence[Row], headings: Headings) -> bool:
    """Whether a label is the heading of a table that begins with the row below it."""
    if len(rows) < 2 or not headings.sets(rows[0]):
        return False
    following = next((row for row in rows[1:_MOST_LABELS] if row.tabular), rows[1])
    return not any(is_figure(cell) for cell in following.text.split("\t"))


def _header_above(rows: Sequence[Row], at: int, end: int, headings: Headings) -> int:
    """How many rows directly above a table are lines over its columns ("Years ended")."""
    left = min(run.box.x0 for row in rows[at:end] for run in row.runs)
    right = max(run.box.x1 for row in rows[at:end] for run in row.runs)
    count = 0
    while count < min(at, 3):
        row = rows[at - count - 1]
        indented = row.runs[0].box.x0 > left + _INDENTED * (right - left)
        label = not row.tabular and _is_label(row, headings)
        if not (indented and label and _close(row, rows[at - count])):
            break
        count += 1
    return count


def _table(rows: Sequence[Row]) -> Block:
    count = header_rows([row.text.split("\t") for row in rows[:8]])
    return Block(
        kind="table",
        start=_start(rows[0]),
        end=_end(rows[-1]),
        header_end=_end(rows[count - 1]) if 0 < count < len(rows) else None,
    )


def _block(row: Row, headings: Headings) -> Block:
    kind: BlockKind = "paragraph"
    level = 0
    if headings.sets(row):
        style = _style(row)
        kind = "title" if style == headings.title else "heading"
        level = headings.levels.get(style, 0)
    elif MARKER.match(row.text):
        kind = "list"
    return Block(kind=kind, start=_start(row), end=_end(row), level=level)


def _start(row: Row) -> int:
    return row.runs[0].lines[0].start


def _end(row: Row) -> int:
    return max(line.end for run in row.runs for line in run.lines)


def _joined_lists(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with list items that follow each other as one list."""
    waiting: Block | None = None
    for block in blocks:
        if waiting and waiting.kind == block.kind == "list":
            waiting = replace(waiting, end=block.end)
            continue
        if waiting:
            yield waiting
        waiting = block
    if waiting:
        yield waiting
