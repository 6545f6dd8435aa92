"""What the columns of the event table mean; the words are in ``columns.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

from tocsin.records import EventRow

__all__ = ["EventColumn", "columns", "has_point", "row_day"]


@dataclass(frozen=True, slots=True)
class EventColumn:
    """A column of the event table.

    Attributes
    ----------
    name : str
        As it stands in the table.
    type : {"text", "date", "integer", "number"}
    meaning : str
        What it tells, in a sentence.
    values : str
        What it may hold; empty where anything goes.
    width : int
        Characters, for spreadsheets.
    """

    name: str
    type: Literal["text", "date", "integer", "number"]
    meaning: str
    values: str
    width: int


@cache
def columns() -> tuple[EventColumn, ...]:
    """The columns of the event table, in its order."""
    text = resources.files("tocsin.export").joinpath("columns.toml").read_text(encoding="utf-8")
    return tuple(EventColumn(**table) for table in tomllib.loads(text)["column"])


def has_point(row: EventRow) -> bool:
    """Whether the place of `row` has a point. Nought degrees by nought is sea, and stands for none."""
    return (row.latitude, row.longitude) != (0.0, 0.0)


def row_day(row: EventRow) -> date | None:
    """The day of `row`, None where it is none."""
    try:
        return date.fromisoformat(row.event_date)
    except ValueError:
        return None
