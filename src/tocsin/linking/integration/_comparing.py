"""Pairs of rows compared field by field, as weights: how much likelier what is seen is of one event than of two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from tocsin.linking.integration._lists import EventList
from tocsin.linking.integration._near import Floats, Ints

__all__ = ["TRUST", "Comparison", "DeathTolls", "Distances", "Gaps"]

TRUST = 5.0
"""Pairs: what is thought without data counts as so many in every table."""


class Comparison(Protocol):
    """One field of all candidate pairs."""

    field: str

    def learn(self, probability: Floats) -> None:
        """Learn from how likely each pair is one event."""

    def weights(self) -> Floats:
        """What the field adds to the natural log odds of each pair."""


class Gaps(Comparison):
    """Days between two rows: of their first days where both last one day, else between the spans they were in.

    A gap that can be had by many first days (two weeks that overlap) says less than one that can be had by one.
    """

    field = "date"

    def __init__(self, one: EventList, other: EventList, first: Ints, second: Ints, days: int) -> None:
        start, end = one.spots.start[first], one.spots.end[first]
        start2, end2 = other.spots.start[second], other.spots.end[second]
        gaps = np.maximum(np.maximum(start2 - end, start - end2), 0)
        lengths = (end - start) + (end2 - start2) + 1
        apart = np.abs(start - start2)
        # Single days by how far apart they are; spans by how far their first days are, or by the gap between them.
        spans = np.where(apart <= 1, apart, np.where(gaps == 0, 2, 3))
        self._days = days
        self._cell = np.where(lengths > 1, days + 1 + spans, np.minimum(apart, days)).astype(np.int16)
        offsets = np.where(lengths > 1, np.choose(spans, [1, 2, np.maximum(lengths - 3, 1), 2 * days]), 0)
        alone = np.where(apart == 0, 1, 2)
        # Within the window an unmatched pair is as likely on any day.
        self._chance = (np.where(lengths > 1, offsets, alone) / (lengths + 2 * days)).astype(np.float32)
        self._learned = self._prior()
        self._together = np.ones(len(self._learned))

    def _prior(self) -> Floats:
        """Half as many with each day further off, to begin with."""
        prior: Floats = np.concatenate((0.5 ** np.arange(1, self._days + 2), [0.5, 0.25, 0.2, 0.05]))
        return prior

    def learn(self, probability: Floats) -> None:
        seen = np.bincount(self._cell, probability, self._days + 5) + TRUST * self._prior()
        cut = self._days + 1
        self._learned = np.concatenate((seen[:cut] / seen[:cut].sum(), seen[cut:] / seen[cut:].sum()))
        # What happens near by happens together: unmatched pairs are on the same day more often than by chance.
        even = np.minimum(np.arange(cut), 1) + 1.0
        even = 100 * even / even.sum()
        apart = np.bincount(self._cell, 1.0 - probability, self._days + 5)[:cut] + even
        self._together[:cut] = apart / apart.sum() / (even / even.sum())

    def weights(self) -> Floats:
        ratio = self._learned / self._together
        # A day further off never speaks more for a match.
        cut = self._days + 1
        offsets = np.minimum(np.arange(cut), 1) + 1.0
        ratio[:cut] = np.minimum.accumulate(ratio[:cut] / offsets) * offsets
        weights: Floats = np.log(ratio[self._cell] / self._chance)
        return weights


class Distances(Comparison):
    """Kilometres between two points: a mixture of two-dimensional normals of many widths.

    Whatever moved the points — another gazetteer, a town's centre for its quarter, an unknown error — is some mixture
    of them, learned for each coarseness of the places. How dense unmatched pairs are at a distance is learned beside
    it, for towns make them denser near by.
    """

    field = "place"
    # Kilometres, the standard deviation along each axis. The narrowest is the same point of the same gazetteer.
    _SCALES = np.array([0.05, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, 40.0, 80.0])
    _BINS = 400

    def __init__(self, distance: Floats, coarse: Ints, reach: Sequence[float]) -> None:
        """`reach` is the widest distance of a candidate, for each coarseness."""
        count = len(reach)
        # Bins are as fine as the narrowest scale near by, where that matters, and widen outwards.
        self._edges = np.stack([widest * np.linspace(0.0, 1.0, self._BINS + 1) ** 2 for widest in reach])
        bins = np.empty(len(distance), np.int64)
        for level in range(count):
            at = coarse == level
            bins[at] = np.clip(np.searchsorted(self._edges[level], distance[at], "right") - 1, 0, self._BINS - 1)
        self._bin = (coarse * self._BINS + bins).astype(np.int32)
        middle = (self._edges[:, 1:] + self._edges[:, :-1]) / 2
        self._area = np.pi * np.diff(self._edges**2, axis=1)
        # Shape (scales, coarsenesses, bins); what lies beyond the window is lost to it.
        scales = self._SCALES[:, None, None]
        density = np.exp(-((middle / scales) ** 2) / 2) / (2 * np.pi * scales**2)
        within = np.maximum((density * self._area).sum(axis=2, keepdims=True), 1e-12)
        self._kernels = density / within
        fits = self._SCALES[:, None] <= np.maximum(np.array(reach), self._SCALES[0])
        self._prior = fits / fits.sum(axis=0)
        self._share = self._prior
        self._unmatched = self._counted(np.ones(len(distance)))
        self._weigh()

    def _counted(self, weight: Floats) -> Floats:
        counted: Floats = np.bincount(self._bin, weight, self._area.size).astype(float).reshape(self._area.shape)
        return counted

    def learn(self, probability: Floats) -> None:
        seen = self._counted(probability)
        parts = self._share[:, :, None] * self._kernels
        parts = parts / np.maximum(parts.sum(axis=0), 1e-300) * seen
        by_scale = parts.sum(axis=2)
        self._share = (by_scale + self._prior) / (by_scale.sum(axis=0) + 1.0)
        self._unmatched = self._counted(1.0 - probability)
        self._weigh()

    def _weigh(self) -> None:
        dense = (self._share[:, :, None] * self._kernels).sum(axis=0)
        # Rings of twenty bins hold enough pairs to tell how dense they are.
        rings = (len(self._area), self._BINS // 20, 20)
        seen, area = self._unmatched.reshape(rings).sum(axis=2), self._area.reshape(rings).sum(axis=2)
        whole = seen.sum(axis=1, keepdims=True)
        even = area / area.sum(axis=1, keepdims=True)
        chance = np.repeat((seen + 20 * even) / (whole + 20) / area, 20, axis=1)
        self._weights = np.log(np.maximum(dense, 1e-12) / chance).ravel()

    def weights(self) -> Floats:
        weights: Floats = self._weights[self._bin]
        return weights


# How much further apart tolls are, step by step; from the fifth on they differ.
_EQUAL, _DIFFERENT, _STEPS = 1, 4, 6


class DeathTolls(Comparison):
    """Figures of deaths: equal, one apart, near, half to double, far apart; an equal one says more, the rarer it is.

    All that is said is said of two figures, whatever the rows: so it is kept by the different figures of both lists.
    """

    field = "deaths"
    # Shares of the steps to begin with.
    _PRIOR = np.array([0.5, 0.2, 0.15, 0.1, 0.05])

    def __init__(self, one: EventList, other: EventList, first: Ints, second: Ints) -> None:
        # NaN is one figure, and the last.
        mine, at_mine = np.unique(one.deaths, return_inverse=True)
        its, at_its = np.unique(other.deaths, return_inverse=True)
        self._at = (at_mine[first] * len(its) + at_its[second]).astype(np.int32)
        grid = np.meshgrid(mine, its, indexing="ij")
        self._step = _steps(*grid)
        # A toll of none, of a few, of a score or of more is not miscounted alike.
        size = np.digitize(np.nan_to_num(np.minimum(*grid), nan=0.0), [1, 5, 20])
        self._cell = (size * _STEPS + self._step).ravel()
        rows = np.arange(len(mine))[:, None], np.arange(len(its))[None, :]
        forth = _expected(mine, other.deaths)[rows[0], self._step]
        back = _expected(its, one.deaths)[rows[1], self._step]
        # Seen from the first list and from the second; neither leads.
        self._chance = np.sqrt(forth * back).ravel()
        self._learned = np.tile(np.concatenate(([1.0], self._PRIOR)), 4)

    def learn(self, probability: Floats) -> None:
        by_figures = np.bincount(self._at, probability, len(self._cell))
        seen = np.bincount(self._cell, by_figures, 4 * _STEPS).reshape(4, _STEPS)[:, _EQUAL:]
        shared = (seen.sum(axis=0) + TRUST * self._PRIOR) / (seen.sum() + TRUST)
        table = (seen + 20 * shared) / (seen.sum(axis=1, keepdims=True) + 20)
        self._learned = np.column_stack((np.ones(4), table)).ravel()

    def weights(self) -> Floats:
        step = self._step.ravel()
        by_figures = np.log(self._learned[self._cell] / self._chance)
        # That a figure is missing says nothing, and that figures differ never speaks for a match: where lists have next
        # to nothing in common, what is learned would otherwise drift to events that are merely beside each other.
        by_figures = np.where(step >= _DIFFERENT, np.minimum(by_figures, 0.0), by_figures)
        weights: Floats = np.where(step < _EQUAL, 0.0, by_figures)[self._at]
        return weights


def _bounds(deaths: Floats) -> Floats:
    """Up to which difference each step from *equal* on goes, but for the last: shape (tolls, 4)."""
    near = np.maximum(2.0, np.floor(deaths * 0.15))
    return np.stack([np.zeros_like(deaths), np.ones_like(deaths), near, np.maximum(near + 1, deaths)], axis=-1)


def _steps(mine: Floats, its: Floats) -> Ints:
    apart = np.abs(mine - its)[..., None] > _bounds(np.minimum(mine, its))
    steps: Ints = np.where(np.isnan(mine - its), 0, _EQUAL + apart.sum(axis=-1))
    return steps


def _expected(deaths: Floats, others: Floats) -> Floats:
    """The share of the rows with `others` that each toll would meet in each step by chance: shape (tolls, steps)."""
    known = np.sort(others[~np.isnan(others)])
    within = np.zeros((len(deaths), _STEPS))
    for number, reach in enumerate(_bounds(deaths).T, start=_EQUAL):
        low, high = np.searchsorted(known, deaths - reach, "left"), np.searchsorted(known, deaths + reach, "right")
        within[:, number] = (high - low) / max(len(known), 1)
    within[:, -1] = 1.0
    expected: Floats = np.maximum(np.diff(within, axis=1, prepend=0.0), 0.5 / max(len(known), 1))
    expected[:, 0] = 1.0
    return expected
