"""What the reading process writes for the one that started it: JSON, one record a line."""

import base64
import json
from dataclasses import asdict, dataclass
from typing import Any

from lectern.documents.content import Block, DocumentFacts, PageContent, Removal, WordBoxes
from lectern_workers.ingestion.layout import Line, ReadPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why the document cannot be read: a stable code and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A piece of a file that came with the document; its last one ``ends`` it."""

    name: str
    data: bytes
    ends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """All pages have been written; without it the reader was cut off."""

    pages: int


Record = DocumentFacts | ReadPage | Attached | Problem | End


def encoded(record: Record) -> bytes:
    """The record as one line."""
    if isinstance(record, ReadPage):
        fields = _page_fields(record)
    elif isinstance(record, Attached):
        data = base64.b64encode(record.data).decode()
        fields = {"is": "Attached", "name": record.name, "data": data, "ends": record.ends}
    else:
        fields = {"is": type(record).__name__, **asdict(record)}
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def decoded(line: bytes) -> Record:
    """The record of a line that :func:`encoded` wrote; ValueError for anything else."""
    try:
        fields = json.loads(line)
        kind = fields.pop("is")
        if kind == "ReadPage":
            return _page(fields)
        if kind == "Attached":
            return Attached(**{**fields, "data": base64.b64decode(fields["data"])})
        if kind == "DocumentFacts":
            return DocumentFacts(**{**fields, "warnings": tuple(fields["warnings"])})
        return Problem(**fields) if kind == "Problem" else End(**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a record of the reading process") from error


def _page_fields(read: ReadPage) -> dict[str, Any]:
    page = read.page
    return {
        "is": "ReadPage",
        "number": page.number,
        "label": page.label,
        "text": page.text,
        "width": page.width,
        "height": page.height,
        "words": base64.b64encode(page.words.to_bytes()).decode(),
        "removed": [(each.kind, each.text, each.at) for each in page.removed],
        "blocks": [asdict(block) for block in page.blocks],
        "image_only": page.image_only,
        "problem": page.problem,
        "lines": read.lines,
    }


def _page(fields: dict[str, Any]) -> ReadPage:
    lines = tuple(Line(*line) for line in fields.pop("lines"))
    words = WordBoxes.from_bytes(base64.b64decode(fields.pop("words")))
    removed = tuple(
        Removal(kind=kind, text=text, at=at) for kind, text, at in fields.pop("removed")
    )
    blocks = tuple(Block(**block) for block in fields.pop("blocks"))
    page = PageContent(**fields, words=words, removed=removed, blocks=blocks)
    return ReadPage(page=page, lines=lines)
