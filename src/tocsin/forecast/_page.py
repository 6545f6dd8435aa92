"""A forecast as a page: fans, a map, the evaluation out of time beside it, and a card of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from tocsin.analysis import Chart, Colours, Page, PageTable, draw, drawing, page_table
from tocsin.forecast._data import Dataset
from tocsin.forecast._evaluate import Evaluation
from tocsin.forecast._forecast import LEVELS, Forecast
from tocsin.forecast._history import Floats, History
from tocsin.forecast._map import forecast_map
from tocsin.forecast._scores import Scores

__all__ = ["evaluation_tables", "forecast_page", "largest"]

SHOWN_UNITS = 4
# Months of the past that stand before a fan.
_PAST = 36
# A model this much worse than conflictology at any origin is said to have failed there.
_WORSE = 1.03


def largest(made: Forecast, many: int = SHOWN_UNITS) -> tuple[str, ...]:
    """The units of which most is expected."""
    return tuple(made.units[n] for n in np.argsort(-made.total(), kind="stable")[:many])


def forecast_page(
    made: Forecast,
    data: Dataset,
    found: Evaluation | None,
    *,
    units: Sequence[str] = (),
    thresholds: Sequence[float] = (1, 25, 100),
    outline: Mapping[str, Any] | None = None,
    query: str = "",
) -> Page:
    """The page of a forecast.

    Parameters
    ----------
    made : Forecast
    data : Dataset
        What it was made from, up to its origin.
    found : Evaluation, optional
        None where the history is too short for one; the page says so.
    units : sequence of str
        Whose fans are drawn and whose months stand in the table; by default the largest four.
    thresholds : sequence of float
    outline : GeoJSON, optional
        Countries and divisions under the map.
    query : str
    """
    units = tuple(units) or largest(made)
    months = f"{made.months[0]:%Y-%m} to {made.months[-1]:%Y-%m}"
    charts = [_fans(made, data.history, units)]
    if shown := forecast_map(made, data.points, outline):
        charts.append(shown)
    if found:
        charts.append(_checks(found))
    tables = [*(_months(made, unit, thresholds) for unit in units), _units(made, data.history, thresholds)]
    tables += evaluation_tables(found) if found else []
    computed = [
        ("Estimand", f"{made.measure} recorded in each {made.unit} and month, as a distribution"),
        ("Method", f"{made.model}, {made.draws.shape[2]:,} draws; forecast from {made.origin:%Y-%m}"),
        *data.computed(),
    ]
    return Page(
        f"Forecast: {made.measure} by {made.unit}, {months}",
        tuple(_answer(made, found, units, thresholds)),
        tuple(charts),
        tuple(_caveats(found, data)),
        tuple(tables),
        tuple(computed),
        query,
    )


def _answer(made: Forecast, found: Evaluation | None, units: Sequence[str], thresholds: Sequence[float]) -> list[str]:
    said = []
    for unit in units:
        draws = made.draws[:, made.units.index(unit)]
        low, high = np.quantile(draws, [0.1, 0.9], axis=1).mean(axis=1)
        highest = thresholds[-1]
        chance = float((draws >= highest).mean())
        said.append(
            f"{unit}: {draws.mean():,.1f} {made.measure} a month expected; the 80 % interval of a month is {low:,.0f} "
            f"to {high:,.0f}, and the chance of at least {highest:g} in a month {_percent(chance)}."
        )
    if found:
        said.append(
            f"Tried from {len(found.origins)} past origins, {made.model} has a mean CRPS of {found.scores.crps:.3g}; "
            f"conflictology {found.conflictology.crps:.3g}, expecting nothing {found.zero.crps:.3g} (lower is better). "
            f"{_percent(found.scores.coverage90)} of what came lay inside its 90 % intervals."
        )
    return said


def _caveats(found: Evaluation | None, data: Dataset) -> list[str]:
    said = ["It expects of the future what the past was like; it knows no cause, no plan and no treaty."]
    if found is None:
        months = len(data.history.months)
        said.append(f"Not evaluated: {months} months leave no past origin with a year before it and a month after it.")
    else:
        if found.scores.crps > found.conflictology.crps:
            said.append(
                "On these data it is worse than conflictology (the last twelve months, each as likely): use that."
            )
        elif found.worst_ratio > _WORSE:
            said.append(
                f"It is better than conflictology on the whole, but from its worst origin {found.worst_ratio - 1:.0%} "
                "worse."
            )
        if found.zero.crps < found.scores.crps:
            said.append("Expecting nothing at all would have scored better here: events are too rare to be told.")
        inside = dict(found.coverage)[0.9]
        if not 0.85 <= inside <= 0.97:
            word = "narrow" if inside < 0.9 else "wide"
            said.append(f"Its 90 % intervals held {_percent(inside)} of what came: they are too {word}.")
        said.append(
            "Past forecasts are made from figures as they are known now, which are fuller than those known then."
        )
    return [*said, *data.caveats]


def _percent(share: float) -> str:
    return "under 1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def _months(made: Forecast, unit: str, thresholds: Sequence[float]) -> PageTable:
    header = ["month", "mean", "median", *(f"{level * 100:.0f} %" for level in LEVELS)]
    header += [f"≥ {threshold:g}" for threshold in thresholds]
    rows = [
        (
            f"{row.month:%Y-%m}",
            row.mean,
            row.median,
            *(f"{low:,.0f}–{high:,.0f}" for low, high in row.intervals),
            *(_percent(chance) for chance in row.chances),
        )
        for row in made.rows(thresholds, [unit])
    ]
    note = f"Central intervals, and chances of at least so many {made.measure} in the month."
    return page_table(unit, header, rows, note)


def _units(made: Forecast, history: History, thresholds: Sequence[float]) -> PageTable:
    year = np.nan_to_num(history.values[-12:]).sum(axis=0) if history.units == made.units else None
    any_month = [(made.draws >= threshold).mean(axis=(0, 2)) for threshold in thresholds]
    total = made.total()
    rows = [
        (
            made.units[n],
            None if year is None else int(year[n]),
            float(total[n] / len(made.months)),
            *(_percent(float(chance[n])) for chance in any_month),
        )
        for n in np.argsort(-total, kind="stable")
    ]
    header = ("unit", "last 12 months", "expected a month", *(f"≥ {one:g} in a month" for one in thresholds))
    return page_table("All units", header, rows)


def evaluation_tables(found: Evaluation) -> list[PageTable]:
    """What an evaluation measured: scores, by year, and where it failed worst; the model's card."""
    names = (("CRPS", "crps"), ("ignorance, bits", "ign"), ("ignorance, any draws", "ign_plain"), ("MIS, 90 %", "mis"))
    compared = (found.scores, found.conflictology, found.zero)
    rows: list[tuple[object, ...]] = [(name, *(_figure(one, field) for one in compared)) for name, field in names]
    rows += [("inside 90 %", *(_percent(one.coverage90) for one in compared))]
    first, last = found.origins[0], found.origins[-1]
    note = (
        f"{found.scores.unit_months:,} unit-months, 1 to {found.ahead} months after {len(found.origins)} origins from "
        f"{first:%Y-%m} to {last:%Y-%m}; each forecast saw only what was before. "
        + ", ".join(f"{_percent(share)} inside {level * 100:.0f} %" for level, share in found.coverage)
        + "."
    )
    scores = page_table(
        "How it would have done", ("lower is better", found.model, "conflictology", "nothing"), rows, note
    )
    years = page_table(
        "Mean CRPS by year",
        ("year", found.model, "conflictology", "nothing", "ratio to conflictology"),
        [(f"{y.year}", y.crps, y.conflictology, y.zero, _ratio(y.crps, y.conflictology)) for y in found.years],
        f"Its worst origin: {found.worst_ratio:.2f} times conflictology's.",
    )
    nearest = zip(found.ahead_crps, found.ahead_conflictology, strict=True)
    steps = page_table(
        "Mean CRPS by months ahead",
        ("months ahead", found.model, "conflictology", "ratio to conflictology"),
        [(n, one, other, _ratio(one, other)) for n, (one, other) in enumerate(nearest, 1)],
    )
    misses = page_table(
        "Where it failed worst",
        ("unit", "month", "came", "median", "97.5 %", "CRPS", "forecast from"),
        [(m.unit, f"{m.month:%Y-%m}", m.actual, m.median, m.high, m.crps, f"{m.origin:%Y-%m}") for m in found.misses],
        f"The model by its makers: {found.about}",
    )
    return [scores, years, steps, misses]


