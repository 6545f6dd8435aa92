"""Events of a dataset as series of counts, one for each of what is compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tocsin.analysis._events import EventTable
from tocsin.analysis._panel import Cell, Coverage, Panel, Period, panel
from tocsin.analysis._select import Selection
from tocsin.analysis._trends import Series

if TYPE_CHECKING:
    from ibis import Table

__all__ = ["Counted", "panel_of", "series_of"]

Counted = Literal["events", "deaths_best"]
PER_YEAR = {"week": 52, "month": 12, "quarter": 4, "year": 1}


def panel_of(
    events: EventTable,
    cells: Sequence[Cell] = ("country",),
    period: Period = "month",
    selection: Selection | None = None,
    coverage: Coverage | None = None,
) -> Panel:
    """The panel of the events that are asked for.

    The data cover the periods from their first event to their last, whatever is asked of them: a country without any
    event in a month that others have some in has had none recorded.
    """
    chosen = selection.of(events.table) if selection else events.table
    return panel(chosen, cells, period, coverage=coverage or _coverage(events, period, selection))


def _coverage(events: EventTable, period: Period, selection: Selection | None) -> Coverage:
    found = panel(events.table, ("all",), period).coverage
    since = selection.since if selection and selection.since else found.first
    until = selection.until if selection and selection.until else found.last
    return Coverage(max(found.first, since), min(found.last, until), found.gaps)


def series_of(
    events: EventTable,
    cells: Sequence[Cell] = ("all",),
    period: Period = "month",
    measure: Counted = "events",
    selection: Selection | None = None,
    most: int = 6,
) -> list[Series]:
    """Series of counts of the cells with the most, the largest first; of the cell ``all``, one.

    `sources` are the different sources that told of a period's events, where the dataset names them; of a workspace,
    the independent reports.
    """
    counted = panel_of(events, cells, period, selection)
    frame = counted.table.order_by("period_start").to_pandas()
    names = frame[list(counted.columns)].astype(str).agg(" · ".join, axis=1) if counted.columns else "all events"
    frame = frame.assign(name=names)
    largest = frame.groupby("name")[measure].sum().sort_values(ascending=False, kind="stable").index[:most]
    sources = _sources(selection.of(events.table) if selection else events.table, period)
    words = {"events": "events", "deaths_best": "deaths"}[measure]
    found = []
    for name in largest:
        rows = frame[frame["name"] == name]
        periods = tuple(date(day.year, day.month, day.day) for day in rows["period_start"])
        told = np.array([sources.get(day, np.nan) for day in periods], float)
        counts = rows[measure].to_numpy(float, na_value=np.nan)
        found.append(Series(str(name), periods, counts, told, words, PER_YEAR[period]))
    return found


def _sources(table: Table, period: Period) -> dict[date, float]:
    """How many sources told of the events of each period; empty where nobody says."""
    columns: list[Any] = [column for column in ("sources", "lineages") if column in table.columns]
    if not columns:
        return {}
    letter = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}[period]
    dated = table.filter(table.date_start.notnull())
    dated = dated.mutate(period_start=dated.date_start.cast("date").truncate(letter).cast("date"))
    counted = dated[columns[0]].nunique() if columns[0] == "sources" else dated[columns[0]].sum()
    rows = dated.group_by("period_start").agg(told=counted).to_pyarrow().to_pylist()
    return {row["period_start"]: float(row["told"] or 0) for row in rows}
