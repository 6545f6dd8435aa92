"""Invented lists of events, and accounts of the same events by somebody else. No place or name is anybody's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.linking.integration import EventList

Columns = dict[str, NDArray[Any]]

SIDES = ("Government of Ruritania", "Ruritanian rebels", "Northern Front", "Harbour Guard", "Valley Militia")
DAY = np.datetime64("2024-01-01")


def events(count: int, seed: int, days: int = 60, towns: int = 8) -> Columns:
    """Events of towns some ten kilometres apart."""
    random = np.random.default_rng(seed)
    town = random.integers(0, towns, count)
    sides = np.array(SIDES, object)
    one = random.integers(0, len(SIDES), count)
    start = DAY + random.integers(0, days, count)
    return {
        "id": np.array([f"a{n}" for n in range(count)], object),
        "row": np.arange(1, count + 1),
        "date_start": start,
        "date_end": start,
        "latitude": 10.0 + town * 0.1 + random.normal(0, 0.01, count),
        "longitude": 20.0 + random.normal(0, 0.01, count),
        "actor1": sides[one],
        "actor2": sides[(one + random.integers(1, len(SIDES), count)) % len(SIDES)],
        "deaths_best": random.poisson(4, count).astype(float),
    }


def another_account(columns: Columns, seed: int, kept: float = 0.8) -> tuple[Columns, dict[str, str]]:
    """Most of the events as another dataset has them, and which id is which."""
    random = np.random.default_rng(seed)
    rows = random.permutation(np.flatnonzero(random.random(len(columns["id"])) < kept))
    other = {key: column[rows].copy() for key, column in columns.items()}
    count = len(rows)
    truth = {str(was): f"b{n}" for n, was in enumerate(other["id"].tolist())}
    other["id"] = np.array([f"b{n}" for n in range(count)], object)
    other["row"] = np.arange(1, count + 1)
    other["date_start"] = other["date_end"] = other["date_start"] + random.choice([-1, 0, 1], count, p=[0.1, 0.8, 0.1])
    other["latitude"] += random.normal(0, 0.004, count)
    other["longitude"] += random.normal(0, 0.004, count)
    other["deaths_best"] = np.maximum(0, other["deaths_best"] + random.integers(-1, 2, count))
    other["actor1"] = np.array([name.replace("Government of", "Govt. of") for name in other["actor1"]], object)
    return other, truth


def shuffled(columns: Columns, seed: int) -> Columns:
    order = np.random.default_rng(seed).permutation(len(columns["id"]))
    return {key: column[order] for key, column in columns.items()}


def listed(columns: Columns, name: str = "") -> EventList:
    return EventList.of(name, columns)
