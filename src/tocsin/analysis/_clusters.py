"""Clusters of events in space and time together (ST-DBSCAN)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.analysis._distances import EARTH_KM, check_points, near_pairs, on_sphere
from tocsin.analysis._results import Floats, Ints
from tocsin.errors import UsageError

__all__ = ["SpaceTimeCluster", "SpaceTimeClusters", "space_time_clusters"]


@dataclass(frozen=True, slots=True)
class SpaceTimeCluster:
    """One cluster: how many events, where its middle is, how far it reaches, and when."""

    events: int
    latitude: float
    longitude: float
    radius: float
    """Kilometres from the middle to the farthest event."""
    first: float
    last: float
    """Days, as they were given."""


@dataclass(frozen=True, slots=True, eq=False)
class SpaceTimeClusters:
    """Clusters, the largest first, and the cluster of each event."""

    estimand: str
    label: Ints
    """Number of each event's cluster in `clusters`; -1 for none. Shape (events,)."""
    clusters: tuple[SpaceTimeCluster, ...]
    km: float
    days: float
    least: int
    caveats: tuple[str, ...]


def space_time_clusters(
    latitude: Floats, longitude: Floats, days: Floats, *, km: float = 10.0, within: float = 7.0, least: int = 5
) -> SpaceTimeClusters:
    """Group events that are dense in space and time together.

    An event with at least `least` events, itself among them, less than `km` away and at most `within` days from it is
    the core of a cluster; cores near each other are one cluster, with all that is near them. The rest are in none.

    Parameters
    ----------
    latitude, longitude : array of shape (n,)
        In degrees; distances are great-circle.
    days : array of shape (n,)
    km, within : float
    least : int

    Returns
    -------
    SpaceTimeClusters

    References
    ----------
    Birant, D. and Kut, A. (2007). ST-DBSCAN: an algorithm for clustering spatial-temporal data. *Data & Knowledge
    Engineering* 60. Ester, M. et al. (1996). A density-based algorithm for discovering clusters. *KDD*.

    Examples
    --------
    >>> import numpy as np
    >>> north, days = np.array([0, 0.01, 0.02, 0, 5.0]), np.array([1, 2, 3, 90, 2.0])
    >>> space_time_clusters(north, np.zeros(5), days, least=3).label.tolist()
    [0, 0, 0, -1, -1]
    """
    from scipy.sparse import coo_matrix
    from sklearn.cluster import DBSCAN

    x, y = check_points(longitude, latitude, "great-circle")
    when = np.asarray(days, float)
    if when.shape != x.shape or not np.isfinite(when).all():
        raise UsageError(f"each of the {len(x)} events needs a day; leave out events without one first")
    if km <= 0 or within < 0 or least < 2:
        raise UsageError(f"{km:g} km, {within:g} days and {least} events make no cluster; take at least 2 events")
    if not len(x):
        raise UsageError("there are no events to group")
    pairs, _ = near_pairs(x, y, km, "great-circle")
    pairs = pairs[np.abs(when[pairs[:, 0]] - when[pairs[:, 1]]) <= within]
    ends = np.concatenate([pairs, pairs[:, ::-1], np.column_stack([np.arange(len(x))] * 2)])
    near = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (len(x), len(x))).tocsr()
    # A table of who is near whom, as distances: 1 where near, nothing elsewhere.
    label = DBSCAN(eps=1.0, min_samples=least, metric="precomputed").fit(near).labels_.astype(np.int64)
    sizes = np.bincount(label[label >= 0]) if (label >= 0).any() else np.array([], np.int64)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    label = np.where(label >= 0, rank[np.maximum(label, 0)] if len(rank) else -1, -1)
    return SpaceTimeClusters(
        "groups of recorded events that are dense in space and time together",
        label,
        tuple(_cluster(x[label == n], y[label == n], when[label == n]) for n in range(len(order))),
        km,
        within,
        least,
        (
            "Where a cluster ends depends on the kilometres, days and events asked for.",
            "Events placed at the middle of a town look denser than they are.",
        ),
    )


def _cluster(x: Floats, y: Floats, when: Floats) -> SpaceTimeCluster:
    points = on_sphere(x, y)
    middle = points.mean(axis=0) / np.linalg.norm(points.mean(axis=0))
    chord = np.linalg.norm(points - middle, axis=1).max()
    return SpaceTimeCluster(
        len(x),
        float(np.degrees(np.arcsin(middle[2]))),
        float(np.degrees(np.arctan2(middle[1], middle[0]))),
        float(2 * EARTH_KM * np.arcsin(min(1.0, chord / 2))),
        float(when.min()),
        float(when.max()),
    )
