from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.places import SqliteGazetteer


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        (35.34, 40.14, ("SYR", "Syria", "Deir ez-Zor")),
        (36.34, 43.13, ("IRQ", "Iraq", "Nineveh")),
        (48.0, 37.8, ("UKR", "Ukraine", "Donetsk")),
        (14.1, -1.63, ("BFA", "Burkina Faso", "Sahel")),
        (0.0, -30.0, ("", "", "")),
    ],
)
def test_division_of_a_point(
    gazetteer: SqliteGazetteer, latitude: float, longitude: float, expected: tuple[str, str, str]
) -> None:
    assert gazetteer.division(latitude, longitude) == expected


@given(st.floats(), st.floats())
def test_any_point_has_an_answer(gazetteer: SqliteGazetteer, latitude: float, longitude: float) -> None:
    country, name, _ = gazetteer.division(latitude, longitude)
    assert bool(country) == bool(name)


def test_centre_of_a_division_lies_in_it(gazetteer: SqliteGazetteer) -> None:
    for country, admin1 in (("SYR", "Aleppo"), ("NGA", "Borno"), ("COL", "Cauca"), ("UKR", "Kharkiv")):
        point = gazetteer.division_point(country, admin1)
        assert point is not None
        found = gazetteer.division(*point)
        assert (found[0], found[2]) == (country, admin1)
    assert gazetteer.division_point("SYR", "Deir al-Zour") == gazetteer.division_point("SYR", "Deir ez-Zor")
    assert gazetteer.division_point("SYR") is not None
    assert gazetteer.division_point("SYR", "Qwxzk") is None
    assert gazetteer.division_point("XXX") is None


def test_outline_of_a_region_is_small_and_inside_its_box(gazetteer: SqliteGazetteer) -> None:
    outline = gazetteer.outline((35.0, 32.0, 43.0, 38.0))
    assert len(json.dumps(outline, separators=(",", ":"))) < 400_000
    assert {f["properties"]["level"] for f in outline["features"]} == {"country", "admin1"}
    assert {"SYR", "LBN"} <= {f["properties"]["country"] for f in outline["features"]}
    for feature in outline["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                assert ring[0] == ring[-1]
                assert all(34.99 <= x <= 43.01 and 31.99 <= y <= 38.01 for x, y in ring)


def test_outline_of_the_world_has_countries_only(gazetteer: SqliteGazetteer) -> None:
    outline = gazetteer.outline()
    assert len(json.dumps(outline, separators=(",", ":"))) < 400_000
    assert {f["properties"]["level"] for f in outline["features"]} == {"country"}
