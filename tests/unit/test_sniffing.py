"""File types are told from bytes, and office files that would unpack to too much refused."""

import io
import time
import zipfile

import pytest

from lectern.documents.content_types import ContentType
from lectern.documents.sniffing import MOST_MEMBERS, check_archive, sniff
from lectern.errors import Invalid, TooLarge
from made_files import make_mail, make_odf


def archive(
    *, members=(("word/document.xml", b"<w:document/>"),), compression=zipfile.ZIP_DEFLATED
):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as packed:
        for name, content in members:
            packed.writestr(name, content)
    data.seek(0)
    return data


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"%PDF-1.7\n", "a.pdf", ContentType.PDF),
        (b"junk before\n%PDF-1.4", "scan", ContentType.PDF),
        (b"  <!-- x --><!DOCTYPE html><p>hi", "a.html", ContentType.HTML),
        (b"<p>no frame</p>", "a.htm", ContentType.HTML),
        (b"# Title\n\nSee [it](http://x).", "notes", ContentType.MARKDOWN),
        (b"plain words", "a.md", ContentType.MARKDOWN),
        (b"BMW sold more cars.", "a.txt", ContentType.TEXT),
        (
            b"some\x00 NUL in a long enough line of ordinary text, which is kept",
            "a",
            ContentType.TEXT,
        ),
        ("Überschuß".encode("latin-1"), "a.txt", ContentType.TEXT),
        ("wide".encode("utf-16"), "a.txt", ContentType.TEXT),
        (archive().read(), "a.docx", ContentType.DOCX),
        (archive(members=[("xl/workbook.xml", b"")]).read(), "b", ContentType.XLSX),
        (archive(members=[("ppt/presentation.xml", b"")]).read(), "b", ContentType.PPTX),
        (make_odf("text", ""), "a.odt", ContentType.ODT),
        (make_odf("spreadsheet", ""), "b", ContentType.ODS),
        (make_odf("presentation", ""), "b", ContentType.ODP),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", ContentType.PNG),
        (b"\xff\xd8\xff\xe0", "photo", ContentType.JPEG),
        (b"II*\x00\x08\x00\x00\x00", "scan.tif", ContentType.TIFF),
        (b"a;b\n1;2\n3;4\n", "a.csv", ContentType.CSV),
        (b"a\tb\tc\n1\t2\t3\n4\t5\t6\n7\t8\t9\n", "export.txt", ContentType.CSV),
        (b"Words in a file.\nThey say it is a table.", "a.csv", ContentType.TEXT),
        (b"One, two.\nThree, four.\nFive, six.\nSeven, eight.\n", "a.txt", ContentType.TEXT),
        (make_mail("Words").as_bytes(), "a.eml", ContentType.MAIL),
        (make_mail("Words").as_bytes(), "saved", ContentType.MAIL),
        (b"From: us\nTo: you\n\nNot a mail, but a letter.", "a.txt", ContentType.TEXT),
        ("<!doctype html><p>wide".encode("utf-16"), "a.html", ContentType.HTML),
        ("two bytes a letter, without a mark".encode("utf-16-le"), "a.txt", ContentType.TEXT),
        ("\u6771\u4eac 1\n\u5927\u962a 2\n".encode("utf-16-be"), "a.txt", ContentType.TEXT),
    ],
)
def test_the_type_is_told_from_the_bytes(head, name, expected):
    assert sniff(head, name) == expected


