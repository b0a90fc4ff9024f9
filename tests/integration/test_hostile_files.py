"""Files that are made to harm: each is read or refused within its limits, and leaves nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil
import pytest

import hostile_files as hostile
import hostile_pdfs as pdfs
from lectern.documents.confinement import Limits
from made_files import make_docx, make_pdf, saved

LIMITS = Limits()
PROGRAM = Path(__file__).parents[1] / "reading_alone.py"
# What a reader takes for an honest file of a few pages, with room to spare.
MOST_MEMORY_MB, MOST_SECONDS = 160, 20


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a file, and what its readers took: megabytes and processor seconds."""

    code: str
    message: str
    texts: list[str]
    problems: list[str]
    warnings: list[str]
    removed: list[list[str]]
    memory: float
    seconds: float


@pytest.fixture
def read(tmp_path) -> Callable[..., Outcome]:
    """Reads a file in a process of its own, and sees that it leaves nothing behind."""
    work = tmp_path / "temporary"
    work.mkdir()

    def read_alone(name: str, content: bytes, limits: Limits = LIMITS) -> Outcome:
        path = saved(tmp_path, "stored", content)
        command = [sys.executable, str(PROGRAM), str(path), name, json.dumps(asdict(limits))]
        environment = {**os.environ, "TMPDIR": str(work), "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert list(work.iterdir()) == []
        assert not any(str(path) in process.info["cmdline"] for process in running())
        return Outcome(**json.loads(done.stdout))

    return read_alone


def running():
    found = psutil.process_iter(["cmdline"])
    return [process for process in found if process.info["cmdline"]]


# --- refused ----------------------------------------------------------------------------

REFUSED = [
    ("ratio.docx", hostile.zip_bomb, "unpacks_too_large"),
    ("lying.docx", hostile.lying_zip_bomb, "damaged"),
    ("up.docx", lambda: hostile.docx_with("../../etc/x", b""), "unsafe_archive"),
    ("back.docx", lambda: hostile.docx_with("..\\..\\x", b""), "unsafe_archive"),
    ("root.docx", lambda: hostile.docx_with("/etc/x", b""), "unsafe_archive"),
    ("drive.docx", lambda: hostile.docx_with("C:/x", b""), "unsafe_archive"),
    ("link.docx", hostile.docx_with_link, "unsafe_archive"),
    ("many.docx", hostile.docx_of_100_000_members, "too_many_members"),
    ("laugh.docx", lambda: hostile.docx_of_entities(hostile.ENTITIES, "&a9;"), "damaged"),
    ("laugh.xlsx", lambda: hostile.xlsx_of_entities(hostile.ENTITIES, "&a9;"), "damaged"),
    ("outside.xlsx", lambda: hostile.xlsx_of_entities(hostile.OUTSIDE, "&out;"), "damaged"),
    ("laugh.pptx", lambda: hostile.pptx_of_entities(hostile.ENTITIES, "&a9;"), "damaged"),
    ("laugh.odt", lambda: hostile.odt_of_entities(hostile.ENTITIES, "&a9;"), "damaged"),
    ("vast.ods", hostile.vast_ods, "too_many_cells"),
    ("bomb.png", hostile.png_bomb, "too_many_pixels"),
    ("bomb.tiff", hostile.tiff_bomb, "too_many_pixels"),
    ("fake.png", hostile.fake_picture, "damaged"),
    ("strict.docx", hostile.strict_docx, "strict_ooxml"),
    ("deep.docx", hostile.deep_docx, "damaged"),
    ("drawing.svg", hostile.outside_svg, "unsupported_type"),
    ("long.pdf", lambda: make_pdf([[]] * 20_000), "too_many_pages"),
    ("short.pdf", lambda: make_pdf([[]])[:400], "damaged"),
    ("locked.pdf", lambda: make_pdf([[]], encrypted=True), "password"),
    ("locked.docx", hostile.ole_container, "password"),
    ("page.pdf", lambda: b"<html><p>Sign in to download", "wrong_name"),
    ("text.txt", lambda: make_docx(lambda document: None), "wrong_name"),
    ("nothing.txt", lambda: b"", "empty"),
    ("nothing.pdf", lambda: b"", "empty"),
    ("zeros.txt", lambda: b"\0" * 100_000, "unsupported_type"),
    ("program.txt", lambda: b"\x7fELF\2\1\1" + b"\0" * 99, "unsupported_type"),
    ("line.csv", lambda: hostile.one_line_csv(20 * hostile.MB), "damaged"),
    ("loop.pdf", pdfs.looping_form, "reader_broke"),
    ("forms.pdf", pdfs.forms_of_forms, "reader_broke"),
]
# Whatever is drawn again and again costs as much as is allowed, here and in every other reader.
SMALL = replace(LIMITS, memory=400 * hostile.MB, cpu_seconds=10)
LIMITED = {"loop.pdf": SMALL, "forms.pdf": SMALL}
MEMORY_MB = {"loop.pdf": 400, "forms.pdf": 400}


@pytest.mark.parametrize(("name", "make", "code"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(read, name, make, code):
    outcome = read(name, make(), LIMITED.get(name, LIMITS))

    assert (outcome.code, outcome.texts) == (code, [])
    assert outcome.message.startswith(name)
    assert outcome.memory < MEMORY_MB.get(name, MOST_MEMORY_MB)
    assert outcome.seconds < MOST_SECONDS


# --- read -------------------------------------------------------------------------------

READ = [
    ("nested.docx", hostile.nested_zip, ["The rule is plain."]),
    ("deep.html", hostile.deep_html, ["The deep end."]),
    ("vast.xlsx", hostile.vast_xlsx, ["S\n\nfirst\n\nlast"]),
    ("cycle.pdf", pdfs.cyclic_pages, ["", "", ""]),
    ("deep.pdf", pdfs.nested_arrays, ["Flat."]),
    ("large.pdf", pdfs.page_of_200_000_points, ["A long way up"]),
    ("strokes.pdf", pdfs.million_operators, ["Before.", "Busy.", "After."]),
    ("xref.pdf", pdfs.looping_xref, ["Read."]),
    ("objects.pdf", pdfs.object_stream_bomb, ["Past the bomb."]),
    ("picture.pdf", pdfs.image_bomb_pdf, ["Beside a picture."]),
    ("active.pdf", pdfs.active_pdf, ["Nothing happens."]),
    ("both.pdf", pdfs.pdf_and_zip, ["A page."]),
    ("zero.txt", lambda: b"A zero \0 byte in a sentence that is long enough to be text.", None),
    ("endless.tiff", hostile.endless_tiff, [""]),
    ("content.pdf", lambda: pdfs.heavy_content(100), ["Before.", "Heavy."]),
]
READ_MB = {"strokes.pdf": 400, "content.pdf": 400}


@pytest.mark.parametrize(("name", "make", "texts"), READ, ids=[name for name, *_ in READ])
def test_what_can_be_read_of_a_hostile_file_is_read(read, name, make, texts):
    outcome = read(name, make())

    assert outcome.code == ""
    assert outcome.texts == (texts or outcome.texts)
    assert "\0" not in "".join(outcome.texts)
    assert outcome.memory < READ_MB.get(name, MOST_MEMORY_MB)
    assert outcome.seconds < MOST_SECONDS


def test_a_file_outside_of_a_document_is_not_read_into_it(read):
    secret = Path("/etc/hostname").read_text().strip()

    for name, content in [
        ("a.docx", hostile.docx_of_entities(hostile.OUTSIDE, "&out;")),
        ("a.pptx", hostile.pptx_of_entities(hostile.OUTSIDE, "&out;")),
        ("a.odt", hostile.odt_of_entities(hostile.OUTSIDE, "&out;")),
        ("a.html", hostile.entity_html()),
    ]:
        outcome = read(name, content)

        assert outcome.code == ""
        assert secret not in "".join(outcome.texts)


def test_a_table_that_claims_millions_of_columns_is_cut(read):
    outcome = read("wide.html", hostile.wide_html())

    assert outcome.texts[0].startswith("Wide")
    assert len(outcome.texts[0]) < 100_000


def test_of_a_mail_in_a_mail_only_the_outer_one_is_its_text(read):
    outcome = read("deep.eml", hostile.mail_in_mail())

    assert "Shell 59." in outcome.texts[0]
    assert "Shell 58." not in "".join(outcome.texts)
    assert outcome.seconds < MOST_SECONDS


def test_of_a_thousand_attachments_a_hundred_are_taken(read):
    outcome = read("many.eml", hostile.mail_of_parts())

    assert "See attached." in outcome.texts[0]
    assert outcome.warnings[0].startswith("It has more than 100 attachments")


def test_formulas_without_results_are_told(read):
    outcome = read("plan.xlsx", hostile.formula_xlsx())

    assert "Profit" in outcome.texts[0]
    assert "formula" in outcome.warnings[0]


def test_orders_that_only_a_program_sees_are_kept_out_of_the_text(read):
    outcome = read("orders.pdf", pdfs.hidden_orders())

    assert outcome.texts == ["The price is 12 euros.", "On dark"]
    assert [kind for kind, _ in outcome.removed] == ["invisible"]
    assert outcome.removed[0][1].count("praise us") == 4


# --- read in part -----------------------------------------------------------------------


def test_the_pages_around_a_bomb_are_read(read):
    content = pdfs.filters_upon_filters()

    outcome = read("bomb.pdf", content, replace(LIMITS, memory=300 * hostile.MB))

    assert outcome.texts == ["", "Behind the bomb."]
    assert outcome.problems[0].startswith("Page 1 could not be read: reading it takes more memory")


def test_a_page_of_too_many_letters_is_left_out(read):
    outcome = read("letters.pdf", pdfs.million_letters())

    assert outcome.texts == ["Before.", "", "After."]
    assert outcome.problems[1].endswith("letters; the limit is 500,000.")
    assert outcome.memory < 800


def test_a_page_that_cannot_be_reached_is_left_out(read):
    outcome = read("tree.pdf", pdfs.deep_page_tree())

    assert outcome.problems[0].startswith("Page 1 is damaged")
