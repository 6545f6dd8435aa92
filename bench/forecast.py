"""Forecasts of counts by unit and month, out of time: draws, and their scores where what happened is known.

    python bench/forecast.py HISTORY.csv MONTH [--predictions OUT.parquet] [--model NAME] [--months 12] [--lag 3]
        [--draws N] [--actuals FILE.parquet|FILE.csv]
    python bench/forecast.py --gold HISTORY.csv [--models NAME,NAME|all]

HISTORY has a row a unit and month (``month_id`` as VIEWS numbers them or a date, ``country_id`` or another unit, a
count). The window begins with MONTH (``2018-01`` or ``457``) and has 12 months; the last month of HISTORY that is used
is three before it, whatever comes after. OUT gets ``month_id``, the unit, ``draw``, ``outcome``. The last line printed
is one line of JSON; with ``--actuals``, or where HISTORY itself goes on, it has the scores: ``crps``, ``ign`` as the
VIEWS competition has it and ``ign_plain``, ``mis`` (90 %), ``coverage90``, and the same of conflictology.

With ``--gold`` every model is scored on each calendar year that HISTORY holds and that has twelve months before its
origin: ``<model>_crps`` is the mean over years, ``worst`` the best model's highest ratio to conflictology in any year.
Models that learn take minutes and are left out unless ``--models`` names them. ``<model>_rolling`` is of windows
that begin with every month (every third, where a model learns) instead of every January: their number, those in which
it beat conflictology, and the mean and the highest ratio to it. A model that wins in calm years and loses in others
shows there.
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

from tocsin.forecast import (
    MODELS,
    SLOW,
    History,
    add_months,
    crps,
    month_of,
    months_between,
    read_history,
    score,
    views_month,
)

BEST = "recency"
DRAWS = 1000
BASELINE = "conflictology"
ROLLING_DRAWS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("history", type=Path, nargs="?")
    parser.add_argument("month", nargs="?")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--actuals", type=Path)
    parser.add_argument("--model", choices=sorted(MODELS), default=BEST)
    parser.add_argument("--models", help="names with commas, or all; with --gold")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--lag", type=int, default=3)
    parser.add_argument("--draws", type=int)
    given = parser.parse_args()
    if given.gold:
        print(json.dumps(years(read_history(given.gold), given.lag, asked(given.models))))
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


def asked(names: str | None) -> list[str]:
    """The models to be scored: those named, always with the best and the baseline."""
    if names == "all":
        return list(MODELS)
    chosen = names.split(",") if names else [name for name in MODELS if name not in SLOW]
    if unknown := set(chosen) - set(MODELS):
        raise SystemExit(f"no model {sorted(unknown)[0]!r}; there are: {', '.join(MODELS)}")
    return list(dict.fromkeys([BASELINE, BEST, *chosen]))


def years(history: History, lag: int, models: list[str]) -> dict[str, Any]:
    """Models on every calendar year that can be forecast and is known, and on windows that begin in any month."""
    first = history.months[0]
    starts = [
        m for m in history.months if months_between(first, m) >= 12 + lag - 1 and add_months(m, 11) in history.months
    ]
    found: dict[str, list[float]] = {}
    for name in models:
        # A learner is made anew for each window; every third month is enough to tell whether it loses.
        every = 3 if name in SLOW else 1
        for start in (month for month in starts if month.month % every == 1 % every):
            january = start.month == 1
            draws, _ = forecast(history, start, name, 12, lag, None if january or name == BASELINE else ROLLING_DRAWS)
            actual = known(history, start, 12)
            assert actual is not None
            value = float(crps(draws.reshape(-1, draws.shape[2]), actual.ravel()).mean())
            found.setdefault(name, []).append(value)
            found.setdefault(f"{name} in", []).append(starts.index(start))
    calendar = [n for n, start in enumerate(starts) if start.month == 1]
    base = dict(zip(found[f"{BASELINE} in"], found[BASELINE], strict=True))
    result: dict[str, Any] = {"years": [starts[n].year for n in calendar]}
    for name in models:
        of = dict(zip(found[f"{name} in"], found[name], strict=True))
        by_year = [of[n] for n in calendar]
        ratios = np.array([of[n] / base[n] for n in of])
        result[f"{name}_crps"] = round(float(np.mean(by_year)), 4)
        result[f"{name}_by_year"] = [round(one, 3) for one in by_year]
        result[f"{name}_rolling"] = {
            "windows": len(of),
            "won": int((ratios < 1).sum()),
            "ratio": round(sum(of.values()) / sum(base[n] for n in of), 4),
            "worst": round(float(ratios.max()), 4),
        }
        if name == BEST:
            result["worst"] = round(max(of[n] / base[n] for n in calendar), 4)
            result["rolling_worst"] = result[f"{name}_rolling"]["worst"]
    result["ratio"] = round(result[f"{BEST}_crps"] / result[f"{BASELINE}_crps"], 4)
    return result


if __name__ == "__main__":
    main()
