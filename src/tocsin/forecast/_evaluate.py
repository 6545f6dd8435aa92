"""How a model would have done: forecasts from past origins, each made of what was there before, against what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tocsin.forecast._history import Floats, History, add_months
from tocsin.forecast._models import Conflictology, Model
from tocsin.forecast._scores import Scores, crps, interval_score, pit, score

__all__ = ["Evaluation", "Miss", "YearScore", "evaluate", "past_origins"]

LEAST_MONTHS = 12
MOST_ORIGINS = 12
"""Origins that are evaluated, spread evenly over the history; a model is made anew at each."""
DRAWS = 200
PIT_BINS = 10


@dataclass(frozen=True, slots=True)
class Miss:
    """A unit-month that a forecast missed by far."""

    unit: str
    month: date
    origin: date
    actual: float
    median: float
    high: float
    crps: float


@dataclass(frozen=True, slots=True)
class YearScore:
    """Mean CRPS over the months forecast of one calendar year, beside the two that any model should beat."""

    year: int
    crps: float
    conflictology: float
    zero: float


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Scores of a model out of time.

    Attributes
    ----------
    model : str
    about : str
        What the model does and where it fails, in its own words.
    origins : tuple of date
        The last months that the forecasts knew.
    ahead : int
        Months ahead that were forecast from each.
    scores, conflictology, zero : Scores
        Of the model, of conflictology, and of always expecting nothing, on the same unit-months.
    coverage : tuple of (float, float)
        Central intervals and the share of actuals inside them.
    pit : tuple of float
        Share of actuals in each tenth of their forecast; a tenth each where it is calibrated.
    years : tuple of YearScore
    ahead_crps : tuple of float
        Mean CRPS by months ahead, nearest first.
    worst_ratio : float
        The highest ratio to conflictology's CRPS over the forecasts of any one origin.
    misses : tuple of Miss
        The unit-months with the highest CRPS.
    """

    model: str
    about: str
    origins: tuple[date, ...]
    ahead: int
    scores: Scores
    conflictology: Scores
    zero: Scores
    coverage: tuple[tuple[float, float], ...]
    pit: tuple[float, ...]
    years: tuple[YearScore, ...]
    ahead_crps: tuple[float, ...]
    worst_ratio: float
    misses: tuple[Miss, ...]


def past_origins(history: History, ahead: int, most: int = MOST_ORIGINS) -> tuple[tuple[date, ...], int]:
    """Origins with a year before and `ahead` months after them, the earliest first, and the months ahead.

    Where the history is too short for so many months ahead, as many as there are after its first year; no origin where
    that is none.
    """
    longest = len(history.months) - LEAST_MONTHS
    ahead = min(ahead, longest)
    if ahead < 1:
        return (), 0
    possible = history.months[LEAST_MONTHS - 1 : len(history.months) - ahead]
    chosen = np.unique(np.linspace(0, len(possible) - 1, min(most, len(possible))).round().astype(int))
    return tuple(possible[n] for n in chosen), ahead


def evaluate(
    history: History,
    model: Model,
    ahead: int = 12,
    *,
    most: int = MOST_ORIGINS,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> Evaluation | None:
    """Forecast from past origins and score what came; None where the history is too short for even one.

    At each origin the model is given the history up to it and nothing else. What was corrected later is not undone: the
    figures are those known now, and a forecast made then would have known somewhat less.

    Parameters
    ----------
    history : History
    model : Model
    ahead : int
        Months ahead.
    most : int
        Origins, spread evenly.
    watch : callable, optional
        Told how many origins are done, and of how many.

    References
    ----------
    Tashman (2000), "Out-of-sample tests of forecasting accuracy: an analysis and review".
    """
    origins, ahead = past_origins(history, ahead, most)
    parts: list[_Part] = []
    for n, origin in enumerate(origins):
        watch(n, len(origins))
        if (part := _scored(history, model, origin, ahead)) is not None:
            parts.append(part)
    if not parts:
        return None
    return _summed(history, model, parts, ahead)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Forecasts of one origin, a row a unit-month that is known: draws, conflictology's, actual, unit, months ahead."""

    origin: date
    draws: Floats
    base: Floats
    actual: Floats
    unit: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    step: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def _scored(history: History, model: Model, origin: date, ahead: int) -> _Part | None:
    past = history.until(origin)
    covered = ~np.isnan(past.values[-LEAST_MONTHS:]).all(axis=0)
    if not covered.any():
        return None
    kept = np.flatnonzero(covered)
    known = past.only([history.units[n] for n in kept])
    draws = model.draws(known, range(1, ahead + 1), DRAWS)
    base = Conflictology().draws(known, range(1, ahead + 1), LEAST_MONTHS)
    at = len(past.months)
    actual = history.values[at : at + ahead][:, kept]
    step, unit = np.nonzero(~np.isnan(actual))
    if not len(step):
        return None
    return _Part(origin, draws[step, unit], base[step, unit], actual[step, unit], kept[unit], step + 1)


def _summed(history: History, model: Model, parts: Sequence[_Part], ahead: int) -> Evaluation:
    draws = np.concatenate([part.draws for part in parts])
    base = np.concatenate([part.base for part in parts])
    actual = np.concatenate([part.actual for part in parts])
    step = np.concatenate([part.step for part in parts])
    unit = np.concatenate([part.unit for part in parts])
    of = np.concatenate([np.full(len(part.actual), n) for n, part in enumerate(parts)])
    own, their, nothing = crps(draws, actual), crps(base, actual), np.abs(actual)
    months = [add_months(parts[n].origin, int(s)) for n, s in zip(of, step, strict=True)]
    year = np.array([month.year for month in months])
    ratios = [float(own[of == n].mean() / max(their[of == n].mean(), 1e-9)) for n in range(len(parts))]
    counts = np.histogram(pit(draws, actual), bins=PIT_BINS, range=(0, 1))[0]
    return Evaluation(
        model.name,
        model.about,
        tuple(part.origin for part in parts),
        ahead,
        score(draws, actual),
        score(base, actual),
        score(np.zeros((len(actual), 1)), actual),
        tuple((level, float(interval_score(draws, actual, level)[1].mean())) for level in (0.5, 0.8, 0.9, 0.95)),
        tuple(float(share) for share in counts / counts.sum()),
        tuple(
            YearScore(int(y), *(float(one[year == y].mean()) for one in (own, their, nothing))) for y in np.unique(year)
        ),
        tuple(float(own[step == s].mean()) for s in range(1, ahead + 1) if (step == s).any()),
        max(ratios),
        _misses(history, parts, own, draws, actual, unit, of, months),
    )


def _misses(
    history: History,
    parts: Sequence[_Part],
    own: Floats,
    draws: Floats,
    actual: Floats,
    unit: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    of: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    months: Sequence[date],
    most: int = 8,
) -> tuple[Miss, ...]:
    """The worst unit-months; each once, from the origin that missed it most."""
    found: dict[tuple[int, date], Miss] = {}
    for n in np.argsort(-own, kind="stable"):
        key = int(unit[n]), months[n]
        if key not in found and own[n] > 0:
            median, high = np.quantile(draws[n], [0.5, 0.975])
            name, origin = history.units[key[0]], parts[of[n]].origin
            found[key] = Miss(name, months[n], origin, float(actual[n]), float(median), float(high), float(own[n]))
        if len(found) == most:
            break
    return tuple(found.values())
