"""A panel as a page, and as a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tocsin.analysis._charts import Chart, Colours, draw, drawing
from tocsin.analysis._page import Page, page_table
from tocsin.analysis._panel import MEASURES, Panel

__all__ = ["panel_page", "write_panel"]

LARGEST = 25
"""Cells that the page lists; the file has all."""


def panel_page(
    counted: Panel, data: Sequence[tuple[str, str]] = (), caveats: Sequence[str] = (), query: str = ""
) -> Page:
    """The page of a panel: the cells with the most events, and all events by period.

    Parameters
    ----------
    counted : Panel
    data : sequence of (str, str)
        Names and values of what it was computed from.
    caveats : sequence of str
    query : str
        What computes it again.
    """
    table = counted.table
    sums = {name: table[name].sum() for name in MEASURES}
    by_period = table.group_by("period_start").agg(**sums).order_by("period_start").to_pyarrow().to_pylist()
    cells = table.group_by(list(counted.columns)).agg(**sums) if counted.columns else table.agg(**sums)
    largest = cells.order_by(cells.events.desc()).limit(LARGEST).to_pyarrow().to_pylist()
    total = int(cells.count().execute())
    header = (*counted.columns, "events", "deaths", "lowest", "highest", "deaths not stated")
    shown = ("events", "deaths_best", "deaths_low", "deaths_high", "deaths_unknown")
    rows = [(*(str(row[c]) for c in counted.columns), *(row[name] for name in shown)) for row in largest]
    left_out = "; ".join(f"{many:,} {why}" for why, many in counted.left_out.items()) or "none"
    events = sum(row["events"] or 0 for row in by_period)
    deaths = sum(row["deaths_best"] or 0 for row in by_period)
    coverage = counted.coverage
    return Page(
        f"Events by {' and '.join(counted.cells)} and {counted.period}",
        (
            f"{_many(events, 'recorded event')} with {_many(deaths, 'death')} in {_many(total, 'cell')} and "
            f"{_many(len(by_period), counted.period)}, "
            f"{coverage.first} to {coverage.last}.",
        ),
        (_chart(counted, by_period),),
        (
            "A period without events is zero only where the data cover it.",
            "An event is counted in the period of its first day, whole.",
            *caveats,
        ),
        (page_table("Cells with the most events", header, rows, f"{_many(total, 'cell')} in all."),),
        (("Estimand", "recorded events and deaths by cell and period"), *data, ("Standing in no cell", left_out)),
        query,
    )


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _chart(counted: Panel, by_period: Sequence[dict[str, object]]) -> Chart:
    days = np.array([row["period_start"] for row in by_period], "datetime64[D]")
    values = np.array([np.nan if row["events"] is None else row["events"] for row in by_period], float)
    with drawing(8.0, 3.0) as figure:
        axes = figure.subplots()
        axes.step(days, values, where="post", color=Colours.ONE)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("recorded events")
        figure.autofmt_xdate()
        known = values[~np.isnan(values)]
        says = (
            f"All events by {counted.period}: {known.min():,.0f} to {known.max():,.0f}."
            if known.size
            else "Nothing is covered."
        )
        return draw(figure, says)


def write_panel(counted: Panel, path: Path) -> None:
    """Write all rows to `path`, CSV or Parquet by its ending, by cell and period; whole or not at all."""
    table = counted.table.order_by([*counted.columns, "period_start"])
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".writing-", suffix=path.suffix, dir=path.parent)
    os.close(number)
    try:
        if path.suffix == ".parquet":
            table.to_parquet(name)
        else:
            table.to_csv(name)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
