"""Difference-in-differences where places get the treatment at different times (Callaway and Sant'Anna)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from scipy.stats import chi2, norm

from tocsin.analysis._results import Floats, Ints
from tocsin.errors import UsageError
from tocsin.impact._study import Study

__all__ = ["Effects", "EventStudy", "Summary", "event_study", "group_time_effects"]

Control = Literal["never", "not-yet"]
_CONTROLS = {"never": "nevertreated", "not-yet": "notyettreated"}
How = Literal["dynamic", "group", "calendar", "simple"]

# Draws of the multiplier bootstrap: its 95 % quantile is then good to about 1 %.
_DRAWS = 4999
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """ATT(g, t): what the treatment did, in period t, to those who first had it in g."""

    estimand: str
    estimator: str
    measured: str
    group: tuple[Any, ...]
    """The period of first treatment, shape (effects,)."""
    period: tuple[Any, ...]
    since: Ints
    """Periods since the first treatment; below 0 there can be no effect, and what is seen is a difference in trends."""
    effect: Floats
    error: Floats
    """Standard error, clustered by unit."""
    low: Floats
    high: Floats
    """95 %, each by itself."""
    influence: Floats
    """Of each unit on each effect, shape (units, effects)."""
    groups: Ints
    """The group of each unit in `influence`, as number of a period; -1 for never."""
    units: int
    treated: int
    controls: int
    control: str
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """One number made of ATT(g, t)."""

    estimand: str
    effect: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class EventStudy:
    """ATT(g, t) summed up by time since treatment, by group or by calendar, and over all."""

    estimand: str
    how: str
    measured: str
    at: tuple[Any, ...]
    """Periods since treatment, groups, or periods; shape (points,)."""
    effect: Floats
    error: Floats
    low: Floats
    high: Floats
    """95 % over all points together (multiplier bootstrap)."""
    covariance: Floats
    overall: Summary
    before_statistic: float
    before_p: float
    """Wald test that all ATT(g, t) before treatment are 0; nan where there are none."""
    caveats: tuple[str, ...]


def group_time_effects(study: Study, *, control: Control = "never", anticipation: int = 0) -> Effects:
    r"""Estimate ATT(g, t): the average effect in period *t* on those first treated in *g*.

    .. math:: ATT(g,t) = E[Y_t - Y_{g-1} \mid G = g] - E[Y_t - Y_{g-1} \mid C]

    with *C* who never had the treatment, or not yet at *t*; with covariates, the doubly robust form. Before treatment,
    the change from one period to the next is compared: these should be 0 if trends are parallel.

    Parameters
    ----------
    study : Study
    control : {'never', 'not-yet'}
        With whom to compare.
    anticipation : int
        Periods before the treatment in which it may already work, because it was known to come.

    Returns
    -------
    Effects
        Errors are those of the influence function, clustered by unit.

    Raises
    ------
    UsageError
        If nobody was treated, everybody was at once, or a group has no period before its treatment.

    References
    ----------
    Callaway, B. and Sant'Anna, P. (2021). Difference-in-differences with multiple time periods. *Journal of
    Econometrics* 225. Sant'Anna, P. and Zhao, J. (2020). Doubly robust difference-in-differences estimators. *Journal
    of Econometrics* 219.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.impact import make_study
    >>> unit, period = np.repeat(np.arange(40), 4), np.tile(np.arange(4), 40)
    >>> first = np.where(unit < 20, 2, 0)
    >>> noise = np.random.default_rng(1).normal(0, 0.1, 160)
    >>> effects = group_time_effects(make_study(unit, period, noise + (unit < 20) * (period >= 2), first))
    >>> effects.since.tolist(), effects.effect.round(1).tolist()
    ([-1, 0, 1], [0.0, 1.1, 1.0])
    """
    if control not in _CONTROLS:
        raise UsageError(f"there is no control group {control!r}; take one of: {', '.join(get_args(Control))}")
    caveats = list(_refuse_or_warn(study, anticipation))
    if study.never == 0:
        study, why = _last_as_controls(study)
        caveats.append(why)
    found, said = _estimated(study, control, anticipation)
    caveats += said
    numbers = np.array(found["group"]).astype(int) - 1, np.array(found["t"]).astype(int) - 1
    influence = np.asarray(found["inffunc"]["inffunc"], float)
    effect = np.array(found["att"], float)
    error = np.sqrt((influence**2).mean(axis=0) / len(influence))
    if not np.isfinite(effect).all():
        caveats.append("Some effects could not be estimated: a group or its controls are too small.")
    among = "those who never had it" if control == "never" else "those who do not have it yet"
    return Effects(
        f"ATT(g, t): average effect on {study.measured} of those first treated in g, in period t, against {among}",
        f"Callaway and Sant'Anna (2021), {'doubly robust' if study.covariates.size else 'without covariates'}",
        study.measured,
        tuple(study.periods[g] for g in numbers[0]),
        tuple(study.periods[t] for t in numbers[1]),
        numbers[1] - numbers[0],
        effect,
        error,
        effect - _Z * error,
        effect + _Z * error,
        influence,
        study.first,
        len(study.units),
        study.treated,
        study.never,
        control,
        tuple(caveats),
    )


def _refuse_or_warn(study: Study, anticipation: int) -> list[str]:
    if study.treated == 0:
        raise UsageError("nobody had the treatment in these periods: there is nothing to judge")
    if study.never == 0 and len(np.unique(study.first)) == 1:
        raise UsageError(
            f"all {len(study.units)} places got the treatment in {study.periods[study.first[0]]}: there is nobody to "
            "compare with, and what changed after it may have changed without it. Add places that did not get it, or "
            "got it later; until then the change can be described, and not called an effect."
        )
    early = np.flatnonzero((study.first >= 0) & (study.first <= anticipation))
    if len(early):
        raise UsageError(
            f"{len(early)} places ({study.units[early[0]]} for one) had the treatment from {study.periods[0]} on, the "
            "first period there is"
            + (f", or within the {anticipation} periods of anticipation after it" if anticipation else "")
            + ": nothing is known of them before. Add earlier periods, or leave them out."
        )
    caveats = [
        "The effect is that of the treatment only if, without it, treated places would have gone the way of the others "
        "(parallel trends). That cannot be tested; differences before the treatment only speak against it."
    ]
    groups, sizes = np.unique(study.first[study.first >= 0], return_counts=True)
    small = [str(study.periods[g]) for g, size in zip(groups, sizes, strict=True) if size < 5]
    if small:
        caveats.append(f"Fewer than five places were first treated in {', '.join(small)}: errors there are too small.")
    if 0 < study.never < 10:
        caveats.append(f"Only {study.never} places never had it: errors are too small.")
    return caveats


def _last_as_controls(study: Study) -> tuple[Study, str]:
    """Where all are treated in the end, those treated last are controls until then."""
    last = int(study.first.max())
    kept = Study(
        study.units,
        study.periods[:last],
        study.outcome[:, :last],
        np.where(study.first == last, -1, study.first),
        study.covariates,
        study.measured,
        study.rows,
    )
    return kept, (
        f"Every place was treated in the end. The {int((study.first == last).sum())} treated last, in "
        f"{study.periods[last]}, are the controls, and nothing is said of {study.periods[last]} and later."
    )


def _estimated(study: Study, control: str, anticipation: int) -> tuple[dict[str, Any], list[str]]:
    """What csdid estimates; its warnings are told as caveats."""
    # Both take seconds to import.
    import pandas as pd
    from csdid.att_gt import ATTgt

    units, periods = study.outcome.shape
    names = [f"x{n}" for n in range(study.covariates.shape[1])]
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(1, units + 1), periods),
            "period": np.tile(np.arange(1, periods + 1), units),
            "first": np.repeat(study.first + 1, periods),
            "outcome": study.outcome.ravel(),
            **{name: np.repeat(study.covariates[:, n], periods) for n, name in enumerate(names)},
        }
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = ATTgt(
            yname="outcome",
            gname="first",
            idname="unit",
            tname="period",
            xformla=f"outcome~{'+'.join(names) or 1}",
            data=frame,
            control_group=_CONTROLS[control],
            anticipation=anticipation,
        ).fit(est_method="dr", bstrap=False)
    said = dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, UserWarning | RuntimeWarning))
    return fitted.MP, [f"The estimator said: {message}" for message in said]


def event_study(effects: Effects, how: How = "dynamic", *, seed: int = 1) -> EventStudy:
    r"""Sum ATT(g, t) up: by time since treatment, by group, by calendar, or over all at once.

    Each point is a mean of ATT(g, t), groups weighted by their size. Overall: of the points from the treatment on, each
    counting the same (dynamic), by size (group), each the same (calendar); or of all ATT(g, t) by size (simple).

    Parameters
    ----------
    effects : Effects
    how : {'dynamic', 'group', 'calendar', 'simple'}
    seed : int
        Of the multiplier bootstrap that makes the bands simultaneous.

    Returns
    -------
    EventStudy

    References
    ----------
    Callaway and Sant'Anna (2021), section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.impact import make_study
    >>> unit, period = np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60)
    >>> first = np.select([unit < 20, unit < 40], [2, 3], 0)
    >>> outcome = np.random.default_rng(1).normal(0, 0.1, 300) + ((first > 0) & (period >= first))
    >>> study = event_study(group_time_effects(make_study(unit, period, outcome, first)))
    >>> study.at, round(study.overall.effect, 1)
    ((-2, -1, 0, 1, 2), 1.0)
    """
    if how not in get_args(How):
        raise UsageError(f"effects cannot be summed up by {how!r}; take one of: {', '.join(get_args(How))}")
    share, weight_influence = _shares(effects)
    at, members = _points(effects, how)
    points = [_weighted(effects, share, weight_influence, member) for member in members]
    effect = np.array([point[0] for point in points])
    influence = np.column_stack([point[1] for point in points])
    units = len(influence)
    covariance = influence.T @ influence / units**2
    error = np.sqrt(np.diag(covariance))
    reach = _simultaneous(influence, error, seed)
    statistic, p = _before(effects)
    return EventStudy(
        f"{_NAMES[how]} of {effects.estimand}",
        how,
        effects.measured,
        at,
        effect,
        error,
        effect - reach * error,
        effect + reach * error,
        covariance,
        _overall(effects, how, at, members, effect, influence, share, weight_influence),
        statistic,
        p,
        effects.caveats,
    )


_NAMES = {
    "dynamic": "averages by periods since treatment",
    "group": "averages by group",
    "calendar": "averages by period",
    "simple": "the average over groups and periods",
}


def _shares(effects: Effects) -> tuple[Floats, Floats]:
    """The share of units in each effect's group, and the influence of each unit on it."""
    group = np.array([_number(effects, n) for n in range(len(effects.effect))])
    in_group = (effects.groups[:, None] == group).astype(float)
    share = in_group.mean(axis=0)
    return share, in_group - share


