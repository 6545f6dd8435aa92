"""A forecast: draws by month and unit, and what they say in figures."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from tocsin.errors import UsageError
from tocsin.forecast._history import Floats, History, add_months
from tocsin.forecast._models import Model

__all__ = ["LEVELS", "Forecast", "Row", "forecast", "needed_months", "write_forecast"]

LEVELS = (0.5, 0.8, 0.95)
"""Central intervals that are shown."""

LEAST_HISTORY = 12
MOST_AHEAD = 36
# Draws of all months and units kept at once: 100 MB, and a few times that while they are made.
_MOST_DRAWS = 12_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """What is expected of one unit in one month.

    `intervals` are low and high of the central 50, 80 and 95 %, `chances` those of at least each asked threshold.
    """

    unit: str
    month: date
    mean: float
    median: float
    intervals: tuple[tuple[float, float], ...]
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Draws from what may happen.

    Attributes
    ----------
    model : str
    origin : date
        The last month that was known.
    months : tuple of date
    units : tuple of str
    draws : array of float, shape (months, units, draws)
        Sorted along the last axis or not; each as likely as the others.
    measure, unit : str
        What is counted, and what units are called.
    """

    model: str
    origin: date
    months: tuple[date, ...]
    units: tuple[str, ...]
    draws: Floats
    measure: str
    unit: str

    def rows(self, thresholds: Sequence[float] = (1, 25, 100), units: Sequence[str] = ()) -> list[Row]:
        """Summaries by unit and month, unit by unit; of all units where none is named."""
        quantiles = [share for level in LEVELS for share in ((1 - level) / 2, (1 + level) / 2)]
        rows = []
        for unit in units or self.units:
            at = self.draws[:, self.units.index(unit)]
            edges = np.quantile(at, [0.5, *quantiles], axis=1)
            chances = [(at >= threshold).mean(axis=1) for threshold in thresholds]
            for n, month in enumerate(self.months):
                pairs = tuple((float(edges[1 + 2 * k, n]), float(edges[2 + 2 * k, n])) for k in range(len(LEVELS)))
                told = tuple(float(chance[n]) for chance in chances)
                rows.append(Row(unit, month, float(at[n].mean()), float(edges[0, n]), pairs, told))
        return rows

    def total(self) -> Floats:
        """Mean expected in all months together, by unit."""
        return np.asarray(self.draws.mean(axis=2).sum(axis=0))


def forecast(history: History, model: Model, ahead: int = 12, draws: int = 1000, seed: int = 0) -> Forecast:
    """Forecast the months after a history's last.

    Parameters
    ----------
    history : History
    model : Model
    ahead : int
        Months, 1 to 36.
    draws : int
        Draws a unit and month; fewer where a thousand of each would not fit into memory.

    Raises
    ------
    UsageError
        If the history has fewer than twelve months, or `ahead` is out of range.
    """
    needed_months(history)
    if not 1 <= ahead <= MOST_AHEAD:
        raise UsageError(f"{ahead} months ahead: give 1 to {MOST_AHEAD}; nobody could say how far off more would be")
    n = max(100, min(draws, _MOST_DRAWS // (ahead * len(history.units))))
    drawn = model.draws(history, range(1, ahead + 1), n, seed)
    months = tuple(add_months(history.origin, step) for step in range(1, ahead + 1))
    return Forecast(model.name, history.origin, months, history.units, drawn, history.measure, history.unit)


def needed_months(history: History, least: int = LEAST_HISTORY) -> None:
    """Refuse a history too short, or with a unit of which nothing is known in its last twelve months.

    Raises
    ------
    UsageError
        With what is missing and what to do.
    """
    if len(history.months) < least:
        raise UsageError(
            f"the history has {len(history.months)} months ({history.span}) and a forecast needs {least}: give data of "
            "a longer time, or a later --origin"
        )
    gaps = np.flatnonzero(np.isnan(history.values[-LEAST_HISTORY:]).all(axis=0))
    if len(gaps):
        named = ", ".join(history.units[n] for n in gaps)
        raise UsageError(f"not covered in any of the twelve months up to {history.origin:%Y-%m}: {named}; leave it out")


def write_forecast(made: Forecast, path: Path, thresholds: Sequence[float] = (1, 25, 100)) -> None:
    """Write all draws (``.parquet``: month, unit, draw, outcome) or the summary (``.csv``), whole or not at all.

    Raises
    ------
    UsageError
        If the name ends in neither.
    """
    writers: Mapping[str, Callable[[Path], None]] = {
        ".parquet": lambda to: _write_draws(made, to),
        ".csv": lambda to: _write_summary(made, to, thresholds),
    }
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"--write {path.name}: give a name that ends in .parquet for draws, or .csv for the summary")
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".writing-", suffix=path.suffix, dir=path.parent)
    os.close(number)
    writer(Path(name))
    usual = os.umask(0)
    os.umask(usual)
    os.chmod(name, 0o666 & ~usual)
    os.replace(name, path)


def _write_draws(made: Forecast, path: Path) -> None:
    import pandas as pd

    months, units, n = made.draws.shape
    names = pd.Index(made.units, dtype=object)
    pd.DataFrame(
        {
            "month": np.repeat(np.array(made.months, "datetime64[ns]"), units * n),
            made.unit: pd.Categorical.from_codes(np.tile(np.repeat(np.arange(units, dtype="int32"), n), months), names),
            "draw": np.tile(np.arange(n, dtype="int32"), months * units),
            "outcome": made.draws.ravel(),
        }
    ).to_parquet(path, index=False)


def _write_summary(made: Forecast, path: Path, thresholds: Sequence[float]) -> None:
    import csv

    edges = [f"{side}{level:.0%}".rstrip("%") for level in LEVELS for side in ("low", "high")]
    header = ["month", made.unit, "model", "origin", "mean", "median", *edges]
    header += [f"chance_at_least_{threshold:g}" for threshold in thresholds]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in made.rows(thresholds):
            figures = [round(row.mean, 3), row.median, *(edge for pair in row.intervals for edge in pair)]
            told = [round(chance, 4) for chance in row.chances]
            writer.writerow([f"{row.month:%Y-%m}", row.unit, made.model, f"{made.origin:%Y-%m}", *figures, *told])