def _figure(scores: Scores, field: str) -> float:
    return float(getattr(scores, field))


def _ratio(one: float, other: float) -> float | None:
    return one / other if other > 0 else None


def _fans(made: Forecast, history: History, units: Sequence[str]) -> Chart:
    across = 1 if len(units) == 1 else 2
    down = -(-len(units) // across)
    past = history.months[-_PAST:]
    with drawing(8.0, 1.2 + 2.4 * down) as figure:
        grid = figure.subplots(down, across, squeeze=False)
        for n, axes in enumerate(grid.ravel()):
            if n >= len(units):
                axes.set_axis_off()
                continue
            _fan(axes, made, units[n], past, history.values[-_PAST:, history.units.index(units[n])])
        named = ", ".join(units)
        return draw(
            figure,
            f"{made.measure.capitalize()} a month in {named}: what was recorded up to {made.origin:%Y-%m}, then the "
            "median (dashed) and the central 50, 80 and 95 % of what is expected.",
        )


def _fan(axes: Any, made: Forecast, unit: str, past: Sequence[date], values: Floats) -> None:
    draws = made.draws[:, made.units.index(unit)]
    months = np.array(made.months, "datetime64[D]")
    for level, alpha in zip(reversed(LEVELS), (0.18, 0.3, 0.5), strict=True):
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=1)
        axes.fill_between(months, low, high, color=Colours.ONE, alpha=alpha, linewidth=0, step="mid")
    axes.plot(months, np.median(draws, axis=1), color=Colours.ONE, linestyle=(0, (4, 3)), linewidth=1.4)
    axes.plot(np.array(past, "datetime64[D]"), values, color=Colours.INK, linewidth=1.3)
    axes.axvline(np.datetime64(made.origin), color=Colours.SOFT, linewidth=0.8)
    axes.set_title(unit)
    axes.set_ylim(bottom=0)
    axes.tick_params(axis="x", labelrotation=30)


def _checks(found: Evaluation) -> Chart:
    with drawing(8.0, 3.2) as figure:
        left, right = figure.subplots(1, 2)
        years = [str(one.year) for one in found.years]
        across = np.arange(len(years))
        left.bar(across - 0.2, [one.crps for one in found.years], 0.38, color=Colours.ONE, label=found.model)
        left.bar(
            across + 0.2, [one.conflictology for one in found.years], 0.38, color=Colours.SOFT, label="conflictology"
        )
        left.set_xticks(across, years)
        left.set_title("mean CRPS by year")
        left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2)
        tenths = np.arange(len(found.pit))
        right.bar(tenths, found.pit, 0.9, color=Colours.ONE)
        right.axhline(1 / len(found.pit), color=Colours.INK, linestyle=(0, (4, 3)), linewidth=1)
        right.set_xticks(tenths, [f"{n / 10:.1f}" for n in tenths])
        right.set_title("where what came lay in its forecast")
        return draw(
            figure,
            "Left: mean CRPS by year of the model and of conflictology, lower is better. Right: share of what came in "
            "each tenth of its forecast; bars at the dashed line are calibrated, high ones at the ends too narrow.",
        )
