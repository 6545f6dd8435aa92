"""How good forecasts were, once what happened is known: CRPS, ignorance, interval score, coverage, PIT."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import resample

from tocsin.forecast._history import Floats

__all__ = ["BINS", "Scores", "crps", "ignorance", "interval_score", "pit", "score"]

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

BINS = (0.0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5)
"""Lower edges of the bins in which the 2023/24 VIEWS competition counts draws for ignorance (Hegre et al. 2025)."""

COMPETITION_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over all unit-months; lower is better but for coverage, which should be 0.9.

    `ign` brings every forecast to 1,000 draws as the competition did; `ign_plain` does not depend on their number.
    """

    crps: float
    ign: float
    ign_plain: float
    mis: float
    coverage90: float
    unit_months: int


def crps(draws: Floats, actual: Floats) -> Floats:
    """Continuous ranked probability score of each forecast, in the unit of the counts.

    ``mean|x - y| - mean|x - x'| / 2`` over all pairs of draws, which is the score of the draws as a distribution.

    Parameters
    ----------
    draws : array, shape (forecasts, draws)
    actual : array, shape (forecasts,)

    Returns
    -------
    array, shape (forecasts,)

    References
    ----------
    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".

    Examples
    --------
    >>> crps(np.array([[0.0, 2.0]]), np.array([1.0])).tolist()
    [0.5]
    """
    import scoringrules

    _check(draws, actual)
    return np.asarray(scoringrules.crps_ensemble(actual, draws, estimator="qd"), float)


def ignorance(draws: Floats, actual: Floats, *, competition: bool = True) -> Floats:
    """Bits of surprise at what happened: minus the binary logarithm of the share of draws in its bin.

    Parameters
    ----------
    draws, actual : array, shapes (forecasts, draws) and (forecasts,)
    competition : bool
        As the VIEWS 2023/24 competition: forecasts of other than 1,000 draws are brought to 1,000 by Fourier
        resampling in the order of their draws, and one draw is added to each bin. Otherwise the bins are smoothed by
        half a draw in a hundred (Jeffreys), whatever the number of draws, so that more draws win nothing.

    Examples
    --------
    >>> ignorance(np.array([[0.0, 1.0, 2.0, 3.0]]), np.array([1.0]), competition=False).round(2).tolist()
    [1.06]
    """
    _check(draws, actual)
    bins = len(BINS)
    if competition:
        if draws.shape[1] != COMPETITION_DRAWS:
            draws = np.maximum(resample(draws, COMPETITION_DRAWS, axis=1), 0)
        share = (_hits(draws, actual) + 1) / (draws.shape[1] + bins)
    else:
        pseudo = 0.005
        share = (_hits(draws, actual) / draws.shape[1] + pseudo) / (1 + pseudo * bins)
    return np.asarray(-np.log2(share))


def _hits(draws: Floats, actual: Floats) -> Floats:
    return np.asarray((np.digitize(draws, BINS) == np.digitize(actual, BINS)[:, None]).sum(axis=1), float)


def interval_score(draws: Floats, actual: Floats, level: float = 0.9) -> tuple[Floats, Bools]:
    """Score of the central interval of each forecast, and whether it holds what happened.

    The interval's width, and twenty times (at 90 %) how far outside it the actual lies.

    References
    ----------
    Gneiting and Raftery (2007), section 6.2.
    """
    import scoringrules

    _check(draws, actual)
    alpha = 1 - level
    low, high = np.quantile(draws, [alpha / 2, 1 - alpha / 2], axis=1)
    scored = scoringrules.interval_score(actual, low, high, alpha)
    return np.asarray(scored, float), (actual >= low) & (actual <= high)


def pit(draws: Floats, actual: Floats, seed: int = 0) -> Floats:
    """Where the actual lies in each forecast, 0 to 1; even over many forecasts where they are calibrated.

    Counts are discrete: among equal draws the place is drawn at random (Czado, Gneiting and Held 2009).
    """
    _check(draws, actual)
    below = (draws < actual[:, None]).mean(axis=1)
    equal = (draws == actual[:, None]).mean(axis=1)
    return np.asarray(below + np.random.default_rng(seed).uniform(size=len(actual)) * equal)


def score(draws: Floats, actual: Floats) -> Scores:
    """All scores of forecasts, averaged; `draws` has the shape (forecasts, draws)."""
    intervals, inside = interval_score(draws, actual)
    return Scores(
        crps=float(crps(draws, actual).mean()),
        ign=float(ignorance(draws, actual).mean()),
        ign_plain=float(ignorance(draws, actual, competition=False).mean()),
        mis=float(intervals.mean()),
        coverage90=float(inside.mean()),
        unit_months=len(actual),
    )


def _check(draws: Floats, actual: Floats) -> None:
    if draws.ndim != 2 or actual.shape != draws.shape[:1]:
        raise ValueError(f"draws of shape {draws.shape} and actuals of shape {actual.shape}; give (n, draws) and (n,)")
