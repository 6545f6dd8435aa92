"""Panels: true zeros, what is not covered, what stands nowhere and why, and the same numbers on DuckDB and on Spark."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.analysis import Coverage, panel, per_population
from tocsin.errors import UsageError
from tocsin.records import priogrid_gid

SCHEMA = {
    "id": "string",
    "date_start": "date",
    "date_precision": "string",
    "country": "string",
    "admin1": "string",
    "admin2": "string",
    "latitude": "float64",
    "longitude": "float64",
    "place_precision": "string",
    "actor1": "string",
    "actor2": "string",
    "event_type": "string",
    "deaths_low": "int64",
    "deaths_best": "int64",
    "deaths_high": "int64",
}
USUAL = {
    "date_start": date(2020, 1, 15),
    "date_precision": "day",
    "country": "SYR",
    "admin1": "Idlib",
    "latitude": 35.9,
    "longitude": 36.6,
    "place_precision": "settlement",
    "actor1": "Militia A",
    "deaths_best": 1,
}


def table(*events: dict[str, Any]) -> Any:
    rows = [{name: ({"id": str(n)} | USUAL | event).get(name) for name in SCHEMA} for n, event in enumerate(events)]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=ibis.schema(SCHEMA).to_pyarrow()))


def counted(found: Any, value: str = "events") -> dict[Any, Any]:
    frame = found.table.to_pyarrow().to_pylist()
    return {(*(row[c] for c in found.columns), row["period_start"]): row[value] for row in frame}


def test_months_without_events_are_zero_and_not_missing() -> None:
    found = panel(table({}, {"date_start": date(2020, 4, 2)}))
    assert counted(found) == {
        ("SYR", date(2020, 1, 1)): 1,
        ("SYR", date(2020, 2, 1)): 0,
        ("SYR", date(2020, 3, 1)): 0,
        ("SYR", date(2020, 4, 1)): 1,
    }


def test_what_is_not_covered_is_null_and_not_zero() -> None:
    coverage = Coverage(date(2020, 1, 10), date(2020, 5, 31), gaps=((date(2020, 3, 5), date(2020, 3, 9)),))
    found = panel(table({}, {"date_start": date(2020, 4, 2)}), coverage=coverage)
    assert [counted(found)["SYR", date(2020, month, 1)] for month in range(1, 6)] == [None, 0, None, 1, 0]


def test_a_country_covered_for_less_time_is_null_before_it() -> None:
    coverage = Coverage(date(2020, 1, 1), date(2020, 3, 31), areas={"IRQ": (date(2020, 3, 1), date(2020, 3, 31))})
    found = counted(panel(table({}, {"country": "IRQ", "date_start": date(2020, 3, 2)}), coverage=coverage))
    assert [found["IRQ", date(2020, month, 1)] for month in (1, 2, 3)] == [None, None, 1]
    assert [found["SYR", date(2020, month, 1)] for month in (1, 2, 3)] == [1, 0, 0]


def test_events_that_stand_nowhere_are_counted_by_reason() -> None:
    events = table(
        {},
        {"date_start": None},
        {"date_precision": "year"},
        {"place_precision": "admin1"},
        {"latitude": None, "longitude": None},
        {"date_start": date(2021, 8, 1)},
    )
    found = panel(events, ["priogrid"], coverage=Coverage(date(2020, 1, 1), date(2020, 12, 31)))
    assert sum(value or 0 for value in counted(found).values()) == 1
    assert found.left_out == {
        "date unknown": 1,
        "date too coarse": 1,
        "place too coarse": 1,
        "place unknown": 1,
        "outside coverage": 1,
    }


def test_an_event_stands_once_for_each_of_its_actors() -> None:
    found = panel(table({"actor2": "State forces"}, {"actor2": "Militia A"}, {"actor1": None}), ["actor"])
    assert counted(found) == {("Militia A", date(2020, 1, 1)): 2, ("State forces", date(2020, 1, 1)): 1}
    assert found.left_out == {"actor unknown": 1}


def test_deaths_that_nobody_stated_are_not_zero_deaths() -> None:
    found = panel(table({"deaths_best": 3}, {"deaths_best": None}, {"deaths_best": 0}))
    assert list(counted(found, "deaths_best").values()) == [3]
    assert list(counted(found, "deaths_unknown").values()) == [1]


def test_cells_are_those_that_exist_where_they_are_given() -> None:
    everywhere = ibis.memtable(pd.DataFrame({"country": ["SYR", "LBN"]}))
    found = counted(panel(table({}), universe=everywhere))
    assert found == {("SYR", date(2020, 1, 1)): 1, ("LBN", date(2020, 1, 1)): 0}


def test_weeks_begin_on_monday() -> None:
    found = panel(table({"date_start": date(2020, 1, 12)}, {"date_start": date(2020, 1, 13)}), ["all"], "week")
    assert counted(found) == {(date(2020, 1, 6),): 1, (date(2020, 1, 13),): 1}


def test_grid_cells_are_those_of_the_records() -> None:
    found = panel(table({}), ["priogrid"], "year")
    assert list(counted(found)) == [(priogrid_gid(35.9, 36.6), date(2020, 1, 1))]


def test_h3_cells() -> None:
    found = panel(table({}, {}, {"latitude": 33.5}), ["h3"], "year")
    assert sorted(counted(found).values()) == [1, 2]


def test_rates_are_per_hundred_thousand_people() -> None:
    people = ibis.memtable(pd.DataFrame({"country": ["SYR"], "population": [20_000_000]}))
    rows = per_population(panel(table({}, {})), people).to_pyarrow().to_pylist()
    assert [row["events_rate"] for row in rows] == [pytest.approx(0.01)]


def test_rejected_and_denied_events_are_not_counted() -> None:
    events = table({}, {}, {}).mutate(
        status=ibis.cases((ibis._.id == "1", "rejected"), else_="draft"),
        modality=ibis.cases((ibis._.id == "2", "denied"), else_="asserted"),
    )
    assert list(counted(panel(events)).values()) == [1]


@pytest.mark.parametrize(
    ("cells", "period", "says"),
    [(["village"], "month", "no cell 'village'"), (["country"], "fortnight", "no period 'fortnight'")],
)
def test_unknown_cells_and_periods_are_refused_with_those_that_exist(cells: Any, period: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        panel(table({}), cells, period)


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(UsageError, match="no column 'admin2'"):
        panel(table({}).drop("admin2"), ["admin2"])


def test_a_panel_in_which_nothing_stands_says_why() -> None:
    with pytest.raises(UsageError, match="2 with date unknown"):
        panel(table({"date_start": None}, {"date_start": None}))


days = st.dates(date(2019, 1, 1), date(2020, 12, 31))
some_events = st.lists(
    st.fixed_dictionaries(
        {
            "date_start": days | st.none(),
            "country": st.sampled_from(["SYR", "IRQ"]) | st.none(),
            "date_precision": st.sampled_from(["day", "month", "year"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25)
@given(some_events)
def test_every_event_stands_in_one_cell_or_is_left_out_for_one_reason(events: list[dict[str, Any]]) -> None:
    right = Counter(
        (event["country"], event["date_start"].replace(day=1))
        for event in events
        if event["date_start"] and event["country"] and event["date_precision"] != "year"
    )
    if not right:
        return
    found = panel(table(*events))
    assert {cell: events for cell, events in counted(found).items() if events} == dict(right)
    assert sum(right.values()) + sum(found.left_out.values()) == len(events)
    months = {cell[1] for cell in counted(found)}
    assert len(counted(found)) == len({country for country, _ in right}) * len(months)
    assert all((month + timedelta(days=31)).replace(day=1) in months or month == max(months) for month in months)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A Spark of one executor in a process of its own, as a cluster has it."""
    if shutil.which("java") is None:
        reason = "no Java to run Spark on (Debian: openjdk-17-jre-headless)"
        if os.environ.get("TOCSIN_TEST_STRICT") == "1":
            pytest.fail(f"{reason} (TOCSIN_TEST_STRICT=1 lets nothing be skipped)")
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_LOCAL_HOSTNAME", "localhost")
        from pyspark.sql import SparkSession

        wanted = {
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": "UTC",
        }
        session = SparkSession.builder.master("local-cluster[1,1,1024]").config(map=wanted).getOrCreate()
        yield session
        session.stop()


@pytest.mark.spark
def test_spark_counts_what_duckdb_counts(spark: Any, tmp_path: Any) -> None:
    events = table(
        {}, {"date_start": date(2020, 3, 1), "latitude": 34.1}, {"actor2": "State forces"}, {"date_start": None}
    )
    events.to_parquet(tmp_path / "events.parquet")
    coverage = Coverage(date(2020, 1, 1), date(2020, 4, 30), gaps=((date(2020, 4, 1), date(2020, 4, 1)),))
    cluster = ibis.pyspark.connect(spark).read_parquet(tmp_path / "events.parquet")
    for cells in (["country"], ["priogrid"], ["actor", "admin1"], ["h3"]):
        here, there = (panel(one, cells, coverage=coverage) for one in (events, cluster))
        assert counted(here) == counted(there)
        assert counted(here, "deaths_best") == counted(there, "deaths_best")
        assert here.left_out == there.left_out
