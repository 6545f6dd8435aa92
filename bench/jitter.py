"""Integration on a set with known truth: an event list against a disturbed copy of itself.

    python bench/jitter.py [--events GED.csv] [--generator jitter_events.py] [--n N] [--seed S] [--ceiling]
        [--predictions OUT.csv]
    python bench/jitter.py --first A.csv --second B.csv [--gold TRUTH.csv] [--predictions OUT.csv]

The first form makes the copy, with the generator beside the measuring data and its default seed unless told otherwise;
the second takes lists that are there. OUT.csv gets the pairs found, columns a and b, the form of the labels. The last
line printed is one line of JSON:

- ``p``, ``r``, ``f1``: of pairs;
- ``calibration_error``: between the probability of the pairs found and the share of them that is right, by tenths;
- ``windows_f1``: what fixed windows get (meltt's method, 6 km and 1 day, no taxonomies), for comparison;
- ``ceiling_f1`` (with ``--ceiling``): what is reached by who knows how the copy was disturbed, and chooses pairs from
  the probabilities that follow; no method can be expected to get more;
- ``rows``, ``seconds`` (with reading), ``matching_seconds``, ``cpu_seconds`` (of the whole process), ``peak_gb``.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tocsin.linking.integration import EventList, Reach, Windows
from tocsin.linking.integration._candidates import candidates
from tocsin.linking.integration._matching import Pairs, choose_pairs, pair_probabilities
from tocsin.pipeline import ByWindows, Likely, Whole, integrate_datasets

Named = set[tuple[str, str]]
Ids = list[str]
Columns = Mapping[str, NDArray[Any]]

# How the generator disturbs: what only the ceiling knows.
KEPT, INVENTED = 0.8, 0.1
DEVIATION_KM = 2.0
RESPELLED = 1 / 3
# What the generator replaces; the first that is in a name counts.
SPELLINGS = (
    ("Government of ", "Govt. of "),
    ("insurgents", "rebels"),
    ("Islamic State", "ISIS"),
    ("IS", "Daesh"),
    ("Syrian", "Syria's"),
    ("al-", "Al "),
    ("Civilians", "civilian population"),
)
# Five deviations; beyond lies one pair in three hundred thousand.
REACH_KM = 10.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(os.environ.get("TOCSIN_BENCH_DATA") or Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--events", type=Path, default=data / "ucdp" / "ged_syria.csv.gz")
    parser.add_argument("--generator", type=Path, default=data.parent / "score" / "jitter_events.py")
    parser.add_argument("--n", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--first", type=Path)
    parser.add_argument("--second", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--ceiling", action="store_true")
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if given.first is None:
            first, second, gold = disturbed(given.events, given.generator, Path(folder), given.n, given.seed)
        elif given.second is None:
            parser.error("--first needs --second")
        else:
            first, second, gold = given.first, given.second, given.gold
        begun = time.monotonic()
        whole = integrate_datasets({"a": first, "b": second}, Likely())
        figures: dict[str, float] = {"rows": whole.account.rows, "found": whole.account.matches}
        figures |= timing(whole, time.monotonic() - begun)
        ids = [written_ids(path) for path in (first, second)]
        if gold:
            truth = read_pairs(gold)
            figures |= dict(zip(("p", "r", "f1"), score(pairs_of(whole, ids), truth), strict=True))
            figures["calibration_error"] = calibration_error(whole, ids, truth)
            windows = integrate_datasets({"a": first, "b": second}, ByWindows(Windows(6.0, 1.0), {}))
            figures["windows_f1"] = score(pairs_of(windows, ids), truth)[2]
            if given.ceiling:
                figures["ceiling_f1"] = score(ceiling_pairs(whole, ids), truth)[2]
        if given.predictions:
            write_pairs(pairs_of(whole, ids), given.predictions)
    print(json.dumps(figures))


def disturbed(events: Path, generator: Path, folder: Path, n: int | None, seed: int | None) -> tuple[Path, Path, Path]:
    """The list, its copy and the pairs, as `generator` writes them."""
    second, truth = folder / "b.csv", folder / "truth.csv"
    command = [sys.executable, str(generator), str(events), str(second), str(truth)]
    command += ["--n", str(n)] if n else []
    command += ["--seed", str(seed)] if seed is not None else []
    subprocess.run(command, check=True)
    return (folder / "b.a.csv" if n else events), second, truth


def timing(whole: Whole, seconds: float) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {
        "seconds": round(seconds, 2),
        "matching_seconds": whole.account.matching_seconds,
        "cpu_seconds": round(time.process_time(), 1),
        "peak_gb": round(peak, 2),
    }


def written_ids(path: Path) -> Ids:
    """Ids as they stand in the file, row by row (reading makes 214797 of 214797.0); numbers of rows without any."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    return [row.get("id") or str(n) for n, row in enumerate(csv.DictReader(io.StringIO(text)), 1)]


def named(whole: Whole, at: int, rows: NDArray[Any], ids: Sequence[Ids]) -> list[str]:
    """The ids of `rows` of a list."""
    return [ids[at][row - 1] for row in whole.columns[at]["row"][rows].tolist()]


def pairs_of(whole: Whole, ids: Sequence[Ids]) -> Named:
    """The ids of rows that are one event, the first list's before the second's."""
    both = whole.found.groups[(whole.found.groups >= 0).all(axis=1)]
    return set(zip(*(named(whole, at, both[:, at], ids) for at in (0, 1)), strict=True))


