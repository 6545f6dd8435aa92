"""Did it work: group-time effects of a staggered treatment, on data whose effects are published.

    python bench/did.py --gold PANEL.csv [--predictions OUT.csv] [--unit COLUMN] [--period COLUMN] [--outcome COLUMN]
        [--first COLUMN] [--covariate COLUMN …] [--control never|not-yet]

PANEL is a row a unit and period; ``--first`` is the column with the unit's first period of treatment, 0 for never. By
default the columns are those of the county data that the estimator was published with (countyreal, year, lemp,
first.treat). OUT is written: ``group, period, since, att, se, low, high``. The last line printed is one line of JSON:

- ``att``: each effect to four decimals, by group and period; ``effects``, how many there are;
- ``closed_right``: effects that equal, to 1e-9, the difference of differences of means computed in this file (without
  covariates, and with those who never had it as controls);
- ``dynamic`` and ``dynamic_se``: the average over periods since treatment, and its error, by the influence function;
  ``dynamic_se_resampled``: its error where units are drawn again, 499 times; ``group``, ``calendar``, ``simple``: the
  other averages; ``before_p``: the test that nothing differed before; ``seconds``.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from tocsin.impact import Effects, Study, event_study, group_time_effects, make_study

RESAMPLED = 499


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--unit", default="countyreal")
    parser.add_argument("--period", default="year")
    parser.add_argument("--outcome", default="lemp")
    parser.add_argument("--first", default="first.treat")
    parser.add_argument("--covariate", action="append", default=[])
    parser.add_argument("--control", choices=["never", "not-yet"], default="never")
    given = parser.parse_args(arguments)
    rows = list(csv.DictReader(given.gold.read_text("utf-8-sig").splitlines()))
    study = make_study(
        [row[given.unit] for row in rows],
        [float(row[given.period]) for row in rows],
        np.array([float(row[given.outcome]) for row in rows]),
        [float(row[given.first] or 0) for row in rows],
        covariates=np.array([[float(row[c]) for c in given.covariate] for row in rows]) if given.covariate else None,
        measured=given.outcome,
    )
    begun = perf_counter()
    effects = group_time_effects(study, control=given.control)
    figures = summed(effects) | {"seconds": round(perf_counter() - begun, 2)}
    if given.predictions:
        write(given.predictions, effects)
    if not given.covariate and given.control == "never" and study.never:
        closed = closed_form(study, effects)
        figures["closed_right"] = int((np.abs(closed - effects.effect) < 1e-9).sum())
        figures["dynamic_se_resampled"] = round(resampled(study, effects), 4)
    print(json.dumps(figures))


def summed(effects: Effects) -> dict[str, object]:
    """The figures of one study."""
    dynamic = event_study(effects)
    others = {how: event_study(effects, how) for how in ("group", "calendar", "simple")}
    att = zip(effects.group, effects.period, effects.effect, strict=True)
    return {
        "units": effects.units,
        "effects": len(effects.effect),
        "att": {f"{g:g},{t:g}": round(float(effect), 4) for g, t, effect in att},
        "dynamic": round(dynamic.overall.effect, 4),
        "dynamic_se": round(dynamic.overall.error, 4),
        **{how: round(summary.overall.effect, 4) for how, summary in others.items()},
        "before_p": round(dynamic.before_p, 4),
    }


def closed_form(study: Study, effects: Effects) -> np.ndarray:
    """Each effect as a difference of differences of means."""
    never = study.first < 0
    found = []
    for group, period in zip(effects.group, effects.period, strict=True):
        g, t = study.periods.index(group), study.periods.index(period)
        base = g - 1 if t >= g else t - 1
        change = study.outcome[:, t] - study.outcome[:, base]
        found.append(change[study.first == g].mean() - change[never].mean())
    return np.array(found)


def resampled(study: Study, effects: Effects) -> float:
    """The standard error of the dynamic average, by drawing units again with replacement."""
    generator = np.random.default_rng(1)
    since = np.array(effects.since)
    averages = []
    for _ in range(RESAMPLED):
        drawn = generator.integers(0, len(study.units), len(study.units))
        again = Study(
            study.units, study.periods, study.outcome[drawn], study.first[drawn], study.covariates, study.measured, 0
        )
        effect = closed_form(again, effects)
        sizes = np.array([(again.first == study.periods.index(g)).sum() for g in effects.group], float)
        points = [np.average(effect[since == s], weights=sizes[since == s]) for s in np.unique(since[since >= 0])]
        averages.append(np.mean(points))
    return float(np.std(averages, ddof=1))


def write(path: Path, effects: Effects) -> None:
    """Write a line for each effect."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "period", "since", "att", "se", "low", "high"])
        for n, effect in enumerate(effects.effect):
            figures = (effect, effects.error[n], effects.low[n], effects.high[n])
            shown = [f"{figure:.6f}" for figure in figures]
            writer.writerow([effects.group[n], effects.period[n], effects.since[n], *shown])


if __name__ == "__main__":
    main()
