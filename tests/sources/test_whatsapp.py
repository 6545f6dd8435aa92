"""Text exports of WhatsApp chats."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.sources import Received
from tocsin.sources import read as read_all
from tocsin.sources.whatsapp import WhatsAppSource

ANDROID = """03/05/2021, 18:01 - Messages and calls are end-to-end encrypted. Nobody outside of this chat can read them.
03/05/2021, 18:02 - Ana Example created group "Valley"
03/05/2021, 18:04 - Ana Example: Shots near Old Bridge: two men hit.
- one dead
- one hurt <This message was edited>
03/05/2021, 18:05 - +00 1234 567: <Media omitted>
13/05/2021, 09:00 - Ben Example: Quiet today in the whole valley.
"""
IPHONE = """\u200e[5/13/21, 6:04:11\u202fPM] Valley: \u200eMessages and calls are end-to-end encrypted.
[5/13/21, 6:05:00\u202fPM] ~\u202fAna: Two men were shot at the well.
\u200e[5/3/21, 6:06:00\u202fPM] Ben Example: \u200eimage omitted
"""
ARABIC = """٣‏/٥‏/٢٠٢١، ٦:٠٤ م - أحمد: إطلاق نار قرب الجسر القديم وسقوط قتيلين.
"""


def read(tmp_path: Path, text: str, name: str = "chat.txt") -> list[Item | InputError]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert WhatsAppSource().claims(path)
    return list(WhatsAppSource().read(path, name))


def test_an_export_of_android(tmp_path: Path) -> None:
    one, two = read(tmp_path, ANDROID)
    assert isinstance(one, Item)
    assert isinstance(two, Item)
    assert (one.item, two.item) == ("1", "3")
    document = one.document
    assert document.text == "Shots near Old Bridge: two men hit.\n\none dead\none hurt"
    assert (document.source, document.author, document.sensitivity) == ("", "", "restricted")
    assert document.published is not None
    assert document.published.start == date(2021, 5, 3)
    assert two.document.published is not None
    assert two.document.published.start == date(2021, 5, 13)
    assert "Example" not in repr([one, two])


def test_an_export_of_an_iphone_with_the_month_first(tmp_path: Path) -> None:
    found = read(tmp_path, IPHONE)
    texts = [f.document.text for f in found if isinstance(f, Item)]
    assert texts[-1] == "Two men were shot at the well."
    assert all(isinstance(f, Item) and f.document.published is not None for f in found)
    assert "Ana" not in repr(found)


def test_an_arabic_export(tmp_path: Path) -> None:
    (found,) = read(tmp_path, ARABIC)
    assert isinstance(found, Item)
    assert found.document.text == "إطلاق نار قرب الجسر القديم وسقوط قتيلين."
    assert found.document.language == "ar"
    assert found.document.published is not None
    assert found.document.published.start == date(2021, 5, 3)


def test_a_longer_export_gives_the_same_documents(tmp_path: Path) -> None:
    before = [f.document.id for f in read(tmp_path, ANDROID) if isinstance(f, Item)]
    after = read(tmp_path, ANDROID + "14/05/2021, 10:00 - Ben Example: Still quiet here.\n")
    assert [f.document.id for f in after if isinstance(f, Item)][:2] == before


@pytest.mark.parametrize(
    "text",
    [
        "Lorry burned\n\nA lorry burned at night between the towns, police said on 03/05/2021, 18:04.\n",
        "03/05/2021\n\nA lorry burned at night on the road between the two towns, the police said: nobody was hurt.\n",
        "",
    ],
)
def test_other_texts_are_not_claimed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    assert not WhatsAppSource().claims(path)


def test_the_content_decides(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ANDROID, encoding="utf-8")
    (tmp_path / "b.txt").write_text("Lorry burned\n\nA lorry burned at night on the road.\n", encoding="utf-8")
    found = read_all([tmp_path / "a.txt", tmp_path / "b.txt"])
    forms = [f.item.document.form for f in found if isinstance(f, Received)]
    assert forms == ["whatsapp message", "whatsapp message", "text"]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (error,) = read(tmp_path, "03/05/2021, 18:04 - Ana: " + "Shots. " * 200_000)
    assert "chat.txt#1: is longer than 1,000,000 characters" in str(error)
    (error,) = read(tmp_path, "03/05/2021, 18:04 - Ana: <Media omitted>\n")
    assert "no message with words" in str(error)
    *_, error = read(tmp_path, "43/15/2021, 18:04 - Ana: Shots at the well in town.\n")
    assert "'43/15/2021' is no day" in str(error)
