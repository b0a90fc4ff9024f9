"""The process that reads one document: ``python -m lectern_workers.ingestion.reader``.

It is started afresh for each document by :mod:`lectern_workers.ingestion.sandbox`, and again
for the pages behind one at which it died. It gives up what it does not need, and writes
records to its standard output: facts, then pages one by one, then the end; or a problem at
any point. It never asks anything back.
"""

import json
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from lectern.documents.confinement import Limits, allow_cpu_for_page, confine
from lectern.documents.content import DocumentFacts
from lectern.documents.content_types import ContentType
from lectern.documents.sniffing import check_archive, sniff
from lectern.errors import Invalid
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.records import End, Problem, Record, encoded

_HEAD = 64 * 1024
# By module and function: each takes the path and the name for people.
_PARSERS = {
    ContentType.DOCX: ("word", "read_word"),
    ContentType.XLSX: ("spreadsheet", "read_spreadsheet"),
    ContentType.PPTX: ("presentation", "read_presentation"),
    ContentType.ODT: ("open_text", "read_open_text"),
    ContentType.ODS: ("open_spreadsheet", "read_open_spreadsheet"),
    ContentType.ODP: ("open_presentation", "read_open_presentation"),
    ContentType.HTML: ("web", "read_html"),
    ContentType.MARKDOWN: ("markdown", "read_markdown"),
    ContentType.TEXT: ("plain", "read_plain"),
    ContentType.CSV: ("delimited", "read_delimited"),
    ContentType.MAIL: ("mail", "read_mail"),
    ContentType.PNG: ("picture", "read_picture"),
    ContentType.JPEG: ("picture", "read_picture"),
    ContentType.TIFF: ("picture", "read_picture"),
}


def read(path: Path, name: str, limits: Limits, first: int = 1) -> Iterable[Record]:
    """The facts and, from ``first`` on, the pages of the document at ``path``.

    Only those whose parser takes ``first`` are read from another page than the first.
    """
    with path.open("rb") as file:
        content_type = sniff(file.read(_HEAD), name)
        check_archive(file, name, content_type)
    pages = count = 0
    for record in _parsed(content_type, path, name, first):
        if isinstance(record, DocumentFacts):
            _check_pages(record, name, limits)
            count = record.page_count
        elif isinstance(record, ReadPage):
            pages += 1
        yield record
        allow_cpu_for_page(count, limits)
    yield End(pages=pages)


def _parsed(content_type: ContentType, path: Path, name: str, first: int) -> Iterable[Record]:
    """Each parser is loaded only when it is needed: loading one takes longer than most files."""
    if content_type == ContentType.PDF:
        from lectern_workers.ingestion.parsing.pdf import read_pdf

        return read_pdf(path, name, first=first)
    module, function = _PARSERS[content_type]
    parser = getattr(import_module(f"lectern_workers.ingestion.parsing.{module}"), function)
    records: Iterable[Record] = parser(path, name)
    return records


def _check_pages(facts: DocumentFacts, name: str, limits: Limits) -> None:
    if facts.page_count > limits.pages:
        what = "pages" if facts.paged else "pages' worth of text"
        raise Unreadable(
            "too_many_pages",
            f"{name} has {facts.page_count:,} {what}; the limit is {limits.pages:,}. "
            "Split it and upload the pieces.",
        )


def write(records: Iterable[Record], name: str, output: BinaryIO) -> None:
    """Write the records, and as the last one the problem that ended them, if any did."""
    try:
        for record in records:
            output.write(encoded(record))
            output.flush()
    except (Unreadable, Invalid) as problem:
        output.write(encoded(Problem(code=problem.code, message=problem.message)))
    except (MemoryError, RecursionError):
        output.write(encoded(_too_large(name)))
    except Exception as error:  # a parser may fail in ways of its own on a hostile file
        message = f"{name} could not be read ({type(error).__name__}). Save it again, or as PDF."
        output.write(encoded(Problem(code="unreadable", message=message)))
    output.flush()


def _too_large(name: str) -> Problem:
    message = f"{name} takes more memory to read than is allowed. Split it and upload the pieces."
    return Problem(code="too_much_memory", message=message)


def main() -> None:
    """Read what the command line names: path, name for people, limits as JSON, first page."""
    path, name, limits = Path(sys.argv[1]), sys.argv[2], Limits(**json.loads(sys.argv[3]))
    confine(limits, readable=path)
    write(read(path, name, limits, int(sys.argv[4])), name, sys.stdout.buffer)


if __name__ == "__main__":
    main()
