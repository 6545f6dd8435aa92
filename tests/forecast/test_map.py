"""Where what is expected."""

from __future__ import annotations

import pytest
from tests.forecast.invented import history, war_and_peace

from tocsin.forecast import Recency, forecast, forecast_map, map_box
from tocsin.forecast._data import grid_points

OUTLINE = {
    "features": [
        {
            "properties": {"level": "country"},
            "geometry": {"coordinates": [[[[0.0, 0.0], [40.0, 0.0], [40.0, 40.0], [0.0, 0.0]]]]},
        }
    ]
}


def test_units_without_a_point_are_not_drawn_and_one_is_no_map() -> None:
    made = forecast(history(war_and_peace(24, 3)), Recency(), 2)
    chart = forecast_map(made, {"u1": (10.0, 20.0), "u2": (12.0, 21.0)}, OUTLINE)
    assert chart is not None
    assert "the larger a disc" in chart.says
    assert "u2" in chart.svg
    assert "u0" not in chart.svg
    assert forecast_map(made, {"u1": (10.0, 20.0)}) is None


def test_cells_of_a_grid_are_shaded() -> None:
    past = history(war_and_peace(24, 3), ("179714", "179715", "180434"))
    made = forecast(type(past)(past.units, past.months, past.values, "deaths", "priogrid_gid"), Recency(), 2)
    chart = forecast_map(made, grid_points(made.units))
    assert chart is not None
    assert "the darker a cell" in chart.says


def test_the_box_is_around_the_points() -> None:
    box = map_box({"a": (10.0, 20.0), "b": (-84.0, 179.5)})
    assert box is not None
    west, south, east, north = box
    assert west < 20 < 179.5 < east <= 180
    assert -85 <= south < -84 < 10 < north
    assert map_box({}) is None


@pytest.mark.parametrize("outline", [None, {"features": []}])
def test_a_map_needs_no_outline(outline: dict[str, object] | None) -> None:
    made = forecast(history(war_and_peace(24, 2)), Recency(), 2)
    assert forecast_map(made, {"u0": (1.0, 2.0), "u1": (2.0, 3.0)}, outline) is not None
