"""The monthly table: what it counts, where, and what it leaves open."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.export import HAPI_COLUMNS, HAPI_HXL, HapiExporter, HapiHxlExporter, hapi_rows, table_rows
from tocsin.records import Count, Counts, PublicEvent

from .invented import BATTLES, CIVILIANS, PROTESTS, edition, event, invented_events, many_events


def clash(number: int, **changes: Any) -> PublicEvent:
    return event(number, BATTLES, "Armed clash", "Rasm Zeitun", **changes)


def deaths(figure: int) -> Counts:
    return Counts(deaths=Count(figure, figure, figure))


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_row_is_a_month_an_area_and_a_class() -> None:
    placed = {"admin2": "Hajin", "admin1_pcode": "SY09", "admin2_pcode": "SY0902"}
    first = clash(1, counts=deaths(2), **placed)
    second = clash(2, counts=deaths(3), date_start=date(2024, 3, 31), **placed)
    april = clash(3, date_start=date(2024, 4, 1), **placed)
    march, later = hapi_rows([april, second, first])
    assert (march.location_code, march.location_name, march.admin_level) == ("SYR", "Syria", 2)
    assert (march.admin1_code, march.admin2_code) == ("SY09", "SY0902")
    assert (march.admin2_name, march.provider_admin2_name) == ("Hajin", "Hajin")
    assert (march.event_type, march.events, march.fatalities) == ("political_violence", 2, 5)
    assert (march.reference_period_start, march.reference_period_end) == ("2024-03-01", "2024-03-31")
    assert (later.events, later.fatalities, later.reference_period_end) == (1, None, "2024-04-30")


def test_the_length_of_february() -> None:
    (row,) = hapi_rows([clash(1, date_start=date(2024, 2, 29))])
    assert row.reference_period_end == "2024-02-29"


def test_none_known_dead_is_not_none_dead() -> None:
    assert [r.fatalities for r in hapi_rows([clash(1)])] == [None]
    assert [r.fatalities for r in hapi_rows([clash(1, counts=deaths(0))])] == [0]
    assert [r.fatalities for r in hapi_rows([clash(1), clash(2, counts=deaths(4))])] == [4]


def test_classes_overlap() -> None:
    force = event(
        1, PROTESTS, "Excessive force against protesters", "Wadi Qamar",
        disorder_type="Political violence; Demonstrations", exported=True,
    )  # fmt: skip
    force = replace(force, rows=(replace(force.rows[0], civilian_targeting="Civilian targeting"),))
    assert [r.event_type for r in hapi_rows([force])] == ["civilian_targeting", "demonstration", "political_violence"]
    march = event(2, PROTESTS, "Peaceful protest", "Wadi Qamar")
    assert [r.event_type for r in hapi_rows([march])] == ["demonstration"]
    arrest = event(3, "Strategic developments", "Arrests", "Wadi Qamar", disorder_type="Strategic developments")
    assert hapi_rows([arrest]) == ()


def test_what_is_known_only_coarsely_has_its_own_level() -> None:
    province = clash(1, geo_precision=3, location="Dayr Az Zawr", admin1_pcode="SY09")
    country = event(
        2, CIVILIANS, "Attack", date_start=date(2024, 3, 2), iso3="SYR", country="Syria",
        not_exported="coarse_place", counts=deaths(7), actor2_kind="Civilians",
    )  # fmt: skip
    rows = {(r.admin_level, r.event_type): r for r in hapi_rows([province, country])}
    assert set(rows) == {(1, "political_violence"), (0, "political_violence"), (0, "civilian_targeting")}
    assert (rows[1, "political_violence"].admin1_code, rows[1, "political_violence"].admin2_name) == ("SY09", "")
    assert (rows[0, "civilian_targeting"].admin1_name, rows[0, "civilian_targeting"].fatalities) == ("", 7)


def test_what_is_no_row_for_another_reason_is_not_counted() -> None:
    for reason in ("denied_only", "generic", "aggregate", "undated", "rejected"):
        made = clash(1, exported=False, not_exported=reason)
        assert hapi_rows([made]) == ()


def test_a_row_of_two_events_counts_once_and_one_in_two_countries_twice() -> None:
    one, other = clash(1, counts=deaths(1)), clash(2, counts=deaths(1))
    shared = replace(one.rows[0], incident_ids=(one.id, other.id), fatalities=2)
    (row,) = hapi_rows([replace(one, rows=(shared,)), replace(other, rows=(shared,))])
    assert (row.events, row.fatalities) == (1, 2)
    abroad = replace(one.rows[0], event_id_cnty="x", country="Iraq", admin1="Ninawa")
    assert [r.location_code for r in hapi_rows([replace(one, rows=(one.rows[0], abroad))])] == ["IRQ", "SYR"]


def test_codes_that_contradict_each_other_are_left_out() -> None:
    events = [clash(1, admin1_pcode="SY09"), clash(2, admin1_pcode="SY08")]
    assert [(r.admin1_code, r.events) for r in hapi_rows(events)] == [("", 2)]


def test_the_files(tmp_path: Path) -> None:
    events = invented_events()
    plain, tagged = tmp_path / "a.csv", tmp_path / "b.csv"
    assert HapiExporter().write(events, plain, edition()) == HapiHxlExporter().write(events, tagged, edition())
    assert read(plain)[0] == list(HAPI_COLUMNS)
    assert read(tagged)[1] == list(HAPI_HXL)
    assert len(HAPI_HXL) == len(HAPI_COLUMNS)
    assert read(tagged)[:1] + read(tagged)[2:] == read(plain)
    before = plain.read_bytes()
    HapiExporter().write(list(reversed(events)), plain, edition())
    assert plain.read_bytes() == before


def test_awkward_names_are_cells(tmp_path: Path) -> None:
    made = clash(1, admin1='=A1;"B",\n', country="خان")
    HapiExporter().write([made], tmp_path / "a.csv", edition())
    _, line = read(tmp_path / "a.csv")
    assert line[1] == "خان"
    assert line[3] == "'" + '=A1;"B",\n'


@settings(max_examples=25, deadline=None)
@given(number=st.integers(0, 60), shift=st.integers(0, 900))
def test_the_table_adds_up(number: int, shift: int) -> None:
    events = [
        replace(
            e,
            rows=tuple(
                replace(r, event_date=(date.fromisoformat(r.event_date) + timedelta(days=shift)).isoformat())
                for r in e.rows
            ),
        )
        for e in many_events(number)
    ]
    violent = [r for r in table_rows(events) if "Political violence" in r.disorder_type]
    rows = [r for r in hapi_rows(events) if r.event_type == "political_violence"]
    assert sum(r.events for r in rows) == len(violent)
    assert sum(r.fatalities or 0 for r in rows) == sum(r.fatalities for r in violent)
    assert len({(r.admin1_name, r.admin2_name, r.location_code, r.reference_period_start) for r in rows}) == len(rows)
