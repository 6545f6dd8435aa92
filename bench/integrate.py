"""Event datasets integrated: by windows and taxonomies as meltt does, or by what is learned from them.

    python bench/integrate.py A.csv B.csv [C.csv …] [--method windows|likely] [--km 4] [--days 2]
        [--taxonomies FILE_OR_FOLDER …] [--choose first|best] [--gold CLUSTERS.json] [--predictions OUT]

A dataset is a file or NAME=FILE, a taxonomy a file called as its column, COLUMN=FILE, or a folder of such. Without
``--method`` it is ``windows`` where taxonomies are given, else ``likely``. OUT gets, where it ends in ``.json``, the
event of every row as ``{"NAME:ID": event}``, the form of the labels; else a CSV of event, dataset, row and id. The last
line printed is one line of JSON:

- ``input``, ``unique``, ``matches``, ``duplicates``: rows, events, events of several datasets, rows less events;
- ``event_matches``, ``episode_matches``, ``flagged``: matches of a day and of longer; events beside an episode;
- ``overlaps``: events by exactly which datasets they are in, numbered from 1 (``"1+3"``);
- ``pairwise_f1`` (with labels): of pairs of rows put together;
- ``seconds``: with reading; ``matching_seconds``: without.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from tocsin.linking.integration import Reach, Windows
from tocsin.pipeline import ByWindows, Likely, Whole, dataset_files, integrate_datasets, taxonomy_files

DEFAULT_KM, DEFAULT_DAYS = 4.0, 2.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--method", choices=("windows", "likely"))
    parser.add_argument("--km", type=float)
    parser.add_argument("--days", type=float)
    parser.add_argument("--taxonomies", "--taxonomy", nargs="*", action="extend", default=[])
    parser.add_argument("--choose", choices=("first", "best"), default="first")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args(arguments)
    begun = time.monotonic()
    method: ByWindows | Likely
    if (given.method or ("windows" if given.taxonomies else "likely")) == "windows":
        km = DEFAULT_KM if given.km is None else given.km
        days = DEFAULT_DAYS if given.days is None else given.days
        method = ByWindows(Windows(km, days, given.choose), taxonomy_files(given.taxonomies))
    else:
        usual = Reach()
        method = Likely(Reach(given.km or usual.km, usual.days if given.days is None else int(given.days)))
    whole = integrate_datasets(dataset_files(given.datasets), method)
    for problem in whole.account.problems[:20]:
        print(f"left out: {problem}")
    if given.predictions:
        write(whole, given.predictions)
    figures = measure(whole, time.monotonic() - begun)
    if given.gold:
        figures["pairwise_f1"] = pairwise_f1(json.loads(given.gold.read_text("utf-8")), events_of(whole))
    print(json.dumps(figures))


def measure(whole: Whole, seconds: float) -> dict[str, object]:
    """What the last line says."""
    account = whole.account
    number = {name: str(n) for n, name in enumerate(whole.names, start=1)}
    return {
        "method": account.method,
        "input": account.rows,
        "unique": account.events,
        "matches": account.matches,
        "duplicates": account.duplicates,
        "event_matches": account.of_a_day,
        "episode_matches": account.lasting,
        "flagged": account.flagged,
        "overlaps": {"+".join(number[name] for name in each.datasets): each.events for each in account.overlaps},
        "seconds": round(seconds, 2),
        "matching_seconds": account.matching_seconds,
    }


def events_of(whole: Whole) -> dict[str, str]:
    """The event of every row, which is called by its dataset and its id, or its number where it has none."""
    events = {}
    for at, (name, columns) in enumerate(zip(whole.names, whole.columns, strict=True)):
        event = np.flatnonzero(whole.found.groups[:, at] >= 0)
        for number, row in zip(event.tolist(), whole.found.groups[event, at].tolist(), strict=True):
            events[f"{name}:{columns['id'][row] or columns['row'][row]}"] = str(number)
    return events


def write(whole: Whole, path: Path) -> None:
    if path.suffix == ".json":
        path.write_text(json.dumps(events_of(whole)), encoding="utf-8")
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("event", "dataset", "row", "id"))
        for event, rows in enumerate(whole.found.groups.tolist(), start=1):
            for name, columns, row in zip(whole.names, whole.columns, rows, strict=True):
                if row >= 0:
                    writer.writerow((event, name, int(columns["row"][row]), columns["id"][row] or ""))


def pairwise_f1(gold: Mapping[str, object], predicted: Mapping[str, str]) -> float:
    """F1 of pairs of rows that are put together, over the rows that both have."""
    sides = []
    for side in (gold, predicted):
        together: dict[object, list[str]] = defaultdict(list)
        for item in sorted(gold.keys() & predicted.keys()):
            together[side[item]].append(item)
        sides.append({pair for items in together.values() for pair in combinations(items, 2)})
    right = len(sides[0] & sides[1])
    counted = Counter(gold=len(sides[0]), predicted=len(sides[1]))
    return round(2 * right / max(counted.total(), 1), 4)


if __name__ == "__main__":
    main()
