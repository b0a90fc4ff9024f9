"""The process that recognises one page: ``python -m lectern_workers.ingestion.picture_reader``.

Confined like the process that reads documents, except that it may start one program,
tesseract, which is confined with it. It draws the page, has tesseract write down the words
with their places, and writes the page as a record to its standard output. Arguments: file,
page number from 1, the program, and the languages as tesseract names them.
"""

import csv
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from statistics import mean

from lectern.documents.confinement import Limits, confine
from lectern.documents.content import Box, PageContent, WordBox, WordBoxes
from lectern.documents.page_renderer import draw_page
from lectern_workers.ingestion.characters import one_line
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.pdf_words import PageText, Word
from lectern_workers.ingestion.records import encoded
from lectern_workers.ingestion.scanned_rows import Line, in_rows
from lectern_workers.ingestion.turning import turn_of

LIMITS = Limits(cpu_seconds=60, most_cpu_seconds=60, patience=5)
DOTS_AN_INCH = 200
LONGEST_SIDE = 6_000  # pixels
# Below this a word is a guess at a stain, and below that so unsure that people must look.
_GUESS, _UNSURE = 25.0, 65.0
# A wrong figure is worse than a wrong word.
_DOUBTFUL, _DIGIT, _MOST_SHOWN = 50.0, re.compile(r"\d"), 10
# Letters and digits: a stain is taken for fewer, and a gap in a line is worse than an error.
_LEAST_OF_A_WORD = 3
_WORD = 5
# How far letters of common fonts reach from the line that they stand on, in em.
_ASCENDER, _X_HEIGHT, _DESCENDER = 0.73, 0.5, 0.22
_REACHES_UP = re.compile(r"[A-Zbdfhijklt0-9\"'!?/()%&\[\]{}|]|[^\x00-\x7f]")
_REACHES_DOWN = re.compile(r"[gjpqyQ,;/()\[\]{}|@$]|[^\x00-\x7f]")
_PICTURE, _RESULT = "page.png", "result"


def recognise(file: Path, number: int, program: str, languages: str) -> ReadPage:
    """Page ``number`` of the file with the words that are seen on it; draws in this folder."""
    image = draw_page(file, number, scale=DOTS_AN_INCH / 72, longest=LONGEST_SIDE)
    image.convert("L").save(_PICTURE, dpi=(DOTS_AN_INCH, DOTS_AN_INCH))
    # Layout and orientation are found out (--psm 1); what is not needed is not written.
    subprocess.run(
        [program, _PICTURE, _RESULT, "-l", languages, "--psm", "1", "tsv"],
        # Its remarks go where those of this process go; standard output is for the record.
        stdout=sys.stderr,
        check=True,
    )
    text = Path(f"{_RESULT}.tsv").read_text(encoding="utf-8", errors="replace")
    return page_of(text, number, image.size)


def page_of(table: str, number: int, size: tuple[int, int]) -> ReadPage:
    """The page that a table of words (tesseract's TSV) tells of; ``size`` in pixels."""
    points = 72 / DOTS_AN_INCH
    seen = [line for line in _lines(table) if line]
    turn = turn_of([[box for _, box, _ in line] for line in seen], size)
    # Everything is put in order on the upright page; the places are those on the page as it is.
    lines = in_rows([[(w, turn.upright(box), sure) for w, box, sure in line] for line in seen])
    page = PageText()
    places: list[Box] = []
    for line in lines:
        upright = [box for _, box, _ in line]
        top, bottom = _full_height("".join(word for word, _, _ in line), upright)
        words: list[Word] = [
            (word, box.x0 * points, top * points, box.x1 * points, bottom * points, False)
            for word, box, _ in line
        ]
        page.add_line(words)
        places += [Box(*(side * points for side in turn.back(box))) for box in upright]
    words_seen = [word for line in lines for word in line]
    boxes = (
        WordBox(word.start, word.end, *box) for word, box in zip(page.words, places, strict=True)
    )
    content = PageContent(
        number=number,
        label=str(number),
        text=page.text,
        width=size[0] * points,
        height=size[1] * points,
        words=WordBoxes(boxes),
        image_only=not page.text,
        problem=_problem(number, words_seen),
    )
    return ReadPage(page=content, lines=tuple(page.lines))


def _lines(table: str) -> Iterator[Line]:
    """The words of each line with their places in pixels and how sure they are, in per cent."""
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = (row for row in rows if row.get("level") == str(_WORD))
    for _, line in groupby(words, lambda row: (row["block_num"], row["par_num"], row["line_num"])):
        found: Line = []
        for row in line:
            word, sureness = one_line(row["text"] or ""), float(row["conf"])
            left, top, width, height = (
                int(row[side]) for side in ("left", "top", "width", "height")
            )
            stain = sureness < _GUESS and sum(map(str.isalnum, word)) < _LEAST_OF_A_WORD
            if word and not stain and width > 0 and height > 0:
                box = Box(left, top, left + width, top + height)
                found.append((word.replace(" ", ""), box, sureness))
        yield found


def _full_height(letters: str, boxes: Sequence[Box]) -> tuple[float, float]:
    """Top and bottom of a line as if it had letters that reach up and some that reach down.

    Boxes end where the ink ends; lines of one size are to look like it whatever they say.
    """
    top, bottom = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    above = _ASCENDER if _REACHES_UP.search(letters) else _X_HEIGHT
    below = _DESCENDER if _REACHES_DOWN.search(letters) else 0.0
    em = (bottom - top) / (above + below)
    return top - (_ASCENDER - above) * em, bottom + (_DESCENDER - below) * em


def _problem(number: int, words: Line) -> str:
    """What people must know of a page before they rely on its text; empty for nothing."""
    if not words:
        return f"Page {number} is a picture in which text recognition found no words."
    if mean(sureness for _, _, sureness in words) < _UNSURE:
        return (
            f"Page {number} is hard to recognise: compare its text with the picture before you "
            "rely on it, or scan it again more clearly."
        )
    doubtful = [word for word, _, sureness in words if sureness < _DOUBTFUL and _DIGIT.search(word)]
    if not doubtful:
        return ""
    shown = ", ".join(doubtful[:_MOST_SHOWN]) + (" and more" if doubtful[_MOST_SHOWN:] else "")
    return f"Figures on page {number} that are hard to recognise, look at the picture: {shown}."


def main() -> None:
    """Recognise the page that the arguments name; any failure is an exit status other than 0."""
    file, number, program, languages = sys.argv[1:5]
    confine(LIMITS, readable=Path(file), programs=[Path(program)])
    page = recognise(Path(file), int(number), program, languages)
    sys.stdout.buffer.write(encoded(page))


if __name__ == "__main__":
    main()
