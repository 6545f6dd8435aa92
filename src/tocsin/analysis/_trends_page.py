"""Trends as a page: where each series stands, where it went, and when it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from tocsin.analysis._charts import Chart, Colours, draw, drawing
from tocsin.analysis._page import Page, page_table
from tocsin.analysis._trends import Change, ChangePoint, Interval, Series, Trend

__all__ = ["trends_page"]

LEVEL = 0.05
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def trends_page(
    series: Sequence[Series],
    trends: Sequence[Trend],
    data: Sequence[tuple[str, str]] = (),
    caveats: Sequence[str] = (),
    query: str = "",
) -> Page:
    """The page of trends; `series` and `trends` belong together, one by one.

    Parameters
    ----------
    series : sequence of Series
    trends : sequence of Trend
    data : sequence of (str, str)
        Names and values of what they were computed from.
    caveats : sequence of str
        Of the data; those of the measure come first.
    query : str
        What computes it again.
    """
    period = _PERIODS[series[0].per_year] if series else "period"
    tables = [page_table("Where it stands", _LEVELS, [_level(one) for one in trends], _OF_LEVELS.format(period=period))]
    if compared := [_compared(one.name, one.change) for one in trends if one.change]:
        tables.append(page_table("Against the year before", _COMPARED, compared, _OF_CHANGES))
    if changes := [_changed(one.name, point) for one in trends for point in one.changes]:
        header = ("", "new level from", "90 % range", "before", "after", "support")
        tables.append(page_table("When it changed", header, changes, _CHANGES))
    measure = trends[0].measure if trends else "events"
    computed = [
        ("Estimand", trends[0].estimand if trends else ""),
        ("Method", "quasi-Poisson regression; change points by PELT on Anscombe's transform"),
        *data,
    ]
    return Page(
        f"Trends in recorded {measure}",
        tuple(_answer(trends, period)),
        tuple(_chart(s, t) for s, t in zip(series, trends, strict=True)),
        (*_caveats(trends), *caveats),
        tuple(tables),
        tuple(computed),
        query,
    )


_PERIODS = {52: "week", 12: "month", 4: "quarter", 1: "year"}
_LEVELS = ("", "level now", "95 %", "a year", "seasons")
_OF_LEVELS = (
    "Level: mean of the last three {period}s. A year: the factor of a log-linear trend over all. Seasons: p that "
    "months of the year do not differ."
)
_COMPARED = ("", "last year", "before", "ratio", "95 %", "goes")
_OF_CHANGES = "Means of the last year and of the year before it (or halves of a shorter time), and their ratio."
_CHANGES = "Support: share of series drawn anew in which a change lies in the range; below a half, do not build on it."


def _changed(name: str, point: ChangePoint) -> tuple[object, ...]:
    span = f"{point.earliest:%Y-%m} to {point.latest:%Y-%m}"
    return name, f"{point.period:%Y-%m}", span, point.before, point.after, f"{point.support:.0%}"


def _level(found: Trend) -> tuple[object, ...]:
    season = f"p = {found.season.p:.2g}" if found.season else ""
    return found.name, found.level.estimate, _range(found.level), f"×{found.slope.estimate:.2f}", season


def _compared(name: str, change: Change) -> tuple[object, ...]:
    return name, change.after, change.before, change.ratio.estimate, _range(change.ratio), change.direction


def _range(interval: Interval) -> str:
    return f"{interval.low:.3g} to {interval.high:.3g}"


def _answer(trends: Sequence[Trend], period: str) -> Iterator[str]:
    for found in trends:
        change, unit = found.change, found.measure
        said = f"{found.name}: {found.level.estimate:.3g} {unit} a {period} now ({_range(found.level)})"
        if change is None:
            yield f"{said}."
            continue
        went = {"up": "more than", "down": "fewer than", "not told": "not told apart from"}[change.direction]
        yield f"{said}; {went} the year before (ratio {change.ratio.estimate:.2f}, {_range(change.ratio)})."


def _caveats(trends: Sequence[Trend]) -> Iterator[str]:
    for found in trends:
        if _moved_together(found.change, found.sources_change):
            assert found.change is not None
            yield (
                f"{found.name}: the number of sources went {found.change.direction} as well, so that part of the "
                "change may be in the reporting and not in what happened."
            )
    if all(found.sources_change is None for found in trends):
        yield (
            "The data do not say how many sources told of the events: a change in reporting cannot be told from one in "
            "what happened."
        )


def _moved_together(change: Change | None, sources: Change | None) -> bool:
    if change is None or sources is None or change.direction == "not told":
        return False
    return change.direction == sources.direction


def _chart(series: Series, found: Trend) -> Chart:
    days = np.array(series.periods, "datetime64[D]")
    with drawing(8.0, 3.0) as figure:
        axes = figure.subplots()
        axes.plot(days, series.counts, color=Colours.ONE, label=f"recorded {series.measure}")
        starts = [days[0], *(np.datetime64(c.period) for c in found.changes), days[-1]]
        levels = [found.changes[0].before, *(c.after for c in found.changes)] if found.changes else []
        for at, level in enumerate(levels):
            axes.plot([starts[at], starts[at + 1]], [level, level], color=Colours.MARK, linewidth=1.2)
        for c in found.changes:
            low, high = ((day - date(1970, 1, 1)).days for day in (c.earliest, c.latest))
            axes.axvspan(low, high, color=Colours.BAND, linewidth=0, alpha=0.5)
        if (series.sources > 0).any():
            axes.plot(days, series.sources, color=Colours.SOFT, linewidth=1.0, linestyle="--", label="sources")
        axes.set_ylim(bottom=0)
        axes.set_title(series.name)
        axes.legend(loc="upper right")
        figure.autofmt_xdate()
        changed = ", ".join(f"{c.period:%Y-%m} ({c.before:.0f} to {c.after:.0f})" for c in found.changes)
        says = f"{series.name}: " + (f"the level changed in {changed}." if changed else "no change of level is told.")
        return draw(figure, says)
