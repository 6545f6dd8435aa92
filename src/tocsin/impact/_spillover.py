"""Whether what was done in one place moved, or spread to, the places around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from tocsin.analysis._distances import EARTH_KM, on_sphere
from tocsin.analysis._results import Bools, Floats, Ints
from tocsin.errors import UsageError
from tocsin.impact._staggered import Summary, event_study, group_time_effects
from tocsin.impact._study import Study

__all__ = ["Ring", "Spillover", "spillover"]


@dataclass(frozen=True, slots=True)
class Ring:
    """Untreated places at one distance from the nearest treated one."""

    inner: float
    outer: float
    """Kilometres; a place at `outer` belongs to the next ring."""
    units: int
    effect: Summary | None
    """Against places beyond all rings; None where it cannot be estimated, and `why` says why."""
    why: str
    before_p: float


@dataclass(frozen=True, slots=True, eq=False)
class Spillover:
    """Effects on treated places, and on those around them, against places far from any."""

    estimand: str
    treated: Summary
    rings: tuple[Ring, ...]
    far: int
    """Untreated places beyond all rings: the controls."""
    words: str
    caveats: tuple[str, ...]


def spillover(
    study: Study, latitude: Floats, longitude: Floats, edges: Sequence[float] = (0.0, 25.0, 50.0)
) -> Spillover:
    """Estimate effects on treated places and, ring by ring, on untreated ones near them.

    Places in a ring are taken as treated when the nearest treated place was, and compared with those beyond all rings.
    If these are not affected, neither the effect nor the spillover is mistaken for the other.

    Parameters
    ----------
    study : Study
    latitude, longitude : array of shape (units,)
        Of each unit, in degrees.
    edges : sequence of float
        Kilometres: rising, from 0. ``(0, 25, 50)`` makes rings [0, 25) and [25, 50); controls are 50 km away or more.

    Returns
    -------
    Spillover

    Raises
    ------
    UsageError
        If edges do not rise, a unit has no place, or no untreated place is beyond the last ring.

    References
    ----------
    Butts, K. (2023). Difference-in-differences with spatial spillovers. *arXiv* 2105.03737.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.impact import make_study
    >>> unit, period = np.repeat(np.arange(60), 4), np.tile(np.arange(4), 60)
    >>> first = np.where(unit < 15, 2, 0)
    >>> outcome = np.random.default_rng(1).normal(0, 0.1, 240) - ((first > 0) & (period >= 2))
    >>> north = np.repeat([0.0, 0.1, 3, 4], 15)[np.argsort([str(n) for n in range(60)])]
    >>> found = spillover(make_study(unit, period, outcome, first), north, np.zeros(60))
    >>> round(found.treated.effect), found.rings[0].units, found.far
    (-1, 15, 30)
    """
    bounds = np.asarray(edges, float)
    if len(bounds) < 2 or bounds[0] != 0 or not (np.diff(bounds) > 0).all():
        raise UsageError(f"{list(edges)} are no rings; write rising kilometres from 0, such as 0, 25, 50")
    where = np.column_stack([np.asarray(latitude, float), np.asarray(longitude, float)])
    if where.shape != (len(study.units), 2) or not np.isfinite(where).all():
        raise UsageError(f"each of the {len(study.units)} places needs a latitude and a longitude")
    treated = study.first >= 0
    if not treated.any():
        raise UsageError("nobody had the treatment in these periods: there is nothing to spread")
    distance, since = _nearest(study, where)
    far = ~treated & (distance >= bounds[-1])
    if far.sum() < 2:
        raise UsageError(
            f"{int(far.sum())} untreated places are {bounds[-1]:g} km or more from a treated one: there is nobody "
            "to compare with who cannot have been reached; take narrower rings, or add places farther away"
        )
    own = event_study(group_time_effects(_only(study, treated | far, study.first)), "simple")
    rings = []
    for inner, outer in pairwise(bounds):
        within = ~treated & (distance >= inner) & (distance < outer)
        rings.append(_ring(study, within, far, since, float(inner), float(outer)))
    return Spillover(
        f"average effect on {study.measured} of treated places, and of untreated ones by distance to them, against "
        f"untreated places {bounds[-1]:g} km away or more",
        own.overall,
        tuple(rings),
        int(far.sum()),
        _words(own.overall, rings),
        (
            *own.caveats,
            "Places in a ring were not chosen at random: what is near a treated place may differ in other ways too.",
        ),
    )


def _nearest(study: Study, where: Floats) -> tuple[Floats, Ints]:
    """Kilometres from each unit to the nearest treated one, and the period of its treatment."""
    points = on_sphere(where[:, 1], where[:, 0])
    treated = np.flatnonzero(study.first >= 0)
    chord = np.linalg.norm(points[:, None] - points[treated][None], axis=2)
    distance = 2 * EARTH_KM * np.arcsin(np.minimum(1.0, chord.min(axis=1) / 2))
    return distance, study.first[treated[chord.argmin(axis=1)]]


def _only(study: Study, kept: Bools, first: Ints) -> Study:
    return replace(
        study,
        units=tuple(unit for unit, wanted in zip(study.units, kept, strict=True) if wanted),
        outcome=study.outcome[kept],
        first=first[kept],
        covariates=study.covariates[kept],
    )


def _ring(study: Study, within: Bools, far: Bools, since: Ints, inner: float, outer: float) -> Ring:
    many = int(within.sum())
    if many < 2:
        return Ring(inner, outer, many, None, "fewer than two untreated places", float("nan"))
    first = np.where(within, since, -1)
    try:
        found = event_study(group_time_effects(_only(study, within | far, first)), "simple")
    except UsageError as error:
        return Ring(inner, outer, many, None, str(error), float("nan"))
    return Ring(inner, outer, many, found.overall, "", found.before_p)


def _words(treated: Summary, rings: Sequence[Ring]) -> str:
    same: list[str] = []
    other: list[str] = []
    for ring in rings:
        if ring.effect is not None and ring.effect.low * ring.effect.high > 0:
            (same if ring.effect.effect * treated.effect > 0 else other).append(f"{ring.inner:g} to {ring.outer:g} km")
    if not same and not other:
        return "No ring around treated places is told from places far away."
    parts = []
    if other:
        parts.append(f"At {', '.join(other)} the outcome moved the other way: some of it may have been displaced.")
    if same:
        parts.append(f"At {', '.join(same)} it moved the same way: some of the effect may have spread.")
    return " ".join(parts)
