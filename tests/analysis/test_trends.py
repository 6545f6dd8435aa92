"""Trends: levels, changes and change points of series that are known, and none where there is none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from tocsin.analysis import (
    EventTable,
    Selection,
    Series,
    panel_of,
    panel_page,
    render_page,
    series_of,
    trend,
    trends_page,
    write_panel,
)
from tocsin.errors import UsageError


def series(counts: Any, sources: Any = None, first: int = 2020) -> Series:
    values = np.asarray(counts, float)
    months = tuple(date(first + n // 12, n % 12 + 1, 1) for n in range(len(values)))
    told = np.full(len(values), np.nan) if sources is None else np.asarray(sources, float)
    return Series("Idlib", months, values, told)


def test_a_new_level_is_found_where_it_begins() -> None:
    found = trend(series(np.random.default_rng(0).poisson([8] * 18 + [30] * 18)))
    assert [point.period for point in found.changes] == [date(2021, 7, 1)]
    assert found.changes[0].earliest <= date(2021, 7, 1) <= found.changes[0].latest
    assert found.changes[0].support > 0.8
    assert found.change is not None
    assert found.change.direction == "up"


def test_a_steady_series_goes_nowhere() -> None:
    found = trend(series([20] * 36))
    assert found.changes == ()
    assert found.change is not None
    assert (found.change.direction, found.change.ratio.estimate) == ("not told", pytest.approx(1))
    assert found.slope.estimate == pytest.approx(1)
    assert found.level.low < 20 < found.level.high


def test_counts_that_scatter_more_have_wider_intervals() -> None:
    calm, wild = trend(series([20] * 24)), trend(series([5, 35] * 12))
    assert wild.change is not None
    assert calm.change is not None
    assert wild.change.ratio.high > calm.change.ratio.high
    assert wild.level.high > calm.level.high


def test_a_trend_is_a_factor_a_year() -> None:
    counts = np.round(100 * 2.0 ** (np.arange(48) / 12))
    assert trend(series(counts)).slope.estimate == pytest.approx(2, rel=0.02)


def test_seasons_are_told_and_are_not_made_up() -> None:
    summer = [40 if n % 12 in (5, 6, 7) else 10 for n in range(48)]
    found = trend(series(summer)).season
    assert found is not None
    assert found.p < 0.001
    assert np.argmax(found.by_month) in (5, 6, 7)
    flat = trend(series(np.random.default_rng(2).poisson(20, 48))).season
    assert flat is not None
    assert flat.p > 0.01
    assert trend(series([10] * 12)).season is None


def test_sources_that_grow_with_the_counts_are_a_caveat() -> None:
    both = series([5] * 12 + [20] * 12, sources=[3] * 12 + [12] * 12)
    page = trends_page([both], [trend(both)])
    assert "may be in the reporting" in page.caveats[0]
    steady = series([5] * 12 + [20] * 12, sources=[6] * 24)
    assert trends_page([steady], [trend(steady)]).caveats == ()


def test_months_that_are_not_covered_are_no_zeros() -> None:
    counts = [20.0] * 12 + [np.nan] * 3 + [20.0] * 9
    found = trend(series(counts))
    assert (found.periods, found.changes) == (21, ())


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(UsageError, match="3 periods are covered, and a trend needs 6"):
        trend(series([1, 2, 3]))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 200), min_size=6, max_size=40))
def test_estimates_lie_in_their_intervals(counts: list[int]) -> None:
    found = trend(series(counts))
    assert found.level.low <= found.level.estimate <= found.level.high
    if found.change is not None:
        assert found.change.ratio.low <= found.change.ratio.estimate <= found.change.ratio.high
    assert all(point.earliest <= point.latest for point in found.changes)


def events(*rows: dict[str, Any]) -> EventTable:
    usual = {"country": "SYR", "admin1": "Idlib", "deaths_best": 1, "sources": "Radio A", "actor1": "A", "actor2": None}
    table = pa.Table.from_pylist([usual | row for row in rows])
    days = [row["date_start"] for row in rows]
    return EventTable(ibis.memtable(table), "invented", "", len(rows), min(days), max(days))


MANY = events(
    *({"date_start": date(2020, month, 2), "sources": f"Radio {month % 2}"} for month in range(1, 9)),
    {"date_start": date(2020, 3, 9), "admin1": "Hama", "deaths_best": 5},
)


def test_what_is_asked_for_has_zeros_over_all_that_the_data_cover() -> None:
    found = series_of(MANY, ["admin1"])
    assert [one.name for one in found] == ["SYR · Idlib", "SYR · Hama"]
    assert found[1].counts.tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
    assert found[0].sources.tolist() == [1, 1, 2, 1, 1, 1, 1, 1]


def test_a_panel_is_written_whole(tmp_path: Path) -> None:
    counted = panel_of(MANY, ["admin1"], selection=Selection(since=date(2020, 2, 1)))
    write_panel(counted, tmp_path / "panel.parquet")
    write_panel(counted, tmp_path / "panel.csv")
    rows = parquet.read_table(tmp_path / "panel.parquet").to_pylist()
    assert (len(rows), rows[0]["admin1"], rows[0]["period_start"]) == (14, "Hama", date(2020, 2, 1))
    assert len((tmp_path / "panel.csv").read_text("utf-8").splitlines()) == 15
    assert sorted(path.name for path in tmp_path.iterdir()) == ["panel.csv", "panel.parquet"]


def test_pages_show_what_was_counted() -> None:
    text = render_page(panel_page(panel_of(MANY, ["admin1"])))
    assert "9 recorded events with 13 deaths in 2 cells and 8 months" in text
    found = series_of(MANY, ["admin1"], most=1)
    assert "SYR · Idlib" in render_page(trends_page(found, [trend(one) for one in found]))


def test_what_nothing_bounds_goes_to_infinity_without_a_warning() -> None:
    counts = np.array([44.0, 1, 0, 0, 0, 0, 0, 0, 0, 1])
    found = trend(Series("Idlib", tuple(date(2024, n + 1, 1) for n in range(10)), counts, np.full(10, np.nan)))
    assert found.change is not None
    intervals = (found.slope, found.change.ratio)
    assert all(one.low <= one.estimate <= one.high for one in intervals)
    assert any(np.isinf(one.high) for one in intervals)
