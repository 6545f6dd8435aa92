"""A checked statement as a page: how it was understood, what was recorded, and every reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tocsin.analysis._charts import Chart, Colours, draw, drawing
from tocsin.analysis._check import Checked, Reading
from tocsin.analysis._page import Page, page_table
from tocsin.analysis._statement import Statement

__all__ = ["check_page", "understood"]

_ANSWERS = {True: "holds", False: "does not hold", None: "cannot be told"}


def understood(statement: Statement) -> tuple[tuple[str, str], ...]:
    """How a statement was understood, part by part, in words."""
    figure = f"{statement.threshold:g}" + (f" and {statement.upper:g}" if statement.upper is not None else "")
    what = statement.kind.name if statement.kind else "violent events" if statement.violent else "events"
    if statement.measure != "events":
        what = statement.measure + (f" in {statement.kind.name}" if statement.kind else "")
        what += ", of one side or some of them" if statement.one_side else ""
    per = f"in {statement.statistic} {statement.per}" if statement.statistic in ("every", "any") else ""
    if statement.statistic in ("mean", "median"):
        per = f"{statement.statistic} a {statement.per}"
    parts = [
        ("what", f"recorded {what}"),
        ("how many", f"{statement.comparison} {figure}, {per or 'in all'}"),
        ("who", _who(statement)),
        ("where", ", ".join(statement.areas) or "wherever the data are of"),
        ("when", _when(statement)),
        ("said on", f"{statement.said}"),
    ]
    return tuple(parts)


def _who(statement: Statement) -> str:
    if statement.unnamed:
        return f"{statement.unnamed}: nobody by a name"
    if not statement.actors:
        return "anybody"
    names = " and ".join(statement.actors) + (", together or each" if statement.joined else "")
    return f"{statement.role} {names}"


def _when(statement: Statement) -> str:
    if statement.first is not None:
        return f"{statement.first} to {statement.last}"
    return (
        "not said: the whole time covered"
        if statement.per is None
        else "not said: 1, 3, 6 and 12 complete months before"
    )


def check_page(checked: Checked, query: str = "") -> Page:
    """The page of a checked statement."""
    statement = checked.statement
    names = list(dict.fromkeys(name for reading in checked.readings for name in reading.choices))
    header = (*names, "recorded", "the statement")
    rows = [_row(reading, names) for reading in checked.readings]
    whys = dict.fromkeys(reading.why for reading in checked.readings if reading.why)
    note = f"Where it cannot be told: {'; '.join(whys)}." if whys else ""
    tables = [page_table("How it was understood", ("part", "reading"), understood(statement), _EDIT)]
    if rows:
        tables.append(page_table("Every reading that can be defended", header, rows, note))
    return Page(
        f"{_verdict(checked)}: {statement.text}",
        tuple(_answer(checked)),
        tuple(_charts(checked)),
        checked.caveats,
        tuple(tables),
        (("Data", checked.data), ("Readings", f"{len(checked.readings)}")),
        query,
    )


_EDIT = (
    "Each part can be put right: --actor, --role, --area, --measure, --comparison, --threshold, --statistic, --per, "
    "--from, --to, --said."
)


def _verdict(checked: Checked) -> str:
    return checked.verdict.capitalize()


def _row(reading: Reading, names: Sequence[str]) -> tuple[object, ...]:
    return (*(reading.choices.get(name, "") for name in names), reading.value, _ANSWERS[reading.holds])


def _answer(checked: Checked) -> Iterator[str]:
    values = [reading.value for reading in checked.readings if reading.value is not None]
    yield f"{_verdict(checked)}: {checked.because}."
    if values:
        low, high = min(values), max(values)
        between = f"{low:,.4g}" if low == high else f"between {low:,.4g} and {high:,.4g}, by how it is read"
        what = "deaths" if checked.statement.measure != "events" else "incidents"
        says = f"{checked.statement.comparison} {checked.statement.threshold:,g}"
        yield f"Recorded {what}: {between}; the statement says {says}."


def _charts(checked: Checked) -> Iterator[Chart]:
    series = checked.by_period
    if len(series) < 2:
        return
    statement = checked.statement
    with drawing(8.0, 3.4) as figure:
        axes = figure.subplots()
        days = np.array([day for day, _ in series], "datetime64[D]")
        axes.bar(days, [value for _, value in series], width=_width(statement), color=Colours.ONE)
        if statement.per is not None:
            axes.axhline(statement.threshold, color=Colours.MARK, linewidth=1.4)
            axes.annotate(
                f"{statement.comparison} {statement.threshold:g}",
                (np.datetime64(series[0][0]), statement.threshold),
                xytext=(0, 4),
                textcoords="offset points",
                color=Colours.INK,
            )
        axes.set_ylim(bottom=0)
        axes.set_ylabel("deaths" if statement.measure != "events" else "recorded incidents")
        figure.autofmt_xdate()
        low, high = min(series, key=lambda one: one[1]), max(series, key=lambda one: one[1])
        says = (
            f"Recorded by {statement.per or 'month'}, widest reading: from {low[1]:,.0f} ({low[0]:%Y-%m}) "
            f"to {high[1]:,.0f} ({high[0]:%Y-%m})."
        )
        yield draw(figure, says)


def _width(statement: Statement) -> float:
    """Days that a bar is wide: a little less than its period."""
    return {"day": 0.8, "week": 6.0, "month": 26.0, "quarter": 80.0, "year": 330.0}[statement.per or "month"]
