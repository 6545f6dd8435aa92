"""Where the history of a forecast comes from, what was left out of it, and where its units are."""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tocsin.analysis import Coverage, EventTable, Selection, panel
from tocsin.errors import UsageError
from tocsin.forecast._history import Floats, History, panel_history, read_history

__all__ = ["By", "Dataset", "dataset_of_events", "dataset_of_history", "holds_a_history"]

By = Literal["country", "admin1", "priogrid"]

NEAREST = 4
"""Units that count as next to one where there is no grid."""

_WORDS = {"ged_sb": "deaths", "deaths_best": "deaths", "fatalities": "deaths"}
"""What usual columns count, in words."""

LAST_DAYS = 3
"""A last month whose last event lies in its last days is held to be complete; what was released earlier is not."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A history, and what to say of where it comes from.

    Attributes
    ----------
    history : History
    name : str
        What the data are called.
    as_of : str
        The moment they were known at; empty where a file does not tell.
    left_out : tuple of str
        What is not in the history, in words.
    caveats : tuple of str
    points : mapping of str to (float, float)
        Latitude and longitude of units, where known.
    """

    history: History
    name: str
    as_of: str = ""
    left_out: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    points: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def until(self, origin: date | None) -> Dataset:
        """What was there up to a month; all of it where None is given."""
        return self if origin is None else replace(self, history=self.history.until(origin))

    def neighbours(self) -> dict[str, tuple[str, ...]]:
        """Units next to each: touching cells of a grid, else the nearest of those whose points are known."""
        if self.history.unit == "priogrid_gid":
            return grid_neighbours(self.history.units)
        placed = [unit for unit in self.history.units if unit in self.points]
        if len(placed) <= NEAREST:
            return {}
        north, east = np.array([self.points[unit] for unit in placed]).T
        return {
            unit: tuple(placed[m] for m in np.argsort(_far(north, east, n), kind="stable")[1 : NEAREST + 1])
            for n, unit in enumerate(placed)
        }

    def computed(self) -> list[tuple[str, str]]:
        """What a page says of the data."""
        said = [("Data", self.name)]
        if self.as_of:
            said.append(("As of", self.as_of))
        said.append(("Months", f"{self.history.span}; the last one known is {self.history.origin:%Y-%m}"))
        said.append(("Units", f"{len(self.history.units):,} ({self.history.unit})"))
        if self.left_out:
            said.append(("Left out", "; ".join(self.left_out)))
        return said


def dataset_of_events(
    events: EventTable,
    by: By = "country",
    measure: Literal["deaths", "events"] = "deaths",
    selection: Selection | None = None,
    *,
    whole_last: bool = False,
) -> Dataset:
    """Events as a history by unit and month, from the first month of the dataset to its last complete one.

    A month without an event that was asked for is zero from the first to the last month of the whole dataset, whatever
    was asked for. A last month that ends before its last days is left out, unless `whole_last` says that it is whole.

    Raises
    ------
    UsageError
        If no event has a date and place that the units need, or nothing is left.
    """
    if events.first is None or events.last is None:
        raise UsageError(f"{events.name}: no event has a date; a forecast needs months")
    chosen = selection or Selection()
    last = chosen.until or events.last
    first = (chosen.since or events.first).replace(day=1)
    end, dropped = _last_month(min(last, events.last), whole_last)
    if end < first:
        raise UsageError(f"{events.name}: not one complete month from {first:%Y-%m} on; add months, or --keep-last")
    counted = panel(chosen.of(events.table), (by,), "month", coverage=Coverage(first, end))
    history = panel_history(counted, "deaths_best" if measure == "deaths" else "events")
    left_out = [f"{many:,} events: {why}" for why, many in counted.left_out.items() if why != "outside coverage"]
    if dropped:
        left_out.append(f"{dropped:%Y-%m}, whose last event is of {events.last}: the month is not complete")
    unknown = int(counted.table.deaths_unknown.sum().execute() or 0)
    caveats = [*events.caveats, "A place that never had an event in the data is not forecast: it is in no row."]
    if measure == "deaths" and unknown:
        caveats.append(f"{unknown:,} events state no deaths and add none.")
    name = f"{events.name} ({chosen.words})" if chosen.words else events.name
    as_of = f"{events.as_of:%Y-%m-%d %H:%M} UTC" if events.as_of else ""
    points = grid_points(history.units) if by == "priogrid" else _middles(chosen.of(events.table), counted.columns)
    return Dataset(history, name, as_of, tuple(left_out), tuple(caveats), points)


