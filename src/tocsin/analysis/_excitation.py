"""Self-excitation and diffusion: whether events bring further events, here and next door."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.signal import lfilter
from scipy.special import gammaln
from scipy.stats import chi2, norm

from tocsin.analysis._results import Bools, Floats, Ints
from tocsin.errors import UsageError

__all__ = ["Diffusion", "SelfExcitation", "diffusion", "self_excitation"]

# With fewer events the likelihood is nearly flat: on simulated series of 30 the interval was most of 0 to 1.
_FEWEST = 50


@dataclass(frozen=True, slots=True)
class SelfExcitation:
    """How many further events an event brings by itself, and for how long."""

    estimand: str
    events: int
    days: int
    background: float
    """Events a day that no earlier one brought."""
    branching: float
    """Further events that one event brings directly."""
    low: float
    high: float
    """95 %, by profile likelihood."""
    half_life: float
    """Days within which half of these follow."""
    p: float
    """Of a likelihood-ratio test against events at a constant rate."""
    caveats: tuple[str, ...]


def self_excitation(days: Floats, first: float | None = None, last: float | None = None) -> SelfExcitation:
    r"""Fit a Hawkes process with an exponential kernel to events that are known by the day.

    .. math:: \lambda_d = \mu + \alpha \sum_{k \ge 1} (1 - e^{-\beta}) e^{-\beta (k-1)} y_{d-k}, \quad
              y_d \sim \mathrm{Poisson}(\lambda_d)

    The exponential kernel is summed over days, because events of one day have no order: with times made up within
    the day, the estimate would follow these. :math:`\alpha` is the branching ratio.

    Parameters
    ----------
    days : array of shape (n,)
        The day of each event, as whole numbers.
    first, last : float, optional
        The days covered; by default from the first event to the last.

    Returns
    -------
    SelfExcitation

    Raises
    ------
    UsageError
        If there are fewer than fifty events, or they are all on one day.

    References
    ----------
    Hawkes, A. (1971). Spectra of some self-exciting and mutually exciting point processes. *Biometrika* 58.
    Fokianos, K., Rahbek, A. and Tjøstheim, D. (2009). Poisson autoregression. *JASA* 104. Mohler, G. et al. (2011).
    Self-exciting point process modeling of crime. *JASA* 106.

    Examples
    --------
    >>> import numpy as np
    >>> found = self_excitation(np.random.default_rng(1).integers(0, 500, 400))
    >>> found.low < 0.1, found.p > 0.01
    (True, True)
    """
    when = np.floor(np.asarray(days, float)).astype(np.int64)
    begin = int(when.min() if first is None else first) if len(when) else 0
    end = int(when.max() if last is None else last) if len(when) else 0
    when = when[(when >= begin) & (when <= end)]
    if len(when) < _FEWEST or end <= begin:
        raise UsageError(f"{len(when)} events say too little of how one brings the next; it takes at least {_FEWEST}")
    daily = np.bincount(when - begin, minlength=end - begin + 1).astype(float)
    best, likelihood = _fitted(daily)
    branching = _branching(best[1])
    constant = _constant(daily)
    low, high = _profile(daily, best, likelihood)
    beta = float(np.exp(best[2]))
    ratio = max(0.0, 2 * (likelihood - constant))
    return SelfExcitation(
        "branching ratio: further events that one event brings directly, on average",
        len(when),
        len(daily),
        float(np.exp(best[0])),
        branching,
        low,
        high,
        float(np.log(2) / beta),
        float(chi2.sf(ratio, 2)),
        (
            "A rate that rises and falls for other reasons (a campaign, a season, better reporting) looks like "
            "events that "
            "bring events: the ratio is an upper bound where there are such.",
            "What an event brings on its own day is not told apart.",
        ),
    )


def _branching(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def _loglik(daily: Floats, place: Floats) -> float:
    """Of log background, logit branching and log decay."""
    decay = np.exp(-np.exp(min(place[2], 5.0)))
    carried = lfilter([0.0, 1.0 - decay], [1.0, -decay], daily)
    rate = np.exp(min(place[0], 20.0)) + _branching(place[1]) * carried
    return float((daily * np.log(rate) - rate - gammaln(daily + 1)).sum())


def _constant(daily: Floats) -> float:
    rate = daily.mean()
    return float((daily * np.log(rate) - rate - gammaln(daily + 1)).sum())


def _fitted(daily: Floats, branching: float | None = None) -> tuple[Floats, float]:
    """The place of the maximum, and the log-likelihood there; with the branching ratio fixed where one is given."""
    best: tuple[Floats, float] | None = None
    fixed = None if branching is None else float(np.log(branching / (1 - branching)))

    def place(free: Floats) -> Floats:
        return free if fixed is None else np.array([free[0], fixed, free[1]])

    def surprise(free: Floats) -> float:
        return -_loglik(daily, place(free))

    # The likelihood has more than one hill where events come in bursts of several lengths.
    for decay in (-3.0, -1.0, 0.5):
        start = [np.log(daily.mean() * 0.6), decay] if fixed is not None else [np.log(daily.mean() * 0.6), -0.5, decay]
        bounds = [(-15.0, 10.0), (-6.0, 3.0)] if fixed is not None else [(-15.0, 10.0), (-9.0, 7.0), (-6.0, 3.0)]
        found = minimize(surprise, start, method="L-BFGS-B", bounds=bounds)
        if best is None or -found.fun > best[1]:
            best = (place(found.x), float(-found.fun))
    assert best is not None
    return best


def _profile(daily: Floats, best: Floats, likelihood: float) -> tuple[float, float]:
    limit = likelihood - chi2.ppf(0.95, 1) / 2
    top = _branching(best[1])

    def above(branching: float) -> float:
        return _fitted(daily, branching)[1] - limit

    least, most = 1e-3, 0.999
    low = 0.0 if top <= least or above(least) > 0 else float(brentq(above, least, top, xtol=1e-3))
    high = 1.0 if top >= most or above(most) > 0 else float(brentq(above, max(top, least), most, xtol=1e-3))
    return low, high


@dataclass(frozen=True, slots=True, eq=False)
class Diffusion:
    """Whether events next door make events here more likely in the next period."""

    estimand: str
    table: Ints
    """Cells and periods by: event here before (no, yes), next door before (no, yes), here now (no, yes)."""
    share: Floats
    """Share with an event now, shape (here before, next door before)."""
    odds_ratio: float
    low: float
    high: float
    """95 %; of an event now, if there was one next door before, at the same cell and with the same past here."""
    p: float
    cells: int
    periods: int
    caveats: tuple[str, ...]


def diffusion(active: Bools, neighbours: Ints) -> Diffusion:
    """Compare a cell's own periods: with events next door just before, and without.

    The odds ratio of Mantel and Haenszel over strata of one cell and one past here: what makes a cell restless all
    along cannot be taken for diffusion. Its error is that of Robins, Breslow and Greenland.

    Parameters
    ----------
    active : array of bool, shape (cells, periods)
        Whether there was an event.
    neighbours : array of int, shape (pairs, 2)
        Cells next door to each other, by their numbers.

    Returns
    -------
    Diffusion

    Raises
    ------
    UsageError
        If there are fewer than three periods, or no cell whose neighbours were now active and now not.

    References
    ----------
    Mantel, N. and Haenszel, W. (1959). *Journal of the National Cancer Institute* 22. Robins, J., Breslow, N. and
    Greenland, S. (1986). *Biometrics* 42. Schutte, S. and Weidmann, N. (2011). Diffusion patterns of violence in civil
    wars. *Political Geography* 30.

    Examples
    --------
    >>> import numpy as np
    >>> active = np.random.default_rng(1).random((30, 40)) < 0.3
    >>> found = diffusion(active, np.column_stack([np.arange(29), np.arange(1, 30)]))
    >>> found.low < 1 < found.high
    True
    """
    happened = np.asarray(active, bool)
    if happened.ndim != 2 or happened.shape[1] < 3:
        raise UsageError("diffusion needs cells by periods, at least three of them")
    pairs = np.asarray(neighbours, np.int64).reshape(-1, 2)
    cells = len(happened)
    next_door = np.zeros_like(happened)
    np.logical_or.at(next_door, pairs[:, 0], happened[pairs[:, 1]])
    np.logical_or.at(next_door, pairs[:, 1], happened[pairs[:, 0]])
    here, there, now = happened[:, :-1], next_door[:, :-1], happened[:, 1:]
    strata = (np.arange(cells)[:, None] * 2 + here) * 4 + there * 2 + now
    counts = np.bincount(strata.ravel(), minlength=cells * 8).reshape(cells, 2, 2, 2)
    a, b = counts[..., 1, 1].ravel().astype(float), counts[..., 1, 0].ravel().astype(float)
    c, d = counts[..., 0, 1].ravel().astype(float), counts[..., 0, 0].ravel().astype(float)
    n = np.maximum(a + b + c + d, 1)
    up, down = (a * d / n).sum(), (b * c / n).sum()
    if up == 0 or down == 0:
        raise UsageError(
            "no cell has seen its neighbours both active and quiet, with and without an event after: there is "
            "nothing to "
            "compare; take more periods, or larger cells"
        )
    ratio = up / down
    agree, differ = (a + d) / n, (b + c) / n
    variance = (
        (agree * a * d / n).sum() / (2 * up**2)
        + ((agree * b * c + differ * a * d) / n).sum() / (2 * up * down)
        + (differ * b * c / n).sum() / (2 * down**2)
    )
    error = float(np.sqrt(variance))
    total = counts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        share = total[..., 1] / total.sum(axis=-1)
    return Diffusion(
        "odds ratio of an event in a cell, after one next door in the period before, at the same cell and past",
        total.astype(np.int64),
        share,
        float(ratio),
        float(ratio * np.exp(-1.96 * error)),
        float(ratio * np.exp(1.96 * error)),
        float(2 * norm.sf(abs(np.log(ratio)) / error)),
        cells,
        happened.shape[1],
        (
            "What moves neighbours together (an offensive, a season, better reporting) looks like diffusion.",
            "Periods of one cell are taken as independent, given its past: intervals are rather too narrow.",
        ),
    )
