"""The events that a statement is about, by the names that the data have for its actors and areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.analysis._events import EventTable
from tocsin.analysis._panel import incidents
from tocsin.analysis._statement import Statement
from tocsin.analysis._statement_areas import called_alike
from tocsin.analysis._statement_parts import Kind
from tocsin.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "UNIDENTIFIED",
    "actor_names",
    "actor_spellings",
    "area_names",
    "area_values",
    "event_rows",
    "had_role",
    "kind_is_told",
    "named_by_place",
    "one_sided",
    "row_weights",
]

UNIDENTIFIED = "Unidentified"
"""What event tables begin the name of a side with that nobody knows."""

_AREA_COLUMNS = ("country_name", "country", "admin1", "admin2")
_OPTIONAL = {
    **dict.fromkeys((*_AREA_COLUMNS, "actor2", "event_type", "sub_event_type", "date_precision"), "string"),
    "place_precision": "string",
    **dict.fromkeys(("latitude", "longitude"), "float64"),
    **dict.fromkeys(("violence", "deaths_civilians"), "int64"),
    **dict.fromkeys(("aggregate", "civilian_targeting"), "boolean"),
    "attribution": "string",
    **dict.fromkeys(("initiators", "targets"), "array<string>"),
}
"""Columns that readings differ by, where a dataset has them."""


def area_names(data: EventTable) -> tuple[str, ...]:
    """Countries and divisions that the data have events in, in their spelling, the largest first."""
    columns = [column for column in _AREA_COLUMNS if column in data.table.columns]
    return tuple(dict.fromkeys(name for column in columns for name in _distinct(data, column)))


def actor_names(data: EventTable) -> tuple[str, ...]:
    """Single actors that the data name; of a coalition its members too."""
    return tuple(dict.fromkeys(one for name in _sides(data) for one in (name, *_members(name))))


def _sides(data: EventTable) -> list[str]:
    columns = [column for column in ("actor1", "actor2") if column in data.table.columns]
    return sorted({name for column in columns for name in _distinct(data, column)})


def _members(name: str) -> tuple[str, ...]:
    """Members of a coalition as UCDP writes it."""
    return tuple(part.strip() for part in name.split(", ") if part.strip())


def _distinct(data: EventTable, column: str) -> list[str]:
    values = data.table.select(column).distinct().to_pyarrow().column(0).to_pylist()
    return sorted(value for value in values if value)


def area_values(area: str, data: EventTable) -> list[tuple[str, str]]:
    """The columns in which the data have an area, with what they call it there; none where they know nothing of it."""
    columns = [column for column in _AREA_COLUMNS if column in data.table.columns]
    if found := [(column, area) for column in columns if area in _distinct(data, column)]:
        return found
    if "location" not in data.table.columns:
        return []
    return [("location", name) for name in called_alike(area, _distinct(data, "location"))]


def named_by_place(statement: Statement, data: EventTable) -> bool:
    """Whether an area of the statement is a place and no division."""
    return any(column == "location" for area in statement.areas for column, _ in area_values(area, data))


def kind_is_told(kind: Kind, data: EventTable) -> bool:
    """Whether the data tell events of this kind from others."""
    columns = data.table.columns
    if kind.violence and "violence" in columns and data.table.violence.notnull().any().execute():
        return True
    if data.lethal_only:
        return False
    return bool(
        (kind.event_types and "event_type" in columns) or (kind.sub_event_types and "sub_event_type" in columns)
    )


def actor_spellings(statement: Statement, data: EventTable, codebook: Codebook) -> list[set[str]]:
    """For each actor of the statement, the names by which the data call it, its branches and its coalitions."""
    known = {name: _identities(name, codebook) for name in _sides(data)}
    groups = []
    for actor in statement.actors:
        match = codebook.actors.match(actor)
        wanted = {actor.casefold()}
        if match is not None and match.entry_id:
            wanted.add(_identity(match.entry_id))
        groups.append({name for name, found in known.items() if wanted & found})
    return groups


def _identities(name: str, codebook: Codebook) -> set[str]:
    """What a name in the data stands for: actors of the list, those they belong to, and the words themselves."""
    found = {name.casefold(), *(member.casefold() for member in _members(name))}
    matches = [*codebook.actors.scan(name), *(codebook.actors.match(member) for member in _members(name))]
    for match in matches:
        if match is None or not match.entry_id:
            continue
        found.add(_identity(match.entry_id))
        entry = codebook.actors.entry(match.entry_id)
        while entry.parent:
            found.add(entry.parent)
            entry = codebook.actors.entry(entry.parent)
    return found


def _identity(entry_id: str) -> str:
    """An actor's id; of a state's forces the state's, whichever of them is named."""
    return ":".join(entry_id.split(":")[:2]) if entry_id.startswith("state:") else entry_id


