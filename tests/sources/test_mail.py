"""E-mails and mailboxes."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.sources import Received
from tocsin.sources import read as read_all
from tocsin.sources.mail import EmlSource, MboxSource

SENTENCE = "Armed men stopped a bus on the road to the market and took two traders away, their families said."


def mail(text: str = SENTENCE, number: int = 1) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Re: Bus stopped on the market road"
    message["From"] = "Ana Example <ana@desk.example>"
    message["To"] = "Ben Example <ben@desk.example>"
    message["Date"] = "Mon, 03 May 2021 23:40:00 +0300"
    message["Message-ID"] = f"<m{number}@desk.example>"
    message.set_content(text)
    return message


def read(tmp_path: Path, data: EmailMessage | bytes) -> list[Item | InputError]:
    path = tmp_path / "a.eml"
    path.write_bytes(data if isinstance(data, bytes) else bytes(data))
    return list(EmlSource().read(path, "a.eml"))


def test_a_mail(tmp_path: Path) -> None:
    own = f"Dear all,\n\n{SENTENCE}\n\nOn Sun, 2 May 2021 at 10:00, Ben Example wrote:\n> Any news?\n-- \nAna Example\n"
    (found,) = read(tmp_path, mail(own))
    assert isinstance(found, Item)
    document = found.document
    assert found.item == "m1@desk.example"
    assert document.text == f"Bus stopped on the market road\n\nDear all,\n\n{SENTENCE}"
    assert (document.source, document.author, document.sensitivity) == ("", "", "restricted")
    assert "Example" not in repr(document)
    assert document.published is not None
    assert document.published.start == date(2021, 5, 3)


def test_html_is_read_where_there_is_no_plain_text(tmp_path: Path) -> None:
    message = mail()
    message["List-Id"] = "Valley alerts <alerts.desk.example>"
    message.set_content(f"<p>{SENTENCE}</p><blockquote>Any news?</blockquote>", subtype="html")
    (found,) = read(tmp_path, message)
    assert isinstance(found, Item)
    assert found.document.text.endswith(f"\n\n{SENTENCE}")
    assert found.document.source == "Valley alerts"


def attached(message: EmailMessage, name: str, data: bytes, media: str) -> EmailMessage:
    main, _, sub = media.partition("/")
    message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message


def test_attached_reports_are_read_and_as_restricted_as_the_mail(tmp_path: Path) -> None:
    page = f"<html><body><article><h1>Lorry burned</h1><p>{SENTENCE}</p></article></body></html>"
    message = attached(mail(), "page.html", page.encode(), "text/html")
    attached(message, "log.csv", f"date;notes\n2021-05-03;{SENTENCE}\n".encode(), "text/csv")
    attached(message, "photo.jpg", b"\xff\xd8", "image/jpeg")
    attached(message, "invite.ics", b"BEGIN:VCALENDAR", "text/calendar")
    path = tmp_path / "a.eml"
    path.write_bytes(bytes(message))
    found = list(read_all([path]))
    assert all(isinstance(f, Received) for f in found)
    received = [f for f in found if isinstance(f, Received)]
    assert [(f.name, f.item.item) for f in received] == [
        ("a.eml", "m1@desk.example"),
        ("a.eml/page.html", ""),
        ("a.eml/log.csv", "1"),
    ]
    assert {f.item.document.sensitivity for f in received} == {"restricted"}


def test_what_is_attached_and_not_read_is_named(tmp_path: Path) -> None:
    message = attached(mail(), "old.doc", b"\xd0\xcf", "application/msword")
    attached(message, "note.pdf", b"%PDF-", "application/pdf")
    attached(message, "../../out.txt", SENTENCE.encode(), "application/octet-stream")
    attached(message, "out.txt", b"", "text/plain")
    document, pdf, out, empty, note = read(tmp_path, message)
    assert isinstance(document, Item)
    assert str(pdf).startswith("a.eml/note.pdf: ")
    assert isinstance(out, Item)
    assert "a.eml/out.txt: is empty" in str(empty)
    assert "a.eml#m1@desk.example: attachments were not read (old.doc)" in str(note)
    assert [p.name for p in tmp_path.iterdir()] == ["a.eml"]


def test_forwarded_mails_are_read_but_not_without_end(tmp_path: Path) -> None:
    message = mail(number=9)
    for number in range(8, 0, -1):
        outer = mail(f"{number} {SENTENCE}", number)
        outer.add_attachment(message)
        message = outer
    found = read(tmp_path, message)
    assert [f.item for f in found if isinstance(f, Item)] == [f"m{n}@desk.example" for n in (1, 2, 3, 4)]
    (error,) = (f for f in found if isinstance(f, InputError))
    assert "attachments were not read" in str(error)


def test_a_bomb_in_a_mail_is_not_unpacked(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * 20_000_000)
        archive.writestr("note.txt", f"A note\n\n{SENTENCE}\n")
    _, error, note = read(tmp_path, attached(mail(), "a.zip", buffer.getvalue(), "application/zip"))
    assert "a.eml/a.zip/bomb.txt: would unpack to" in str(error)
    assert isinstance(note, Item)


def test_a_mailbox(tmp_path: Path) -> None:
    path = tmp_path / "b.mbox"
    messages = [mail(), mail(SENTENCE.replace("two", "five"), 2), mail("\n", 3)]
    path.write_bytes(b"".join(b"From ana@desk.example Mon May  3 23:40:00 2021\n" + bytes(m) + b"\n" for m in messages))
    before = path.read_bytes()
    one, two, empty = MboxSource().read(path, "b.mbox")
    assert isinstance(one, Item)
    assert isinstance(two, Item)
    assert [one.item, two.item] == ["m1@desk.example", "m2@desk.example"]
    assert "#m3@desk.example: holds no words" in str(empty)
    assert path.read_bytes() == before
    assert one.document == next(f.document for f in read(tmp_path, mail()) if isinstance(f, Item))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\n\nwords without a header", "no header lines"),
        (b"Subject: x\nDate: someday\nContent-Type: text/plain; charset=unheard\n\n\n", "holds no words"),
        (b"Subject: =?utf-8?b?////?=\nDate: \xff\n\n" + b"Shots. " * 200_000, "1,000,000 characters"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    (error,) = read(tmp_path, data)
    assert isinstance(error, InputError)
    assert reason in str(error)


def test_an_unknown_encoding_is_told_from_the_bytes(tmp_path: Path) -> None:
    head = b"Subject: x\nContent-Type: text/plain; charset=unheard-of\n\n"
    data = head + b"Trois \xe9leveurs ont \xe9t\xe9 tu\xe9s pr\xe8s du puits.\n"
    (found,) = read(tmp_path, data)
    assert isinstance(found, Item)
    assert "Trois éleveurs ont été tués près du puits." in found.document.text


def test_what_is_no_mailbox_is_said(tmp_path: Path) -> None:
    path = tmp_path / "b.mbox"
    for data, reason in ((b"", "is empty"), (b"Subject: x\n\ny", "is no mailbox"), (b"From \x00", "b.mbox")):
        path.write_bytes(data)
        (error,) = MboxSource().read(path, "b.mbox")
        assert reason in str(error)
