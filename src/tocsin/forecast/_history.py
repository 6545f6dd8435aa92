"""What a forecast is made from: counts by unit and month up to an origin."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import numpy as np

from tocsin.analysis import Panel
from tocsin.errors import UnreadableInput, UsageError

__all__ = [
    "Floats",
    "History",
    "Measure",
    "add_months",
    "filled",
    "month_of",
    "months_between",
    "panel_history",
    "read_history",
    "views_month",
]

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Measure = Literal["deaths_best", "events"]

VIEWS_FIRST_MONTH = date(1980, 1, 1)
"""Month 1 of the numbering that VIEWS and its competition use (Hegre et al. 2019)."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Counts of one measure by month and unit.

    Attributes
    ----------
    units : tuple of str
        Names of the units: countries, divisions, grid cells.
    months : tuple of date
        First days of consecutive months, the earliest first.
    values : array of float, shape (months, units)
        Counts; nan where the dataset does not cover the month.
    measure : str
        What is counted, in words.
    unit : str
        What the units are called together: ``country_id``, ``admin1``, ``priogrid_gid``.
    """

    units: tuple[str, ...]
    months: tuple[date, ...]
    values: Floats
    measure: str
    unit: str = "unit"

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.months), len(self.units)):
            raise ValueError(f"{self.values.shape} values for {len(self.months)} months and {len(self.units)} units")
        if any(add_months(a, 1) != b for a, b in zip(self.months, self.months[1:], strict=False)):
            raise UsageError("the months of a history are not consecutive; a month without events has zeros")

    def until(self, origin: date) -> History:
        """The months up to and with `origin`: all that a forecast made then may know.

        Raises
        ------
        UsageError
            If `origin` is none of the months.
        """
        if origin not in self.months:
            raise UsageError(f"the history has no month {origin:%Y-%m}: it goes from {self.span}")
        last = self.months.index(origin) + 1
        return replace(self, months=self.months[:last], values=self.values[:last])

    def only(self, units: Sequence[str]) -> History:
        """These units, in the order given.

        Raises
        ------
        UsageError
            If one is not there; the message has the nearest names.
        """
        for unit in units:
            if unit not in self.units:
                near = get_close_matches(unit, self.units, 3, 0.5)
                hint = f"; do you mean {' or '.join(near)}?" if near else f"; there are: {', '.join(self.units[:8])} …"
                raise UsageError(f"no unit {unit!r} in the history{hint}")
        return replace(self, units=tuple(units), values=self.values[:, [self.units.index(unit) for unit in units]])

    @property
    def origin(self) -> date:
        """The last month."""
        return self.months[-1]

    @property
    def span(self) -> str:
        """From when to when, in words."""
        return f"{self.months[0]:%Y-%m} to {self.months[-1]:%Y-%m}"


def filled(values: Floats) -> Floats:
    """Counts by month and unit; what is not covered is as the last month before it that is, or the first after it."""
    known = ~np.isnan(values)
    if known.all():
        return values
    rows = np.arange(len(values))[:, None]
    before = np.maximum.accumulate(np.where(known, rows, -1), axis=0)
    after = np.minimum.accumulate(np.where(known, rows, len(values))[::-1], axis=0)[::-1]
    at = np.where(before >= 0, before, np.minimum(after, len(values) - 1))
    return np.nan_to_num(np.take_along_axis(values, at, axis=0))


def add_months(month: date, months: int) -> date:
    """The first day of the month so many `months` after that of `month`.

    Examples
    --------
    >>> add_months(date(2020, 11, 1), 3)
    datetime.date(2021, 2, 1)
    """
    years, index = divmod(month.month - 1 + months, 12)
    return date(month.year + years, index + 1, 1)


def months_between(first: date, last: date) -> int:
    """Months from `first` to `last`, by their calendar months."""
    return (last.year - first.year) * 12 + last.month - first.month


def panel_history(panel: Panel, measure: Measure = "deaths_best") -> History:
    """A monthly panel as a history; units are called by their cells, joined by `` · ``.

    Raises
    ------
    UsageError
        If the panel is not one of months.
    """
    if panel.period != "month":
        raise UsageError(f"forecasts are made by month, and this panel is by {panel.period}; make it by month")
    frame = panel.table.to_pandas()
    names = frame[list(panel.columns)].astype(str).agg(" · ".join, axis=1) if panel.columns else "all"
    frame = frame.assign(unit=names)
    wide = frame.pivot(index="period_start", columns="unit", values=measure).sort_index()
    months = tuple(date(month.year, month.month, 1) for month in wide.index)
    words = {"deaths_best": "deaths", "events": "events"}[measure]
    unit = panel.columns[-1] if panel.columns else "unit"
    return History(tuple(map(str, wide.columns)), months, wide.to_numpy(float, na_value=np.nan), words, unit)


def read_history(path: Path, unit: str = "", value: str = "", month: str = "") -> History:
    """A history from a CSV with one row a unit and month; months that a unit is left out of are zero.

    Where the table writes zeros down, a month in which no unit has a row is no peace but a gap, and is refused. A count
    left empty, or ``nan``, is a month that is not covered.

    Parameters
    ----------
    path : Path
        Its columns are found by name where they are not given: a month (``month_id`` as VIEWS numbers them, or
        ``month``, ``date``, ``period_start`` as 2021-03 or 2021-03-01), a unit (``country_id``, ``priogrid_gid``,
        ``unit``, ``country``, ``admin1``) and a count (``ged_sb``, ``deaths_best``, ``deaths``, ``fatalities``,
        ``events``, ``value``).

    Raises
    ------
    UnreadableInput
        If a column is not there, or a value is no count; the message names the row.
    """
    rows: dict[tuple[str, date], float] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        found = reader.fieldnames or []
        columns = [
            _column(path, found, month, ("month_id", "month", "date", "period_start")),
            _column(path, found, unit, ("country_id", "priogrid_gid", "unit", "country", "admin1")),
            _column(path, found, value, ("ged_sb", "deaths_best", "deaths", "fatalities", "events", "value")),
        ]
        for number, row in enumerate(reader, 1):
            when, name, count = (row[column] or "" for column in columns)
            try:
                key, figure = (name, month_of(when)), float(count.strip() or "nan")
                if figure < 0 or figure == float("inf"):
                    raise ValueError(f"{count!r} is no count")
            except ValueError as error:
                raise UnreadableInput(path.name, f"row {number}: {error}; correct it, or leave the row out") from None
            if key in rows:
                raise UnreadableInput(path.name, f"row {number}: {name} has {when} twice; keep one row a month")
            rows[key] = figure
    if not rows:
        raise UnreadableInput(path.name, "has no rows under its header")
    _refuse_gaps(path, rows)
    return _filled(rows, columns[2], columns[1])


def _refuse_gaps(path: Path, rows: dict[tuple[str, date], float]) -> None:
    if 0.0 not in rows.values():
        return
    found = {month for _, month in rows}
    first, last = min(found), max(found)
    gaps = [month for n in range(months_between(first, last)) if (month := add_months(first, n)) not in found]
    if gaps:
        named = ", ".join(f"{month:%Y-%m}" for month in gaps[:6]) + (" …" if len(gaps) > 6 else "")
        raise UnreadableInput(
            path.name,
            f"no unit has a row in {named}, though zeros are written down elsewhere: a gap is not peace; add rows with "
            "0 where nothing happened, or with an empty count where the month is not covered",
        )


def _filled(rows: dict[tuple[str, date], float], measure: str, unit: str) -> History:
    units = tuple(sorted({unit for unit, _ in rows}, key=_natural))
    first, last = min(month for _, month in rows), max(month for _, month in rows)
    months = tuple(add_months(first, n) for n in range(months_between(first, last) + 1))
    values = np.array([[rows.get((unit, month), 0.0) for unit in units] for month in months])
    return History(units, months, values, measure, unit)


def _natural(name: str) -> tuple[int, int, str]:
    """Numbers by their value, then the rest by name."""
    return (0, int(name), "") if name.isdecimal() else (1, 0, name)


def _column(path: Path, found: Sequence[str], asked: str, usual: Sequence[str]) -> str:
    for name in (asked,) if asked else usual:
        if name in found:
            return name
    wanted = repr(asked) if asked else " or ".join(usual)
    raise UnreadableInput(path.name, f"has no column {wanted}; its columns are: {', '.join(found)}")


def month_of(words: str) -> date:
    """The first day of a month written as 2021-03, 2021-03-01, or a number as VIEWS has it.

    Raises
    ------
    ValueError
        If it is none of these.

    Examples
    --------
    >>> month_of("457") == month_of("2018-01")
    True
    """
    words = words.strip()
    if words.isdecimal() and len(words) <= 4:
        return add_months(VIEWS_FIRST_MONTH, int(words) - 1)
    try:
        return date.fromisoformat(f"{words}-01" if len(words) == len("2021-03") else words[:10]).replace(day=1)
    except ValueError:
        raise ValueError(f"{words!r} is no month; write 2021-03, 2021-03-01 or a number as VIEWS has it") from None


def views_month(month: date) -> int:
    """The number of a month in the numbering of VIEWS.

    Examples
    --------
    >>> views_month(date(2018, 1, 1))
    457
    """
    return months_between(VIEWS_FIRST_MONTH, month) + 1