def event_rows(statement: Statement, data: EventTable, codebook: Codebook) -> pd.DataFrame:
    """The events that any reading may count, with the columns that readings differ by, by day and id."""
    import ibis

    table = incidents(data.table)
    for column, kind in _OPTIONAL.items():
        if column not in table.columns:
            table = table.mutate(**{column: ibis.null(kind)})
    table = table.filter(table.date_start.notnull())
    if statement.actors:
        names = [name for group in actor_spellings(statement, data, codebook) for name in group]
        unknown = table.actor1.isnull() | table.actor1.startswith(UNIDENTIFIED)
        table = table.filter(table.actor1.isin(names) | table.actor2.isin(names) | unknown)
    placed: Any = ibis.literal(True)
    if statement.areas:
        named = [one for area in statement.areas for one in area_values(area, data)]
        placed = ibis.or_(*(table[column] == name for column, name in named)).fill_null(False)
        table = table.filter(placed | _may_lie_in(statement, data, table))
    table = table.mutate(placed=placed)
    columns = ["id", "date_start", "actor1", "deaths_low", "deaths_best", "deaths_high", "placed", *_OPTIONAL]
    frame: pd.DataFrame = table.select(*columns).to_pandas()
    return frame.sort_values(["date_start", "id"], kind="stable", ignore_index=True)


def _may_lie_in(statement: Statement, data: EventTable, table: Any) -> Any:
    """Whether an event may lie in a division that is asked about: it is placed no nearer than the country around it.

    What sums up incidents of a whole country lies in no one division of it.
    """
    import ibis

    found = ibis.literal(False)
    for area in statement.areas:
        for column, name in area_values(area, data):
            if column not in ("admin1", "admin2"):
                continue
            around = "country_name" if "country_name" in data.table.columns else "country"
            if around in data.table.columns:
                inside = data.table.filter(data.table[column] == name)
                countries = inside.select(around).distinct().to_pyarrow().column(0).to_pylist()
                found = found | table[around].isin([one for one in countries if one])
    # Where no precision is told, a point is one: a row without a division may lie across a border.
    told = table.place_precision.fill_null(table.latitude.isnull().ifelse("country", "exact"))
    return found & (told == "country") & table.admin1.isnull() & ~table["aggregate"].fill_null(False)


def had_role(rows: pd.DataFrame, role: str, names: set[str]) -> Any:
    """Which rows say that one of `names` had a role (``initiators``, ``targets``), as a mask; None if none says it."""
    told = rows[role]
    if not told.notna().any():
        return None
    return np.array([one is not None and not isinstance(one, float) and bool(names & set(one)) for one in told], bool)


def one_sided(rows: pd.DataFrame) -> Any:
    """Which rows are violence against civilians, as a mask."""
    return (rows["violence"].eq(3) | rows["civilian_targeting"].eq(True)).to_numpy()


def row_weights(rows: pd.DataFrame, statement: Statement, figure: str) -> Any:
    """What each row counts: one, or the dead of it by one of the dataset's figures (``low``, ``best``, ``high``)."""
    if statement.measure == "events":
        return np.ones(len(rows))
    low, best, given = (rows[f"deaths_{one}"].astype(float) for one in ("low", "best", figure))
    dead = given.fillna(best.fillna(low)).fillna(0).to_numpy(float)
    if statement.measure == "deaths":
        return dead
    # Of one-sided violence all the dead are civilians; of other events those that the dataset counts as such.
    civilians = rows["deaths_civilians"].astype(float).fillna(0).to_numpy(float)
    return np.where(one_sided(rows), dead, civilians)