def read_pairs(path: Path) -> Named:
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["a"], row["b"]) for row in csv.DictReader(file)}


def write_pairs(pairs: Named, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((("a", "b"), *sorted(pairs)))


def score(found: Named, truth: Named) -> tuple[float, float, float]:
    right = len(found & truth)
    p, r = right / max(len(found), 1), right / max(len(truth), 1)
    return round(p, 4), round(r, 4), round(2 * p * r / (p + r), 4) if right else 0.0


def calibration_error(whole: Whole, ids: Sequence[Ids], truth: Named) -> float:
    """Expected calibration error of the pairs found, in tenths (Naeini, Cooper and Hauskrecht, 2015)."""
    links = whole.found.links
    pairs = zip(*(named(whole, at, links.rows[:, at], ids) for at in (0, 1)), strict=True)
    right = np.array([pair in truth for pair in pairs])
    tenth = np.minimum((links.probability * 10).astype(int), 9)
    off = np.abs(np.bincount(tenth, links.probability) - np.bincount(tenth, right))
    return round(float(off.sum() / max(len(right), 1)), 4)


def ceiling_pairs(whole: Whole, ids: Sequence[Ids]) -> Named:
    """The pairs of ids that are likeliest right together, by who knows how the copy was disturbed.

    Days move by -1, 0 or +1, points by a normal along each axis, tolls by -1, 0 or +1 and never below nought; one
    side's name of a third of the rows is re-spelled, a fifth of the rows is missing, and one in ten is made up of parts
    of other rows. The odds of each pair follow, and the probabilities with no row in two pairs.
    """
    one, other = whole.columns
    # The copy has no ends of spans.
    lacking = ("date_end", "place_precision")
    lists = [EventList.of("", {k: v for k, v in each.items() if k not in lacking}) for each in (one, other)]
    near = candidates(lists[0], lists[1], Reach(REACH_KM, 1))
    a = {key: column[lists[0].rows[near.one]] for key, column in one.items()}
    b = {key: column[lists[1].rows[near.other]] for key, column in other.items()}
    days = np.abs((b["date_start"] - a["date_start"]).astype(int))
    log = np.log(np.where(days == 0, 0.5, 0.25))
    log -= (near.distance / DEVIATION_KM) ** 2 / 2 + np.log(2 * np.pi * DEVIATION_KM**2)
    with np.errstate(divide="ignore"):
        log += np.log(_tolls(a["deaths_best"], b["deaths_best"])) + np.log(_names(a, b))
        log += np.log((a["admin1"] == b["admin1"]).astype(float))
    odds = KEPT / (1 - KEPT) * np.exp(log - _made_up(one, lists[1], other)[near.other])
    pairs = Pairs(near.one, near.other, len(lists[0]), len(lists[1]))
    probability = pair_probabilities(pairs, np.minimum(odds, 1e9))
    chosen = choose_pairs(pairs, probability - 0.45)
    mine, its = lists[0].rows[near.one[chosen]], lists[1].rows[near.other[chosen]]
    return set(zip(named(whole, 0, mine, ids), named(whole, 1, its, ids), strict=True))


def _tolls(mine: NDArray[Any], its: NDArray[Any]) -> NDArray[Any]:
    step = its - mine
    usual = np.where(np.abs(step) <= 1, 1 / 3, 0.0)
    tolls: NDArray[Any] = np.where((mine == 0) & (step == 0), 2 / 3, usual)
    return tolls


def _names(a: Columns, b: Columns) -> NDArray[Any]:
    same = [a[side] == b[side] for side in ("actor1", "actor2")]
    other = [np.array([_respelled(n) for n in a[side]], object) == b[side] for side in ("actor1", "actor2")]
    one_side: NDArray[Any] = (other[0] & same[1]).astype(float) + (same[0] & other[1])
    names: NDArray[Any] = (1 - RESPELLED) * (same[0] & same[1]) + RESPELLED / 2 * one_side
    return names


def _respelled(name: str | None) -> str | None:
    if name is not None:
        for old, new in SPELLINGS:
            if old in name:
                return name.replace(old, new)
    return name


def _made_up(one: Columns, listed: EventList, other: Columns) -> NDArray[Any]:
    """The log density of made-up rows at each row of the copy: all parts are drawn from the list, independently."""
    size = len(one["id"])
    density = np.log(INVENTED * size) * np.ones(len(listed))
    for key in ("date_start", "actor1", "actor2", "admin1", "deaths_best"):
        counted = Counter(one[key].tolist())
        density += np.log([max(counted[value], 0.5) / size for value in other[key][listed.rows].tolist()])
    around = 5.0
    degrees = np.pi / 180 * 6371
    flat = [
        np.column_stack((c["latitude"] * degrees, c["longitude"] * degrees * np.cos(np.radians(c["latitude"]))))
        for c in (one, {k: v[listed.rows] for k, v in other.items()})
    ]
    beside = cKDTree(flat[0]).query_ball_point(flat[1], around, return_length=True)
    made_up: NDArray[Any] = density + np.log((beside + 0.1) / size / (np.pi * around**2))
    return made_up


if __name__ == "__main__":
    main()
