"""What is counted in which period, and which events are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.export.invented import BATTLES, event

from tocsin.records import Count, Counts
from tocsin.report import gather, windows
from tocsin.report._facts import Aside, Toll, counted, sources_of, toll

from .invented import ARABIC, LAST, facts, year


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.sampled_from(["week", "month"]))
def test_periods_follow_each_other_without_a_gap(last: date, unit: str) -> None:
    spans = windows("week" if unit == "week" else "month", last)
    assert len(spans) == 13
    assert spans[0].last == last
    for later, earlier in pairwise(spans):
        assert earlier.last + timedelta(days=1) == later.first
        assert 7 <= earlier.days <= 31


def test_counts_stand_beside_those_before() -> None:
    found = facts()
    events, deaths, civilian = found.measures
    assert (events.now, events.before, events.mean) == (10, 2, 2)
    assert events.change is not None
    assert events.change.direction == "up"
    assert events.series == (*[2] * 12, 10)
    assert (deaths.now, deaths.before) == (8 * 3 + 6, 4)
    assert events.deaths == Toll(8 * 3 + 4, 8 * 3 + 6, 8 * 3 + 9, 1)
    assert civilian.now == 1


def test_what_stands_out_is_told_once() -> None:
    found = facts()
    assert found.largest[0].id == "e-3001"
    assert [name for name, _ in found.new_actors] == ["State Air Force", "Civilians", "Band of the Hill"]
    assert {e.location for e in found.new_places} <= {ARABIC, "Hawi Sadiq"}
    assert not {e.id for e in found.new_places} & {e.id for e in found.largest}
    assert [e.id for e in found.disputed] == ["e-3001"]
    assert [line.name for line in found.divisions] == ["Idlib, Syria", "Kirkuk, Iraq"]


def test_what_cannot_stand_in_the_period_is_counted_apart() -> None:
    day = date(2024, 3, 9)
    odd = [
        event(1, BATTLES, "Armed clash", date_start=day, modality="denied"),
        event(2, BATTLES, "Armed clash", date_start=day, modality="aggregate"),
        event(3, BATTLES, "Armed clash", date_start=day, status="rejected"),
        replace(event(4, BATTLES, "Armed clash", date_start=day), time_precision=None),
    ]
    found = facts([*year(), *odd])
    assert found.measures[0].now == 10
    assert found.left_out == {"denied": 1, "aggregate": 1, "rejected": 1, "coarse": 1}
    coarse = gather([replace(odd[3], time_precision=3)], "week", date(2024, 3, 10), {})
    assert coarse.left_out == {"coarse": 1}


def test_nothing_is_compared_where_there_is_little() -> None:
    found = gather(year()[:2], "month", LAST, {})
    assert found.measures[0].change is None
    assert not found.new_places


def test_a_part_adds_no_deaths_and_unknown_is_not_none() -> None:
    whole = event(1, BATTLES, "Armed clash", counts=Counts(Count(10, 10, 12)))
    part = event(2, BATTLES, "Armed clash", counts=Counts(Count(4, 4, 4)), part_of=whole.id)
    silent = event(3, BATTLES, "Armed clash")
    assert toll([whole, part, silent]) == Toll(10, 10, 12, 1)
    assert toll([part]).best == 4


@given(st.builds(Count, *[st.none() | st.integers(0, 500)] * 3))
def test_a_range_holds_its_best_figure(count: Count) -> None:
    figures = counted(event(1, BATTLES, "Armed clash", counts=Counts(count)))
    if figures is None:
        assert (count.low, count.best, count.high) == (None, None, None)
    else:
        assert 0 <= figures[0] <= figures[1] <= figures[2]


def test_an_event_table_says_how_many_sources_it_names() -> None:
    one = replace(event(1, BATTLES, "Armed clash"), lineages=1)
    assert sources_of(one, {}) == 1
    assert sources_of(one, {one.id: Aside(sources=7)}) == 7
    assert sources_of(one, {one.id: Aside()}) is None
