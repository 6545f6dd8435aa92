"""Where counts are going: level, change, seasons, and when they changed for good."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from scipy import stats

from tocsin.analysis._results import Floats
from tocsin.errors import UsageError

__all__ = ["Change", "ChangePoint", "Interval", "Season", "Series", "Trend", "compared", "trend"]

Direction = Literal["up", "down", "not told"]

LEAST_PERIODS = 6
RECENT = 3
"""Periods that "now" is: a quarter, so that one bad month is not yet a level."""
DRAWS = 400
"""Series drawn anew to place change points; twice as many moved no bound by more than a month on simulated series."""
PENALTY = 3.0
"""Logarithms of the length that a change point costs (the modified information criterion of Zhang and Siegmund, 2007).
Of 400 series of 48 months without any change, 1 to 5 in a hundred show one with three, 5 to 14 with two."""
LEAST_SEGMENT = 3


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Counts by period, and how many sources told of them.

    `counts` and `sources` have one value a period, nan where it is not covered (or nobody counts sources).
    """

    name: str
    periods: tuple[date, ...]
    counts: Floats
    sources: Floats
    measure: str = "events"
    per_year: int = 12


@dataclass(frozen=True, slots=True)
class Change:
    """The last stretch over the one as long before it: a ratio of mean counts; `p` is that of no change."""

    periods: int
    before: float
    after: float
    ratio: Interval
    p: float

    @property
    def direction(self) -> Direction:
        """Where it went, if the interval tells."""
        return "up" if self.ratio.low > 1 else "down" if self.ratio.high < 1 else "not told"


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The period that a new level begins with, where it may lie (90 %), and the levels on both sides."""

    period: date
    earliest: date
    latest: date
    before: float
    after: float
    support: float
    """Share of the series drawn anew in which a change lies within that range."""


@dataclass(frozen=True, slots=True)
class Season:
    """How counts differ by month of the year: means over the mean of all, and `p` that they do not differ."""

    by_month: tuple[float, ...]
    p: float


@dataclass(frozen=True, slots=True)
class Trend:
    """What a series of counts says of where it goes.

    `level` is the mean of the last three periods; `slope` the factor a year of a log-linear trend over all; `season` is
    None for less than two years. `sources_change` is the change of how many sources told of the events: where it goes
    with the counts, what changed may be the reporting.
    """

    name: str
    measure: str
    periods: int
    level: Interval
    change: Change | None
    slope: Interval
    season: Season | None
    changes: tuple[ChangePoint, ...]
    sources_change: Change | None
    estimand: str = "recorded counts a period; intervals allow for counts that scatter more than chance (quasi-Poisson)"


def trend(series: Series, seed: int = 0) -> Trend:
    """Level, change, slope, season and change points of a series of counts.

    The level, change and slope come of Poisson regressions whose standard errors are scaled by the dispersion found
    (quasi-likelihood). Change points minimise the squared error of ``sqrt(count + 3/8)``, whose variance does not grow
    with the level, plus a penalty for each (a modified information criterion, Zhang and Siegmund 2007); where they may
    lie comes of series drawn anew from the segments' own residuals.

    Parameters
    ----------
    series : Series
    seed : int
        Of the draws.

    Raises
    ------
    UsageError
        If fewer than six periods are covered.

    References
    ----------
    McCullagh and Nelder (1989), "Generalized linear models", section 6.2. Anscombe (1948). Killick, Fearnhead and
    Eckley (2012), "Optimal detection of changepoints with a linear computational cost". Truong, Oudre and Vayatis
    (2020), "Selective review of offline change point detection methods".

    Examples
    --------
    >>> from tocsin.forecast import add_months
    >>> months = tuple(add_months(date(2020, 1, 1), n) for n in range(24))
    >>> counts = np.array([10.0] * 12 + [40.0] * 12)
    >>> found = trend(Series("Idlib", months, counts, np.full(24, np.nan)))
    >>> found.change.direction, [c.period.isoformat() for c in found.changes]
    ('up', ['2021-01-01'])
    """
    known = ~np.isnan(series.counts)
    if known.sum() < LEAST_PERIODS:
        raise UsageError(
            f"{series.name}: {int(known.sum())} periods are covered, and a trend needs {LEAST_PERIODS}; "
            "take a longer time, or shorter periods"
        )
    counts, at = series.counts[known], np.flatnonzero(known).astype(float)
    return Trend(
        name=series.name,
        measure=series.measure,
        periods=int(known.sum()),
        level=_mean(counts[-RECENT:], counts),
        change=_change(series.counts, series.per_year),
        slope=_slope(at / series.per_year, counts),
        season=_season(series),
        changes=tuple(_change_points(series, np.random.default_rng(seed))),
        sources_change=_change(series.sources, series.per_year) if (series.sources > 0).any() else None,
    )


def _dispersion(counts: Floats, fitted: Floats, parameters: int) -> float:
    """Pearson's dispersion, not below the Poisson's."""
    freedom = max(1, len(counts) - parameters)
    return max(1.0, float(((counts - fitted) ** 2 / np.maximum(fitted, 1e-9)).sum() / freedom))


def _mean(recent: Floats, counts: Floats) -> Interval:
    """Mean of the recent counts; how they scatter is told by the differences between all neighbours."""
    mean = float(recent.mean())
    steps = np.diff(counts)
    spread = max(1.0, float((steps**2).mean() / 2 / max(counts.mean(), 1e-9)))
    # Exact for counts by chance, stretched by the dispersion.
    total = recent.sum() / spread
    low, high = stats.chi2.ppf(0.025, 2 * total) / 2 if total else 0.0, stats.chi2.ppf(0.975, 2 * total + 2) / 2
    return Interval(mean, float(low * spread / len(recent)), float(high * spread / len(recent)))


def _change(counts: Floats, per_year: int) -> Change | None:
    """The last year over the year before, or halves of what there is; None where a side is empty or unknown."""
    size = min(per_year, len(counts) // 2)
    after, before = counts[-size:], counts[-2 * size : -size]
    after, before = after[~np.isnan(after)], before[~np.isnan(before)]
    if len(after) < 2 or len(before) < 2 or not (after.sum() or before.sum()):
        return None
    return compared(after, before)


def compared(after: Floats, before: Floats) -> Change:
    """The mean of the counts `after` over that of the counts `before`, as a quasi-Poisson rate ratio.

    Parameters
    ----------
    after, before : array of float, shapes (n,) and (m,)
        Counts of periods of one length; n may be one, since `before` tells how counts scatter.

    Raises
    ------
    ValueError
        If a side is empty, or both hold one count only.

    Examples
    --------
    >>> found = compared(np.array([30.0]), np.array([10.0, 12.0, 9.0, 11.0]))
    >>> found.direction, round(found.ratio.estimate, 2)
    ('up', 2.87)
    """
    if not len(after) or not len(before) or len(after) + len(before) < 3:
        raise ValueError(f"{len(after)} and {len(before)} counts: how they scatter needs three, and one on each side")
    both = np.concatenate([before, after])
    fitted = np.concatenate([np.full(len(before), before.mean()), np.full(len(after), after.mean())])
    spread = _dispersion(both, fitted, 2)
    # Half a count more on both sides keeps a ratio with nought finite.
    high, low = after.sum() + 0.5, before.sum() + 0.5
    log_ratio = np.log(high / len(after)) - np.log(low / len(before))
    error = np.sqrt(spread * (1 / high + 1 / low))
    p = float(2 * stats.norm.sf(abs(log_ratio) / error))
    width = stats.norm.ppf(0.975) * error
    ratio = _of_logs(log_ratio, width)
    return Change(len(after), float(before.mean()), float(after.mean()), ratio, p)


def _slope(years: Floats, counts: Floats) -> Interval:
    if not counts.any():
        return Interval(1.0, float("nan"), float("nan"))
    fitted = _poisson(counts, np.column_stack([np.ones(len(years)), years - years.mean()]))
    # The covariance is that of a scale of one.
    error = float(np.sqrt(fitted.cov_params()[1, 1] * _dispersion(counts, fitted.fittedvalues, 2)))
    width = stats.norm.ppf(0.975) * error
    return _of_logs(float(fitted.params[1]), width)


def _of_logs(middle: float, width: float) -> Interval:
    # Where all events are in the first or the last period nothing bounds the factor: it goes up to infinity.
    with np.errstate(over="ignore"):
        return Interval(*(float(np.exp(middle + step)) for step in (0, -width, width)))


def _poisson(counts: Floats, design: Floats) -> Any:
    import statsmodels.api as sm

    with warnings.catch_warnings():
        # It warns where a series is fitted exactly, as one that never changes is.
        warnings.simplefilter("ignore")
        return sm.GLM(counts, design, family=sm.families.Poisson()).fit()


def _season(series: Series) -> Season | None:
    """Months of the year compared, what changes from year to year taken out; None for less than two years."""
    known = ~np.isnan(series.counts)
    if series.per_year != 12 or known.sum() < 24 or not series.counts[known].any():
        return None
    months = np.array([period.month for period in series.periods])[known]
    years = np.array([period.year for period in series.periods])[known]
    counts = series.counts[known]
    by_year = (years[:, None] == np.unique(years)[None, :]).astype(float)
    by_month = (months[:, None] == np.unique(months)[None, 1:]).astype(float)
    # A year without any count says nothing of its months, and a factor for it cannot be found.
    told = counts @ by_year > 0
    keep = by_year[:, told].any(axis=1)
    small, large = by_year[keep][:, told], np.hstack([by_year[keep][:, told], by_month[keep]])
    freedom = keep.sum() - large.shape[1]
    if freedom < 2:
        return None
    fits = [_poisson(counts[keep], design) for design in (small, large)]
    spread = _dispersion(counts[keep], fits[1].fittedvalues, large.shape[1])
    f = (fits[0].deviance - fits[1].deviance) / by_month.shape[1] / spread
    means = [counts[months == month].mean() if (months == month).any() else np.nan for month in range(1, 13)]
    return Season(
        tuple(float(mean / counts.mean()) for mean in means), float(stats.f.sf(f, by_month.shape[1], freedom))
    )


def _change_points(series: Series, random: np.random.Generator) -> list[ChangePoint]:
    known = np.flatnonzero(~np.isnan(series.counts))
    steady = 2 * np.sqrt(series.counts[known] + 3 / 8)
    ends = _segments(steady)
    if len(ends) < 2:
        return []
    starts = [0, *ends[:-1]]
    levels = np.concatenate([np.full(b - a, steady[a:b].mean()) for a, b in zip(starts, ends, strict=True)])
    residuals = steady - levels
    drawn = [_segments(levels + random.choice(residuals, len(steady)))[:-1] for _ in range(DRAWS)]
    found = []
    for number, end in enumerate(ends[:-1]):
        near = [min(points, key=lambda one: abs(one - end)) for points in drawn if points]
        # A change of another segment is none of this one's.
        reach = min(end - starts[number], ends[number + 1] - end)
        near = [one for one in near if abs(one - end) < reach]
        low, high = (int(q) for q in np.quantile(near or [end], [0.05, 0.95], method="nearest"))
        before, after = series.counts[known][starts[number] : end], series.counts[known][end : ends[number + 1]]
        inside = np.mean([any(low <= one <= high for one in points) for points in drawn])
        period, earliest, latest = (series.periods[known[one]] for one in (end, low, high))
        levels_at = float(before.mean()), float(after.mean())
        found.append(ChangePoint(period, earliest, latest, *levels_at, float(inside)))
    return found


def _segments(values: Floats) -> list[int]:
    """Where segments of equal level end, the last at the length."""
    import ruptures

    if len(values) < 2 * LEAST_SEGMENT:
        return [len(values)]
    # Anscombe's transform of a count has variance one; more than chance is told by the steps between neighbours.
    spread = max(1.0, float(np.median(np.abs(np.diff(values))) / 0.954) ** 2)
    search = ruptures.Pelt(model="l2", min_size=LEAST_SEGMENT, jump=1).fit(values)
    return [int(end) for end in search.predict(pen=PENALTY * np.log(len(values)) * spread)]