def _number(effects: Effects, n: int) -> int:
    """The number of the period of an effect's group."""
    ordered = sorted(set(effects.group))
    numbers = np.unique(effects.groups[effects.groups >= 0])
    return int(numbers[ordered.index(effects.group[n])])


def _points(effects: Effects, how: How) -> tuple[tuple[Any, ...], list[Ints]]:
    usable = np.isfinite(effects.effect)
    after = usable & (effects.since >= 0)
    if how == "dynamic":
        since = tuple(int(s) for s in np.unique(effects.since[usable]))
        return since, [np.flatnonzero(usable & (effects.since == s)) for s in since]
    if how == "simple":
        return ("all",), [np.flatnonzero(after)]
    of = effects.group if how == "group" else effects.period
    at = tuple(sorted({value for value, kept in zip(of, after, strict=True) if kept}))
    return at, [np.array([n for n, value in enumerate(of) if after[n] and value == point]) for point in at]


def _weighted(effects: Effects, share: Floats, weight_influence: Floats, members: Ints) -> tuple[float, Floats]:
    """A mean of effects by the size of their groups, with the influence of units on it and on the sizes."""
    total = share[members].sum()
    weights = share[members] / total
    moved = weight_influence[:, members] / total - np.outer(
        weight_influence[:, members].sum(axis=1), share[members]
    ) / (total**2)
    effect = float(weights @ effects.effect[members])
    return effect, effects.influence[:, members] @ weights + moved @ effects.effect[members]


