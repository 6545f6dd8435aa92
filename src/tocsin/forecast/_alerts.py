"""Early warning: which rules fired where and why, and what came after they fired before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tocsin.errors import UsageError
from tocsin.forecast._forecast import needed_months
from tocsin.forecast._history import Floats, History, add_months
from tocsin.forecast._registry import MODELS
from tocsin.forecast._rules import Rule

__all__ = ["Alert", "Alerts", "TrackRecord", "find_alerts"]

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

AFTER = 3
"""Months after an alert in which what it warns of may come."""
LEAST_MONTHS = 12
_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that fired: where, when, and why in words."""

    rule: str
    kind: str
    unit: str
    month: date
    count: float
    limit: float
    """What the count had to reach or to exceed."""
    why: str


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """What came after a rule fired, in all months that have a year before and three months after them.

    Attributes
    ----------
    rule : str
    warns_of : str
        In words.
    fired, hits, false_alarms : int
        Alerts, those that were followed by what the rule warns of, and those that were not.
    missed : int
        Unit-months that were followed by it without an alert.
    unit_months : int
    base_rate : float
        Share of all unit-months that were followed by it, alert or not.
    fired_quiet, hits_quiet, base_rate_quiet : int, int, float
        The same where the three months up to the month before had less than what the rule warns of: where a war goes
        on, any rule is right.
    """

    rule: str
    warns_of: str
    fired: int
    hits: int
    false_alarms: int
    missed: int
    unit_months: int
    base_rate: float
    fired_quiet: int
    hits_quiet: int
    base_rate_quiet: float


@dataclass(frozen=True, slots=True, eq=False)
class Alerts:
    """Alerts of the months asked for, the latest first, and the track record of every rule."""

    months: tuple[date, ...]
    alerts: tuple[Alert, ...]
    records: tuple[TrackRecord, ...]
    rules: tuple[Rule, ...]
    measure: str
    unit: str


def find_alerts(
    history: History,
    rules: Sequence[Rule],
    months: int = 1,
    *,
    watch: Callable[[str], None] = lambda name: None,
) -> Alerts:
    """Try rules on the last months of a history, and on all before them to see what they are worth.

    Parameters
    ----------
    history : History
    rules : sequence of Rule
    months : int
        How many of the last months alerts are told of.
    watch : callable, optional
        Told the name of each rule before it is tried.

    Raises
    ------
    UsageError
        If the history has not thirteen months: a month and the year before it.
    """
    needed_months(history, LEAST_MONTHS + 1)
    months = min(months, len(history.months) - LEAST_MONTHS)
    if months < 1:
        raise UsageError("--months: give 1 or more")
    alerts, records = [], []
    for rule in rules:
        watch(rule.name)
        limits = rule_limits(history, rule)
        fired = rule_fired(history, rule, limits)
        records.append(_record(history, rule, fired))
        for at, unit in np.argwhere(fired[-months:]):
            row = len(history.months) - months + int(at)
            alerts.append(_alert(history, rule, row, int(unit), float(limits[row, unit])))
    alerts.sort(key=lambda one: (-one.month.toordinal(), -one.count, one.unit, one.rule))
    return Alerts(history.months[-months:], tuple(alerts), tuple(records), tuple(rules), history.measure, history.unit)


def rule_limits(history: History, rule: Rule) -> Floats:
    """What a month's count has to reach (to exceed, for a surprise), from the months before it alone.

    Returns
    -------
    array, shape (months, units)
        nan in the first year, and where nothing before it is known.
    """
    values = history.values
    limits = np.full(values.shape, np.nan)
    for at in range(LEAST_MONTHS, len(values)):
        if rule.kind == "threshold":
            limits[at] = rule.at_least
        elif rule.kind == "change":
            limits[at] = _known_mean(values[at - rule.months : at]) * rule.times
        else:
            limits[at] = _upper(history, at, rule)
    return limits


def _known_mean(past: Floats) -> Floats:
    known = ~np.isnan(past)
    return np.asarray(np.where(known.any(axis=0), np.nansum(past, axis=0) / np.maximum(known.sum(axis=0), 1), np.nan))


def _upper(history: History, at: int, rule: Rule) -> Floats:
    """The upper edge of the central interval that was expected of month `at` a month before."""
    past = history.until(history.months[at - 1])
    covered = ~np.isnan(past.values[-1])
    edge = np.full(len(history.units), np.nan)
    if covered.any():
        known = past.only([unit for unit, kept in zip(past.units, covered.tolist(), strict=True) if kept])
        draws = MODELS[rule.model].draws(known, [1], _DRAWS, seed=at)[0]
        edge[covered] = np.quantile(draws, (1 + rule.level) / 2, axis=1)
    return edge


def rule_fired(history: History, rule: Rule, limits: Floats) -> Bools:
    """Whether the rule fired, by month and unit."""
    values = history.values
    with np.errstate(invalid="ignore"):
        beyond = values > limits if rule.kind == "surprise" else values >= limits
        fired = beyond & (values >= rule.at_least) & (values > 0)
    for back in range(1, rule.after_quiet + 1):
        fired[back:] &= values[:-back] < rule.at_least
    return np.asarray(fired)


def _alert(history: History, rule: Rule, at: int, unit: int, limit: float) -> Alert:
    count, name, month = float(history.values[at, unit]), history.units[unit], history.months[at]
    counted = f"{count:,.0f} {history.measure} in {month:%Y-%m}"
    if rule.kind == "threshold":
        quiet = f", after {rule.after_quiet} months that each had fewer" if rule.after_quiet else ""
        why = f"{counted}; the rule fires at {rule.at_least:g}{quiet}"
    elif rule.kind == "change":
        mean = limit / rule.times if rule.times else 0.0
        than = f"{count / mean:,.1f} times" if mean else "up from none:"
        year = f"the mean of the {rule.months} months before ({mean:,.1f})"
        why = f"{counted}, {than} {year}; the rule fires at {rule.times:g}"
    else:
        origin = add_months(month, -1)
        why = (
            f"{counted}; {rule.model}, from {origin:%Y-%m}, expected at most {limit:,.0f} "
            f"(upper edge of its {rule.level * 100:.0f} % interval)"
        )
    return Alert(rule.name, rule.kind, name, month, count, limit, why)


def _record(history: History, rule: Rule, fired: Bools) -> TrackRecord:
    values = history.values
    counted = len(values) - LEAST_MONTHS - AFTER
    words = f"at least {rule.then:g} {history.measure} in the {AFTER} months after"
    if counted < 1:
        return TrackRecord(rule.name, words, 0, 0, 0, 0, 0, float("nan"), 0, 0, float("nan"))
    at = np.arange(LEAST_MONTHS, LEAST_MONTHS + counted)
    after = sum((values[at + step] for step in range(1, AFTER + 1)), np.zeros(values[at].shape))
    before = sum((values[at - step] for step in range(1, AFTER + 1)), np.zeros(values[at].shape))
    # What is not covered is unknown, and so is a sum with it: such unit-months are not counted.
    told = ~np.isnan(after + before + values[at])
    came, alerted = (after >= rule.then) & told, fired[at] & told
    quiet = told & (before < rule.then)
    return TrackRecord(
        rule.name,
        words,
        int(alerted.sum()),
        int((alerted & came).sum()),
        int((alerted & ~came).sum()),
        int((came & ~alerted).sum()),
        int(told.sum()),
        _share(came, told),
        int((alerted & quiet).sum()),
        int((alerted & came & quiet).sum()),
        _share(came & quiet, quiet),
    )


def _share(part: Bools, whole: Bools) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else float("nan")
