"""Golden questions in files: one JSON object a line, or CSV with a header line.

Both have the fields id, question, answer, doc, pages, evidence_text and scope. In JSON lines an
``answer`` of null says that the documents do not answer; in CSV the field ``answerable`` does.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lectern.answering.golden import Golden
from lectern.documents.cells import harmless, without_apostrophe
from lectern.errors import Invalid, TooLarge

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

FIELDS = ("id", "question", "answer", "answerable", "doc", "pages", "evidence_text", "scope")
WITHIN = "doc"
MOST_BYTES = 20 * 1024**2
NO = {"no", "false", "0"}
# Whatever taking a made-up line apart may raise; the last for [[[…
_NO_QUESTION = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
NEEDED = "it needs question, answer, doc, pages and evidence_text"


def golden_questions(file: Path) -> list[Golden]:
    """The questions of a JSON-lines file; ``Invalid`` names the line that is wrong."""
    return read_json_lines(file.name, file.read_bytes())


def read_questions(file: "UploadedFile[Any]") -> list[Golden]:
    """The questions of an uploaded file: CSV if its name ends so, else JSON lines."""
    name = file.name or "the file"
    if (file.size or 0) > MOST_BYTES:
        raise TooLarge(f"{name} is larger than {MOST_BYTES // 1024**2} MB. Split it.")
    return (read_csv if name.casefold().endswith(".csv") else read_json_lines)(name, file.read())


def read_json_lines(name: str, content: bytes) -> list[Golden]:
    """The questions of ``content``; ``Invalid`` names the file and the line that is wrong."""
    # Not splitlines(): a text may hold separators that end no line of JSON.
    lines = enumerate(_text(name, content).split("\n"), start=1)
    return [_read(name, number, _from_json, line) for number, line in lines if line.strip()]


def read_csv(name: str, content: bytes) -> list[Golden]:
    """The questions of ``content``; ``Invalid`` names the file and the line that is wrong."""
    rows = csv.DictReader(io.StringIO(_text(name, content)), strict=True)
    questions = []
    try:
        for row in rows:
            questions.append(_read(name, rows.line_num, _from_csv, row))
    except csv.Error as error:
        raise Invalid(f"{name}, line {rows.line_num} is no CSV: {error}.") from error
    return questions


def as_json_lines(questions: Iterable[Golden]) -> str:
    """``questions`` as a file that ``read_json_lines`` reads."""
    rows = ({**_row(each), "answer": each.answer, "pages": list(each.pages)} for each in questions)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_csv(questions: Iterable[Golden]) -> str:
    """``questions`` as a file that ``read_csv`` reads."""
    file = io.StringIO()
    writer = csv.DictWriter(file, FIELDS)
    writer.writeheader()
    writer.writerows(_csv_rows(questions))
    return file.getvalue()


def _csv_rows(questions: Iterable[Golden]) -> Iterator[dict[str, Any]]:
    for each in questions:
        told = {**_row(each), "answer": each.answer or ""}
        yield {
            **{name: harmless(text) for name, text in told.items()},
            "answerable": "no" if each.answer is None else "yes",
            "pages": " ".join(map(str, each.pages)),
        }


def _row(question: Golden) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.text,
        "doc": question.document,
        "evidence_text": question.evidence,
        "scope": WITHIN if question.within else "collection",
    }


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} is not UTF-8: {error}. Save it as UTF-8.") from error


def _read(name: str, number: int, read: Callable[[Any], Golden], row: Any) -> Golden:
    try:
        return read(row)
    except _NO_QUESTION as error:
        raise Invalid(
            f"{name}, line {number} is no golden question: {NEEDED} ({error!r})"
        ) from error


def _from_json(line: str) -> Golden:
    row: Mapping[str, Any] = json.loads(line)
    return Golden(
        id=str(row.get("id", "")),
        text=str(row["question"]),
        answer=None if row["answer"] is None else str(row["answer"]),
        document=str(row["doc"] or ""),
        pages=tuple(int(page) for page in row["pages"]),
        evidence=str(row["evidence_text"] or ""),
        within=row.get("scope") == WITHIN,
    )


def _from_csv(cells: Mapping[str, Any]) -> Golden:
    row = {name: cell and without_apostrophe(cell) for name, cell in cells.items() if name}
    answerable = (row.get("answerable") or "yes").strip().casefold() not in NO
    return Golden(
        id=row.get("id") or "",
        text=row["question"],
        answer=row["answer"] if answerable else None,
        document=row["doc"] or "",
        pages=tuple(int(page) for page in row["pages"].replace(",", " ").split()),
        evidence=row["evidence_text"] or "",
        within=row.get("scope") == WITHIN,
    )
