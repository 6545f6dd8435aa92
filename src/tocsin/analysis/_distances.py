"""Pairs of events that are near each other, by the metrics that measures of clustering use."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy.spatial import cKDTree

from tocsin.analysis._results import Floats, Ints
from tocsin.errors import UsageError

__all__ = ["EARTH_KM", "METRICS", "Metric", "check_points", "near_pairs", "on_sphere"]

EARTH_KM = 6371.0
Metric = Literal["manhattan", "euclidean", "great-circle"]
METRICS: tuple[str, ...] = get_args(Metric)


def check_points(x: Floats, y: Floats, metric: str) -> tuple[Floats, Floats]:
    """Two arrays of coordinates that `metric` can be used on.

    Raises
    ------
    UsageError
        If they differ in length, hold what is no number, or are no degrees where `metric` is great-circle.
    """
    if metric not in METRICS:
        raise UsageError(f"there is no metric {metric!r}; take one of: {', '.join(METRICS)}")
    x, y = np.asarray(x, float), np.asarray(y, float)
    if x.ndim != 1 or x.shape != y.shape:
        raise UsageError(f"x and y must be two rows of equal length; they are {x.shape} and {y.shape}")
    bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if len(bad):
        raise UsageError(f"event {bad[0] + 1} has no coordinates; leave out events without a place first")
    if metric == "great-circle" and len(x) and (np.abs(x).max() > 360 or np.abs(y).max() > 90):
        raise UsageError("great-circle distances need degrees: x is longitude, y is latitude (at most 90)")
    return x, y


def on_sphere(longitude: Floats, latitude: Floats) -> Floats:
    """Points on the unit sphere, shape (n, 3), of degrees."""
    a, b = np.radians(longitude), np.radians(latitude)
    return np.column_stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])


def near_pairs(x: Floats, y: Floats, radius: float, metric: Metric) -> tuple[Ints, Floats]:
    """All pairs of points less than `radius` apart: their numbers, shape (pairs, 2), and their distances.

    Distances are in the unit of the coordinates, or in kilometres of a sphere (radius 6,371 km) for great-circle.
    """
    if metric == "great-circle":
        points = on_sphere(x, y)
        reach, p = 2 * np.sin(min(radius / EARTH_KM, np.pi) / 2), 2.0
    else:
        points = np.column_stack([x, y])
        reach, p = radius, 1.0 if metric == "manhattan" else 2.0
    # The tree takes what is as far as its reach, give or take rounding; what counts is decided below, once.
    pairs = cKDTree(points).query_pairs(reach * (1 + 1e-9) + 1e-12, p=p, output_type="ndarray")
    between = points[pairs[:, 0]] - points[pairs[:, 1]]
    if metric == "manhattan":
        distance = np.abs(between).sum(axis=1)
    else:
        distance = np.sqrt((between**2).sum(axis=1))
    if metric == "great-circle":
        distance = 2 * EARTH_KM * np.arcsin(np.minimum(1.0, distance / 2))
    kept = distance < radius
    return pairs[kept].astype(np.int64), distance[kept]
