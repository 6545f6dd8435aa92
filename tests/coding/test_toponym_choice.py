"""Which capitalised words name places."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.codebook import Codebook
from tocsin.coding._actors import ActorReader
from tocsin.coding._sentences import parse
from tocsin.coding._toponym_choice import chosen
from tocsin.coding._toponyms import candidates_in, find_toponyms, named_places, rated_in
from tocsin.places import SqliteGazetteer
from tocsin.records import Toponym

from .conftest import article


def named(text: str, codebook: Codebook, gazetteer: SqliteGazetteer) -> list[Toponym]:
    (parsed,) = parse([article(text)])
    return named_places(parsed, ActorReader(parsed.document.text, codebook.actors, ()), gazetteer)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dana Lincoln moved to Ohio. Lincoln said she liked it.", ["Ohio"]),
        ("The county fair in Lancaster, Pa., opened on Friday.", ["Lancaster", "Pa."]),
        ("Residents of Walker County were evacuated.", ["Walker County"]),
        ("The Nevada Department of Health closed the clinic.", ["Nevada"]),
        ("Mr. Hamilton thanked Coach Preston for the win.", []),
        ("Shelling hit the village of Kafr Zeita, north of Hama.", ["Kafr Zeita", "Hama"]),
    ],
)
def test_people_and_offices_are_told_from_places(
    text: str, expected: list[str], codebook: Codebook, gazetteer: SqliteGazetteer
) -> None:
    found = named(text, codebook, gazetteer)
    assert [t.text for t in found] == expected
    assert all(text[t.start : t.end] == t.text for t in found)


def test_a_name_inside_an_offices_name_is_no_place_of_an_event(codebook: Codebook, gazetteer: SqliteGazetteer) -> None:
    text = "The Nevada Department of Health said that two men were shot in Reno."
    (parsed,) = parse([article(text)])
    found = find_toponyms(parsed, ActorReader(text, codebook.actors, ()), gazetteer)
    assert [(t.text, t.literal) for t in found] == [("Nevada", False), ("Reno", True)]


WORDS = st.sampled_from(
    [
        "Gao",
        "Paris",
        "Texas",
        "County",
        "University of",
        "Mr.",
        "Lincoln",
        "police",
        "said",
        "near",
        "in",
        ",",
        ".",
        "the",
    ]
)


@given(words=st.lists(WORDS, min_size=1, max_size=14))
@settings(max_examples=60, deadline=None)
def test_names_never_overlap_and_stand_where_the_text_has_them(
    codebook: Codebook, gazetteer: SqliteGazetteer, words: list[str]
) -> None:
    text = " ".join(words)
    (parsed,) = parse([article(text)])
    actors = ActorReader(text, codebook.actors, ())
    found = named_places(parsed, actors, gazetteer)
    assert all(text[t.start : t.end] == t.text for t in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    rated = rated_in(parsed, actors, gazetteer)
    assert {c.span for c in chosen(rated)} <= {c.span for c in candidates_in(parsed, actors, gazetteer)}
    assert all(0.0 <= likely <= 1.0 for _, likely in rated)
