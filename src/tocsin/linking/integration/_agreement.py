"""How far datasets agree on the events that they have in common, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.linking.integration._lists import plain_name
from tocsin.linking.integration._near import Floats, great_circle_km

__all__ = ["Agreement", "agreement", "day_gaps", "distances"]

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One measure of one field over the matches in which both sides state it.

    `unit` is ``share``, ``km`` or ``days``; `of` is how many matches it is measured on.
    """

    field: str
    measure: str
    value: float
    unit: str
    of: int


def agreement(one: Columns, other: Columns) -> tuple[Agreement, ...]:
    """Measure the agreement of matched rows: the same position of `one` and `other` is the same event.

    Columns are arrays by the names of ``tocsin.interfaces.DATASET_COLUMNS``.
    """
    return tuple(_measures(one, other))


def day_gaps(one: Columns, other: Columns) -> Floats:
    """Days from the first day of a row to that of its match; NaN where one is unknown."""
    start, start2 = (columns["date_start"].astype("datetime64[D]") for columns in (one, other))
    gaps: Floats = (start2 - start).astype(float)
    gaps[np.isnat(start) | np.isnat(start2)] = np.nan
    return gaps


def distances(one: Columns, other: Columns) -> Floats:
    """Kilometres from a row to its match; NaN where one has no point."""
    points = [columns[axis].astype(float) for columns in (one, other) for axis in ("latitude", "longitude")]
    kilometres: Floats = great_circle_km(*points)
    return kilometres


def _measures(one: Columns, other: Columns) -> Iterator[Agreement]:
    gaps = np.abs(day_gaps(one, other))
    yield from _shares("date", gaps, {"same first day": 0, "first days one apart at most": 1})
    kilometres = distances(one, other)
    known = kilometres[~np.isnan(kilometres)]
    if len(known):
        yield Agreement("place", "median distance", round(float(np.median(known)), 3), "km", len(known))
        yield Agreement("place", "nine in ten within", round(float(np.quantile(known, 0.9)), 3), "km", len(known))
    if "deaths_best" in one and "deaths_best" in other:
        apart = np.abs(one["deaths_best"].astype(float) - other["deaths_best"].astype(float))
        yield from _shares("deaths", apart, {"same figure": 0, "one apart at most": 1})
    for field, columns in (("actors", ("actor1", "actor2")), ("type", ("event_type",)), ("division", ("admin1",))):
        yield from _names(field, columns, one, other)


def _shares(field: str, apart: Floats, measures: Mapping[str, int]) -> Iterator[Agreement]:
    known = apart[~np.isnan(apart)]
    if len(known):
        for measure, most in measures.items():
            yield Agreement(field, measure, round(float((known <= most).mean()), 4), "share", len(known))


def _names(field: str, columns: Sequence[str], one: Columns, other: Columns) -> Iterator[Agreement]:
    if not all(column in side for side in (one, other) for column in columns):
        return
    numbers = {"": 0}
    first, second = ([_numbered(side[column], numbers) for column in columns] for side in (one, other))
    # Either order, for what one dataset calls the first actor may be the other's second.
    straight, turned = (
        np.all([mine == its for mine, its in zip(first, order, strict=True)], axis=0)
        for order in (second, second[::-1])
    )
    said = np.any(first, axis=0) & np.any(second, axis=0)
    if said.any():
        measure = "same names as written" if field == "actors" else "same words"
        share = float((straight | turned)[said].mean())
        yield Agreement(field, measure, round(share, 4), "share", int(said.sum()))


def _numbered(column: NDArray[Any], numbers: dict[str, int]) -> NDArray[np.int64]:
    """A number for each name, the same for those that are written alike; none is nought."""
    values = column.tolist()
    known = {}
    for value in set(values):
        plain = "" if value is None or value != value else plain_name(str(value))
        known[value] = numbers.setdefault(plain, len(numbers))
    return np.array([known[value] for value in values], np.int64)
