"""Cleaning keeps the way back to what was received."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.sources import clean

PIECES = [
    ("a", "a"),
    ("B ", "B "),
    ("\u00adx", "x"),
    ("\u200b", ""),
    ("\u200e", ""),
    ("\u202b", ""),
    ("\ufeff", ""),
    ("\r\n", "\n"),
    ("\u00a0", " "),
    ("ﬁ", "fi"),
    ("e\u0301", "é"),
    ("ق", "ق"),
    ("7", "7"),
    ("𝗔", "A"),
]


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("the ¬areas held", "the areas held"),
        ("secu¬\nrity", "security"),
        ("secu\u00ad\nrity", "security"),
        ("mіlitаnts", "militants"),
        ("ІSIS", "ISIS"),
        ("Москва и Киев", "Москва и Киев"),
        ("Т-72 near Изюм", "Т-72 near Изюм"),
        ("Мoсква", "Москва"),
        ("5 µm", "5 µm"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("kil\u200cled", "killed"),
        ("one\u2028two\x0bthree", "one\ntwo\nthree"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("", ""),
    ],
)
def test_what_a_reader_sees(raw: str, cleaned: str) -> None:
    assert clean(raw).text == cleaned


@given(st.lists(st.sampled_from(PIECES)))
def test_every_character_leads_back_to_its_own(pieces: list[tuple[str, str]]) -> None:
    raw = "".join(r for r, _ in pieces)
    expected = "".join(c for _, c in pieces)
    cleaned = clean(raw)
    assert cleaned.text == expected
    raw_at = clean_at = 0
    for before, after in pieces:
        for offset in range(len(after)):
            start, end = cleaned.raw_span(clean_at + offset, clean_at + offset + 1)
            assert raw_at <= start < end <= raw_at + len(before)
        raw_at += len(before)
        clean_at += len(after)


@given(st.text())
def test_cleaning_is_stable_and_ordered(raw: str) -> None:
    cleaned = clean(raw)
    assert clean(cleaned.text).text == cleaned.text
    assert unicodedata.is_normalized("NFC", cleaned.text)
    done = 0
    for at in range(len(cleaned.text)):
        start, end = cleaned.raw_span(at, at + 1)
        assert done <= end <= len(raw)
        assert start < end
        done = start


def test_a_span_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="outside a text"):
        clean("ab").raw_span(1, 3)
