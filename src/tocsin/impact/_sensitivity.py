"""What is left of an effect if trends were not parallel (after Rambachan and Roth)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from tocsin.analysis._results import Floats
from tocsin.errors import UsageError
from tocsin.impact._staggered import EventStudy

__all__ = ["Sensitivity", "sensitivity"]

# Draws of estimates around the estimated ones; the 2.5 % quantile of 20,000 is good to about 1 % of an error.
_DRAWS = 20_000
# Beyond this the bounds of any study hold zero.
_LARGEST = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Bounds of the average effect, by how much worse than before trends may have parted after the treatment."""

    estimand: str
    effect: float
    largest_before: float
    """The largest difference between the groups' changes from one period to the next, before the treatment."""
    times: Floats
    """How many times `largest_before` trends may part in each later period, shape (bounds,)."""
    low: Floats
    high: Floats
    """What the effect is between, taking estimates as they are."""
    robust_low: Floats
    robust_high: Floats
    """The same with 95 % for sampling, of the effect and of what was before."""
    breakdown: float
    """The most `times` at which the robust bounds still leave zero out; 0 where they never do."""
    words: str
    caveats: tuple[str, ...]


def sensitivity(study: EventStudy, times: Sequence[float] = (0.0, 0.5, 1.0, 1.5, 2.0), *, seed: int = 1) -> Sensitivity:
    r"""Bound the average effect where trends are allowed to part after the treatment as they did before (times *M*).

    Let :math:`\delta_s` be the difference in trends in period *s*. Relative magnitudes (Rambachan and Roth 2023) says
    :math:`|\delta_{s+1} - \delta_s| \le M \max_{r<0} |\delta_{r+1} - \delta_r|` for all :math:`s \ge 0`. By period *e*
    after the treatment the violation is then at most :math:`(e+1) M \max_r |\cdot|`, so the average effect over periods
    0 to *E* is within :math:`M \max_r |\cdot| \cdot (E+2)/2` of its estimate. The largest change before is estimated
    too: robust bounds take 2.5 % of the lower and of the upper bound over draws from the estimates' joint normal
    distribution. That is simpler than their conditional test, and wider: noise makes the largest change look larger.

    Parameters
    ----------
    study : EventStudy
        By periods since treatment (``how='dynamic'``), with at least one before it.
    times : sequence of float
        The *M* to try.
    seed : int

    Returns
    -------
    Sensitivity

    Raises
    ------
    UsageError
        If there is no period before the treatment to compare with, or effects were summed up another way.

    References
    ----------
    Rambachan, A. and Roth, J. (2023). A more credible approach to parallel trends. *Review of Economic Studies* 90.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.impact import event_study, group_time_effects, make_study
    >>> unit, period = np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60)
    >>> first = np.where(unit < 30, 3, 0)
    >>> outcome = np.random.default_rng(1).normal(0, 0.1, 300) + ((first > 0) & (period >= 3))
    >>> found = sensitivity(event_study(group_time_effects(make_study(unit, period, outcome, first))))
    >>> found.breakdown > 2
    True
    """
    if study.how != "dynamic":
        raise UsageError("violations are bounded by periods since treatment: sum effects up with how='dynamic'")
    since = np.array(study.at, float)
    before, after = since < 0, since >= 0
    if not before.any():
        raise UsageError(
            "there is one period before the treatment: how trends part without it cannot be seen; add earlier periods"
        )
    factors = np.asarray(times, float)
    drawn = np.random.default_rng(seed).multivariate_normal(study.effect, study.covariance, _DRAWS, method="eigh")
    # Before the treatment each point is the change from one period to the next: see group_time_effects.
    change = float(np.abs(study.effect[before]).max())
    part = float((since[after] + 1).mean())
    averages, changes = drawn[:, after].mean(axis=1), np.abs(drawn[:, before]).max(axis=1)
    effect = study.overall.effect

    def robust(factor: float) -> tuple[float, float]:
        reach = factor * changes * part
        return float(np.quantile(averages - reach, 0.025)), float(np.quantile(averages + reach, 0.975))

    bounds = np.array([robust(factor) for factor in factors])
    breakdown = _breakdown(lambda factor: robust(factor)[0 if effect > 0 else 1] * np.sign(effect))
    return Sensitivity(
        f"{study.overall.estimand}, if trends part after the treatment at most M times as fast as ever before it",
        effect,
        change,
        factors,
        effect - factors * change * part,
        effect + factors * change * part,
        bounds[:, 0],
        bounds[:, 1],
        breakdown,
        _words(breakdown, effect),
        ("How much trends may part after the treatment is not known: M is a choice, and 1 says as much as before.",),
    )


def _breakdown(margin: object) -> float:
    assert callable(margin)
    if margin(0.0) <= 0:
        return 0.0
    if margin(_LARGEST) > 0:
        return _LARGEST
    return float(brentq(margin, 0.0, _LARGEST, xtol=1e-3))


def _words(breakdown: float, effect: float) -> str:
    way = "a rise" if effect > 0 else "a fall"
    if breakdown == 0:
        return f"Even with parallel trends the study cannot tell {way} from none."
    if breakdown < 1:
        return (
            f"That there was {way} holds only if trends parted less than {breakdown:.1f} times as fast as they did "
            "before the treatment: it is fragile."
        )
    return f"That there was {way} holds unless trends parted more than {breakdown:.1f} times as fast as ever before."
