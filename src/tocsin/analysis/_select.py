"""Which events of a dataset a measure is of: by country, division, actor, type and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.analysis._events import EventTable
from tocsin.analysis._panel import incidents
from tocsin.analysis._results import Floats
from tocsin.errors import NothingUsable, UsageError

if TYPE_CHECKING:
    from ibis import Table

__all__ = ["Points", "Selection", "event_points"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of an event; what is empty is not asked. Case does not matter."""

    country: str = ""
    """ISO alpha-3 or a name."""
    admin1: str = ""
    actor: str = ""
    """A part of the name of either side."""
    kind: str = ""
    """A code, an event type, or UCDP's type of violence (1, 2, 3)."""
    since: date | None = None
    until: date | None = None
    """First and last day, both in it."""

    @property
    def words(self) -> str:
        """In words, for people; empty where all events are meant."""
        asked = [f"{name} {value}" for name, value in self._named() if value]
        if self.since or self.until:
            asked.append(f"from {self.since or 'the first'} to {self.until or 'the last'}")
        return ", ".join(asked)

    def _named(self) -> tuple[tuple[str, str], ...]:
        return (("country", self.country), ("division", self.admin1), ("actor", self.actor), ("type", self.kind))

    def of(self, table: Table) -> Table:
        """The events of `table` that are counted and are asked for."""
        kept = incidents(table, aggregates=False)
        columns = set(kept.columns)
        if self.country:
            kept = kept.filter(self._is(kept, columns & {"country", "country_name"}, self.country, "a country"))
        if self.admin1:
            kept = kept.filter(self._is(kept, columns & {"admin1"}, self.admin1, "a first-level division"))
        if self.kind:
            named = columns & {"code", "event_type", "sub_event_type", "violence"}
            kept = kept.filter(self._is(kept, named, self.kind, "a type"))
        if self.actor:
            part = self.actor.casefold()
            sides = [kept[side].lower().contains(part).fill_null(False) for side in ("actor1", "actor2")]
            kept = kept.filter(sides[0] | sides[1])
        if self.since:
            kept = kept.filter(kept.date_start >= self.since)
        if self.until:
            kept = kept.filter(kept.date_start <= self.until)
        return kept

    def _is(self, table: Table, columns: set[str], value: str, what: str) -> Any:
        if not columns:
            raise UsageError(f"the data have no column with {what}: {value!r} cannot be asked for")
        found: Any = False
        for column in sorted(columns):
            found = found | (table[column].cast("string").lower() == value.casefold()).fill_null(False)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Events with a point and a day, as arrays; and how many were left out, and why."""

    data: str
    """What to call the data, with what was asked of them."""
    as_of: str
    ids: tuple[str, ...]
    latitude: Floats
    longitude: Floats
    days: Floats
    """Days since 1970-01-01."""
    deaths: Floats
    """Best figure; nan where it is not known."""
    asked: int
    """Events that were asked for."""
    left_out: tuple[tuple[str, int], ...]
    caveats: tuple[str, ...]


def event_points(
    events: EventTable,
    selection: Selection | None = None,
    *,
    places: tuple[str, ...] = ("exact", "settlement"),
    dates: tuple[str, ...] = ("day",),
) -> Points:
    """The events that are placed and dated finely enough, with their points and days.

    Parameters
    ----------
    events : EventTable
    selection : Selection, optional
        Which of them; all by default.
    places, dates : tuple of str
        Precisions that are fine enough; rows that do not tell theirs are taken as they are.

    Returns
    -------
    Points

    Raises
    ------
    NothingUsable
        If no event is left; the message says what all of them lack.
    """
    selection = selection or Selection()
    wanted = ["id", "latitude", "longitude", "date_start", "date_precision", "place_precision", "deaths_best"]
    table = selection.of(events.table)
    table = table.select([column for column in wanted if column in table.columns]).to_pyarrow()
    column = {name: table.column(name).to_pylist() for name in table.column_names}
    rows = range(table.num_rows)
    unsaid = [None] * table.num_rows
    place, when = column.get("place_precision", unsaid), column.get("date_precision", unsaid)
    lacks = {
        "no point": [column["latitude"][n] is None or column["longitude"][n] is None for n in rows],
        "no day": [column["date_start"][n] is None for n in rows],
        f"placed more coarsely than {places[-1]}": [place[n] is not None and place[n] not in places for n in rows],
        f"dated more coarsely than {dates[-1]}": [when[n] is not None and when[n] not in dates for n in rows],
    }
    kept = np.ones(table.num_rows, bool)
    left_out = []
    for why, lacking in lacks.items():
        out = kept & np.array(lacking, bool)
        kept &= ~out
        if out.any():
            left_out.append((why, int(out.sum())))
    chosen = np.flatnonzero(kept)
    if not len(chosen):
        reasons = "; ".join(f"{many:,} {why}" for why, many in left_out) or f"none are {selection.words}"
        raise NothingUsable(f"{events.name}: no event can be used here: {reasons}")
    deaths = column.get("deaths_best", unsaid)
    return Points(
        f"{events.name}; {selection.words}" if selection.words else events.name,
        f"{events.as_of:%Y-%m-%d %H:%M} UTC" if events.as_of else "",
        tuple(str(column["id"][n]) if "id" in column else str(n + 1) for n in chosen),
        np.array([column["latitude"][n] for n in chosen], float),
        np.array([column["longitude"][n] for n in chosen], float),
        np.array([(column["date_start"][n] - date(1970, 1, 1)).days for n in chosen], float),
        np.array([np.nan if deaths[n] is None else deaths[n] for n in chosen], float),
        table.num_rows,
        tuple(left_out),
        events.caveats,
    )
