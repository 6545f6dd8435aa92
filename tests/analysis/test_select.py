"""Which events a measure is of, and what is said of those that are left out."""

from __future__ import annotations

from datetime import date

import pytest

from tocsin.analysis import EventTable, Selection, event_points, event_table
from tocsin.errors import NothingUsable

from .invented import write_events


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> EventTable:
    return event_table(write_events(tmp_path_factory.mktemp("events") / "acled.csv"))


def test_coarsely_dated_events_are_left_out_and_counted(events: EventTable) -> None:
    points = event_points(events)
    assert points.asked == 320
    assert points.left_out == (("dated more coarsely than day", 320 - len(points.ids)),)
    assert len(points.latitude) == len(points.longitude) == len(points.days) == len(points.ids)
    coarse = event_points(events, dates=("day", "week", "month"))
    assert len(coarse.ids) == 320
    assert coarse.left_out == ()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Selection(country="mali"), "country mali"),
        (Selection(country="MLI", admin1="gao"), "country MLI, division gao"),
        (Selection(actor="band b"), "actor band b"),
        (Selection(kind="battles"), "type battles"),
        (Selection(since=date(2021, 6, 1), until=date(2021, 6, 30)), "from 2021-06-01 to 2021-06-30"),
    ],
)
def test_what_is_asked_for_is_chosen_and_said(events: EventTable, asked: Selection, words: str) -> None:
    points = event_points(events, asked)
    assert 0 < len(points.ids) <= 320
    assert points.data.endswith(f"; {words}")


def test_a_day_belongs_to_the_days_asked_for(events: EventTable) -> None:
    day = date(1970, 1, 1).toordinal()
    points = event_points(events, Selection(since=date(2021, 3, 1), until=date(2021, 3, 31)))
    assert points.days.min() >= date(2021, 3, 1).toordinal() - day
    assert points.days.max() <= date(2021, 3, 31).toordinal() - day


def test_where_nothing_is_left_it_is_said_why(events: EventTable) -> None:
    with pytest.raises(NothingUsable, match="none are country Chad"):
        event_points(events, Selection(country="Chad"))
    with pytest.raises(NothingUsable, match="placed more coarsely than exact"):
        event_points(events, places=("exact",))
