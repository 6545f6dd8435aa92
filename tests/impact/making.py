"""Studies with a known effect."""

from __future__ import annotations

import numpy as np

from tocsin.impact import Study, make_study


def study(
    units: int = 60,
    periods: int = 6,
    treated: int = 30,
    effect: float = 1.0,
    dates: tuple[int, ...] = (3,),
    seed: int = 1,
    trend: float = 0.0,
    noise: float = 0.3,
) -> Study:
    """The first `treated` places get `effect` from one of `dates` on, in turn; they also part by `trend` a period."""
    generator = np.random.default_rng(seed)
    unit, period = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    first = np.where(unit < treated, np.array(dates)[unit % len(dates)], 0)
    own = generator.normal(0, 1, units)[unit] + 0.3 * period
    working = (first > 0) & (period >= first)
    outcome = own + effect * working + trend * period * (first > 0) + generator.normal(0, noise, len(unit))
    return make_study([f"{n:03d}" for n in unit], period, outcome, first, measured="incidents")
