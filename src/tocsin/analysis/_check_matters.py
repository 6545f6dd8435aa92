"""What readings of a statement differ by: the matters of the grid, each with its choices as masks over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.analysis._check_rows import UNIDENTIFIED, actor_spellings, had_role, one_sided
from tocsin.analysis._events import EventTable
from tocsin.analysis._statement import Statement
from tocsin.analysis._statement_parts import AGAINST_CIVILIANS, PeriodName, violent_types
from tocsin.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Choice", "Matters", "matters_of"]

_ONE_ROW_AN_INCIDENT = ("UCDP GED", "GTD")
"""Datasets whose own rule makes one row an incident; rows alike are several, and nobody may count them as one
(docs/decisions/0015)."""

_TOO_COARSE: Mapping[PeriodName, tuple[str, ...]] = {
    "day": ("week", "month", "year", "unknown"),
    "week": ("month", "year", "unknown"),
    "month": ("year", "unknown"),
    "quarter": ("year", "unknown"),
    "year": ("unknown",),
}
"""Precisions of date with which a row may belong to another period than that of its first day."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One way to settle a matter: the rows it keeps, as a mask over them."""

    name: str
    keeps: Any


Matters = Mapping[str, Sequence[Choice]]


def matters_of(statement: Statement, data: EventTable, rows: pd.DataFrame, codebook: Codebook) -> Matters:
    """What readings differ by, each with its choices."""
    all_rows = np.ones(len(rows), bool)
    found: dict[str, Sequence[Choice]] = {"type": _types(statement, data, rows)}
    if statement.actors:
        groups = actor_spellings(statement, data, codebook)
        found["role"] = _roles(statement, rows, groups)
        if statement.role == "by":
            found["attribution"] = _attributions(rows)
    placed = rows["placed"].to_numpy(bool)
    found["area"] = [Choice("placed in it", placed), Choice("and what may lie in it", all_rows)]
    totals = rows["aggregate"].eq(True).to_numpy()
    found["aggregate rows"] = [Choice("counted", all_rows), Choice("left out", ~totals)]
    coarse = rows["date_precision"].isin(_TOO_COARSE[statement.per or "month"]).to_numpy()
    found["imprecise dates"] = [Choice("by their first day", all_rows), Choice("left out", ~coarse)]
    if statement.measure == "events" and data.dataset not in _ONE_ROW_AN_INCIDENT:
        again = rows.duplicated(["date_start", "latitude", "longitude", "actor1", "actor2", "event_type"]).to_numpy()
        found["counting rule"] = [Choice("rows", all_rows), Choice("one a day, place and pair of actors", ~again)]
    return {name: _differing(choices) for name, choices in found.items() if choices}


def _differing(choices: Sequence[Choice]) -> list[Choice]:
    kept: list[Choice] = []
    for choice in choices:
        if not any(np.array_equal(choice.keeps, other.keeps) for other in kept):
            kept.append(choice)
    return kept


def _types(statement: Statement, data: EventTable, rows: pd.DataFrame) -> list[Choice]:
    if (kind := statement.kind) is not None:
        keeps = rows["event_type"].isin(kind.event_types) | rows["sub_event_type"].isin(kind.sub_event_types)
        return [Choice(kind.name, (keeps | rows["violence"].isin(kind.violence)).to_numpy())]
    all_rows = np.ones(len(rows), bool)
    surely, perhaps = violent_types()
    violent = rows["event_type"].isin(surely).to_numpy()
    if data.lethal_only or not violent.any():
        return [Choice("all that is recorded", all_rows)]
    riots = violent | rows["event_type"].isin(perhaps).to_numpy()
    choices = [Choice("violence", violent), Choice("violence and riots", riots)]
    return choices if statement.violent else [Choice("everything recorded", all_rows), *choices]


def _roles(statement: Statement, rows: pd.DataFrame, groups: Sequence[set[str]]) -> list[Choice]:
    """What part the actors had. That somebody is named first in a table does not say that they attacked."""
    sides = [(rows["actor1"].isin(group).to_numpy(), rows["actor2"].isin(group).to_numpy()) for group in groups]
    involved = [one | two for one, two in sides]
    widest = np.logical_or.reduce(involved)
    if len(groups) > 1 and not (statement.joined and statement.role != "involving"):
        between = Choice("between them", np.logical_and.reduce(involved))
        if statement.role == "involving":
            return [between, Choice("involving any of them", widest)] if statement.joined else [between]
        begun = had_role(rows, "initiators", groups[0] if statement.role == "by" else set().union(*groups[1:]))
        surely = between.keeps & (one_sided(rows) if begun is None else begun)
        return [Choice("surely begun by the one", surely), between]
    first, second = (np.logical_or.reduce([side[n] for side in sides]) for n in (0, 1))
    if statement.role == "against":
        hit = had_role(rows, "targets", set().union(*groups))
        certain = Choice("as the second side", second) if hit is None else Choice("aimed at it", hit)
        return [certain, Choice("involving it", widest)]
    if statement.role == "involving":
        return [Choice("involving it", widest)]
    unknown = (rows["actor1"].isna() | rows["actor1"].fillna("").str.startswith(UNIDENTIFIED)).to_numpy()
    begun = had_role(rows, "initiators", set().union(*groups))
    if begun is not None:
        choices = [Choice("initiated by it", begun), Choice("involving it", widest)]
    elif statement.kind is not None and statement.kind.name == AGAINST_CIVILIANS:
        choices = [Choice("by it", first)]
    else:
        choices = [Choice("surely by it: against civilians", first & one_sided(rows)), Choice("involving it", widest)]
    return [*choices, Choice("and all by unidentified actors", choices[-1].keeps | unknown)]


def _attributions(rows: pd.DataFrame) -> list[Choice]:
    """Whose word for it is taken, where the data tell: the actor's own or a bystander's, or a suspicion's too."""
    told = rows["attribution"]
    if not told.notna().any():
        return []
    unknown = (rows["actor1"].isna() | rows["actor1"].fillna("").str.startswith(UNIDENTIFIED)).to_numpy()
    sure = told.isin(["claimed", "independent"]).to_numpy() | unknown
    return [Choice("claimed or independent", sure), Choice("and suspected or alleged", np.ones(len(rows), bool))]
