"""Which rows of two lists lie near each other in space and time, without looking at every pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

__all__ = ["Spots", "great_circle_km", "near_pairs"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KM_A_DEGREE = 111.111
"""Kilometres of a degree of a great circle, as meltt and this whole room reckon them."""

# Rows looked up at once: a hundred thousand rows with a few dozen neighbours each are some hundred megabytes.
_ROWS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """When and where the rows of a list were.

    Attributes
    ----------
    start, end : arrays of int, shape (n,)
        First and last day, as days since 1970-01-01.
    latitude, longitude : arrays of float, shape (n,)
        In degrees; NaN where unknown.
    """

    start: Ints
    end: Ints
    latitude: Floats
    longitude: Floats

    def __len__(self) -> int:
        return len(self.start)

    def at(self, rows: NDArray[Any]) -> Spots:
        """The spots of `rows` alone, in their order."""
        return Spots(self.start[rows], self.end[rows], self.latitude[rows], self.longitude[rows])


def near_pairs(one: Spots, other: Spots, km: float, days: float) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of rows that began within `days` of each other and lie within `km`.

    Time grows with the rows and the pairs found, not with the product of the lists: rows are looked up in a tree over
    space and time. A row without a point has no pairs.

    Returns
    -------
    rows of `one`, rows of `other`, kilometres : arrays, shape (pairs,)
        Ordered by the first, then the second.
    """
    found = list(_near(one, other, km, days))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    first, second, distance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((second, first))
    return first[order], second[order], distance[order]


def _near(one: Spots, other: Spots, km: float, days: float) -> Iterator[tuple[Ints, Ints, Floats]]:
    rows_one, rows_other = (np.flatnonzero(np.isfinite(s.latitude) & np.isfinite(s.longitude)) for s in (one, other))
    if not len(rows_one) or not len(rows_other):
        return
    tree = cKDTree(_coordinates(other.at(rows_other), km, days))
    # Days in order, so that each part looks into one corner of the tree.
    rows_one = rows_one[np.argsort(one.start[rows_one], kind="stable")]
    for begin in range(0, len(rows_one), _ROWS_AT_ONCE):
        some = rows_one[begin : begin + _ROWS_AT_ONCE]
        pairs = cKDTree(_coordinates(one.at(some), km, days)).sparse_distance_matrix(
            tree, 1.0 + 1e-9, p=np.inf, output_type="ndarray"
        )
        first, second = some[pairs["i"]], rows_other[pairs["j"]]
        distance = great_circle_km(
            one.latitude[first], one.longitude[first], other.latitude[second], other.longitude[second]
        )
        # The tree compares boxes, which are wider than a circle.
        fits = (distance <= km) & (np.abs(one.start[first] - other.start[second]) <= days)
        yield first[fits], second[fits], distance[fits]


def great_circle_km(latitude: Floats, longitude: Floats, latitude2: Floats, longitude2: Floats) -> Floats:
    """Kilometres between points in degrees, by Vincenty's formula on a sphere, which holds at any distance.

    Examples
    --------
    >>> great_circle_km(np.array([0.0]), np.array([0.0]), np.array([0.0]), np.array([2.0])).round(3)
    array([222.222])
    """
    a, b, turn = np.radians(latitude), np.radians(latitude2), np.radians(longitude2 - longitude)
    across = np.hypot(np.cos(b) * np.sin(turn), np.cos(a) * np.sin(b) - np.sin(a) * np.cos(b) * np.cos(turn))
    along = np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(turn)
    kilometres: Floats = np.degrees(np.arctan2(across, along)) * KM_A_DEGREE
    return kilometres


def _coordinates(spots: Spots, km: float, days: float) -> Floats:
    """Points in space (chords are never longer than arcs) and time, in windows: one apart is just within reach."""
    radius = np.degrees(1.0) * KM_A_DEGREE / max(km, 1e-6)
    latitude, longitude = np.radians(spots.latitude), np.radians(spots.longitude)
    return np.column_stack(
        (
            radius * np.cos(latitude) * np.cos(longitude),
            radius * np.cos(latitude) * np.sin(longitude),
            radius * np.sin(latitude),
            spots.start / max(days, 0.5),
        )
    )
