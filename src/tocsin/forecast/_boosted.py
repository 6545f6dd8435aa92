"""Quantiles learned over all units together, by gradient boosting, from each unit's near past and its neighbours'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tocsin.forecast._history import Floats, History, filled
from tocsin.forecast._models import Recency

__all__ = ["Boosted", "features", "training_pairs"]

LAGS = (0, 1, 2, 5, 11)
MEANS = (3, 6, 12, 24)
QUANTILES = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99)
# Fewer pairs than this teach nothing that recency does not know.
_LEAST_PAIRS = 500
# Pairs beyond these change the score by less than chance does and cost seconds.
_MOST_PAIRS = 24_000
# Months of its own past that a pair's origin has at least.
_LEAST_PAST = 6


@dataclass(frozen=True, slots=True)
class Boosted:
    """Histogram gradient boosting with quantile loss, as scikit-learn has it, on the logarithm of counts.

    Attributes
    ----------
    neighbours : mapping of str to sequence of str
        Units next to a unit; their past is a feature where given.
    rounds, leaves, rate : int, int, float
        Of the boosting.
    """

    neighbours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rounds: int = 50
    leaves: int = 6
    rate: float = 0.06
    name: str = "boosted"
    about: str = (
        "Quantiles of how a month differs from the unit's last year, learned over all units and past months together. "
        "It knows how wars fade after months of quiet; with a year or two of history it has seen few of them and may "
        "be wrong everywhere at once. Below 500 pairs of origin and target it is recency."
    )

    def draws(self, history: History, ahead: Sequence[int], n: int, seed: int = 0) -> Floats:
        """See :meth:`Model.draws`."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        logs = np.log1p(filled(history.values))
        around = neighbour_means(logs, history.units, self.neighbours)
        x, y = training_pairs(logs, around, ahead, seed)
        if len(y) < _LEAST_PAIRS:
            return Recency().draws(history, ahead, n, seed)
        now = features(logs, around, len(logs) - 1)
        level = base(logs, len(logs) - 1)
        asked = np.concatenate([np.column_stack([now, np.full(len(now), float(step))]) for step in ahead])
        told = ~np.isnan(x).all(axis=0)
        x, asked = x[:, told], asked[:, told]
        edges = []
        for share in QUANTILES:
            model: Any = HistGradientBoostingRegressor(
                loss="quantile",
                quantile=share,
                max_iter=self.rounds,
                max_leaf_nodes=self.leaves,
                learning_rate=self.rate,
                min_samples_leaf=40,
                early_stopping=False,
                random_state=seed,
            )
            edges.append(model.fit(x, y).predict(asked))
        found = np.sort(np.array(edges), axis=0).reshape(len(QUANTILES), len(ahead), -1) + level
        drawn = np.expm1(between(found, n))
        quiet = (history.values == 0).all(axis=0)
        drawn[:, quiet] = 0
        return np.asarray(np.maximum(np.round(drawn), 0))


def base(logs: Floats, at: int) -> Floats:
    """The level that differences are from: the mean logarithm of the last twelve months."""
    return np.asarray(logs[max(0, at - 11) : at + 1].mean(axis=0))


def neighbour_means(logs: Floats, units: Sequence[str], neighbours: Mapping[str, Sequence[str]]) -> Floats:
    """Mean logarithm of the units next to each, by month; nan where none are given."""
    index = {unit: n for n, unit in enumerate(units)}
    means = np.full(logs.shape, np.nan)
    for unit, near in neighbours.items():
        columns = [index[other] for other in near if other in index]
        if unit in index and columns:
            means[:, index[unit]] = logs[:, columns].mean(axis=1)
    return means


def features(logs: Floats, around: Floats, at: int) -> Floats:
    """What is known of each unit in month `at`, from that month and before; shape (units, features)."""
    level = base(logs, at)
    known = logs[: at + 1]
    nothing = np.full(logs.shape[1], np.nan)
    lags = [known[at - lag] - level if at >= lag else nothing for lag in LAGS]
    means = [known[-months:].mean(axis=0) - level if at + 1 >= months else nothing for months in MEANS]
    worst = known[-12:].max(axis=0) - level
    spread = known[-12:].std(axis=0)
    happened = known[::-1] > 0
    since = np.where(happened.any(axis=0), happened.argmax(axis=0), at + 1).clip(max=24)
    near = [around[max(0, at + 1 - months) : at + 1].mean(axis=0) for months in (3, 12)]
    return np.column_stack([level, *lags, *means, worst, spread, since, (known[-12:] > 0).sum(axis=0), *near])


def training_pairs(logs: Floats, around: Floats, ahead: Sequence[int], seed: int = 0) -> tuple[Floats, Floats]:
    """Features at past origins with months ahead, and what came as a difference from the level there.

    Every target lies in the months given: none is later than the last of them.
    """
    rows, targets = [], []
    for at in range(_LEAST_PAST - 1, len(logs) - 1):
        now, level = features(logs, around, at), base(logs, at)
        for step in ahead:
            if at + step < len(logs):
                rows.append(np.column_stack([now, np.full(len(now), float(step))]))
                targets.append(logs[at + step] - level)
    if not rows:
        return np.empty((0, 0)), np.empty(0)
    x, y = np.concatenate(rows), np.concatenate(targets)
    # A unit that never had anything teaches nothing but that it goes on, which is known without learning.
    some = np.tile((logs > 0).any(axis=0), len(rows))
    x, y = x[some], y[some]
    if len(y) > _MOST_PAIRS:
        kept = np.random.default_rng(seed).choice(len(y), _MOST_PAIRS, replace=False)
        x, y = x[kept], y[kept]
    return x, y


def between(edges: Floats, n: int) -> Floats:
    """Draws of a distribution that is known by its quantiles, evenly spaced in probability.

    Parameters
    ----------
    edges : array, shape (quantiles, ...)
        Ascending.

    Returns
    -------
    array, shape (..., n)
    """
    share = (np.arange(n) + 0.5) / n
    right = np.clip(np.searchsorted(QUANTILES, share), 1, len(QUANTILES) - 1)
    points = np.array(QUANTILES)
    # Beyond the outermost quantiles it stays there: what lies farther out was not learned.
    weight = np.clip((share - points[right - 1]) / (points[right] - points[right - 1]), 0, 1)
    low, high = np.moveaxis(edges[right - 1], 0, -1), np.moveaxis(edges[right], 0, -1)
    return np.asarray(low + (high - low) * weight)
