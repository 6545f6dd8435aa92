"""What near repeats say, as a page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tocsin.analysis._charts import Chart, Colours, draw, drawing
from tocsin.analysis._near_repeat import KnoxTable
from tocsin.analysis._page import Page, page_table

__all__ = ["near_repeat_page"]

# The false discovery rate that cells are called by.
_RATE = 0.05


def near_repeat_page(
    table: KnoxTable, data: Sequence[tuple[str, str]] = (), caveats: Sequence[str] = (), query: str = ""
) -> Page:
    """The page of a table of near repeats.

    Parameters
    ----------
    table : KnoxTable
    data : sequence of (str, str)
        Names and values of what it was computed from: data, as of, events left out.
    caveats : sequence of str
        Of the data; the measure's own come first.
    query : str
        What computes it again.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.analysis import near_repeat
    >>> x = np.arange(12.0)
    >>> near_repeat_page(near_repeat(x, x % 5, x % 4, space=(0, 3), time=(0, 2), permutations=99)).title
    'Near repeats'
    """
    unit = " km" if table.metric == "great-circle" else ""
    rows = [
        (
            f"{table.space_bands[i]}{unit}",
            f"{table.time_bands[j]} days",
            int(table.observed[i, j]),
            float(table.expected[i, j]),
            float(table.ratio[i, j]),
            float(table.p[i, j]),
            float(table.q[i, j]),
        )
        for i, j in np.ndindex(*table.observed.shape)
    ]
    computed = [
        ("Estimand", table.estimand),
        ("Method", f"Knox's test, {table.metric} distance, {table.permutations:,} permutations (seed {table.seed})"),
        *data,
        ("Events used", f"{table.events:,}"),
        ("Bands", "a band holds its lower edge and not its upper one"),
    ]
    header = ("distance", "time apart", "pairs", "by chance", "ratio", "p", "q")
    note = "p: share of permutations with as many pairs; q: p with the false discovery rate over the table held."
    return Page(
        "Near repeats",
        tuple(_answer(table, unit)),
        (_chart(table, unit),),
        (*table.caveats, *caveats),
        (page_table("Pairs of events", header, rows, note),),
        tuple(computed),
        query,
    )


def _answer(table: KnoxTable, unit: str) -> list[str]:
    more = [
        (float(table.ratio[i, j]), i, j)
        for i, j in np.ndindex(*table.observed.shape)
        if table.q[i, j] <= _RATE and i < len(table.space) - 1 and j < len(table.time) - 1
    ]
    if not more:
        return [
            f"Among {table.events:,} events, none of the bands near in space and time holds more pairs than chance "
            "would give. That does not show that there are no near repeats; few events show little."
        ]
    ratio, i, j = max(more)
    bands = (len(table.space) - 1) * (len(table.time) - 1)
    return [
        f"Among {table.events:,} events, {len(more)} of the {bands} bands near in space and time hold more pairs than "
        "chance would give.",
        f"Most of all {table.space_bands[i]}{unit} and {table.time_bands[j]} days apart: {table.observed[i, j]:,} "
        f"pairs where chance gives {table.expected[i, j]:.1f}, {ratio:.1f} times as many (q = {table.q[i, j]:.2g}).",
    ]


def _chart(table: KnoxTable, unit: str) -> Chart:
    """Ratios by time, a line a band of distance; full dots where the ratio is told from chance."""
    from matplotlib.ticker import LogLocator, NullLocator

    colours = (Colours.ONE, Colours.TWO, Colours.THREE, Colours.FOUR, Colours.SOFT, Colours.MARK)
    with drawing() as figure:
        axes = figure.subplots()
        across = np.arange(len(table.time))
        for i, band in enumerate(table.space_bands):
            colour = colours[i % len(colours)]
            ratio = np.where(table.ratio[i] > 0, table.ratio[i], np.nan)
            axes.plot(across, ratio, color=colour, label=f"{band}{unit}", linewidth=1.4)
            told = table.q[i] <= _RATE
            axes.scatter(across[told], ratio[told], color=colour, s=46, zorder=3)
            axes.scatter(across[~told], ratio[~told], facecolor=Colours.CARD, edgecolor=colour, s=34, zorder=3)
        axes.axhline(1, color=Colours.INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xticks(across, table.time_bands)
        axes.set_xlabel("days apart")
        axes.set_ylabel("pairs, over chance")
        figure.legend(title="apart by", loc="outside right upper")
        return draw(
            figure,
            "Pairs of events over what chance gives, by days apart, a line for each band of distance; the dashed line "
            "is chance, full dots are told from it, and bands without a pair have no dot.",
        )
