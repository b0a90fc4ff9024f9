"""Reading a document from a stranger: each page that can be read is kept.

The pages arrive one by one from a confined process. Where it dies, the page that killed it is
left out, with the reason, and another process goes on behind it: a document loses only the
pages that cannot be read.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from lectern.documents.confinement import Limits
from lectern.documents.content import DocumentFacts, PageContent
from lectern.documents.content_types import ContentType
from lectern.documents.work_folders import work_folder
from lectern_workers.ingestion.layout import ReadPage
from lectern_workers.ingestion.reader_process import ReaderProcess
from lectern_workers.ingestion.records import Attached, End, Problem

DEFAULT_LIMITS = Limits()
# The parsers that can begin at any page, without a look at those before.
FROM_ANY_PAGE = frozenset({ContentType.PDF})
# Readers that one document may use up, and pages that it may lose before the rest is given up.
MOST_READERS = 20
MOST_FAILURES = 10

TOO_LONG = "reading it takes longer than is allowed"
TOO_MUCH = "reading it takes more memory than is allowed"
BROKE = f"{TOO_MUCH} or breaks the reader"
_REASONS = {"took_too_long": TOO_LONG, "too_much_memory": TOO_MUCH, "reader_broke": BROKE}


class ParsingFailed(Exception):
    """Nothing of the document can be read, now or later.

    ``code`` is stable, ``message`` is for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why reading ended at ``page``: a stable code, and a sentence about the whole document."""

    page: int
    code: str
    message: str

    @property
    def reason(self) -> str:
        """What goes into a sentence about the page."""
        return _REASONS.get(self.code, "it is damaged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with the document: what the sender called it, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document as it was read, before cleaning.

    ``pages`` are all of it, in order; those of ``failures``, and all of them behind the last
    one if the rest was given up, are empty and say why (``problem``).
    """

    facts: DocumentFacts
    pages: list[ReadPage] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def read_document(
    path: Path,
    name: str,
    *,
    progress: Callable[[int, int], None],
    limits: Limits = DEFAULT_LIMITS,
) -> ReadDocument:
    """Read the file at ``path``, called ``name`` to people; ParsingFailed if no page can be.

    ``progress(done, total)`` is called before the first page and after each; an exception
    that it raises (a lost lease, a cancelled job) ends the reader and comes out unchanged.
    """
    reading = _Reading(path, name, limits, progress)
    with work_folder() as folder:
        while not reading.over:
            reading.go_on(folder)
    return reading.result()


