"""Near repeats, against tables of the Near Repeat Calculator.

    python bench/near_repeat.py --gold EVENTS.csv [--expected TABLE.csv] [--predictions OUT.csv]
        [--metric manhattan] [--space 0,0.01,200,400,600] [--days 0,1,2,3] [--decimals N] [--permutations N]

EVENTS are rows of x, y and day (2016-01-31 or 1/31/2016), with or without a header. TABLE is the calculator's verbose
file: its labels say which bands it counted in ("201 to 400" is [200, 400), "Same location" the same point to a tenth),
and unless --space and --days say otherwise those are taken; by default it is ``*_expected.csv`` beside EVENTS, where
there is one. The calculator reads coordinates to a tenth, and so do we where it is compared with (``--decimals``).

OUT is written: ``metric, space, days, observed, expected, ratio, p``, a line for each cell and metric. The last line
printed is one line of JSON:

- ``cells``, ``observed_right``: cells of the table, and those whose count is the calculator's (by the first --metric);
- ``ratio_right``: cells whose ratio is the calculator's within the error of its simulations: its mean of the permuted
  counts within 4 standard errors of our exact expectation;
- ``p_right``: cells whose p is the calculator's within 4 standard errors of both simulations;
- ``brute_right``: cells of every metric equal to a count of all pairs one by one; ``seconds`` for all of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from tocsin.analysis import KnoxTable, near_repeat
from tocsin.analysis._results import Floats

LABEL = re.compile(r"(\d+) to (\d+)|More than (\d+)")
SAME = 0.01
"""Where a place is the same place: no two points of a survey grid are nearer than a hundredth of a metre."""


@dataclass(frozen=True, slots=True)
class Published:
    """What the calculator wrote: bands, counts, p-values, and all permuted counts of each cell."""

    space: tuple[float, ...]
    days: tuple[float, ...]
    observed: np.ndarray
    p: np.ndarray
    drawn: dict[tuple[int, int], list[float]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--expected", type=Path)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--metric", action="append", choices=["manhattan", "euclidean"])
    parser.add_argument("--space", type=_edges)
    parser.add_argument("--days", type=_edges)
    parser.add_argument("--decimals", type=int)
    parser.add_argument("--permutations", type=int, default=999)
    given = parser.parse_args(arguments)
    beside = given.expected or given.gold.with_name(f"{given.gold.stem}_expected.csv")
    published = read_table(beside) if beside.is_file() else None
    space = given.space or (published.space if published else (0.0, SAME, 200.0, 400.0, 600.0))
    days = given.days or (published.days if published else (0.0, 1.0, 2.0, 3.0))
    decimals = given.decimals if given.decimals is not None else (1 if published else None)
    x, y, when = read_events(given.gold)
    if decimals is not None:
        x, y = x.round(decimals), y.round(decimals)
    begun = perf_counter()
    tables = {
        metric: near_repeat(x, y, when, space=space, time=days, metric=metric, permutations=given.permutations)
        for metric in (given.metric or ["manhattan", "euclidean"])
    }
    seconds = perf_counter() - begun
    if given.predictions:
        write(given.predictions, tables)
    figures: dict[str, object] = {"events": len(x), "brute_right": 0, "brute_cells": 0}
    for metric, table in tables.items():
        count = brute(x, y, when, table)
        figures["brute_right"] += int((count == table.observed).sum())  # type: ignore[operator]
        figures["brute_cells"] += count.size  # type: ignore[operator]
        compared = given.metric[0] if given.metric else "manhattan"
        if published and published.observed.shape == table.observed.shape and metric == compared:
            figures |= score(table, published)
    print(json.dumps(figures | {"seconds": round(seconds, 2)}))


def _edges(words: str) -> tuple[float, ...]:
    return tuple(map(float, words.split(",")))


def read_events(path: Path) -> tuple[Floats, Floats, Floats]:
    """Coordinates and days of a file."""
    rows = [row for row in csv.reader(path.read_text("utf-8-sig").splitlines()) if row]
    kept = [row for row in rows if _is_number(row[0])]
    days = [float(_day(row[2]).toordinal()) for row in kept]
    return np.array([float(r[0]) for r in kept]), np.array([float(r[1]) for r in kept]), np.array(days)


def _is_number(words: str) -> bool:
    try:
        float(words)
    except ValueError:
        return False
    return True


def _day(words: str) -> date:
    if "/" in words:
        return datetime.strptime(words.strip(), "%m/%d/%Y").date()  # noqa: DTZ007
    return date.fromisoformat(words.strip()[:10])


def read_table(path: Path) -> Published:
    """The calculator's verbose file."""
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    observed, space, days = _section(rows, "Observed frequencies distribution")
    p, _, _ = _section(rows, "Statistical significant table")
    return Published(space, days, observed, p, _permuted(rows))


