from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.export._outline import Box, box_of, pack_outline

from .outline import sketched_outline

FOCUS = Box(36.0, 35.0, 37.0, 36.0)


def unpack(flat: list[int], grid: int) -> list[tuple[float, float]]:
    points, x, y = [], 0, 0
    for dx, dy in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / grid, y / grid))
    return points


def polygon(ring: list[tuple[float, float]]) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [[list(p) for p in [*ring, ring[0]]]]}
    return {"countries": {"features": [{"properties": {"name": "A", "iso3": "AAA"}, "geometry": geometry}]}}


degrees = st.tuples(st.floats(-179, 179), st.floats(-89, 89))


@given(st.lists(degrees, min_size=3, max_size=30, unique_by=lambda p: (round(p[0]), round(p[1]))))
def test_packing_moves_no_point_by_more_than_half_a_step(ring: list[tuple[float, float]]) -> None:
    [country] = pack_outline(polygon(ring), None, frozenset())["countries"]
    back = unpack(country["polygons"][0][0], country["grid"])
    assert len(back) == len(ring)
    for (x, y), (x0, y0) in zip(back, ring, strict=True):
        assert abs(x - x0) <= 0.5 / country["grid"] + 1e-9
        assert abs(y - y0) <= 0.5 / country["grid"] + 1e-9


def test_what_is_near_is_drawn_finer_and_divisions_only_where_events_are() -> None:
    packed = pack_outline(sketched_outline(), FOCUS, frozenset({"SYR"}))
    assert {c["name"]: c["grid"] for c in packed["countries"]} == {"Syria": 100, "Iraq": 100}
    assert [a["name"] for a in packed["admin1"]] == ["Idlib"]
    assert pack_outline(sketched_outline(), None, frozenset())["admin1"] == []


def test_one_collection_of_both_levels_is_understood_as_well() -> None:
    nested = sketched_outline()
    flat = [
        {**f, "properties": {"level": level, "country": f["properties"]["iso3"], "name": f["properties"]["name"]}}
        for level, name in (("country", "countries"), ("admin1", "admin1"))
        for f in nested[name]["features"]
    ]
    together = {"type": "FeatureCollection", "features": flat}
    countries = frozenset({"SYR", "IRQ"})
    assert pack_outline(together, FOCUS, countries) == pack_outline(nested, FOCUS, countries)


@given(st.floats(-170, 100), st.floats(-80, 20), st.floats(0, 60), st.floats(0, 60))
def test_a_padded_box_holds_what_it_pads(west: float, south: float, wide: float, high: float) -> None:
    box = Box(west, south, west + wide, south + high)
    around = box.padded()
    assert around.west <= box.west <= box.east <= around.east
    assert around.south <= box.south <= box.north <= around.north
    assert around.west >= -180
    assert around.east <= 180


def test_far_countries_stay_but_coarser() -> None:
    packed = pack_outline(sketched_outline(), Box(-70, -35, -60, -30), frozenset({"ARG"}))
    assert {c["grid"] for c in packed["countries"]} == {10}


@pytest.mark.parametrize("outline", [{}, {"countries": {"features": []}}, {"countries": None, "admin1": None}])
def test_no_boundaries_are_no_error(outline: dict[str, Any]) -> None:
    assert pack_outline(outline, FOCUS, frozenset()) == {"countries": [], "admin1": []}


def test_a_ring_that_packs_to_nothing_is_left_out() -> None:
    speck = polygon([(10.0, 10.0), (10.001, 10.0), (10.0, 10.001)])
    assert pack_outline(speck, None, frozenset())["countries"] == []


def test_box_of_nothing_is_none() -> None:
    assert box_of([]) is None
