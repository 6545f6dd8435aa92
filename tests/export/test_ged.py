"""Rows of UCDP GED: by its own rules, in its own columns, without its ids."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.codebook import load_actors
from tocsin.export._ged import (
    GED_COLUMNS,
    GED_REASONS,
    GedExporter,
    GedRow,
    _states,
    ged_rows,
    write_events_ged,
)
from tocsin.records import ActorKind, Count, Counts, EventRow, Modality, PlacePrecision, PublicEvent, priogrid_gid

from .invented import BATTLES, CIVILIANS, PROTESTS, STRATEGIC, edition, event, invented_events

# The columns of the release of 2023, which those of later years keep.
UCDP = (
    "id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,conflict_name,"
    "dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,side_b_dset_id,side_b_new_id,side_b,"
    "number_of_sources,source_article,source_office,source_date,source_headline,source_original,where_prec,"
    "where_coordinates,where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,"
    "region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,"
    "low,gwnoa,gwnob"
)
UCDPS_OWN_IDS = [c for c in GED_COLUMNS if c.endswith(("_dset_id", "_new_id"))] + ["relid", "conflict_name"]


def clash(number: int = 1, deaths: Count | None = Count(4, 5, 6), **changes: Any) -> PublicEvent:  # noqa: B008
    """A battle of two groups that the actor list has."""
    fields = {
        "actor1": "Syrian Democratic Forces", "actor1_kind": "Rebel group",
        "actor2": "Islamic State (Syria)", "actor2_kind": "Rebel group",
        "place_precision": "settlement", "counts": Counts(deaths=deaths),
    }  # fmt: skip
    fields |= changes
    types = fields.pop("event_type", BATTLES), fields.pop("sub_event_type", "Armed clash")
    return event(number, *types, "Rasm Zeitun", **fields)


def one(*events: PublicEvent) -> GedRow:
    (row,), left_out = ged_rows(events)
    assert left_out == ()
    return row


def reason(made: PublicEvent) -> str:
    rows, (left_out,) = ged_rows([made])
    assert rows == ()
    return left_out.reason


def test_the_columns_are_ucdps_in_order(tmp_path: Path) -> None:
    path = tmp_path / "ged.csv"
    written = GedExporter().write(invented_events(), path, edition())
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert header == UCDP.split(",") == list(GED_COLUMNS)
    assert written == len(lines) > 0
    assert len(header) == 49


def test_every_event_is_a_row_or_has_a_reason() -> None:
    events = invented_events()
    rows, left_out = ged_rows(events)
    assert Counter([r.id.removeprefix("TCS-") for r in rows] + [n.event_id for n in left_out]) == Counter(
        e.id for e in events
    )
    assert {n.reason for n in left_out} <= set(GED_REASONS)


def test_ids_of_ucdp_stay_empty_and_ours_cannot_pass_for_theirs() -> None:
    for row in ged_rows(invented_events())[0]:
        assert {getattr(row, name) for name in UCDPS_OWN_IDS} == {""}
        assert row.id.startswith("TCS-")
        assert not row.id.isdigit()


@pytest.mark.parametrize(
    ("changes", "violence", "dyad", "numbers"),
    [
        ({}, 2, "Islamic State - Syrian Democratic Forces", (None, None)),
        (
            {"actor1": "Islamic State", "actor2": "Police Forces of Syria", "actor2_kind": "State forces"},
            1,
            "Government of Syria - Islamic State",
            (652, None),
        ),
        # The country's own army, where no country is named with it.
        (
            {"actor1": "Military Forces", "actor1_kind": "State forces"},
            1,
            "Government of Syria - Islamic State",
            (652, None),
        ),
        (
            {
                "actor1": "Military Forces of Turkey", "actor1_kind": "External/Other forces",
                "actor2": "Military Forces of Syria", "actor2_kind": "State forces",
            },
            1,
            "Government of Syria - Government of Turkey",
            (652, 640),
        ),
        (
            {"event_type": CIVILIANS, "sub_event_type": "Attack", "actor2": "Civilians (Syria)",
             "actor2_kind": "Civilians", "actor1": "Syrian Democratic Forces"},
            3,
            "Syrian Democratic Forces - Civilians",
            (None, None),
        ),
        # Violence against civilians has civilians on the other side, whoever they were.
        (
            {"event_type": CIVILIANS, "sub_event_type": "Attack", "actor2": "", "actor2_kind": None},
            3,
            "Syrian Democratic Forces - Civilians",
            (None, None),
        ),
        # Who was first in the text makes no difference, and protesters are civilians.
        (
            {
                "event_type": PROTESTS, "sub_event_type": "Excessive force against protesters",
                "actor1": "Protesters (Syria)", "actor1_kind": "Protesters",
                "actor2": "Military Forces of Syria", "actor2_kind": "State forces",
            },
            3,
            "Government of Syria - Civilians",
            (652, None),
        ),
        # A name that no list has is a name.
        (
            {"actor1": "Sons of Wadi Qamar", "actor1_kind": "Identity militia"},
            2,
            "Islamic State - Sons of Wadi Qamar",
            (None, None),
        ),
        (
            {"actor1": "أبناء الوادي", "actor1_kind": "Identity militia"},
            2,
            "Islamic State - أبناء الوادي",
            (None, None),
        ),
    ],
)  # fmt: skip
def test_the_type_of_violence_follows_the_actors(
    changes: dict[str, Any], violence: int, dyad: str, numbers: tuple[int | None, int | None]
) -> None:
    row = one(clash(**changes))
    assert (row.type_of_violence, row.dyad_name, (row.gwnoa, row.gwnob)) == (violence, dyad, numbers)
    assert row.dyad_name == f"{row.side_a} - {row.side_b}"


def test_a_group_that_took_power_is_a_government_from_that_day() -> None:
    sides = {"actor1": "Taliban", "actor1_kind": "Rebel group", "iso3": "AFG", "country": "Afghanistan"}
    before, after = (one(clash(date_start=day, **sides)) for day in (date(2020, 5, 1), date(2022, 5, 1)))
    assert (before.side_b, before.type_of_violence) == ("Taliban", 2)
    assert (after.side_a, after.gwnoa) == ("Government of Afghanistan", 700)
    assert after.type_of_violence == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"actor1": "", "actor1_kind": None}, "unidentified_side"),
        ({"actor2": "", "actor2_kind": None}, "unidentified_side"),
        ({"actor1": "Unidentified Armed Group (Syria)", "actor1_kind": "Political militia"}, "unidentified_side"),
        ({"actor1": "gunmen", "actor1_kind": "Political militia"}, "unidentified_side"),
        ({"actor1": "Rebel group", "actor1_kind": "Rebel group"}, "unidentified_side"),
        ({"actor1": "hooded riders", "actor1_kind": "Political militia"}, "unidentified_side"),
        ({"actor1": "Islamic State (Iraq)"}, "one_organisation"),
        ({"actor1": "Farmers", "actor1_kind": "Civilians", "actor2": "Civilians (Syria)", "actor2_kind": "Civilians"},
         "no_violence_type"),
        ({"event_type": STRATEGIC, "sub_event_type": "Arrests"}, "no_counterpart"),
        ({"deaths": None}, "deaths_not_stated"),
        ({"deaths": Count()}, "deaths_not_stated"),
        ({"deaths": Count(0, 0, 0)}, "no_deaths"),
        ({"date_start": None}, "undated"),
        ({"date_start": date(2020, 1, 1), "date_end": date(2021, 12, 31)}, "coarse_date"),
        ({"latitude": None, "longitude": None, "exported": False}, "unplaced"),
        ({"iso3": ""}, "unplaced"),
        ({"modality": "denied"}, "denied_only"),
        ({"modality": "possible"}, "possible_only"),
        ({"modality": "generic"}, "generic"),
        ({"modality": "planned"}, "planned"),
        ({"modality": "threatened"}, "threatened"),
        ({"status": "rejected"}, "rejected"),
        ({"status": "withdrawn"}, "withdrawn"),
    ],
)  # fmt: skip
def test_what_is_no_event_there(changes: dict[str, Any], expected: str) -> None:
    assert reason(clash(**changes)) == expected
    assert GED_REASONS[expected]


def test_every_reason_can_be_met() -> None:
    assert set(GED_REASONS) >= {"itemised", "below_threshold"}


@pytest.mark.parametrize(
    ("told", "range_"),
    [
        (Count(4, 5, 6), (4, 5, 6)),
        (Count(3, 3, None), (3, 3, 3)),
        (Count(None, 40, 40), (0, 40, 40)),
        (Count(None, None, 6), (0, 6, 6)),
        (Count(2, None, None), (2, 2, 2)),
        (Count(None, 7, None), (7, 7, 7)),
        (Count(0, 0, 3), (0, 0, 3)),
        (Count(9, 5, 1), (5, 5, 5)),
    ],
)
def test_deaths(told: Count, range_: tuple[int, int, int]) -> None:
    row = one(clash(deaths=told))
    assert (row.low, row.best, row.high) == range_
    assert (row.deaths_unknown, row.deaths_civilians) == (row.best, 0)


@pytest.mark.parametrize(
    ("days", "precision"), [(1, 1), (2, 2), (6, 2), (7, 3), (8, 4), (31, 4), (32, 5), (365, 5), (366, 5)]
)
def test_date_precision(days: int, precision: int) -> None:
    start = date(2024, 3, 1)
    row = one(clash(date_start=start, date_end=start + timedelta(days=days - 1)))
    assert (row.date_prec, row.date_start, row.year) == (precision, "2024-03-01", 2024)


@pytest.mark.parametrize(
    ("place", "precision"),
    [("exact", 1), ("settlement", 1), ("near", 2), ("admin2", 3), ("admin1", 4), ("country", 6)],
)
def test_place_precision(place: PlacePrecision, precision: int) -> None:
    assert one(clash(place_precision=place)).where_prec == precision


def test_several_places_are_near_each_other_or_no_one_place() -> None:
    made = clash(location="Rasm Zeitun; Hajar")
    first = made.rows[0]
    assert one(made).where_prec == 5
    close = replace(first, event_id_cnty="b", location="Hajar", latitude=first.latitude + 0.1)
    far = replace(close, latitude=first.latitude + 1)
    assert one(replace(made, rows=(first, close))).where_prec == 2
    assert one(replace(made, rows=(first, far))).where_prec == 5
    # An area around the place is no other place.
    assert one(clash(location="Rasm Zeitun; Dayr Az Zawr")).where_prec == 1
    assert one(made).where_coordinates == "Rasm Zeitun"


def test_a_place_without_a_point_stands_at_its_divisions() -> None:
    made = clash()
    row: EventRow = replace(made.rows[0], latitude=35.0, longitude=40.3, geo_precision=3)
    found = one(replace(made, latitude=None, longitude=None, rows=(row,)))
    assert (found.latitude, found.longitude, found.where_prec) == (35.0, 40.3, 4)


def test_sources_are_lists_of_one_length() -> None:
    (event_,) = [e for e in invented_events() if e.id == "e-0001"]
    awkward = replace(event_.claims[0], source='The "Post"; Daily, Wire', published=None)
    row = one(replace(event_, claims=(awkward, *event_.claims[1:])))
    offices, days = row.source_office.split(";"), row.source_date.split(";")
    assert len(offices) == len(days) == row.source_article.count('";"') + 1 == 3
    assert offices[0] == "The 'Post' Daily Wire"
    assert days[0] == ""
    assert row.number_of_sources == event_.lineages


@pytest.mark.parametrize(
    ("point", "cell"),
    [
        ((-90.0, -180.0), 1),
        ((-90.0, -179.5), 2),
        ((-89.5, -180.0), 721),
        ((90.0, 180.0), 259_200),
        # Cells that UCDP's own file gives to such points.
        ((34.802462, 36.707602), 179_714),
        ((50.45, 30.52333), 202_022),
        ((-9.65, 20.4), 115_601),
    ],
)
def test_priogrid(point: tuple[float, float], cell: int) -> None:
    assert priogrid_gid(*point) == cell


def test_there_is_no_cell_off_the_globe() -> None:
    for point in ((91, 0), (0, 181), (float("nan"), 0)):
        with pytest.raises(ValueError, match="no point"):
            priogrid_gid(*point)


# Totals

APRIL = (date(2024, 4, 1), date(2024, 4, 30))


def total(number: int, deaths: Count, **changes: Any) -> PublicEvent:
    fields = {
        "modality": "aggregate", "date_start": APRIL[0], "date_end": APRIL[1], "place_precision": "admin1",
        "location": "Dayr Az Zawr", "geo_precision": 3,
    }  # fmt: skip
    return clash(number, deaths, **(fields | changes))


def of(rows: tuple[GedRow, ...], number: int) -> GedRow:
    return next(r for r in rows if r.id == f"TCS-e-{number:04d}")


def test_of_a_total_only_the_remainder_is_a_row() -> None:
    inside = clash(1, Count(3, 4, 5), date_start=date(2024, 4, 9))
    elsewhere = clash(2, Count(2, 2, 2), date_start=date(2024, 4, 9), admin1="Aleppo")
    earlier = clash(3, Count(2, 2, 2), date_start=date(2024, 3, 9))
    others = clash(4, Count(2, 2, 2), date_start=date(2024, 4, 9), actor1="Hayat Tahrir al-Sham")
    rows, left_out = ged_rows([inside, elsewhere, earlier, others, total(9, Count(20, 20, 25))])
    assert left_out == ()
    row = of(rows, 9)
    assert (row.low, row.best, row.high, row.event_clarity) == (15, 16, 22, 2)
    assert {r.event_clarity for r in rows if r != row} == {1}


def test_a_total_that_is_wholly_itemised_is_no_row() -> None:
    rows, left_out = ged_rows([clash(1, Count(6, 6, 6), date_start=date(2024, 4, 9)), total(9, Count(5, 6, 6))])
    assert [r.id for r in rows] == ["TCS-e-0001"]
    assert [(n.event_id, n.reason) for n in left_out] == [("e-0009", "itemised")]


def test_a_wider_total_leaves_out_the_narrower() -> None:
    week = total(8, Count(10, 10, 10), date_end=date(2024, 4, 7))
    country = total(7, Count(50, 50, 50), place_precision="country", admin1="")
    rows, _ = ged_rows([country, total(9, Count(30, 30, 30)), week, clash(1, Count(4, 4, 4), date_start=APRIL[0])])
    assert {r.id[-1]: r.best for r in rows} == {"1": 4, "8": 6, "9": 20, "7": 20}


def test_parts_told_as_such_count_once_whoever_did_them() -> None:
    parts = [clash(n, Count(2, 2, 2), part_of="e-0005", actor1="Hayat Tahrir al-Sham") for n in (1, 2)]
    weekly = total(3, Count(3, 3, 3), part_of="e-0005", date_end=date(2024, 4, 3), admin1="Idlib")
    rows, _ = ged_rows([clash(5, Count(10, 10, 10)), *parts, weekly])
    assert sum(r.best for r in rows) == 10
    assert (of(rows, 5).best, of(rows, 5).event_clarity) == (3, 2)


def test_parts_in_a_circle_end() -> None:
    rows, _ = ged_rows([clash(1, part_of="e-0002"), clash(2, part_of="e-0001"), clash(3, part_of="e-0003")])
    assert len(rows) in (1, 2, 3)


def test_the_threshold_is_a_filter_and_off(tmp_path: Path) -> None:
    many = [clash(n, Count(5, 5, 5), date_start=date(2024, n, 1)) for n in range(1, 6)]
    few = [
        clash(9, Count(24, 24, 24), actor1="Hayat Tahrir al-Sham"),
        clash(8, Count(24, 24, 24), date_start=date(2023, 1, 1)),
    ]
    rows, left_out = ged_rows([*many, *few])
    assert (len(rows), left_out) == (7, ())
    assert {r.id[-1]: r.active_year for r in rows} == dict.fromkeys("12345", 1) | dict.fromkeys("98", 0)
    rows, left_out = ged_rows([*many, *few], threshold=25)
    assert [r.id[-1] for r in rows] == list("12345")
    assert {n.reason for n in left_out} == {"below_threshold"}
    assert write_events_ged([*many, *few], tmp_path / "ged.csv", threshold=25) == 5


def test_the_numbers_of_states() -> None:
    numbers, regions = _states()
    assert len(set(numbers.values())) == len(numbers) == 195
    assert all(load_actors().state(iso3) for iso3 in numbers)
    known = {"SYR": 652, "YEM": 678, "VNM": 816, "CZE": 316, "COD": 490, "UKR": 369, "ISR": 666, "TUR": 640}
    assert known.items() <= numbers.items()
    assert [regions[c] for c in ("SYR", "TUR", "EGY", "SDN", "AFG", "RUS", "HTI", "AUS")] == [
        "Middle East", "Middle East", "Middle East", "Africa", "Asia", "Europe", "Americas", "Asia",
    ]  # fmt: skip


# Properties

figures = st.none() | st.integers(0, 10_000)
counts = st.builds(Count, figures, figures, figures)
NAMED = ["Islamic State", "Syrian Democratic Forces", "Military Forces of Syria", "Civilians", "gunmen", "", "=1+1"]


@st.composite
def many_events(draw: st.DrawFn) -> list[PublicEvent]:
    made = []
    for number in range(draw(st.integers(1, 8))):
        start = date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 400)))
        made.append(
            clash(
                number,
                draw(st.none() | counts),
                modality=draw(st.sampled_from(get_args(Modality))),
                actor1=draw(st.sampled_from(NAMED)),
                actor2=draw(st.sampled_from(NAMED)),
                actor1_kind=draw(st.none() | st.sampled_from(get_args(ActorKind))),
                actor2_kind=draw(st.none() | st.sampled_from(get_args(ActorKind))),
                date_start=draw(st.just(start) | st.none()),
                date_end=start + timedelta(days=draw(st.integers(-3, 500))),
                place_precision=draw(st.none() | st.sampled_from(get_args(PlacePrecision))),
                latitude=draw(st.floats(-90, 90)),
                longitude=draw(st.floats(-180, 180)),
                location=draw(st.text(max_size=12)),
                part_of=draw(st.none() | st.integers(0, 9).map(lambda n: f"e-{n:04d}")),
            )
        )
    return made


@settings(max_examples=50)
@given(events=many_events())
def test_what_holds_of_every_row(events: list[PublicEvent]) -> None:
    rows, left_out = ged_rows(events)
    assert len(rows) + len(left_out) == len(events)
    for row in rows:
        assert 0 <= row.low <= row.best <= row.high
        assert row.high >= 1
        assert row.deaths_a + row.deaths_b + row.deaths_civilians + row.deaths_unknown == row.best
        assert row.type_of_violence in (1, 2, 3)
        assert (row.type_of_violence == 3) == (row.side_b == "Civilians")
        assert row.where_prec in range(1, 8)
        assert row.date_prec in range(1, 6)
        assert row.event_clarity in (1, 2)
        assert 1 <= row.priogrid_gid <= 259_200
        assert row.date_start <= row.date_end
        assert (row.date_prec == 1) == (row.date_start == row.date_end)
        assert row.side_a != row.side_b


@settings(max_examples=30)
@given(events=many_events(), order=st.randoms(use_true_random=False))
def test_the_order_of_events_makes_no_difference(events: list[PublicEvent], order: Any) -> None:
    shuffled = list(events)
    order.shuffle(shuffled)
    assert ged_rows(shuffled) == ged_rows(events)


def test_the_same_bytes_twice_and_no_formulas(tmp_path: Path) -> None:
    made = [clash(1, country="=cmd()", location="@here"), *invented_events()[1:]]
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        GedExporter().write(made, path, edition())
    assert paths[0].read_bytes() == paths[1].read_bytes()
    cells = [cell for line in csv.reader(paths[0].read_text("utf-8").splitlines()) for cell in line]
    assert {"'=cmd()", "'@here"} <= set(cells)
