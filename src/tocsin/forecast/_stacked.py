"""A combination of models, weighted by how they did in the windows before the origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.forecast._boosted import Boosted
from tocsin.forecast._history import Floats, History
from tocsin.forecast._models import Conflictology, LastObservation, Model, NegativeBinomial, Recency

__all__ = ["Stacked", "pooled", "stacking_weights"]

# Draws by which members are compared: enough for mean distances over hundreds of unit-months.
_DRAWS = 40
_LEAST_PAST = 12
# Past origins that are tried at most: each makes every member anew.
_WINDOWS = 4


def _members() -> tuple[Model, ...]:
    return (Recency(), NegativeBinomial(), LastObservation(), Conflictology(), Boosted())


@dataclass(frozen=True, slots=True)
class Stacked:
    """A linear pool: each draw comes from one member, members as often as their weight says.

    Attributes
    ----------
    members : tuple of Model
        The first is the one that weights are shrunk to.
    caution : float
        How much the past must say before weights leave the first member: the pull of a past of so many windows.
    """

    members: tuple[Model, ...] = field(default_factory=_members)
    caution: float = 2.0
    name: str = "stacked"
    about: str = (
        "Draws of recency, a negative binomial, the last month, conflictology and boosted quantiles together, weighted "
        "by what would have scored best in windows before the origin, and pulled to recency where there are few. It is "
        "no wiser than its members when all are surprised, and leans to what was right in the years just past."
    )

    def draws(self, history: History, ahead: Sequence[int], n: int, seed: int = 0) -> Floats:
        """See :meth:`Model.draws`."""
        weights = self.weights(history, ahead, seed)
        drawn = [
            member.draws(history, ahead, n, seed + k) if weights[member.name] > 0 else None
            for k, member in enumerate(self.members)
        ]
        return pooled(drawn, [weights[member.name] for member in self.members], n, seed)

    def weights(self, history: History, ahead: Sequence[int], seed: int = 0) -> Mapping[str, float]:
        """The weight of each member by its name; all of them together are 1."""
        terms = [term for origin in self._origins(history, ahead) if (term := self._past(history, origin, ahead, seed))]
        if not terms:
            return {member.name: float(k == 0) for k, member in enumerate(self.members)}
        away = np.mean([one for one, _ in terms], axis=0)
        apart = np.mean([one for _, one in terms], axis=0)
        found = stacking_weights(away, apart, self.caution / len(terms))
        return {member.name: float(weight) for member, weight in zip(self.members, found, strict=True)}

    def _origins(self, history: History, ahead: Sequence[int]) -> list[int]:
        """How many months were known at each past origin: the latest first, half a year apart, a year of past each."""
        latest = len(history.months) - min(ahead)
        return list(range(latest - 5, _LEAST_PAST - 1, -6))[:_WINDOWS]

    def _past(self, history: History, known: int, ahead: Sequence[int], seed: int) -> tuple[Floats, Floats] | None:
        """Mean distances of members from what came and from each other, over the recency member's score."""
        steps = [step for step in ahead if known + step <= len(history.months)]
        past = history.until(history.months[known - 1])
        covered = ~np.isnan(past.values[-_LEAST_PAST:]).all(axis=0) & ~np.isnan(past.values[-1])
        if not steps or not covered.any():
            return None
        past = past.only([unit for unit, kept in zip(history.units, covered.tolist(), strict=True) if kept])
        actual = history.values[[known + step - 1 for step in steps]][:, covered]
        drawn = np.stack([_spread(member.draws(past, steps, _DRAWS, seed)) for member in self.members])
        told = ~np.isnan(actual)
        if not told.any():
            return None
        scales = []
        for change in (np.asarray, np.log1p):
            x, y = change(drawn[:, told]), change(actual[told])
            away = np.abs(x - y[:, None]).mean(axis=(1, 2))
            apart = np.array([[_apart(one, other) for other in x] for one in x])
            unit = away[0] - apart[0, 0] / 2
            if unit > 0:
                scales.append((away / unit, apart / unit))
        if not scales:
            return None
        return np.mean([one for one, _ in scales], axis=0), np.mean([one for _, one in scales], axis=0)


def _spread(draws: Floats) -> Floats:
    return np.sort(draws, axis=-1)


def _apart(one: Floats, other: Floats) -> float:
    """Mean distance between draws of two forecasts, over forecasts and all pairs; both sorted.

    With sorted draws the mean over all pairs of both is had from ranks (as for Gini's mean difference).
    """
    n = one.shape[-1]
    both = np.sort(np.concatenate([one, other], axis=-1), axis=-1)

    def pairs(x: Floats) -> Floats:
        m = x.shape[-1]
        return np.asarray((x * (2 * np.arange(m) - m + 1)).sum(axis=-1))

    return float(((pairs(both) - pairs(one) - pairs(other)) / n**2).mean())


def stacking_weights(away: Floats, apart: Floats, caution: float) -> Floats:
    """Weights of a linear pool with the least CRPS, pulled to the first member.

    The CRPS of a pool is ``w·a − w·B·w / 2`` with the mean distances `away` (a) of members' draws from what came and
    `apart` (B) between members: a convex function of the weights, which are found by Frank and Wolfe's steps.

    Parameters
    ----------
    away : array, shape (members,)
    apart : array, shape (members, members)
    caution : float
        Weight of the squared distance from the first member, in units of its score.

    Returns
    -------
    array, shape (members,)
        None below zero; together 1.

    References
    ----------
    Gneiting and Raftery (2007), section 4.2, for the kernel form of the score.

    Examples
    --------
    >>> stacking_weights(np.array([1.0, 9.0]), np.zeros((2, 2)), 0.0).tolist()
    [1.0, 0.0]
    """
    first = np.eye(len(away))[0]
    weights = first.copy()
    for _ in range(400):
        slope = away - apart @ weights + _PULL * caution * (weights - first)
        corner = np.eye(len(away))[int(np.argmin(slope))]
        step = corner - weights
        curve = -step @ apart @ step + _PULL * caution * step @ step
        gain = -(slope @ step)
        if gain <= 1e-9:
            break
        weights = weights + step * (1.0 if curve <= 0 else min(1.0, gain / curve))
    return np.asarray(np.where(weights < _LEAST_WEIGHT, 0, weights) / weights[weights >= _LEAST_WEIGHT].sum())


# A member of full weight in place of the first must score a twentieth better at caution 1.
_PULL = 0.1
# Less than this is a handful of draws and costs as much as any.
_LEAST_WEIGHT = 0.02


def pooled(drawn: Sequence[Floats | None], weights: Sequence[float], n: int, seed: int) -> Floats:
    """`n` draws, from each member as many as its weight says, evenly over its distribution."""
    ends = np.round(np.cumsum(weights) / sum(weights) * n).astype(int)
    counts = np.diff([0, *ends])
    parts = []
    for draws, many in zip(drawn, counts, strict=True):
        if draws is not None and many:
            positions = np.floor((np.arange(many) + 0.5) / many * draws.shape[-1]).astype(int)
            parts.append(np.sort(draws, axis=-1)[..., positions])
    return np.sort(np.concatenate(parts, axis=-1), axis=-1)
