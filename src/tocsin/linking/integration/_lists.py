"""An event dataset as arrays: what integration compares of each row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from tocsin.linking.integration._near import Floats, Ints, Spots

__all__ = ["EventList", "Words", "plain_name"]

# How far a row's point may be from where it was, by the precision of its place: 0 a settlement or nearer, 1 near one
# or somewhere in a district, 2 somewhere in a larger area. Unstated is taken for a settlement, as most rows are one.
_COARSENESS = {"near": 1, "admin2": 1, "admin1": 2, "country": 2}
# The finest of these that a list has tells what happened; lists need not use the same words.
_KINDS = ("sub_event_type", "event_type", "code", "violence")
_DAY = np.datetime64("1970-01-01")


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A column of words: the different ones, and which of them each row has. The first is always "" for none."""

    words: tuple[str, ...]
    codes: Ints

    @property
    def said(self) -> bool:
        """Whether any row says anything."""
        return len(self.words) > 1

    def at(self, rows: NDArray[Any]) -> Words:
        return Words(self.words, self.codes[rows])


@dataclass(frozen=True, slots=True, eq=False)
class EventList:
    """The rows of one dataset, in an order that does not depend on how they came.

    Attributes
    ----------
    name : str
    rows : array of int, shape (n,)
        Where each stands in the table that was given.
    spots : Spots
        Rows whose day or point is unknown are left out: nothing says that they are another's.
    coarse : array of int, shape (n,)
        How precise the place is: 0 settlement, 1 near one or a district, 2 a larger area.
    deaths : array of float, shape (n,)
        Best figure, else the middle of low and high; NaN where unknown.
    actor1, actor2, kind, area : Words
        Who did it, to whom, what it was, and the first-level division.
    """

    name: str
    rows: Ints
    spots: Spots
    coarse: Ints
    deaths: Floats
    actor1: Words
    actor2: Words
    kind: Words
    area: Words

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(cls, name: str, columns: Mapping[str, NDArray[Any]]) -> EventList:
        """Make a list of `columns`, arrays by the names of ``tocsin.interfaces.DATASET_COLUMNS``.

        Days are ``datetime64`` (NaT where unknown), numbers are float (NaN where unknown), words are str or None.
        A column that is not there is unknown throughout; ``date_start``, ``latitude`` and ``longitude`` must be there.
        """
        count = len(columns["date_start"])
        start = columns["date_start"].astype("datetime64[D]")
        end = columns.get("date_end", start).astype("datetime64[D]")
        end = np.where(np.isnat(end) | (end < start), start, end)
        latitude, longitude = (columns[axis].astype(float) for axis in ("latitude", "longitude"))
        usable = np.flatnonzero(~np.isnat(start) & np.isfinite(latitude) & np.isfinite(longitude))
        first, last = ((day[usable] - _DAY).astype(np.int64) for day in (start, end))
        spots = Spots(first, last, latitude[usable], longitude[usable])
        deaths = _deaths(columns, count)[usable]
        words = {key: _words(columns.get(key), count).at(usable) for key in ("actor1", "actor2", "admin1")}
        kind = next((key for key in _KINDS if _says(columns.get(key))), "code")
        words["kind"] = _words(columns.get(kind), count).at(usable)
        coarse = np.array([_COARSENESS.get(p, 0) for p in _texts(columns.get("place_precision"), count)], np.int64)
        ids = np.array(_texts(columns.get("id"), count))[usable]
        order = np.lexsort(
            (
                ids,
                *(w.codes for w in words.values()),
                np.nan_to_num(deaths, nan=-1),
                spots.longitude,
                spots.latitude,
                spots.end,
                spots.start,
            )
        )
        ordered = {key: word.at(order) for key, word in words.items()}
        return cls(
            name,
            usable[order],
            spots.at(order),
            coarse[usable][order],
            deaths[order],
            ordered["actor1"],
            ordered["actor2"],
            ordered["kind"],
            ordered["admin1"],
        )

    def at(self, rows: NDArray[Any]) -> EventList:
        """The list with `rows` alone, in their order."""
        return EventList(
            self.name,
            self.rows[rows],
            self.spots.at(rows),
            self.coarse[rows],
            self.deaths[rows],
            *(word.at(rows) for word in (self.actor1, self.actor2, self.kind, self.area)),
        )


def plain_name(name: str) -> str:
    """A name in small Latin letters, without years in brackets: what spellings are compared by.

    Examples
    --------
    >>> plain_name("Military Forces of Syria (2000-)")
    'military forces of syria'
    """
    return " ".join(re.sub(r"\(\s*\d{4}.*?\)", " ", anyascii(name)).casefold().split())


def _texts(column: NDArray[Any] | None, count: int) -> list[str]:
    if column is None:
        return [""] * count
    values = column.tolist()
    texts = {value: _text(value) for value in set(values)}
    return [texts[value] for value in values]


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _says(column: NDArray[Any] | None) -> bool:
    return column is not None and any(_text(value) for value in set(column.tolist()))


def _words(column: NDArray[Any] | None, count: int) -> Words:
    texts = _texts(column, count)
    words = ("", *sorted(set(texts) - {""}))
    number = {word: n for n, word in enumerate(words)}
    return Words(words, np.array([number[text] for text in texts], np.int64))


def _deaths(columns: Mapping[str, NDArray[Any]], count: int) -> Floats:
    unknown = np.full(count, np.nan)
    low, best, high = (columns.get(f"deaths_{k}", unknown).astype(float) for k in ("low", "best", "high"))
    middle = np.where(np.isnan(low), high, np.where(np.isnan(high), low, np.round((low + high) / 2)))
    return np.where(np.isnan(best), middle, best)
