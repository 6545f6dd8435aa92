"""Studies from what people have: a table of places and periods, answers of a survey, or events and a list of places."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tocsin.analysis import EventTable, Selection
from tocsin.analysis._results import Floats
from tocsin.errors import InvalidRow, NothingUsable, UsageError
from tocsin.impact._study import Study, make_study

__all__ = ["PanelColumns", "read_study", "read_treatment", "study_of_events"]

_MONTH = "%Y-%m"


@dataclass(frozen=True, slots=True)
class PanelColumns:
    """Which column of a table holds what."""

    unit: str
    period: str
    outcome: str
    first: str
    covariates: tuple[str, ...] = ()
    weight: str = ""
    latitude: str = ""
    longitude: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        """All that are named."""
        one = (self.unit, self.period, self.outcome, self.first, self.weight, self.latitude, self.longitude)
        return tuple(name for name in (*one, *self.covariates) if name)


def read_study(path: Path, columns: PanelColumns) -> tuple[Study, Floats | None]:
    """A study of a CSV file with a row a place and period, or a row an answer there; and where its places are.

    Returns
    -------
    Study, array of shape (units, 2) or None
        Latitude and longitude of each unit, where columns for them are named.

    Raises
    ------
    UsageError
        If a column is not there, or the panel has gaps.
    InvalidRow
        If a number cannot be read; the message gives file, row and column.
    """
    rows = _rows(path, columns.named)
    periods = [row[columns.period].strip() for row in rows]
    firsts = [row[columns.first].strip() if columns.first else "" for row in rows]
    are_numbers = all(map(_is_number, periods))
    weight = np.array([_number(path, n, row, columns.weight) for n, row in enumerate(rows)]) if columns.weight else None
    covariates = [[_number(path, n, row, name) for name in columns.covariates] for n, row in enumerate(rows)]
    study = make_study(
        [row[columns.unit].strip() for row in rows],
        [_as_number(p) for p in periods] if are_numbers else periods,
        np.array([_number(path, n, row, columns.outcome) for n, row in enumerate(rows)]),
        [_as_number(f) if are_numbers and _is_number(f) else f for f in firsts],
        covariates=np.array(covariates) if columns.covariates else None,
        weights=weight,
        measured=columns.outcome,
    )
    if not (columns.latitude and columns.longitude):
        return study, None
    points = {
        row[columns.unit].strip(): [_number(path, n, row, c) for c in (columns.latitude, columns.longitude)]
        for n, row in enumerate(rows)
    }
    return study, np.array([points[unit] for unit in study.units])


def read_treatment(path: Path, unit: str, first: str) -> dict[str, str]:
    """The places of a study and the month in which each first had the treatment; empty where it never had.

    Raises
    ------
    UsageError
        If a column is not there, or a place has two months.
    """
    found: dict[str, str] = {}
    for n, row in enumerate(_rows(path, (unit, first))):
        place, when = row[unit].strip(), row[first].strip()[:7]
        if when in ("0", "never"):
            when = ""
        if when and not _is_month(when):
            raise InvalidRow(
                path.name, f"{first} is {when!r}; write the month, as 2019-03, or leave it empty", item=str(n + 1)
            )
        if found.setdefault(place, when) != when:
            raise UsageError(
                f"{path.name}: {place} has two months of treatment, {found[place] or 'never'} and {when or 'never'}"
            )
    return found


def study_of_events(
    events: EventTable,
    treatment: Mapping[str, str],
    *,
    area: str = "admin1",
    selection: Selection | None = None,
    deaths: bool = False,
) -> Study:
    """A study of recorded events by place and month, zero where none was recorded.

    Months run from the first whole one that the data hold to the last; every place of `treatment` is in it.

    Parameters
    ----------
    events : EventTable
    treatment : mapping of str to str
        Place to month of first treatment (2019-03), empty for never. All places of the study are listed.
    area : {'country', 'admin1', 'admin2', 'location'}
        The column that names places.
    selection : Selection, optional
    deaths : bool
        Count deaths (best figure) instead of events.

    Raises
    ------
    UsageError
        If the data have no such column.
    NothingUsable
        If no event is in any of the places.
    """
    if area not in events.table.columns:
        raise UsageError(f"{events.name} has no column {area!r}; name the one with the places of the study")
    table = (selection or Selection()).of(events.table)
    wanted = [c for c in (area, "date_start", "date_precision", "deaths_best") if c in table.columns]
    rows = table.select(wanted).to_pyarrow().to_pylist()
    known = {place.casefold(): place for place in treatment}
    months = _months(events)
    at = {month: n for n, month in enumerate(months)}
    counts = {place: [0.0] * len(months) for place in treatment}
    used = 0
    for row in rows:
        place = known.get(str(row[area] or "").casefold())
        month = at.get(f"{row['date_start']:{_MONTH}}") if row["date_start"] else None
        if place is None or month is None or row.get("date_precision") in ("year", "unknown"):
            continue
        used += 1
        counts[place][month] += float(row.get("deaths_best") or 0) if deaths else 1.0
    if not used:
        raise NothingUsable(
            f"{events.name}: no event is in any of the {len(treatment)} places; are they written as in its column "
            f"{area}?"
        )
    measured = "recorded deaths a month" if deaths else "recorded events a month"
    return make_study(
        [place for place in counts for _ in months],
        [month for _ in counts for month in months],
        np.array([value for row in counts.values() for value in row]),
        [treatment[place] for place in counts for _ in months],
        measured=measured,
    )


def _months(events: EventTable) -> list[str]:
    """Whole months that the data hold."""
    if events.first is None or events.last is None:
        raise NothingUsable(f"{events.name}: no event has a day")
    month = events.first.replace(day=1)
    # Events begin late in a month by chance; a week of silence at either end is taken for a whole month.
    if events.first.day > 7:
        month = _next(month)
    found = []
    while _next(month) - timedelta(days=8) <= events.last:
        found.append(f"{month:{_MONTH}}")
        month = _next(month)
    return found


def _next(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _rows(path: Path, names: Sequence[str]) -> list[dict[str, str]]:
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    try:
        text = path.read_text("utf-8-sig")
        # What most often stands between names of columns: spreadsheets of many countries save semicolons.
        between = max(",;\t", key=text.partition("\n")[0].count)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=between)
        header = [name.strip() for name in reader.fieldnames or ()]
        rows = [{(k or "").strip(): v or "" for k, v in row.items() if isinstance(v, str | None)} for row in reader]
    except UnicodeDecodeError:
        raise UsageError(f"{path.name}: it is no text in UTF-8; save it as CSV (UTF-8)") from None
    if not header:
        raise NothingUsable(f"{path.name}: it is empty; give a row a place and period, under a header")
    for name in names:
        if name not in header:
            raise UsageError(f"{path.name} has no column {name!r}; there are: {', '.join(header)}")
    if not rows:
        raise NothingUsable(f"{path.name}: it has no rows")
    return rows


def _as_number(words: str) -> float | int:
    """As it is written: a year is 2019 in a message, not 2019.0."""
    value = float(words)
    return int(value) if value.is_integer() else value


def _number(path: Path, n: int, row: Mapping[str, str], column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        shown = row[column].strip()
        reason = f"{column} is {shown!r}, no number" if shown else f"{column} is empty; nothing known is not zero"
        raise InvalidRow(path.name, reason, item=str(n + 1)) from None


def _is_number(words: str) -> bool:
    try:
        float(words)
    except ValueError:
        return False
    return True


def _is_month(words: str) -> bool:
    try:
        date.fromisoformat(f"{words}-01")
    except ValueError:
        return False
    return True
