"""The reading process: what it gives back, and what it cannot do to the one that started it."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from lectern.documents.confinement import Limits
from lectern_workers.ingestion import reader_process
from lectern_workers.ingestion.sandbox import MOST_FAILURES, ParsingFailed, read_document
from made_files import Filled, lines, make_docx, make_mail, make_pdf, make_xlsx, saved

QUIET = {"progress": lambda done, total: None}


def failure(path, name, **settings):
    with pytest.raises(ParsingFailed) as failed:
        read_document(path, name, **QUIET, **settings)
    return failed.value


def test_pages_come_with_progress_by_page(tmp_path):
    path = saved(tmp_path, "a", make_pdf([lines("One"), lines("Two")], title="Of two pages"))
    seen = []

    read = read_document(path, "a.pdf", progress=lambda done, total: seen.append((done, total)))

    assert read.facts.title == "Of two pages"
    assert [each.page.text for each in read.pages] == ["One", "Two"]
    assert [word.x0 > 70 for word in read.pages[0].page.words] == [True]
    assert seen == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.docx", make_docx(lambda document: document.add_paragraph("In Word")), "In Word"),
        ("a.xlsx", make_xlsx({"S": [["in", "Excel"]]}), "S\n\nin\tExcel"),
        ("a.html", b"<html><p>In HTML", "In HTML"),
        ("a.md", b"*In* Markdown", "In Markdown"),
        ("a.txt", b"In text.", "In text."),
    ],
)
def test_every_format_is_read(tmp_path, name, content, text):
    read = read_document(saved(tmp_path, "stored", content), name, **QUIET)

    assert [each.page.text for each in read.pages] == [text]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", make_pdf([lines("x")], encrypted=True), "password"),
        ("a.pdf", make_pdf([lines("x")])[:200], "damaged"),
        ("a.pdf", b"<html><p>Sign in", "wrong_name"),
        ("a.pdf", b"", "empty"),
        ("a.docx", make_docx(lambda d: None)[:500], "damaged"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(tmp_path, name, content, code):
    failed = failure(saved(tmp_path, "stored", content), name)

    assert failed.code == code
    assert failed.message.startswith(name)


def test_a_pdf_of_20_000_pages_is_refused_with_the_number(tmp_path):
    path = saved(tmp_path, "long", make_pdf([[]] * 20_000))

    failed = failure(path, "long.pdf")

    assert failed.code == "too_many_pages"
    assert "long.pdf has 20,000 pages; the limit is 2,000." in failed.message


def with_reader(monkeypatch, folder, sabotage):
    """Have readers do ``sabotage(number)`` before each page."""
    program = saved(folder, "saboteur.py", SABOTEUR.format(sabotage=sabotage).encode())
    monkeypatch.setattr(
        reader_process, "_command", lambda *given: [sys.executable, str(program), *given]
    )


SABOTEUR = """
import ctypes, os, sys, time
from lectern_workers.ingestion import reader
from lectern_workers.ingestion.parsing import pdf

read_page, before = pdf._read_page, []
def sabotaged(document, index, fonts):
    number = index + 1
    {sabotage}
    before.append(number)
    return read_page(document, index, fonts)
pdf._read_page = sabotaged
reader.main()
"""
CRASH, SPIN, GRAB = "ctypes.string_at(0)", "any(iter(int, 1))", "b'x' * (4 << 30)"


def read_five_pages(folder, **settings):
    whole = make_pdf([lines(f"This is {number}") for number in range(1, 6)])
    return read_document(saved(folder, "a", whole), "a.pdf", **QUIET, **settings)


def told(read):
    return [each.page.text or each.page.problem for each in read.pages]


@pytest.mark.parametrize(
    ("harm", "code", "reason"),
    [
        (
            CRASH,
            "reader_broke",
            "reading it takes more memory than is allowed or breaks the reader",
        ),
        (SPIN, "took_too_long", "reading it takes longer than is allowed"),
        (GRAB, "too_much_memory", "reading it takes more memory than is allowed"),
        ("raise ValueError(number)", "unreadable", "it is damaged"),
    ],
)
def test_a_page_that_ends_its_reader_is_the_only_one_that_is_lost(
    tmp_path, monkeypatch, harm, code, reason
):
    with_reader(monkeypatch, tmp_path, f"if number == 3: {harm}")

    read = read_five_pages(tmp_path, limits=replace(Limits(), page_cpu_seconds=1))

    lost = f"Page 3 could not be read: {reason}."
    assert told(read) == ["This is 1", "This is 2", lost, "This is 4", "This is 5"]
    assert [(failure.page, failure.code) for failure in read.failures] == [(3, code)]


def test_a_page_is_tried_again_without_what_the_pages_before_it_left_in_memory(
    tmp_path, monkeypatch
):
    with_reader(monkeypatch, tmp_path, f"if len(before) == 3: {CRASH}")

    read = read_five_pages(tmp_path)

    assert told(read) == [f"This is {number}" for number in range(1, 6)]
    assert read.failures == []


def test_a_document_whose_every_page_is_lost_says_why_of_the_first(tmp_path, monkeypatch):
    with_reader(monkeypatch, tmp_path, CRASH)

    with pytest.raises(ParsingFailed, match="page 1 of 5 takes more memory") as failed:
        read_five_pages(tmp_path)

    assert failed.value.code == "reader_broke"


def test_reading_is_given_up_after_so_many_lost_pages(tmp_path, monkeypatch):
    with_reader(monkeypatch, tmp_path, f"if number > 1: {CRASH}")
    whole = make_pdf([lines("Read")] * (MOST_FAILURES + 3))

    read = read_document(saved(tmp_path, "a", whole), "a.pdf", **QUIET)

    last = MOST_FAILURES + 1
    assert len(read.failures) == MOST_FAILURES
    assert told(read)[last:] == [
        f"Page {number} was not read: reading ended at page {last}, where reading it takes more "
        "memory than is allowed or breaks the reader."
        for number in (last + 1, last + 2)
    ]


def test_all_readers_of_a_document_share_its_processor_time(tmp_path, monkeypatch):
    with_reader(monkeypatch, tmp_path, f"if number > 1: {SPIN}")

    read = read_five_pages(
        tmp_path, limits=replace(Limits(), cpu_seconds=2, cpu_seconds_a_page=0, page_cpu_seconds=1)
    )

    assert len(read.failures) < 4
    assert "was not read" in told(read)[4]


def test_pages_out_of_order_end_a_reader(tmp_path, monkeypatch):
    with_reader(monkeypatch, tmp_path, "index = 0")

    read = read_five_pages(tmp_path)

    assert told(read)[0] == "This is 1"
    assert len(read.failures) == 4


BREAKS_OFF = """
import os
from lectern_workers.ingestion import reader
from lectern_workers.ingestion.records import Attached