@pytest.mark.parametrize(
    ("head", "name", "code", "told"),
    [
        (b"", "a.pdf", "empty", "empty"),
        (b"<html><body>Sign in", "report.pdf", "wrong_name", "web page"),
        (archive().read(), "report.pdf", "wrong_name", "Word document"),
        (b"GIF89a\x00\x01\x00\x00\x00", "a.gif", "unsupported_type", "Save it as PNG"),
        (make_mail("Words").as_bytes(), "a.pdf", "wrong_name", "is a mail"),
        (b"Only words.", "a.eml", "wrong_name", "plain text"),
        (b"\xff\xd8\xff\xe0", "a.png", "wrong_name", "JPEG"),
        (make_odf("text", ""), "a.docx", "wrong_name", "OpenDocument text"),
        (b"{\\rtf1 text}", "a.rtf", "unsupported_type", "rich-text"),
        (b"<?xml version='1.0'?><svg/>", "a.svg", "unsupported_type", "XML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "a.docx", "password", "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "a.doc", "unsupported_type", ".docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "a.msg", "unsupported_type", ".eml"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "a.xls", "unsupported_type", ".xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "a.ppt", "unsupported_type", ".pptx"),
        (archive(members=[("a.txt", b"x")]).read(), "a.zip", "unsupported_type", "ZIP"),
        (bytes(range(256)), "a.bin", "unsupported_type", "PDF, Word"),
    ],
)
def test_what_is_not_read_is_refused_with_its_kind(head, name, code, told):
    with pytest.raises(Invalid) as refused:
        sniff(head, name)

    assert refused.value.code == code
    assert told in refused.value.message


@pytest.mark.parametrize(
    "unit", [b"<!-- -->", b"](", b"<p", b"--- ", b"**a ", b"- |-", b"a,", b'",', b"a:\n", b"a\0"]
)
def test_no_bytes_make_sniffing_slow(unit):
    start = time.process_time()
    sniff(unit * (65536 // len(unit)), "a.html" if unit == b"<p" else "a")

    assert time.process_time() - start < 1


def test_an_ordinary_office_file_passes():
    check_archive(archive(), "a.docx", ContentType.DOCX)


def test_a_small_file_that_unpacks_to_600_megabytes_is_refused():
    block = b"\0" * (50 * 1024 * 1024)
    bomb = archive(members=[(f"word/{n}.xml", block) for n in range(12)])
    assert len(bomb.getvalue()) < 1024 * 1024

    with pytest.raises(TooLarge, match="600 MB"):
        check_archive(bomb, "bomb.docx", ContentType.DOCX)


def test_a_denser_file_than_any_office_program_writes_is_refused():
    dense = archive(members=[("word/document.xml", b"\0" * (11 * 1024 * 1024))])

    with pytest.raises(TooLarge):
        check_archive(dense, "dense.docx", ContentType.DOCX)


def test_an_archive_of_too_many_members_is_refused():
    many = archive(members=[(f"word/{n}", b"") for n in range(MOST_MEMBERS + 1)])

    with pytest.raises(TooLarge, match="2,001 files"):
        check_archive(many, "many.docx", ContentType.DOCX)


@pytest.mark.parametrize("member", ["../../etc/passwd", "/etc/passwd", "word\\..\\..\\x", "C:evil"])
def test_a_member_that_points_outside_is_refused(member):
    outside = archive(members=[("word/document.xml", b""), (member, b"")])

    with pytest.raises(Invalid) as refused:
        check_archive(outside, "a.docx", ContentType.DOCX)

    assert refused.value.code == "unsafe_archive"


def test_a_symbolic_link_in_an_archive_is_refused():
    link = zipfile.ZipInfo("word/link")
    link.external_attr = 0o120777 << 16
    outside = archive(members=[("word/document.xml", b""), (link, b"/etc/passwd")])

    with pytest.raises(Invalid, match="points outside"):
        check_archive(outside, "a.docx", ContentType.DOCX)


def test_a_truncated_office_file_is_refused_as_damaged():
    whole = archive(members=[("word/document.xml", b"x" * 5000)]).getvalue()

    with pytest.raises(Invalid, match="damaged or cut off"):
        check_archive(io.BytesIO(whole[:-30]), "a.docx", ContentType.DOCX)


def test_an_archive_of_something_else_is_refused():
    with pytest.raises(Invalid, match="not a Word document"):
        check_archive(archive(members=[("a.txt", b"")]), "a.docx", ContentType.DOCX)
