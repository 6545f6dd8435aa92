"""Statements checked: verdicts, what flips them, and what data cannot say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.analysis import Checked, EventTable, check, check_page, render_page
from tocsin.codebook import load_codebook
from tocsin.errors import UsageError

CODES = load_codebook()
TEXTS = [
    "id",
    "location",
    "attribution",
    "event_type",
    "sub_event_type",
    "actor1",
    "actor2",
    "country_name",
    "admin1",
    "date_precision",
]
NUMBERS = ["violence", "deaths_low", "deaths_best", "deaths_high", "deaths_civilians"]
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in TEXTS),
        *((name, pa.int64()) for name in NUMBERS),
        ("date_start", pa.date32()),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
        ("aggregate", pa.bool_()),
        ("initiators", pa.list_(pa.string())),
        ("targets", pa.list_(pa.string())),
    ]
)
USUAL = {
    "event_type": "Battles",
    "actor1": "IS",
    "actor2": "Government of Syria",
    "country_name": "Syria",
    "admin1": "Idlib",
    "date_precision": "day",
    "deaths_low": 1,
    "deaths_best": 2,
    "deaths_high": 4,
    "aggregate": False,
}


def data(*events: dict[str, Any], dataset: str = "ACLED") -> EventTable:
    full = [{"id": str(n), "latitude": 30 + n / 100, "longitude": 40.0} | USUAL | one for n, one in enumerate(events)]
    table = pa.Table.from_pylist([{name: one.get(name) for name in SCHEMA.names} for one in full], schema=SCHEMA)
    days = [one["date_start"] for one in events if one.get("date_start")]
    first, last = min(days, default=None), max(days, default=None)
    return EventTable(ibis.memtable(table), f"{dataset}, invented", dataset, len(events), first, last)


def month(number: int, events: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"date_start": date(2018, number, 1) + timedelta(days=n % 28), **fields} for n in range(events)]


def asked(text: str, events: EventTable, **parts: Any) -> Checked:
    return check(text, events, CODES, said=date(2018, 4, 10), parts=parts)


def test_all_readings_agree() -> None:
    events = data(*month(1, 5), *month(2, 7), *month(3, 6))
    assert asked("on average more than 4 violent incidents a month", events).verdict == "supported"
    assert asked("more than 6 violent incidents each month", events).verdict == "contradicted"


def test_each_month_is_every_month_and_average_is_the_mean() -> None:
    events = data(*month(1, 9), *month(2, 3), *month(3, 9))
    window = {"first": date(2018, 1, 1), "last": date(2018, 3, 31)}
    assert asked("more than 5 violent incidents each month", events, **window).verdict == "contradicted"
    assert asked("on average more than 5 violent incidents each month", events, **window).verdict == "supported"


def test_more_than_is_strict() -> None:
    events = data(*month(1, 6), *month(2, 6))
    window = {"first": date(2018, 1, 1), "last": date(2018, 2, 28)}
    assert asked("more than 6 violent incidents each month", events, **window).verdict == "contradicted"
    assert asked("at least 6 violent incidents each month", events, **window).verdict == "supported"


def test_windows_are_tried_where_no_time_is_named_and_named_where_they_flip_it() -> None:
    found = asked("more than 5 violent incidents each month", data(*month(1, 2), *month(2, 9), *month(3, 9)))
    assert found.verdict == "cannot be told"
    assert "window" in found.flips


def test_by_somebody_is_not_told_by_who_is_named_first() -> None:
    events = data(*month(1, 9), *month(1, 2, violence=3, actor2="Civilians", event_type="Violence against civilians"))
    window = {"first": date(2018, 1, 1), "last": date(2018, 1, 31)}
    found = asked("more than 5 violent incidents by IS in January 2018", events, **window)
    assert (found.verdict, found.flips) == ("cannot be told", ("role",))
    assert asked("more than 5 violent incidents involving IS in January 2018", events).verdict == "supported"
    assert asked("more than 20 violent incidents by IS in January 2018", events).verdict == "contradicted"


def test_branches_and_spellings_are_one_actor_and_others_are_not() -> None:
    spelt = [{"actor1": "Islamic State (Syria)"}, {"actor1": "Government of Iraq", "actor2": "IS"}, {"actor1": "HTS"}]
    events = data(*({"date_start": date(2018, 1, day), **one} for day, one in enumerate(spelt, 1)))
    found = asked("exactly 2 incidents involving the Islamic State in January 2018", events)
    assert found.verdict == "supported"


def test_deadly_events_only_support_and_never_contradict() -> None:
    events = data(*month(1, 5), dataset="UCDP GED")
    assert asked("more than 4 violent incidents in January 2018", events).verdict == "supported"
    assert asked("more than 9 violent incidents in January 2018", events).verdict == "cannot be told"
    assert asked("fewer than 4 violent incidents in January 2018", events).verdict == "contradicted"
    assert asked("fewer than 9 violent incidents in January 2018", events).verdict == "cannot be told"
    assert asked("fewer than 9 deadly incidents in January 2018", events).verdict == "supported"


def test_months_that_are_not_covered_are_not_zero() -> None:
    events = data(*month(2, 5), *month(3, 5))
    found = asked("fewer than 3 violent incidents in January 2018", events)
    assert found.verdict == "cannot be told"
    assert "the data cover 2018-02-01 to 2018-03-31" in found.because


def test_deaths_have_a_range() -> None:
    events = data(*month(1, 10))
    assert asked("more than 9 people were killed in January 2018", events).verdict == "supported"
    found = asked("more than 15 people were killed in January 2018", events)
    assert (found.verdict, found.flips) == ("cannot be told", ("figure",))
    assert asked("more than 40 people were killed in January 2018", events).verdict == "contradicted"


def test_a_dataset_with_one_figure_of_deaths_has_no_range() -> None:
    found = asked(
        "more than 9 people were killed in January 2018", data(*month(1, 5, deaths_low=None, deaths_high=None))
    )
    assert (found.verdict, {one.value for one in found.readings}) == ("supported", {10.0})


def test_rows_that_sum_up_incidents_can_flip_it() -> None:
    events = data(*month(1, 5), *month(1, 2, aggregate=True))
    found = asked("at least 6 violent incidents in January 2018", events)
    assert (found.verdict, found.flips) == ("cannot be told", ("aggregate rows",))


def test_rows_alike_are_several_incidents_where_a_row_is_an_incident() -> None:
    alike = month(1, 3, latitude=30.0) + month(1, 3, latitude=30.0)
    text = "at least 6 deadly incidents in January 2018"
    assert asked(text, data(*alike, dataset="UCDP GED")).verdict == "supported"
    found = asked(text, data(*alike))
    assert (found.verdict, found.flips) == ("cannot be told", ("counting rule",))


def test_civilians_dead_in_fighting_count_as_the_dataset_counts_them() -> None:
    events = data(*month(1, 5, deaths_civilians=1), *month(1, 2, violence=3, actor2="Civilians"))
    found = asked("exactly 9 civilians were killed in January 2018", events)
    assert {(one.choices["figure"], one.value) for one in found.readings} == {("low", 7), ("best", 9), ("high", 13)}


def test_an_event_placed_to_the_country_only_may_lie_in_the_division() -> None:
    nowhere = {"admin1": None, "latitude": None, "longitude": None}
    events = data(
        *month(1, 5), *month(1, 3, **nowhere), *month(1, 3, aggregate=True, **nowhere), *month(1, 9, admin1="Homs")
    )
    found = asked("fewer than 7 violent incidents in Idlib in January 2018", events)
    assert (found.verdict, found.flips) == ("cannot be told", ("area",))
    assert asked("fewer than 9 violent incidents in Idlib in January 2018", events).verdict == "supported"


def test_a_place_that_is_no_division_is_counted_at_least() -> None:
    events = data(*month(1, 5, location="Tall Tamr town"), *month(1, 4, location="Amuda"))
    assert asked("at least 5 violent incidents in Tall Tamr in January 2018", events).verdict == "supported"
    assert asked("at least 6 violent incidents in Tall Tamr in January 2018", events).verdict == "cannot be told"
    assert "no event in Qalat" in asked("at least 2 violent incidents in Qalat in January 2018", events).because


def test_who_began_it_and_whose_word_it_is_are_matters_where_the_data_tell() -> None:
    own = {"initiators": ["IS"], "targets": ["Government of Syria"], "attribution": "claimed"}
    theirs = {"initiators": ["Government of Syria"], "targets": ["IS"], "attribution": "independent"}
    said = {"initiators": ["IS"], "targets": ["HTS"], "attribution": "suspected"}
    events = data(*month(1, 4, **own), *month(1, 3, **theirs), *month(1, 2, **said), dataset="workspace")
    text = "violent incidents by IS in January 2018"
    assert asked(f"at least 4 {text}", events).verdict == "supported"
    assert asked(f"at least 5 {text}", events).flips == ("role", "attribution")
    assert asked(f"at least 10 {text}", events).verdict == "contradicted"
    assert "role" in asked("at least 4 violent incidents against IS in January 2018", events).flips


def test_what_was_known_then_and_what_is_known_now_are_both_tried() -> None:
    then, now = data(*month(1, 3), *month(2, 1)), data(*month(1, 5), *month(2, 1))
    said = date(2018, 2, 10)
    found = check("at least 4 violent incidents in January 2018", now, CODES, said=said, then=then)
    assert (found.verdict, found.flips) == ("cannot be told", ("vintage",))


def test_the_dead_of_one_side_are_some_of_all_the_dead() -> None:
    events = data(*month(1, 5))
    assert asked("more than 8 IS fighters were killed in January 2018", events).verdict == "cannot be told"
    assert asked("more than 30 IS fighters were killed in January 2018", events).verdict == "contradicted"
    assert asked("IS lost fewer than 30 fighters in January 2018", events).verdict == "supported"


def test_actors_side_by_side_may_be_meant_together_or_each() -> None:
    events = data(*month(1, 4), *month(1, 3, actor2="HTS"), *month(1, 2, actor1="HTS"))
    assert asked("at least 5 incidents involving IS and HTS in January 2018", events).flips == ("role",)
    assert asked("exactly 3 clashes between IS and HTS in January 2018", events).verdict == "supported"
    # Who of the two began it is not told by who is named first.
    assert asked("at least 3 attacks by IS on HTS in January 2018", events).flips == ("role",)
    assert asked("at least 4 attacks by IS on HTS in January 2018", events).verdict == "contradicted"


def test_nobody_by_a_name_of_the_data_is_no_nought() -> None:
    events = data(*month(1, 5))
    assert "name YPG nowhere" in asked("fewer than 4 attacks by the YPG in January 2018", events).because
    assert "'rebels' names nobody" in asked("fewer than 4 attacks by rebels in January 2018", events).because


def test_protests_are_no_violence_and_riots_a_matter_of_taste() -> None:
    events = data(*month(1, 4), *month(1, 3, event_type="Riots"), *month(1, 5, event_type="Protests"))
    assert asked("more than 7 violent incidents in January 2018", events).verdict == "contradicted"
    assert asked("more than 5 violent incidents in January 2018", events).flips == ("type",)


def test_an_area_or_a_kind_that_the_data_do_not_know_cannot_be_told() -> None:
    events = data(*month(1, 5), dataset="UCDP GED")
    assert "no event in Iraq" in asked("more than 4 incidents in Iraq in January 2018", events).because
    assert "does not tell air and drone strikes" in asked("fewer than 4 air strikes in January 2018", events).because


def test_data_without_dates_are_refused() -> None:
    with pytest.raises(UsageError, match="no event in it has a date"):
        asked("more than 4 incidents", data({}))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 12), min_size=3, max_size=3), st.integers(0, 12))
def test_the_verdict_is_what_counting_says(counts: list[int], threshold: int) -> None:
    if not counts[0] or not counts[2]:
        return
    events = data(*(event for number, many in enumerate(counts, 1) for event in month(number, many)))
    window = {"first": date(2018, 1, 1), "last": date(2018, 3, 31)}
    right = "supported" if all(many > threshold for many in counts) else "contradicted"
    assert (
        asked(f"more than {threshold} violent incidents each month", events, threshold=threshold, **window).verdict
        == right
    )


def test_the_page_shows_the_reading_and_every_cell() -> None:
    page = check_page(asked("more than 5 violent incidents each month", data(*month(1, 2), *month(2, 9), *month(3, 9))))
    text = render_page(page)
    assert "recorded violent events" in text
    assert "3 months to 2018-03" in text
    assert "<svg" in text