def _section(rows: list[list[str]], title: str) -> tuple[np.ndarray, tuple[float, ...], tuple[float, ...]]:
    at = next(n for n, row in enumerate(rows) if row and row[0].startswith(title))
    columns = [label for label in rows[at + 1][2:] if label]
    space, cells = [], []
    for row in rows[at + 3 :]:
        if len(row) < 3 or not row[1].strip():
            break
        space.append(_lower(row[1]))
        cells.append([float(value or 0) for value in row[2 : 2 + len(columns)]])
    # "Same location" has no upper edge in the labels; what follows begins above it.
    lower = tuple(0.0 if n == 0 else SAME if edge == 0 else edge for n, edge in enumerate(space))
    return np.array(cells), lower, tuple(0.0 if n == 0 else _lower(c) for n, c in enumerate(columns))


def _lower(label: str) -> float:
    found = LABEL.search(label)
    if found is None:
        return 0.0
    return float(found[3]) if found[3] else float(found[1]) - 1


def _permuted(rows: list[list[str]]) -> dict[tuple[int, int], list[float]]:
    drawn: dict[tuple[int, int], list[float]] = {}
    cell, reading = (0, 0), False
    for row in rows:
        named = re.match(r"Row (\d+) Column (\d+)", row[0] if row else "")
        if named:
            cell, reading = (int(named[1]) - 1, int(named[2]) - 1), False
        elif row and row[0] in ("Expected", "Observed"):
            reading = row[0] == "Expected"
        if reading and row:
            drawn.setdefault(cell, []).extend(float(v) for v in row[1:] if v.strip())
    return drawn


def score(table: KnoxTable, published: Published) -> dict[str, object]:
    """The figures against a published table."""
    ratio_right, p_right = 0, 0
    for cell, counts in published.drawn.items():
        many = len(counts)
        # Of a cell that is almost always empty the permutations show no spread; then it is Poisson's.
        spread = max(float(np.std(counts)), float(table.expected[cell]) ** 0.5 if table.expected[cell] < 5 else 0.0)
        ratio_right += abs(np.mean(counts) - table.expected[cell]) <= 4 * spread / many**0.5
        p = float(table.p[cell])
        error = (p * (1 - p) * (1 / many + 1 / table.permutations)) ** 0.5
        p_right += abs(p - published.p[cell]) <= 4 * error + 1 / (many + 1)
    return {
        "cells": table.observed.size,
        "observed_right": int((table.observed == published.observed).sum()),
        "ratio_right": int(ratio_right),
        "p_right": int(p_right),
    }


def brute(x: Floats, y: Floats, days: Floats, table: KnoxTable) -> np.ndarray:
    """The counts of a table, from all pairs one by one."""
    counts = np.zeros(table.observed.shape, int)
    for i in range(len(x) - 1):
        across, up = np.abs(x[i + 1 :] - x[i]), np.abs(y[i + 1 :] - y[i])
        distance = across + up if table.metric == "manhattan" else np.sqrt(across**2 + up**2)
        row = np.searchsorted(table.space, distance, side="right") - 1
        column = np.searchsorted(table.time, np.abs(days[i + 1 :] - days[i]), side="right") - 1
        np.add.at(counts, (row, column), 1)
    return counts


def write(path: Path, tables: dict[str, KnoxTable]) -> None:
    """Write a line for each cell and metric."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["metric", "space", "days", "observed", "expected", "ratio", "p"])
        for metric, table in tables.items():
            for (i, j), count in np.ndenumerate(table.observed):
                shown = (f"{value[i, j]:.6g}" for value in (table.expected, table.ratio, table.p))
                writer.writerow([metric, table.space_bands[i], table.time_bands[j], count, *shown])


if __name__ == "__main__":
    main()
