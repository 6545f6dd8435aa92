"""Texts in capitals, or without any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.codebook import load_codebook
from tocsin.coding._casing import Caser, is_uncased

from .conftest import Reader, article, shown

STORY = (
    "Gunmen of Boko Haram killed six soldiers near Maiduguri on Tuesday, the Nigerian army said. "
    "In Mopti, two traders were abducted on 4 March by unidentified men."
)


@pytest.fixture(scope="module")
def caser(reader: Reader) -> Caser:
    caser = Caser(load_codebook(), reader.coder.gazetteer)
    caser.cased("what it learns from, it looks at once")
    return caser


@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_names_get_their_capitals_back(caser: Caser, written: object) -> None:
    assert caser.cased(written(STORY)) == STORY  # type: ignore[operator]


def test_a_verb_is_no_month(caser: Caser) -> None:
    assert caser.cased("they may march on 9 may to the capital, where 3 march is a holiday for all") == (
        "They may march on 9 May to the capital, where 3 March is a holiday for all"
    )


def test_abbreviations_are_written_out_in_capitals(caser: Caser) -> None:
    assert caser.cased("the sdf said on friday that isis had left.") == "The SDF said on Friday that ISIS had left."


@pytest.mark.parametrize(
    ("text", "uncased"),
    [
        (STORY, False),
        (STORY.lower(), True),
        (STORY.upper(), True),
        ("PKK", False),
        ("no casualties were reported", False),
        ("٣ قتلى في هجوم على حاجز قرب المدينة مساء الثلاثاء", False),
    ],
)
def test_what_is_written_without_case_is_seen(text: str, uncased: bool) -> None:
    assert is_uncased(text) is uncased


@given(st.text(max_size=200))
def test_no_letter_moves(caser: Caser, text: str) -> None:
    cased = caser.cased(text)
    assert len(cased) == len(text)
    assert cased.casefold() == text.casefold()


@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_claims_do_not_depend_on_the_case(reader: Reader, written: object) -> None:
    plain = reader.claims(article(STORY))
    shouted = article(written(STORY))  # type: ignore[operator]
    claims = reader.claims(shouted)
    assert [(c.code, c.when, [p.label for p in c.where]) for c in claims] == [
        (c.code, c.when, [p.label for p in c.where]) for c in plain
    ], shown(claims)
    for claim in claims:
        assert shouted.quote(claim.trigger)


def test_a_shouted_headline_does_not_change_its_story(reader: Reader) -> None:
    text = f"SIX SOLDIERS KILLED NEAR MAIDUGURI BY BOKO HARAM, ARMY SAYS\n\n{STORY}"
    (first, *_) = reader.claims(article(text))
    assert (first.code, first.where[0].name) == ("armed_clash", "Maiduguri")
