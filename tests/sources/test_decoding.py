"""Encodings."""

from __future__ import annotations

import pytest

from tocsin.errors import UnreadableInput
from tocsin.sources._decoding import declared_charset, decode

FRENCH = "Des hommes armés ont tué trois soldats près de la frontière, a déclaré l’armée."
ARABIC = "قتل ثلاثة جنود في هجوم على حاجز شمال المدينة، بحسب مسؤول محلي تحدث إلى الصحافة"
RUSSIAN = "Трое солдат погибли в результате обстрела села, сообщили местные власти в четверг"
POLISH = "Zginęło trzech żołnierzy, powiedział rzecznik, a dwóch zostało rannych pod Łodzią"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (ARABIC, "utf-8-sig"),
        (ARABIC, "utf-16"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
        (FRENCH, "cp1252"),
        (ARABIC, "cp1256"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (POLISH, "cp1250"),
    ],
)
def test_encodings_are_told(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_a_stray_byte_does_not_spoil_a_utf8_text() -> None:
    assert decode(FRENCH.encode() * 3 + b" caf\xe9 ", "a.txt") == FRENCH * 3 + " café "


def test_a_declared_encoding_is_believed_where_it_can_be() -> None:
    page = b'<html><head><meta charset="windows-1256">'
    assert declared_charset(page) == "windows-1256"
    assert decode(ARABIC[:9].encode("cp1256"), "a.html", "windows-1256") == ARABIC[:9]
    assert decode(ARABIC.encode(), "a.html", "windows-1252") == ARABIC


@pytest.mark.parametrize("data", [bytes(range(256)) * 8, b"PK\x03\x04\x14\x00\x06\x00" * 40, b"\x01\x02\x03" * 100])
def test_binary_noise_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableInput, match=r"a\.txt.*(binary|encoding)"):
        decode(data, "a.txt")
