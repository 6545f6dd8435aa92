"""A statement about numbers, checked against recorded events under every reading that can be defended.

It is supported or contradicted only where all readings agree; else it cannot be told, and the choice that flips it is
named. Data that hold deadly events only say at least how much there was: they can support "more than", and contradict
"fewer than", and nothing else. A month that is not covered is not a month without events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from dateutil.relativedelta import relativedelta

from tocsin.analysis._check_matters import Matters, matters_of
from tocsin.analysis._check_rows import (
    actor_names,
    actor_spellings,
    area_names,
    area_values,
    event_rows,
    kind_is_told,
    named_by_place,
    row_weights,
)
from tocsin.analysis._events import EventTable
from tocsin.analysis._panel import Coverage, period_bounds
from tocsin.analysis._statement import Statement, read_statement
from tocsin.analysis._statement_parts import Comparison
from tocsin.codebook import Codebook
from tocsin.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Checked", "Reading", "Verdict", "check", "check_statement"]

Verdict = Literal["supported", "contradicted", "cannot be told"]

WINDOWS = (1, 3, 6, 12)
"""Complete months before the statement, where it names no time."""

_AT_LEAST: tuple[Comparison, ...] = ("more than", "at least")
_AT_MOST: tuple[Comparison, ...] = ("fewer than", "at most")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: what was chosen of each matter, what the data then say, and whether the statement holds.

    `value` is the figure that decides (of "every month" that of the month nearest to failing it), None where the time
    is not covered. `holds` is None where the data cannot tell, and `why` says the reason.
    """

    choices: Mapping[str, str]
    value: float | None
    holds: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement checked: the verdict, the readings it rests on, and why in words.

    `flips` names the matters of which one choice in place of another changes the answer. `by_period` is what was
    recorded in each period of the longest window, by the widest reading, as (first day, figure).
    """

    statement: Statement
    verdict: Verdict
    readings: tuple[Reading, ...]
    flips: tuple[str, ...]
    because: str
    data: str
    caveats: tuple[str, ...]
    by_period: tuple[tuple[date, float], ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Window:
    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Limit:
    """That the data only say how much there was at ``least`` or at ``most``."""

    bound: Literal["least", "most"]
    why: str

    def lets_stand(self, statement: Statement, holds: bool) -> bool:
        """Whether an answer by the data's figure stays what it is, whatever the data do not have."""
        upward = _AT_LEAST if self.bound == "least" else _AT_MOST
        downward = _AT_MOST if self.bound == "least" else _AT_LEAST
        return holds if statement.comparison in upward else statement.comparison in downward and not holds


def check(
    text: str,
    data: EventTable,
    codebook: Codebook,
    *,
    said: date | None = None,
    parts: Mapping[str, Any] | None = None,
    coverage: Coverage | None = None,
    then: EventTable | None = None,
) -> Checked:
    """Read a sentence and check it against `data`.

    Parameters
    ----------
    text : str
    data : EventTable
    codebook : Codebook
    said : date, optional
        When it was said; today by default.
    parts : mapping, optional
        Parts of the :class:`~tocsin.analysis.Statement` that a person put right.
    coverage : Coverage, optional
        The days that the data cover; by default from the first to the last month in which they have any event.
    then : EventTable, optional
        The same data as they were known when it was said; both vintages are tried.

    Raises
    ------
    UsageError
        If the sentence has no figure and `parts` give none, or no event has a date.
    """
    given = dict(parts or {})
    names = area_names(data), actor_names(data)
    statement = read_statement(text, codebook, *names, said, threshold=given.get("threshold"))
    asked = replace(statement, **given)
    now = check_statement(asked, data, codebook, coverage)
    return now if then is None else _both_vintages(now, check_statement(asked, then, codebook, coverage))


def _both_vintages(now: Checked, then: Checked) -> Checked:
    """What was found in the data as known now, and as known when it was said, as readings of one grid."""
    if not now.readings:
        return now
    if not then.readings:
        return replace(now, caveats=(*now.caveats, f"As known when it was said, {then.because}."))
    known = [("as known now", now), ("as known then", then)]
    readings = tuple(
        replace(reading, choices={**reading.choices, "vintage": name})
        for name, one in known
        for reading in one.readings
    )
    verdict, flips, because = _judge(readings)
    return replace(now, readings=readings, verdict=verdict, flips=flips, because=because)