read = reader.read
def broken_off(*given):
    for record in read(*given):
        if isinstance(record, Attached):
            os._exit(1)
        yield record
reader.read = broken_off
reader.main()
"""


def test_a_mail_whose_attachments_break_off_is_not_taken_for_one_without(tmp_path, monkeypatch):
    program = saved(tmp_path, "saboteur.py", BREAKS_OFF.encode())
    monkeypatch.setattr(
        reader_process, "_command", lambda *given: [sys.executable, str(program), *given]
    )
    mail = make_mail("Please keep it.", files=[("contract.txt", b"It ends in 2029.")]).as_bytes()

    with pytest.raises(ParsingFailed) as failed:
        read_document(saved(tmp_path, "a", mail), "a.eml", **QUIET)

    assert failed.value.code == "reader_broke"


def test_a_document_that_wants_all_the_memory_is_given_up_and_this_process_lives(tmp_path):
    path = saved(tmp_path, "huge", b"word " * 6_000_000)

    failed = failure(path, "huge.txt", limits=replace(Limits(), memory=140 * 1024 * 1024))

    assert failed.code in ("too_much_memory", "reader_broke")
    assert failed.message.startswith("huge.txt ")


def test_a_document_that_takes_too_long_is_given_up(tmp_path):
    path = saved(tmp_path, "deep", b"<html>" + b"<div>" * 60_000)

    failed = failure(path, "deep.html", limits=replace(Limits(), cpu_seconds=1))

    assert failed.code == "took_too_long"


def test_the_clock_stops_a_reader_that_only_waits(tmp_path, monkeypatch):
    waits = saved(tmp_path, "waits.py", b"import time; time.sleep(60)")
    monkeypatch.setattr(
        reader_process, "_command", lambda *given: [sys.executable, str(waits), *given]
    )
    start = time.monotonic()

    failed = failure(
        saved(tmp_path, "a", b"text"), "a.txt", limits=replace(Limits(), cpu_seconds=1, patience=1)
    )

    assert failed.code == "took_too_long"
    assert time.monotonic() - start < 10


def test_a_cancelled_job_ends_the_reader(tmp_path):
    class Cancelled(Exception):
        pass

    def cancel(done, total):
        raise Cancelled

    path = saved(tmp_path, "a", make_pdf([lines("x")] * 500))

    with pytest.raises(Cancelled):
        read_document(path, "a.pdf", progress=cancel)

    assert not subprocess.run(
        ["/usr/bin/env", "pgrep", "-P", str(os.getpid()), "-f", "ingestion.reader"],
        capture_output=True,
        check=False,
    ).stdout


def test_the_reader_sees_nothing_of_this_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTERN_SECRET", "hunter2")
    tells = saved(
        tmp_path,
        "tells.py",
        b"import os, sys; from lectern_workers.ingestion.records import *\n"
        b"told = Problem(code='told', message=' '.join([*os.environ, os.getcwd()]))\n"
        b"sys.stdout.buffer.write(encoded(told))",
    )
    monkeypatch.setattr(
        reader_process, "_command", lambda *given: [sys.executable, str(tells), *given]
    )

    failed = failure(saved(tmp_path, "a", b"text"), "a.txt")

    assert "LECTERN_SECRET" not in failed.message
    assert "/lectern-reads-" in failed.message


def test_a_picture_of_a_page_costs_no_failure(tmp_path):
    path = saved(tmp_path, "scan", make_pdf([[Filled(image=True)]]))

    read = read_document(path, "scan.pdf", **QUIET)

    assert [each.page.image_only for each in read.pages] == [True]


def test_500_pages_are_read_and_held_in_little_memory(tmp_path):
    page = lines(
        *(f"Line {n} of a page that is full of words and figures" for n in range(50)), y=60
    )
    path = saved(tmp_path, "long", make_pdf([page] * 500))
    # In a process of its own: the peaks of this one are those of all tests before.
    measure = (
        "import resource, sys; from pathlib import Path; "
        "from lectern_workers.ingestion.sandbox import read_document; "
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        "read = read_document(Path(sys.argv[1]), 'long.pdf', progress=lambda done, total: None); "
        "here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before; "
        "print(len(read.pages), here, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )

    printed = subprocess.run(
        [sys.executable, "-c", measure, str(path)], capture_output=True, text=True, check=True
    ).stdout

    pages, here, child = map(int, printed.split())
    assert pages == 500
    assert here + child < 600 * 1024