class _Reading:
    """How far the reading of a document has come, over all the processes that it took."""

    def __init__(
        self, path: Path, name: str, limits: Limits, progress: Callable[[int, int], None]
    ) -> None:
        self.over = False
        self._path, self._name, self._progress = path, name, progress
        self._limits = limits
        self._started = time.monotonic()
        self._cpu_seconds = 0.0
        self._readers = 0
        self._pieces: list[bytes] = []
        self._read: ReadDocument | None = None
        self._early: ParsingFailed | None = None

    def go_on(self, folder: Path) -> None:
        """Start a reader at the next page, and take what it reads."""
        limits = replace(self._limits, cpu_spent=round(self._cpu_seconds))
        first = self._next_page()
        reader = ReaderProcess(
            self._path, self._name, folder, limits, first=first, started=self._started
        )
        self._readers += 1
        try:
            problem = self._take(reader)
        finally:
            reader.end()
        self._cpu_seconds += reader.cpu_seconds
        if not self.over:
            self._fail(problem or self._cut_off(reader), first)

    def result(self) -> ReadDocument:
        """What was read; ParsingFailed where that is nothing."""
        if self._read is None:
            assert self._early is not None  # a reading ends with facts or a failure
            raise self._early
        failures = self._read.failures
        if failures and all(read.page.problem for read in self._read.pages):
            raise ParsingFailed(failures[0].code, failures[0].message)
        return self._read

    def _take(self, reader: ReaderProcess) -> Problem | None:
        """Keep what comes until the end, or until the reader dies or says what is wrong."""
        read: ReadDocument | None
        for record in reader.records():
            if isinstance(record, Problem):
                return record
            if isinstance(record, End):
                self.over = self._read is not None
                return None
            if isinstance(record, Attached):
                self._attach(record)
                continue
            if isinstance(record, DocumentFacts):
                read = self._read = self._read or ReadDocument(facts=record)
            elif (read := self._read) and self._follows(read, record):
                read.pages.append(record)
            else:
                return None
            reader.expect(read.facts.page_count)
            self._progress(len(read.pages), read.facts.page_count)
        return None

    def _attach(self, piece: Attached) -> None:
        self._pieces.append(piece.data)
        if piece.ends and self._read is not None:
            data = b"".join(self._pieces)
            self._read.attachments.append(Attachment(name=piece.name, data=data))
            self._pieces.clear()

    @staticmethod
    def _follows(read: ReadDocument, record: ReadPage) -> bool:
        return record.page.number == len(read.pages) + 1 <= read.facts.page_count

    def _next_page(self) -> int:
        return len(self._read.pages) + 1 if self._read else 1

    def _cut_off(self, reader: ReaderProcess) -> Problem:
        """Why a reader ended without a word; which page it had come to, if any."""
        read = self._read
        where = "it"
        if read and read.facts.paged:
            where = f"page {self._next_page()} of {read.facts.page_count}"
        code, what = "reader_broke", "takes more memory than is allowed or breaks the reader"
        if reader.ran_out_of_time():
            code, what = "took_too_long", "takes longer than is allowed"
        message = (
            f"{self._name} was given up: reading {where} {what}. "
            "Split it, or print it to a new PDF, and upload the result."
        )
        return Problem(code=code, message=message)

    def _fail(self, problem: Problem, first: int) -> None:
        """Decide how to go on after a reader that began at page ``first`` has ended."""
        read, at = self._read, self._next_page()
        if read is None:
            self._early = ParsingFailed(problem.code, problem.message)
            self.over = True
            return
        if at > read.facts.page_count:
            self.over = True
            if read.facts.content_type == ContentType.MAIL:
                # What comes with a mail follows its text. To go on without would remove what
                # an earlier reading of it brought.
                self._read, self._early = None, ParsingFailed(problem.code, problem.message)
            return
        from_any_page = read.facts.content_type in FROM_ANY_PAGE
        # What ran out of memory after other pages may do with the memory of a new process.
        if from_any_page and at > first and problem.code != "took_too_long" and self._may_go_on():
            return
        failure = Failure(page=at, code=problem.code, message=problem.message)
        read.failures.append(failure)
        read.pages.append(_unread(read.facts, at, f"could not be read: {failure.reason}."))
        if not from_any_page or not self._may_go_on():
            self._give_up(read, failure)

    def _may_go_on(self) -> bool:
        assert self._read is not None  # asked only where pages were read
        allowed = self._limits.cpu_for(self._read.facts.page_count)
        passed = time.monotonic() - self._started
        return (
            self._readers < MOST_READERS
            and len(self._read.failures) < MOST_FAILURES
            and self._cpu_seconds < allowed
            and passed < allowed * self._limits.patience
        )

    def _give_up(self, read: ReadDocument, last: Failure) -> None:
        """Leave all the pages behind the last failure unread, and say so."""
        for number in range(self._next_page(), read.facts.page_count + 1):
            why = f"was not read: reading ended at page {last.page}, where {last.reason}."
            read.pages.append(_unread(read.facts, number, why))
        self.over = True


def _unread(facts: DocumentFacts, number: int, what: str) -> ReadPage:
    problem = f"{'Page' if facts.paged else 'Part'} {number} {what}"
    return ReadPage(page=PageContent(number=number, label=str(number), text="", problem=problem))
