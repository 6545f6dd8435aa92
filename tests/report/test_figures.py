"""Maps: divisions are shaded by the events in them, in whichever form a gazetteer gives its boundaries."""

from __future__ import annotations

from tests.export.outline import sketched_outline

from tocsin.report import map_box
from tocsin.report._figures import _shapes, map_chart
from tocsin.report._sentences import catalogue

from .invented import facts


def test_both_forms_of_boundaries_give_the_same_shapes() -> None:
    apart = sketched_outline()
    both = {
        "features": [
            {**feature, "properties": {**feature["properties"], "level": level}}
            for level, name in (("country", "countries"), ("admin1", "admin1"))
            for feature in apart[name]["features"]
        ]
    }
    assert [(level, shape.wkt) for level, shape in _shapes(apart)] == [
        (level, shape.wkt) for level, shape in _shapes(both)
    ]
    assert {level for level, _ in _shapes(apart)} == {"country", "admin1"}


def test_a_division_with_events_is_shaded() -> None:
    found = facts()
    with_areas = map_chart(found, sketched_outline(), catalogue(), internal=False)
    without = map_chart(found, {}, catalogue(), internal=False)
    assert with_areas is not None
    assert without is not None
    assert with_areas.svg.count("opacity") > without.svg.count("opacity")
    assert "Nothing is placed finer than a settlement" in with_areas.says


def test_the_map_holds_all_its_events_and_is_no_strip() -> None:
    events = facts().events
    box = map_box(events)
    assert box is not None
    west, south, east, north = box
    for event in events:
        assert event.longitude is not None
        assert event.latitude is not None
        assert west < event.longitude < east
        assert south < event.latitude < north
    assert 0.5 < (east - west) / (north - south) < 4
    assert map_box([]) is None