def _last_month(last: date, whole: bool) -> tuple[date, date | None]:
    """The last day of the last complete month, and the first of the month after it that is not."""
    days = monthrange(last.year, last.month)[1]
    start = last.replace(day=1)
    if whole or last.day > days - LAST_DAYS:
        return start.replace(day=days), None
    return start - timedelta(days=1), start


def dataset_of_history(path: Path) -> Dataset:
    """A table of counts by unit and month, as :func:`read_history` reads it."""
    history = read_history(path)
    history = replace(history, measure=_WORDS.get(history.measure, history.measure))
    points = grid_points(history.units) if history.unit == "priogrid_gid" else {}
    caveats = ["The table does not tell whether its last month is complete: it is taken as it is."]
    with path.open(encoding="utf-8-sig", newline="") as file:
        absent = history.values.size - sum(1 for row in csv.reader(file) if row) + 1
    if absent:
        caveats.append(f"{absent:,} months of units have no row in the table and count as zero.")
    return Dataset(history, path.name, caveats=tuple(caveats), points=points)


def holds_a_history(path: Path) -> bool:
    """Whether a file is a table of counts by unit and month rather than one of events: no column tells of a day."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        columns = {name.strip().strip('"').lower() for name in file.readline().split(",")}
    months = {"month_id", "month", "period_start"} & columns
    return bool(months) and not columns & {"date_start", "event_date", "iyear", "event_id_cnty", "actor1"}


def grid_points(units: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """The middles of PRIO-GRID cells (Tollefsen, Strand and Buhaug 2012), latitude and longitude.

    Examples
    --------
    >>> grid_points(("1", "179714"))
    {'1': (-89.75, -179.75), '179714': (34.75, 36.75)}
    """
    cells = {unit: divmod(int(unit) - 1, 720) for unit in units if unit.isdecimal()}
    return {unit: (row / 2 - 89.75, column / 2 - 179.75) for unit, (row, column) in cells.items()}


def grid_neighbours(units: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Cells of PRIO-GRID that touch at a side or a corner, of those given.

    Examples
    --------
    >>> grid_neighbours(("1", "2", "721", "5"))["1"]
    ('2', '721')
    """
    cells = {unit: divmod(int(unit) - 1, 720) for unit in units if unit.isdecimal()}
    at = {cell: unit for unit, cell in cells.items()}
    around = [(up, along) for up in (-1, 0, 1) for along in (-1, 0, 1) if up or along]
    return {
        unit: tuple(at[near] for up, along in around if (near := (row + up, (column + along) % 720)) in at)
        for unit, (row, column) in cells.items()
    }


def _far(north: Floats, east: Floats, n: int) -> Floats:
    """How far each point is from one of them, on the unit sphere and squared."""
    up, along = np.radians(north), np.radians(east)
    chord = np.array([np.cos(up) * np.cos(along), np.cos(up) * np.sin(along), np.sin(up)])
    return np.asarray(((chord - chord[:, [n]]) ** 2).sum(axis=0))


def _middles(events: Any, columns: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """The mean point of each unit's events."""
    if not {"latitude", "longitude"} <= set(events.columns):
        return {}
    known = events.filter(events.latitude.notnull() & events.longitude.notnull())
    frame = known.group_by(list(columns)).agg(north=known.latitude.mean(), east=known.longitude.mean()).execute()
    names = frame[list(columns)].astype(str).agg(" · ".join, axis=1) if len(frame) else []
    return {
        str(name): (float(north), float(east))
        for name, north, east in zip(names, np.asarray(frame["north"]), np.asarray(frame["east"]), strict=True)
    }
