"""The quality gate: nothing falls below what was reached.

    python bench/check_floors.py [--data FOLDER] [--only NAME] [--pin]

Runs every measure of ``floors.json`` on the measuring data (``--data``, else ``TOCSIN_BENCH_DATA``, else
``../shared/data`` beside the project) and fails, naming the figure, where one is worse than its floor by more than the
tolerance. Tolerances are in claims, of those that the figure is a share of: figures on a few dozen claims move by
whole claims, and a change that loses one and wins another elsewhere is no loss. Floors hold for one corpus, known by
its hash.

Two measures run side by side, but for those that are of time or memory (``alone``).

``--pin`` writes what is measured now as the new floors; ceilings that were set as goals (``goal``) stay.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FLOORS = Path(__file__).with_name("floors.json")
DATA = "TOCSIN_BENCH_DATA"
# Figures are rounded to four places; a floor must not fall through the rounding.
ROUNDING = 1e-4
SIDE_BY_SIDE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--floors", type=Path, default=FLOORS)
    parser.add_argument("--only")
    parser.add_argument("--pin", action="store_true")
    given = parser.parse_args(arguments)
    asked_for = given.data or (Path(os.environ[DATA]) if os.environ.get(DATA) else None)
    data = asked_for or ROOT.parent / "shared" / "data"
    if not data.is_dir():
        print(f"FLOORS NOT CHECKED: there is no measuring data at {data}; name its folder in {DATA}")
        return 2 if asked_for else 0
    floors = json.loads(given.floors.read_text(encoding="utf-8"))
    faults: list[str] = []
    for name, figures in run_measures({n: m for n, m in floors.items() if given.only in (None, n)}, data):
        measure = floors[name]
        print(f"{name}: {json.dumps(figures)}", flush=True)
        if given.pin:
            pin(measure, figures, data)
        else:
            faults += [f"{name}: {fault}" for fault in check(measure, figures, corpus_hash(measure["corpus"], data))]
    if given.pin:
        given.floors.write_text(json.dumps(floors, indent=2) + "\n", encoding="utf-8")
    for fault in faults:
        print(f"BELOW THE FLOOR  {fault}")
    print("floors: " + (f"{len(faults)} figures fell" if faults else "all figures hold"))
    return 1 if faults else 0


def run_measures(measures: Mapping[str, Any], data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run all measures and yield their names and figures: first what runs alone, then the rest, two at a time."""
    alone = [name for name, measure in measures.items() if measure.get("alone")]
    for name in alone:
        yield name, run_measure(measures[name], data)
    together = [name for name in measures if name not in alone]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield from zip(together, pool.map(lambda name: run_measure(measures[name], data), together), strict=True)


def run_measure(measure: Mapping[str, Any], data: Path) -> dict[str, Any]:
    """Run the command of `measure` and return the figures on its last line."""
    command = [sys.executable, *(word.replace("{data}", str(data)) for word in measure["command"])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def check(measure: Mapping[str, Any], figures: Mapping[str, Any], corpus: str) -> Iterator[str]:
    """Yield what is wrong with `figures`: figures that fell, and what makes the floors meaningless."""
    if measure["corpus_sha256"] != corpus:
        yield "the corpus is not the one that the floors were pinned on; look at the figures, then --pin"
    for name, bound in measure["figures"].items():
        value = figures.get(name)
        if value is None:
            yield f"{name} was not measured"
            continue
        slack = tolerance(measure, bound, figures)
        if "at_least" in bound and value < bound["at_least"] - slack - ROUNDING:
            yield f"{name} is {value}, its floor {bound['at_least']} (tolerance {slack:.4f})"
        elif "at_most" in bound and value > bound["at_most"] + slack + ROUNDING:
            yield f"{name} is {value}, its ceiling {bound['at_most']} (tolerance {slack:.4f})"


def tolerance(measure: Mapping[str, Any], bound: Mapping[str, Any], figures: Mapping[str, Any]) -> float:
    """How much worse a figure may be: so many claims of those it is a share of, which `of` names."""
    if "of" not in bound:
        return 0.0
    return float(measure["tolerance_claims"] / max(figures[bound["of"]], 1) * measure.get("whole", 1))


def corpus_hash(files: Sequence[str], data: Path) -> str:
    """SHA-256 (hex) of the annotated files, one after another."""
    digest = hashlib.sha256()
    for name in files:
        digest.update((data / name).read_bytes())
    return digest.hexdigest()


def pin(measure: dict[str, Any], figures: Mapping[str, Any], data: Path) -> None:
    """Make `figures` the floors of `measure`."""
    measure["corpus_sha256"] = corpus_hash(measure["corpus"], data)
    for name, bound in measure["figures"].items():
        if not bound.get("goal"):
            bound["at_least" if "at_least" in bound else "at_most"] = figures[name]


if __name__ == "__main__":
    sys.exit(main())
