"""Tables in plain text (CSV, TSV): encoding and delimiter found out, rows as in a sheet."""

import csv
import io
from pathlib import Path

from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern.documents.text_types import delimiter_of
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.plain import encoding_of, in_parts
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parsing.sheets import Sheets
from lectern_workers.ingestion.parts import Parts

_SAMPLE = 64 * 1024
_LONGEST_CELL = 1 << 20


def read_delimited(path: Path, name: str) -> list[DocumentFacts | ReadPage]:
    """The facts and parts of a CSV file; Unreadable when it has too many cells."""
    data = path.read_bytes()
    encoding = encoding_of(data, name)
    sample = data[: _SAMPLE // 4 * 4].decode(encoding, errors="replace")
    # The last line of the sample may be cut in the middle.
    delimiter = delimiter_of(sample.rpartition("\n")[0] or sample) or ","
    text = io.TextIOWrapper(io.BytesIO(data), encoding, errors="replace", newline="")
    parts = Parts()
    sheet = Sheets(parts, name)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        for row in csv.reader(text, delimiter=delimiter, skipinitialspace=True):
            sheet.add([" ".join(cell.split()) for cell in row])
    except csv.Error as error:
        raise Unreadable(
            "damaged",
            f"{name} is not a table that can be read: {error}. Check for a quotation mark "
            "without its partner, save it again and upload the result.",
        ) from error
    sheet.end()
    return in_parts(ContentType.CSV, "", parts)
