"""Histories that nobody recorded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from tocsin.forecast import Floats, History, add_months

FIRST = date(2016, 1, 1)


def history(values: object, units: tuple[str, ...] = ()) -> History:
    """A history from January 2016 on; `values` by month, or by month and unit."""
    table = np.asarray(values, float)
    table = table[:, None] if table.ndim == 1 else table
    months = tuple(add_months(FIRST, n) for n in range(len(table)))
    return History(units or tuple(f"u{n}" for n in range(table.shape[1])), months, table, "deaths")


def war_and_peace(months: int = 48, units: int = 6, seed: int = 1) -> Floats:
    """Counts of units at different levels, each with a level that drifts."""
    random = np.random.default_rng(seed)
    level = np.linspace(-1.5, 4, units) + random.normal(0, 0.3, (months, units)).cumsum(axis=0) * 0.5
    return random.poisson(np.exp(np.clip(level, -4, 6))).astype(float)


def write_history(path: Path, values: Floats) -> Path:
    """As a CSV of unit, month, deaths."""
    made = history(values)
    lines = ["unit,month,deaths"]
    for month, row in zip(made.months, made.values, strict=True):
        lines += [f"{unit},{month:%Y-%m},{value:g}" for unit, value in zip(made.units, row, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