def check_statement(
    statement: Statement, data: EventTable, codebook: Codebook, coverage: Coverage | None = None
) -> Checked:
    """Check a statement as understood; see :func:`check`."""
    if data.first is None or data.last is None:
        raise UsageError(f"{data.name}: no event in it has a date, so that nothing can be checked against it")
    caveats = (*statement.notes, *data.caveats)
    if missing := _missing(statement, data, codebook):
        return Checked(statement, "cannot be told", (), (), missing, data.name, caveats)
    covered = coverage or Coverage(data.first.replace(day=1), _month_end(data.last))
    rows = event_rows(statement, data, codebook)
    matters = matters_of(statement, data, rows, codebook)
    asked = _windows(statement, covered)
    windows = [one for one in asked if covered.covers(one.first, one.last)] or asked
    if len(windows) < len(asked):
        left = ", ".join(one.name for one in asked if one not in windows)
        caveats = (*caveats, f"Not tried, because the data cover {covered.first} to {covered.last}: {left}.")
    readings = tuple(_readings(statement, data, rows, matters, windows, covered))
    verdict, flips, because = _judge(readings)
    series = _series(statement, rows, matters, windows[-1])
    return Checked(statement, verdict, readings, flips, because, data.name, caveats, series)


def _missing(statement: Statement, data: EventTable, codebook: Codebook) -> str:
    """Why the data cannot speak of this at all; empty where they can."""
    unknown = [area for area in statement.areas if not area_values(area, data)]
    if unknown:
        return f"the data have no event in {' or '.join(unknown)}: it may not be covered"
    if statement.unnamed:
        return f"{statement.unnamed!r} names nobody whom the data know by a name; say who with --actor"
    strangers = [
        actor
        for actor, names in zip(statement.actors, actor_spellings(statement, data, codebook), strict=True)
        if not names
    ]
    if strangers:
        return f"the data name {' or '.join(strangers)} nowhere: what they did may stand under another name"
    if statement.kind is not None and not kind_is_told(statement.kind, data):
        return f"{data.dataset or data.name} does not tell {statement.kind.name} apart from other events"
    return ""


def _windows(statement: Statement, coverage: Coverage) -> list[_Window]:
    first, last = statement.first or coverage.first, statement.last or coverage.last
    if statement.first is not None or statement.last is not None or statement.per is None:
        return [_Window(f"{first} to {last}", first, last)]
    # The last month that was over when it was said; of data that end before, their last.
    end = min(statement.said.replace(day=1) - timedelta(days=1), coverage.last)
    windows = []
    for months in WINDOWS:
        name = f"{months} months to {end:%Y-%m}" if months > 1 else f"the month {end:%Y-%m}"
        windows.append(_Window(name, end.replace(day=1) - relativedelta(months=months - 1), end))
    return windows


def _readings(
    statement: Statement,
    data: EventTable,
    rows: pd.DataFrame,
    matters: Matters,
    windows: Sequence[_Window],
    coverage: Coverage,
) -> Iterator[Reading]:
    limit = _limit(statement, data)
    figures = ("",) if statement.measure == "events" else ("low", "best", "high")
    weights = {figure: row_weights(rows, statement, figure) for figure in figures}
    kept = [
        (dict(zip(matters, chosen, strict=True)), np.logical_and.reduce([c.keeps for c in chosen]))
        for chosen in product(*matters.values())
    ]
    for window, (chosen, keeps), figure in product(windows, kept, figures):
        choices = {name: choice.name for name, choice in chosen.items() if len(matters[name]) > 1}
        choices |= {"window": window.name} if len(windows) > 1 else {}
        choices |= {"figure": figure} if figure else {}
        bounds = period_bounds(window.first, window.last, statement.per) if statement.per else _whole(window)
        if why := _uncovered(statement, window, bounds, coverage):
            yield Reading(choices, None, None, why)
            continue
        yield _decided(statement, choices, _counts(rows, keeps, weights[figure], bounds), limit)