def _overall(
    effects: Effects,
    how: How,
    at: tuple[Any, ...],
    members: list[Ints],
    effect: Floats,
    influence: Floats,
    share: Floats,
    weight_influence: Floats,
) -> Summary:
    if how == "dynamic":
        kept = [n for n, since in enumerate(at) if since >= 0]
        value, moved = float(effect[kept].mean()), influence[:, kept].mean(axis=1)
        name = "average effect over the periods since treatment, each counting the same"
    elif how == "group":
        first = [member[0] for member in members]
        weights = share[first] / share[first].sum()
        change = weight_influence[:, first] / share[first].sum()
        value = float(weights @ effect)
        moved = influence @ weights + change @ effect - change.sum(axis=1) * value
        name = "average effect on a treated unit, over the periods it was treated in"
    elif how == "calendar":
        value, moved = float(effect.mean()), influence.mean(axis=1)
        name = "average effect over calendar periods, each counting the same"
    else:
        value, moved = float(effect[0]), influence[:, 0]
        name = "average effect over all treated units and periods"
    error = float(np.sqrt((moved**2).mean() / len(moved)))
    return Summary(f"{name} (ATT, {effects.measured})", value, error, value - _Z * error, value + _Z * error)


def _simultaneous(influence: Floats, error: Floats, seed: int) -> float:
    """How many errors a band must reach to hold all points at once, 95 % of the time."""
    generator = np.random.default_rng(seed)
    units = len(influence)
    known = error > 0
    if not known.any():
        return _Z
    signs = generator.choice([-1.0, 1.0], (_DRAWS, units))
    drawn = np.abs(signs @ influence[:, known] / units) / error[known]
    return max(_Z, float(np.quantile(drawn.max(axis=1), 0.95)))


def _before(effects: Effects) -> tuple[float, float]:
    """Wald's test that nothing differed before the treatment."""
    before = np.flatnonzero((effects.since < 0) & np.isfinite(effects.effect))
    if not len(before):
        return float("nan"), float("nan")
    influence = effects.influence[:, before]
    covariance = influence.T @ influence / len(influence) ** 2
    if np.linalg.matrix_rank(covariance) < len(before):
        return float("nan"), float("nan")
    statistic = float(effects.effect[before] @ np.linalg.solve(covariance, effects.effect[before]))
    return statistic, float(chi2.sf(statistic, len(before)))
