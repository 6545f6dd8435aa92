"""Forecasts of counts by unit and month, out of time: draws, and their scores where what happened is known.

    python bench/forecast.py HISTORY.csv MONTH [--predictions OUT.parquet] [--model NAME] [--months 12] [--lag 3]
        [--draws N] [--actuals FILE.parquet|FILE.csv]
    python bench/forecast.py --gold HISTORY.csv

HISTORY has a row a unit and month (``month_id`` as VIEWS numbers them or a date, ``country_id`` or another unit, a
count). The window begins with MONTH (``2018-01`` or ``457``) and has 12 months; the last month of HISTORY that is used
is three before it, whatever comes after. OUT gets ``month_id``, the unit, ``draw``, ``outcome``. The last line printed
is one line of JSON; with ``--actuals``, or where HISTORY itself goes on, it has the scores: ``crps``, ``ign`` as the
VIEWS competition has it and ``ign_plain``, ``mis`` (90 %), ``coverage90``, and the same of conflictology.

With ``--gold`` every model is scored on each calendar year that HISTORY holds and that has twelve months before its
origin: ``<model>_crps`` is the mean over years, ``worst`` the model's highest ratio to conflictology in any year.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tocsin.forecast import MODELS, History, add_months, month_of, months_between, read_history, score, views_month

BEST = "recency"
DRAWS = 1000
BASELINE = "conflictology"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("history", type=Path, nargs="?")
    parser.add_argument("month", nargs="?")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--actuals", type=Path)
    parser.add_argument("--model", choices=sorted(MODELS), default=BEST)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--lag", type=int, default=3)
    parser.add_argument("--draws", type=int)
    given = parser.parse_args()
    if given.gold:
        print(json.dumps(years(read_history(given.gold), given.lag)))
        return
    if not (given.history and given.month):
        parser.error("name a history and the first month of the window, or --gold")
    history, first = read_history(given.history), month_of(given.month)
    draws, past = forecast(history, first, given.model, given.months, given.lag, given.draws)
    result: dict[str, Any] = {"model": given.model, "origin": f"{past.origin:%Y-%m}", "draws": draws.shape[2]}
    if given.predictions:
        write(draws, past, first, given.predictions)
    actual = actuals(given.actuals, past, first, given.months) if given.actuals else known(history, first, given.months)
    if actual is not None:
        result |= asdict(score(draws.reshape(-1, draws.shape[2]), actual.ravel()))
        base, _ = forecast(history, first, BASELINE, given.months, given.lag, None)
        result |= {f"{BASELINE}_{k}": v for k, v in asdict(score(base.reshape(-1, 12), actual.ravel())).items()}
    print(json.dumps({name: round(v, 4) if isinstance(v, float) else v for name, v in result.items()}))


def forecast(
    history: History, first: date, model: str, months: int, lag: int, n: int | None
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], History]:
    """Draws for a window, shape (months, units, draws), and what they were made from."""
    past = history.until(min(add_months(first, -lag), history.origin))
    ahead = [months_between(past.origin, first) + n for n in range(months)]
    return MODELS[model].draws(past, ahead, n or (12 if model == BASELINE else DRAWS)), past


def known(history: History, first: date, months: int) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """What the history itself says of the window; None where it ends before."""
    if first not in history.months or add_months(first, months - 1) > history.origin:
        return None
    at = history.months.index(first)
    return history.values[at : at + months]


def actuals(path: Path, past: History, first: date, months: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What happened, from a table of month_id, unit and outcome."""
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    frame = frame.reset_index() if frame.index.names != [None] else frame
    unit = next(name for name in frame.columns if name not in ("month_id", "outcome", "index"))
    wide = frame.assign(**{unit: frame[unit].astype(str)}).pivot(index="month_id", columns=unit, values="outcome")
    return wide.loc[[views_month(add_months(first, n)) for n in range(months)], list(past.units)].to_numpy(float)


def write(draws: np.ndarray[Any, np.dtype[np.float64]], past: History, first: date, path: Path) -> None:
    """One row a month, unit and draw."""
    months, units, n = draws.shape
    numbers = [views_month(add_months(first, at)) for at in range(months)]
    names = [int(unit) if unit.isdecimal() else unit for unit in past.units]
    pd.DataFrame(
        {
            "month_id": np.repeat(numbers, units * n),
            past.unit: np.tile(np.repeat(names, n), months),
            "draw": np.tile(np.arange(n), months * units),
            "outcome": draws.ravel(),
        }
    ).to_parquet(path, index=False)


def years(history: History, lag: int) -> dict[str, Any]:
    """Every model on every calendar year that can be forecast and is known."""
    first = history.months[0]
    starts = [date(year, 1, 1) for year in range(first.year, history.origin.year + 1)]
    starts = [s for s in starts if months_between(first, s) >= 12 + lag - 1 and known(history, s, 12) is not None]
    found: dict[str, list[float]] = {}
    for name in MODELS:
        for start in starts:
            draws, _ = forecast(history, start, name, 12, lag, None)
            actual = known(history, start, 12)
            assert actual is not None
            found.setdefault(name, []).append(score(draws.reshape(-1, draws.shape[2]), actual.ravel()).crps)
    base = np.array(found[BASELINE])
    result: dict[str, Any] = {"years": [start.year for start in starts]}
    for name, scores in found.items():
        result[f"{name}_crps"] = round(float(np.mean(scores)), 4)
        result[f"{name}_by_year"] = [round(one, 3) for one in scores]
    result["worst"] = round(float((np.array(found[BEST]) / base).max()), 4)
    result["ratio"] = round(result[f"{BEST}_crps"] / result[f"{BASELINE}_crps"], 4)
    return result


if __name__ == "__main__":
    main()
