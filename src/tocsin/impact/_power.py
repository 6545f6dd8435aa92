"""Before a study starts: how large an effect it could see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from tocsin.analysis._results import Floats
from tocsin.errors import UsageError

__all__ = ["Power", "power"]

# What a study is commonly planned for.
_WANTED = 0.8
# Effects are in units of the outcome; the smallest one seen is searched up to so many of its standard deviations.
_MOST_DEVIATIONS = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    """Share of simulated studies that find an effect, by how large it is."""

    estimand: str
    effects: Floats
    """Added to each treated place and period, in units of the outcome; shape (effects,)."""
    share: Floats
    """Of simulations that find it at 5 %."""
    error: Floats
    """Of `share`, from simulating."""
    false_alarms: float
    """The share at effect 0; should be about 5 %."""
    smallest: float
    """The smallest effect found in 80 % of studies; inf where none is."""
    units: int
    treated: int
    before: int
    after: int
    simulations: int
    words: str
    caveats: tuple[str, ...]


def power(
    history: Floats,
    *,
    treated: int,
    before: int,
    effects: Sequence[float] | None = None,
    simulations: int = 1000,
    seed: int = 1,
) -> Power:
    """Simulate the study that is planned, on what is known of its places before it.

    Each time places are drawn from `history` with replacement, `treated` of them get the effect from period `before`
    on, and difference-in-differences of means before and after is tested at 5 %, clustered by place (Welch's *t*).

    Parameters
    ----------
    history : array of shape (units, periods)
        The outcome of the study's places over as many earlier periods as the study will have, without the treatment.
    treated : int
        Places that will get the treatment; all others are controls.
    before : int
        Periods before the treatment begins.
    effects : sequence of float, optional
        To try; by default from none to two standard deviations of the places' changes.
    simulations : int
    seed : int

    Returns
    -------
    Power

    Raises
    ------
    UsageError
        If fewer than two places are treated or not, or there is no period before or after.

    References
    ----------
    Bertrand, M., Duflo, E. and Mullainathan, S. (2004). How much should we trust differences-in-differences estimates?
    *Quarterly Journal of Economics* 119.

    Examples
    --------
    >>> import numpy as np
    >>> history = np.random.default_rng(1).normal(10, 2, (40, 8))
    >>> found = power(history, treated=20, before=4, effects=(0, 1, 3), simulations=200)
    >>> found.share[0] < 0.15, found.share[2] > 0.95
    (np.True_, np.True_)
    """
    table = np.asarray(history, float)
    units, periods = table.shape if table.ndim == 2 else (0, 0)
    if not np.isfinite(table).all() or units == 0:
        raise UsageError("history must be a table of numbers without gaps: a row a place, a column a period")
    if not 2 <= treated <= units - 2:
        raise UsageError(f"of {units} places {treated} would be treated: at least two must be, and two must not")
    if not 1 <= before < periods:
        raise UsageError(
            f"of {periods} periods {before} would be before the treatment: there must be some on each side"
        )
    change = table[:, before:].mean(axis=1) - table[:, :before].mean(axis=1)
    tried = np.asarray(effects if effects is not None else np.linspace(0, 2, 9) * change.std(), float)
    generator = np.random.default_rng(seed)
    drawn = change[generator.integers(0, units, (simulations, units))]
    difference, needed = _tested(drawn[:, :treated], drawn[:, treated:])
    share = np.array([(np.abs(difference + effect) > needed).mean() for effect in tried])
    smallest = _smallest(difference, needed, float(change.std()))
    return Power(
        "chance that a study of this size finds an effect (two-sided, 5 %), by difference-in-differences",
        tried,
        share,
        np.sqrt(share * (1 - share) / simulations),
        float((np.abs(difference) > needed).mean()),
        smallest,
        units,
        treated,
        before,
        periods - before,
        simulations,
        _words(smallest, treated, units),
        (
            "The years to come are taken to vary as the past ones did.",
            "That treated places would have gone the way of the others is taken for granted here.",
            *(
                ("Fewer than ten places on one side: errors, and so this power, are uncertain.",)
                if min(treated, units - treated) < 10
                else ()
            ),
        ),
    )


def _tested(treated: Floats, control: Floats) -> tuple[Floats, Floats]:
    """Difference of means in each simulation, and how large it must be (Welch)."""
    a, b = treated.shape[1], control.shape[1]
    one, two = treated.var(axis=1, ddof=1) / a, control.var(axis=1, ddof=1) / b
    variance = np.maximum(one + two, 1e-300)
    freedom = variance**2 / np.maximum(one**2 / (a - 1) + two**2 / (b - 1), 1e-300)
    return treated.mean(axis=1) - control.mean(axis=1), student.ppf(0.975, freedom) * np.sqrt(variance)


def _smallest(difference: Floats, needed: Floats, deviation: float) -> float:
    """By halving: the share found rises with the effect."""
    low, high = 0.0, _MOST_DEVIATIONS * deviation
    if (np.abs(difference + high) > needed).mean() < _WANTED:
        return float("inf")
    for _ in range(40):
        middle = (low + high) / 2
        found = (np.abs(difference + middle) > needed).mean() >= _WANTED
        low, high = (low, middle) if found else (middle, high)
    return high


def _words(smallest: float, treated: int, units: int) -> str:
    if not np.isfinite(smallest):
        return f"With {treated} of {units} places treated, hardly any effect would be found: plan a larger study."
    return (
        f"With {treated} of {units} places treated, an effect of {smallest:.3g} would be found four times in five; "
        "a smaller one would more often be missed, and missing it would not show that there is none."
    )
