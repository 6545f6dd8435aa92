"""How a model would have done: forecasts from past origins, each made of what was there before, against what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
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
_BLOCK = 4000
_LEVELS = (0.5, 0.8, 0.9, 0.95)

Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


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
    ahead_crps, ahead_conflictology : tuple of float
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
    ahead_conflictology: tuple[float, ...]
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
    """What is kept of the forecasts of one origin: a row a unit-month that is known, and no draws, which are many."""

    origin: date
    unit: Ints
    step: Ints
    actual: Floats
    own: Floats
    """CRPS of the model."""
    their: Floats
    """CRPS of conflictology."""
    median: Floats
    high: Floats
    place: Floats
    """Where the actual lay in its forecast."""
    inside: Floats
    """Whether it lay in each of the intervals of `_LEVELS`; shape (levels, rows)."""
    scores: tuple[Scores, Scores, Scores]
    """Of the model, of conflictology and of nothing."""


def _scored(history: History, model: Model, origin: date, ahead: int) -> _Part | None:
    past = history.until(origin)
    # Some models start from the last month alone.
    covered = ~np.isnan(past.values[-1])
    if not covered.any():
        return None
    kept = np.flatnonzero(covered)
    known = past.only([history.units[n] for n in kept])
    at = len(past.months)
    came = history.values[at : at + ahead][:, kept]
    step, unit = np.nonzero(~np.isnan(came))
    if not len(step):
        return None
    actual = came[step, unit]
    draws = model.draws(known, range(1, ahead + 1), DRAWS)[step, unit]
    base = Conflictology().draws(known, range(1, ahead + 1), LEAST_MONTHS)[step, unit]
    median, high = np.quantile(draws, [0.5, 0.975], axis=1)
    return _Part(
        origin,
        kept[unit],
        step + 1,
        actual,
        crps(draws, actual),
        crps(base, actual),
        median,
        high,
        pit(draws, actual, seed=at),
        np.array([interval_score(draws, actual, level)[1] for level in _LEVELS], float),
        (_score(draws, actual), _score(base, actual), _score(np.zeros((len(actual), 1)), actual)),
    )


def _score(draws: Floats, actual: Floats) -> Scores:
    """As :func:`score`, some forecasts at a time: the competition's ignorance makes a thousand draws of each."""
    blocks = range(0, len(actual), _BLOCK)
    return _mean_scores([score(draws[at : at + _BLOCK], actual[at : at + _BLOCK]) for at in blocks])


def _summed(history: History, model: Model, parts: Sequence[_Part], ahead: int) -> Evaluation:
    own, their, actual, step, place = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("own", "their", "actual", "step", "place")
    )
    inside = np.concatenate([part.inside for part in parts], axis=1).mean(axis=1)
    year = np.concatenate([[add_months(part.origin, int(s)).year for s in part.step] for part in parts])
    counts = np.histogram(place, bins=PIT_BINS, range=(0, 1))[0]
    # Where conflictology made no mistake, nothing did happen or change, and no ratio to it says anything.
    ratios = [float(part.own.mean() / part.their.mean()) for part in parts if part.their.any()]
    by_year = [
        YearScore(int(y), *(float(one[year == y].mean()) for one in (own, their, np.abs(actual))))
        for y in np.unique(year)
    ]
    scores, base, zero = (_mean_scores([part.scores[n] for part in parts]) for n in range(3))
    return Evaluation(
        model.name,
        model.about,
        tuple(part.origin for part in parts),
        ahead,
        scores,
        base,
        zero,
        coverage=tuple((level, float(share)) for level, share in zip(_LEVELS, inside, strict=True)),
        pit=tuple(float(share) for share in counts / counts.sum()),
        years=tuple(by_year),
        ahead_crps=_by_step(own, step, ahead),
        ahead_conflictology=_by_step(their, step, ahead),
        worst_ratio=max(ratios, default=1.0),
        misses=_misses(history, parts),
    )


def _by_step(scored: Floats, step: Ints, ahead: int) -> tuple[float, ...]:
    return tuple(float(scored[step == s].mean()) for s in range(1, ahead + 1) if (step == s).any())


def _mean_scores(of: Sequence[Scores]) -> Scores:
    """Scores over all unit-months of several origins together."""
    many = [one.unit_months for one in of]
    names = [one.name for one in fields(Scores) if one.name != "unit_months"]
    means = {name: float(np.average([getattr(one, name) for one in of], weights=many)) for name in names}
    return Scores(**means, unit_months=sum(many))


def _misses(history: History, parts: Sequence[_Part], most: int = 8) -> tuple[Miss, ...]:
    """The worst unit-months; each once, from the origin that missed it most."""
    worst = [
        Miss(
            history.units[part.unit[n]],
            add_months(part.origin, int(part.step[n])),
            part.origin,
            *(float(one[n]) for one in (part.actual, part.median, part.high, part.own)),
        )
        for part in parts
        # A unit-month is missed from at most every origin, so that so many of each are enough.
        for n in np.argsort(-part.own, kind="stable")[:most]
        if part.own[n] > 0
    ]
    found: dict[tuple[str, date], Miss] = {}
    for miss in sorted(worst, key=lambda one: -one.crps):
        found.setdefault((miss.unit, miss.month), miss)
    return tuple(found.values())[:most]
