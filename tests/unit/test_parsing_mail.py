"""Mails: their text below who wrote it, and the files that came with them."""

from email.message import EmailMessage

import pytest

from lectern_workers.ingestion.parsing import mail
from lectern_workers.ingestion.parsing.mail import read_mail
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.records import Attached
from made_files import lines, make_mail, make_pdf, saved


@pytest.fixture
def read(tmp_path):
    def read(message):
        content = message if isinstance(message, bytes) else message.as_bytes()
        facts, *rest = read_mail(saved(tmp_path, "made.eml", content), "made.eml")
        pages = [each.page for each in rest if not isinstance(each, Attached)]
        return facts, pages, [each for each in rest if isinstance(each, Attached)]

    return read


def test_a_mail_says_who_wrote_it_to_whom_when_and_about_what(read):
    facts, [page], attached = read(make_mail("Dear all,\n\nthe canteen opens.", subject="Canteen"))

    assert (facts.title, attached) == ("Canteen", [])
    assert page.text.split("\n\n") == [
        "Canteen",
        "From: Ada Byron <ada@example.com>",
        "To: all@example.com",
        "Date: Mon, 02 Mar 2026 10:00:00 +0100",
        "Dear all,",
        "the canteen opens.",
    ]


def test_of_two_forms_the_plain_one_is_read(read):
    _, [page], _ = read(make_mail("Plain words of it.", html="<p>Rich words of it.</p>"))

    assert page.text.endswith("Plain words of it.")
    assert "Rich" not in page.text


def test_a_plain_form_that_says_nothing_gives_way_to_the_other(read):
    rich = "<p>" + "All that is to be said stands here. " * 9 + "</p>"

    _, [page], _ = read(make_mail("See below.", html=rich))

    assert "stands here" in page.text


def test_what_html_hides_is_left_out_of_a_mail_too(read):
    message = EmailMessage()
    message["From"] = "ada@example.com"
    message.set_content('<p>Shown<span style="display:none">HIDDEN</span></p>', subtype="html")

    _, [page], _ = read(message)

    assert page.text.endswith("Shown")
    assert [removal.text for removal in page.removed] == ["HIDDEN"]


def test_attachments_come_with_their_names_and_bytes_and_are_named_in_the_text(read):
    pdf = make_pdf([lines("Rules")])

    _, [page], attached = read(make_mail("Look.", files=[("rules.pdf", pdf), ("a.txt", b"Text")]))

    assert [(each.name, each.data, each.ends) for each in attached] == [
        ("rules.pdf", pdf, True),
        ("a.txt", b"Text", True),
    ]
    assert "Attachments: rules.pdf, a.txt" in page.text


def test_a_large_attachment_comes_in_pieces(read, monkeypatch):
    monkeypatch.setattr(mail, "PIECE", 4)

    _, _, attached = read(make_mail("Look.", files=[("a.txt", b"0123456789")]))

    assert [(each.data, each.ends) for each in attached] == [
        (b"0123", False),
        (b"4567", False),
        (b"89", True),
    ]


def test_an_attachment_that_cannot_be_read_is_told(read):
    program = b"\x7fELF" + bytes(range(256))

    facts, _, attached = read(make_mail("Look.", files=[("run.exe", program), ("a.txt", b"Text")]))

    assert [each.name for each in attached] == ["a.txt"]
    assert facts.warnings[0].startswith("An attachment was left out: run.exe is a program.")


def test_a_mail_in_a_mail_is_an_attachment_named_after_its_subject(read):
    inner = make_mail("Inner.", subject="About the lease")

    _, [page], [attached] = read(make_mail("Look.", files=[("", inner)]))

    assert attached.name == "About the lease.eml"
    assert b"Inner." in attached.data
    assert "Inner." not in page.text


def test_more_attachments_than_the_limit_are_told(read, monkeypatch):
    monkeypatch.setattr(mail, "MOST_ATTACHMENTS", 1)
    files = [(f"{number}.txt", b"Text") for number in range(3)]

    facts, _, attached = read(make_mail("Look.", files=files))

    assert [each.name for each in attached] == ["0.txt"]
    assert len(facts.warnings) == 1
    assert "1.txt and those after it were left out" in facts.warnings[0]


def test_an_encrypted_mail_says_so(read):
    sealed = b"From: a@b\nContent-Type: application/pkcs7-mime\n\nMIIB"

    with pytest.raises(Unreadable, match="encrypted mail"):
        read(sealed)


def test_text_in_an_encoding_that_the_mail_names_is_read(read):
    content = "From: a@b\nContent-Type: text/plain; charset=windows-1251\n\nЩи, Юля.\n"

    _, [page], _ = read(content.encode("cp1251"))

    assert page.text.endswith("Щи, Юля.")


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: =?utf-8?b?////?=",
        b"From: <<<@@>>>, ,;:",
        b"Date: 99 Foo 99999 99:99",
        b"Subject: \xff\xfe\xed\xa0\x80",
        b"Content-Type: multipart/mixed",
        b"Content-Type: text/plain; charset=no-such-thing",
        b'Content-Disposition: attachment; filename="\xed\xa0\x80.txt"',
        b"Content-Transfer-Encoding: base64",
    ],
)
def test_a_malformed_header_costs_no_failure(read, header):
    facts, pages, _ = read(b"From: a@b\n" + header + b"\n\nThe text of it.\n")

    # All of it can be stored: no half of a surrogate pair is left.
    assert all(page.text.encode() for page in pages)
    assert "".join(facts.warnings).encode() is not None


def test_mails_inside_each_other_60_deep_are_read_at_their_outermost(read):
    message = make_mail("The innermost.")
    for _ in range(60):
        message = make_mail("Around.", files=[("", message)])

    _, [page], [attached] = read(message)

    assert page.text.endswith("Around.")
    assert attached.data.count(b"Around.") == 59
