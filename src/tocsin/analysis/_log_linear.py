"""Log-linear models of lists: which lists depend on each other is chosen by BIC, or averaged over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import chi2, norm

from tocsin.analysis._overlaps import Overlaps
from tocsin.analysis._results import Floats
from tocsin.errors import UsageError

__all__ = ["LogLinear", "LogLinearModel", "chao_lower_bound", "log_linear"]

Term = tuple[int, ...]
Terms = tuple[Term, ...]
Family = Literal["independence", "pairwise", "hierarchical"]

# With more lists there are too many models to fit them all (6,893 hierarchical ones of five): then one is searched.
_ALL_PAIRWISE, _ALL_HIERARCHICAL = 5, 4
# Newton steps converge in about ten; what has not after this has no finite maximum.
_STEPS = 60
# An unseen number more than this many times the seen says that the data do not bound it.
_UNBOUNDED = 1e4


@dataclass(frozen=True, slots=True)
class LogLinearModel:
    """One model: which lists depend on each other, and what total it gives."""

    name: str
    """Dependences between lists, ``EXH×ABA``; "independence" where there are none."""
    terms: tuple[tuple[str, ...], ...]
    total: float
    low: float
    high: float
    """95 %, log-normal in the unseen number."""
    parameters: int
    deviance: float
    freedom: int
    aic: float
    bic: float
    weight: float
    """Of the averages: its share by BIC."""


@dataclass(frozen=True, slots=True)
class LogLinear:
    """Models of one family, the best first, and their average."""

    estimand: str
    family: str
    searched: str
    models: tuple[LogLinearModel, ...]
    best: LogLinearModel
    profile_low: float
    profile_high: float
    """95 % of the best model by its profile likelihood (Cormack 1992)."""
    total: float
    low: float
    high: float
    """Averaged over all models by BIC; 95 % of the mixture."""
    left_out: int
    """Models that have no finite estimate here, because lists that they let depend share no case."""
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    terms: Terms
    unseen: float
    error: float
    """Standard error of the log of the unseen number: that of its expectation, and its own spread around it."""
    deviance: float
    loglik: float
    parameters: int


def chao_lower_bound(overlaps: Overlaps) -> tuple[float, float, float]:
    r"""Chao's lower bound of the number of cases, with a 95 % interval.

    .. math:: \hat N \ge n + f_1^2 / (2 f_2)

    with :math:`f_k` the cases on exactly *k* lists. It holds however much cases differ in how easily they are seen, and
    falls short the more they do. Where no case is on two lists, the form of Chao (1989) without the division is used.

    Parameters
    ----------
    overlaps : Overlaps

    Returns
    -------
    total, low, high : float
        The interval is log-normal in the unseen number.

    References
    ----------
    Chao, A. (1987). Estimating the population size for capture-recapture data with unequal catchability.
    *Biometrics* 43.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.analysis import count_overlaps
    >>> overlaps = count_overlaps(np.array([[1, 1]] * 20 + [[1, 0]] * 30 + [[0, 1]] * 10))
    >>> [round(bound) for bound in chao_lower_bound(overlaps)]
    [100, 78, 148]
    """
    once, twice = float(overlaps.times_seen[0]), float(overlaps.times_seen[1])
    n = overlaps.cases
    if once == 0:
        return float(n), float(n), float(n)
    if twice == 0:
        unseen = once * (once - 1) / 2
        variance = once * (once - 1) / 2 + once * (2 * once - 1) ** 2 / 4 - once**4 / (4 * max(n + unseen, 1))
    else:
        by = once / twice
        unseen, variance = once**2 / (2 * twice), twice * (by**2 / 2 + by**3 + by**4 / 4)
    if unseen <= 0:
        return float(n), float(n), float(n)
    spread = float(np.exp(1.96 * np.sqrt(np.log1p(max(variance, 0.0) / unseen**2))))
    return n + unseen, n + unseen / spread, n + unseen * spread


def log_linear(overlaps: Overlaps, family: Family = "pairwise") -> LogLinear:
    r"""Fit log-linear models of dependence between lists, and what total each gives.

    The expected count of each combination *x* of lists is
    :math:`\log \mu_x = \beta_0 + \sum_{t \in T} \beta_t \prod_{j \in t} x_j`, a Poisson regression on the combinations
    that were seen; the unseen number is :math:`e^{\beta_0}`. The family says which sets of terms *T* are tried.

    Parameters
    ----------
    overlaps : Overlaps
    family : {'pairwise', 'hierarchical', 'independence'}
        Dependences between two lists only; or between any number, each with all that it contains (but never of all
        lists at once: that cannot be told from the unseen); or none. All models are fitted up to five lists
        (pairwise) or four (hierarchical); with more, one is searched term by term by BIC.

    Returns
    -------
    LogLinear

    Raises
    ------
    UsageError
        If dependence is asked for with two lists, which cannot show it, or no model has a finite estimate.

    References
    ----------
    Fienberg, S. (1972). The multiple recapture census for closed populations and incomplete 2^k contingency tables.
    *Biometrika* 59. Cormack, R. (1992). Interval estimation for mark-recapture studies of closed populations.
    *Biometrics* 48. Rivest, L.-P. and Baillargeon, S. (2007). Applications and extensions of Chao's moment estimator.
    *Biometrics* 63.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.analysis import count_overlaps
    >>> overlaps = count_overlaps(np.array([[1, 1]] * 20 + [[1, 0]] * 30 + [[0, 1]] * 10))
    >>> round(log_linear(overlaps, "independence").best.total)
    75
    """
    lists = len(overlaps.lists)
    if family != "independence" and lists < 3:
        raise UsageError(
            f"{lists} lists cannot show whether they depend on each other: it takes a third list to choose a model"
        )
    frame = _Frame.of(overlaps)
    tried, searched = _tried(frame, lists, family)
    fits = [fit for fit in tried if fit is not None]
    if not fits:
        raise UsageError("no log-linear model has a finite estimate: the lists overlap too little")
    return _summary(overlaps, frame, family, searched, fits, len(tried) - len(fits))


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """All combinations of lists but the empty one, and their counts."""

    cells: Floats
    counts: Floats
    names: tuple[str, ...]

    @classmethod
    def of(cls, overlaps: Overlaps) -> _Frame:
        lists = len(overlaps.lists)
        if lists > 12:
            raise UsageError(f"{lists} lists make {2**lists:,} combinations; merge lists to twelve or fewer")
        cells = (np.arange(1, 2**lists)[:, None] >> np.arange(lists)) & 1
        at = (overlaps.patterns << np.arange(lists)).sum(axis=1) - 1
        counts = np.zeros(len(cells))
        counts[at] = overlaps.counts
        return cls(cells.astype(float), counts, overlaps.lists)

    def design(self, terms: Terms, cells: Floats) -> Floats:
        lists = [(n,) for n in range(len(self.names))]
        columns = [cells[:, list(term)].prod(axis=1) for term in (*lists, *terms)]
        return np.column_stack([np.ones(len(cells)), *columns])

    def fit(self, terms: Terms) -> _Fit | None:
        """The model with these dependences; None where it has no finite maximum."""
        design = self.design(terms, self.cells)
        if (design.T @ self.counts == 0).any() or design.shape[1] > len(self.counts):
            return None
        found = _poisson(design, self.counts)
        if found is None:
            return None
        beta, mean = found
        unseen = float(np.exp(beta[0]))
        try:
            spread = float(np.linalg.inv(design.T @ (design * mean[:, None]))[0, 0])
        except np.linalg.LinAlgError:
            return None
        error = (max(spread, 0.0) + 1 / max(unseen, 1e-9)) ** 0.5
        if not np.isfinite(error) or unseen > _UNBOUNDED * self.counts.sum():
            return None
        loglik = float((self.counts * np.log(mean) - mean - gammaln(self.counts + 1)).sum())
        seen = self.counts > 0
        fitted = (self.counts[seen] * np.log(self.counts[seen] / mean[seen])).sum()
        deviance = 2 * float(fitted - (self.counts - mean).sum())
        return _Fit(terms, unseen, error, deviance, loglik, design.shape[1])

    def profile(self, terms: Terms, total: float) -> float:
        """The log-likelihood of `total` cases, at its maximum over everything else."""
        seen = self.counts.sum()
        unseen = total - seen
        cells = np.vstack([np.zeros(len(self.names)), self.cells])
        counts = np.concatenate([[unseen], self.counts])
        found = _poisson(self.design(terms, cells), counts)
        if found is None:
            return -np.inf
        share = found[1] / found[1].sum()
        return float(gammaln(total + 1) - gammaln(unseen + 1) + (counts * np.log(share)).sum())


def _poisson(design: Floats, counts: Floats) -> tuple[Floats, Floats] | None:
    """Coefficients and means of a Poisson regression, by Newton's method; None where it does not converge."""
    beta = np.linalg.lstsq(design, np.log(counts + 0.5), rcond=None)[0]
    for _ in range(_STEPS):
        mean = np.exp(np.clip(design @ beta, -30, 30))
        try:
            step = np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (counts - mean))
        except np.linalg.LinAlgError:
            return None
        # Where a first step goes astray, a tenth of it on the scale of logs is still safe.
        beta = beta + step * min(1.0, 3.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-9:
            return beta, np.exp(design @ beta)
    return None


def _tried(frame: _Frame, lists: int, family: Family) -> tuple[list[_Fit | None], str]:
    if family == "independence":
        return [frame.fit(())], "the one model"
    if family == "pairwise" and lists <= _ALL_PAIRWISE:
        return [frame.fit(terms) for terms in _pairwise(lists)], "all models"
    if family == "hierarchical" and lists <= _ALL_HIERARCHICAL:
        return [frame.fit(terms) for terms in _hierarchical(lists)], "all models"
    return _searched(frame, lists, 2 if family == "pairwise" else lists - 1), "one term at a time, by BIC"


def _pairwise(lists: int) -> Iterator[Terms]:
    pairs = list(combinations(range(lists), 2))
    for size in range(len(pairs) + 1):
        yield from combinations(pairs, size)


def _hierarchical(lists: int) -> Iterator[Terms]:
    higher = [term for size in range(3, lists) for term in combinations(range(lists), size)]
    for pairs in _pairwise(lists):
        for size in range(len(higher) + 1):
            for more in combinations(higher, size):
                if all(_is_carried(term, {*pairs, *more}) for term in more):
                    yield (*pairs, *more)


def _is_carried(term: Term, terms: set[Term]) -> bool:
    """Whether all smaller dependences in `term` are among `terms`."""
    return len(term) == 2 or all(part in terms for part in combinations(term, len(term) - 1))


def _searched(frame: _Frame, lists: int, largest: int) -> list[_Fit | None]:
    """Add or drop the term that lowers BIC most, until none does; all models met on the way."""
    candidates = [term for size in range(2, largest + 1) for term in combinations(range(lists), size)]
    met: dict[Terms, _Fit | None] = {(): frame.fit(())}
    here: Terms = ()
    while True:
        for term in candidates:
            nearby = tuple(sorted(set(here) ^ {term}, key=lambda t: (len(t), t)))
            if nearby not in met and all(_is_carried(t, set(nearby)) for t in nearby):
                met[nearby] = frame.fit(nearby)
        best = min((fit for fit in met.values() if fit), key=lambda fit: _bic(frame, fit), default=None)
        if best is None or best.terms == here:
            return list(met.values())
        here = best.terms


def _bic(frame: _Frame, fit: _Fit) -> float:
    return -2 * fit.loglik + fit.parameters * float(np.log(frame.counts.sum()))


def _summary(
    overlaps: Overlaps, frame: _Frame, family: Family, searched: str, fits: Sequence[_Fit], left_out: int
) -> LogLinear:
    seen = overlaps.cases
    bic = np.array([_bic(frame, fit) for fit in fits])
    weights = np.exp(-(bic - bic.min()) / 2)
    weights /= weights.sum()
    order = np.argsort(bic, kind="stable")
    models = tuple(_model(overlaps, fits[n], float(bic[n]), float(weights[n])) for n in order)
    low, middle, high = (_mixed(fits, weights, share) for share in (0.025, 0.5, 0.975))
    bounds = _profiled(frame, fits[order[0]], seen)
    caveats = [
        "Which lists depend on each other is read off the overlaps; that cases on no list follow the same pattern "
        "is taken on trust by every log-linear model."
    ]
    if left_out:
        caveats.append(f"{left_out} models have no finite estimate here: lists that they let depend share no case.")
    if len(models) > 1 and models[0].weight < 0.5:
        caveats.append(f"No model stands out: the best has {models[0].weight:.0%} of the weight.")
    return LogLinear(
        "cases, named or not, if log-linear dependence between lists is all there is",
        family,
        searched,
        models,
        models[0],
        *bounds,
        seen + middle,
        seen + low,
        seen + high,
        left_out,
        tuple(caveats),
    )


def _model(overlaps: Overlaps, fit: _Fit, bic: float, weight: float) -> LogLinearModel:
    named = tuple(tuple(overlaps.lists[n] for n in term) for term in fit.terms)
    spread = float(np.exp(1.96 * fit.error))
    return LogLinearModel(
        ", ".join("×".join(term) for term in named) or "independence",
        named,
        overlaps.cases + fit.unseen,
        overlaps.cases + fit.unseen / spread,
        overlaps.cases + fit.unseen * spread,
        fit.parameters,
        fit.deviance,
        2 ** len(overlaps.lists) - 1 - fit.parameters,
        -2 * fit.loglik + 2 * fit.parameters,
        bic,
        weight,
    )


def _mixed(fits: Sequence[_Fit], weights: Floats, share: float) -> float:
    """A quantile of the unseen number over all models, each log-normal."""
    middle, error = np.log([fit.unseen for fit in fits]), np.array([fit.error for fit in fits])
    if len(fits) == 1:
        return float(np.exp(middle[0] + error[0] * norm.ppf(share)))
    reach = 10 * error.max() + 1

    def above(log_unseen: float) -> float:
        return float((weights * norm.cdf((log_unseen - middle) / error)).sum() - share)

    return float(np.exp(brentq(above, middle.min() - reach, middle.max() + reach)))


def _profiled(frame: _Frame, fit: _Fit, seen: int) -> tuple[float, float]:
    """Totals that the data speak against less than 95 %: twice the log-likelihood falls by less than 3.84."""
    best = seen + fit.unseen
    limit = frame.profile(fit.terms, best) - chi2.ppf(0.95, 1) / 2

    def above(total: float) -> float:
        return frame.profile(fit.terms, total) - limit

    low, high = seen + fit.unseen * 1e-6, seen + fit.unseen * 2
    while above(high) > 0 and high < seen + fit.unseen * _UNBOUNDED:
        high = seen + (high - seen) * 2
    return (
        float(brentq(above, low, best)) if above(low) < 0 else float(seen),
        float(brentq(above, best, high)) if above(high) < 0 else float("inf"),
    )
