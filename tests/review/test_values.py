"""Values as people write them, and what is kept of them."""

from __future__ import annotations

import pytest

from linking.making import CODEBOOK, claim, judged, town
from tocsin.linking import corrected
from tocsin.places import open_gazetteer
from tocsin.records import Count
from tocsin.review import kept_value, shown_value


@pytest.fixture(scope="module")
def places() -> object:
    return open_gazetteer()


def kept(field: str, value: str, places: object) -> str:
    return kept_value(field, value, claim(where=(town(),)), CODEBOOK, lambda: places)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("3", Count(3, 3, 3)),
        ("1-3", Count(1, 1, 3)),
        ("1 – 3", Count(1, 1, 3)),
        ("at least 3", Count(3, 3, None)),
        ("3+", Count(3, 3, None)),
        ("Up to 40", Count(None, 40, 40)),
        ("0", Count(0, 0, 0)),
        ("٣", Count(3, 3, 3)),
        ("Unknown", None),
    ],
)
def test_counts(value: str, meant: Count | None, places: object) -> None:
    written = kept("deaths", value, places)
    count = corrected(claim(deaths=9), [judged("correct", "c", field="deaths", value=written)], CODEBOOK).counts.deaths
    assert (count and (count.low, count.best, count.high)) == (meant and (meant.low, meant.best, meant.high))


def test_a_place_is_kept_as_it_was_found(places: object) -> None:
    written = kept("where", "Manbij,  Syria", places)
    [place] = corrected(claim(), [judged("correct", "c", field="where", value=written)], CODEBOOK).where
    assert (place.label, place.country, place.admin1 != "") == ("Manbij", "SYR", True)
    assert place.gazetteer_id
    assert shown_value(written) == "Manbij"


def test_a_place_that_is_not_known_is_said_so(places: object) -> None:
    with pytest.raises(ValueError, match="no gazetteer has a place called 'Xyzzyville'"):
        kept("where", "Xyzzyville", places)


def test_actors_are_looked_up_and_others_say_what_they_are(places: object) -> None:
    listed = kept("actor1", "Hezbollah", places)
    unlisted = kept("actor1", "the valley watch (Political militia)", places)
    found = [
        corrected(claim(), [judged("correct", "c", field="actor1", value=v)], CODEBOOK).side(1)
        for v in (listed, unlisted)
    ]
    assert found[0] is not None
    assert found[0].canonical is not None
    assert found[1] is not None
    assert (found[1].name, found[1].kind, found[1].canonical) == ("the valley watch", "Political militia", None)


def test_a_code_as_it_is_shown(places: object) -> None:
    assert kept("code", "Battles: Armed clash", places) == "Armed clash"
    assert kept("code", "armed_clash", places) == "armed_clash"