def _limit(statement: Statement, data: EventTable) -> _Limit | None:
    """What the figures of these data are at least or at most, where they are not the figure itself."""
    if statement.one_side:
        return _Limit("most", "the data do not tell who of the dead they were: there were at most that many")
    if data.lethal_only and not statement.about_data:
        return _Limit("least", "the data hold deadly events only: there were at least that many")
    if data.partial:
        return _Limit("least", "the data hold some of what happened: there were at least that many")
    if named_by_place(statement, data):
        return _Limit("least", "the data place some events no nearer than a division: there were at least that many")
    return None


def _whole(window: _Window) -> list[tuple[date, date]]:
    return [(window.first, window.last)]


def _uncovered(statement: Statement, window: _Window, bounds: Sequence[tuple[date, date]], coverage: Coverage) -> str:
    if not bounds:
        return f"{window.name} holds no complete {statement.per}"
    if not coverage.covers(bounds[0][0], bounds[-1][1]):
        return f"the data cover {coverage.first} to {coverage.last}, and not all of {window.name}"
    return ""


def _counts(rows: pd.DataFrame, keeps: Any, weights: Any, bounds: Sequence[tuple[date, date]]) -> Any:
    """The figure of each period; rows are in the order of their days."""
    days = rows["date_start"].to_numpy().astype("datetime64[D]")
    running = np.concatenate([[0.0], np.cumsum(np.where(keeps, weights, 0.0))])
    first = np.searchsorted(days, np.array([a for a, _ in bounds], "datetime64[D]"), side="left")
    last = np.searchsorted(days, np.array([b for _, b in bounds], "datetime64[D]"), side="right")
    return running[last] - running[first]


def _decided(statement: Statement, choices: Mapping[str, str], counts: Any, limit: _Limit | None) -> Reading:
    if statement.statistic in ("every", "any"):
        fits = [statement.holds(count) for count in counts]
        holds = all(fits) if statement.statistic == "every" else any(fits)
        lowest = (statement.comparison in _AT_LEAST) == (statement.statistic == "every")
        value = float(counts.min() if lowest else counts.max())
    else:
        value = _summary(statement, counts)
        holds = statement.holds(value)
    if limit is not None and not limit.lets_stand(statement, holds):
        return Reading(choices, value, None, limit.why)
    return Reading(choices, value, holds)


def _summary(statement: Statement, counts: Any) -> float:
    if statement.statistic == "total":
        return float(counts.sum())
    return float(np.median(counts) if statement.statistic == "median" else np.mean(counts))


def _judge(readings: Sequence[Reading]) -> tuple[Verdict, tuple[str, ...], str]:
    answers = {reading.holds for reading in readings}
    agree = f"all {len(readings)} readings agree" if len(readings) > 1 else "there is one way to read it"
    if answers == {True}:
        return "supported", (), agree
    if answers == {False}:
        return "contradicted", (), agree
    if answers == {None}:
        return "cannot be told", (), readings[0].why
    flips = tuple(_flipping(readings))
    return "cannot be told", flips, f"it depends on {' and '.join(flips)}"


def _flipping(readings: Sequence[Reading]) -> Iterator[str]:
    """Matters of which one choice in place of another, all else equal, changes the answer."""
    for matter in dict.fromkeys(name for reading in readings for name in reading.choices):
        others: dict[tuple[tuple[str, str], ...], set[bool | None]] = {}
        for reading in readings:
            rest = tuple((name, choice) for name, choice in reading.choices.items() if name != matter)
            others.setdefault(rest, set()).add(reading.holds)
        if any(len(found) > 1 for found in others.values()):
            yield matter


def _series(
    statement: Statement, rows: pd.DataFrame, matters: Matters, window: _Window
) -> tuple[tuple[date, float], ...]:
    """What was recorded by period, by the reading that keeps most rows."""
    keeps = np.logical_and.reduce([max(found, key=lambda c: int(c.keeps.sum())).keeps for found in matters.values()])
    bounds = period_bounds(window.first, window.last, statement.per or "month")
    counts = _counts(rows, keeps, row_weights(rows, statement, "best"), bounds)
    return tuple((first, float(count)) for (first, _), count in zip(bounds, counts, strict=True))


def _month_end(day: date) -> date:
    return day.replace(day=1) + relativedelta(months=1) - timedelta(days=1)
