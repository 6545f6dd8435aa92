"""P-codes of settlements from names as people write them.

    python bench/pcodes.py --gold PATH [--predictions FILE] [--seed N] [--sample N]

PATH is a folder of OCHA-COD-like GeoJSON (``*.geojson``, ``*.geojson.gz``), all of which are loaded as one gazetteer; a
register of P-codes (``.csv``: country, level, code, name, parent's code), of whose areas a sample is asked for; or a
file of JSON lines ``{"name", "within": [...], "pcode"}``, where ``pcode`` may be left out, to be resolved with the
gazetteers that are installed.

With a folder, every settlement's English and Arabic name is resolved as it stands, given its district; and a sample
of them is written in other ways by a seeded generator (the kinds stand in `KINDS`, one or two at a time) and resolved
given the governorate, and given only the country. What counts is the first answer: right if its own P-code is the
settlement's. FILE is an output: JSON lines with name, containers, gold and answer. The last line printed is one line
of JSON: accuracy in percent of each task and how many there were, for Latin and Arabic script, and of each kind of
variation (given the governorate); `ceiling` is the share of names as they stand that no other settlement of their
district has; `resolves_per_s` is the speed of all this on one core.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.spellings import KINDS, is_arabic, perturbed
from tocsin.places import SqliteGazetteer, add_gazetteer, open_gazetteer
from tocsin.places._entries import Entry
from tocsin.places._files import read_entries
from tocsin.places._index import cache_path, index_path
from tocsin.records import Place, Toponym


@dataclass(frozen=True, slots=True)
class Task:
    """A name to be resolved. `kind` is the variation, empty for a name as it stands."""

    name: str
    within: tuple[str, ...]
    pcode: str
    kind: str = ""

    @property
    def script(self) -> str:
        return "arabic" if is_arabic(self.name) else "latin"


def tasks_of(settlements: Sequence[Entry], country: str, seed: int, sample: int) -> dict[str, list[Task]]:
    """What is asked: names as they stand given the district, and written otherwise given more and less."""
    chance = random.Random(seed)
    asked: dict[str, list[Task]] = defaultdict(list)
    for entry in settlements:
        around = {p.level: p.name for p in entry.parents}
        for name in dict.fromkeys((entry.name, *(n for n in entry.names[1:] if is_arabic(n)))):
            if name != entry.name and name != entry.names[1]:
                continue  # a part of a double name
            asked["district"].append(Task(name, (f"{around[2]} district", country), entry.pcode))
    for entry in chance.sample(list(settlements), min(sample, len(settlements))):
        around = {p.level: p.name for p in entry.parents}
        for name in entry.names[:2]:
            written, kind = perturbed(name, chance)
            if kind:
                asked["governorate"].append(Task(written, (f"{around[1]} governorate", country), entry.pcode, kind))
                asked["country"].append(Task(written, (country,), entry.pcode, kind))
    return asked


def answer(gazetteer: SqliteGazetteer, task: Task) -> Place:
    (place,) = gazetteer.resolve([Toponym(task.name, 0, max(1, len(task.name)), within=task.within)])
    return place


def right(place: Place, task: Task) -> bool:
    """Whether a place's own P-code, its last, is the one asked for."""
    return bool(place.pcodes) and place.pcodes[-1] == task.pcode


def share(outcomes: Iterable[bool]) -> float:
    found = list(outcomes)
    return round(100 * sum(found) / max(1, len(found)), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=1500)
    given = parser.parse_args()
    if given.gold.is_dir():
        gazetteer, asked, result = loaded(given.gold, given.seed, given.sample)
    elif ".csv" in given.gold.name:
        gazetteer, asked, result = table(given.gold, given.seed, given.sample)
    else:
        rows = [json.loads(line) for line in given.gold.read_text("utf-8").splitlines() if line.strip()]
        asked = {"given": [Task(r["name"], tuple(r.get("within") or ()), r.get("pcode", "")) for r in rows]}
        gazetteer, result = open_gazetteer(), {}
    start = time.process_time()
    answers = {(label, i): answer(gazetteer, t) for label, tasks in asked.items() for i, t in enumerate(tasks)}
    seconds = time.process_time() - start
    if given.predictions:
        lines = [
            {"asked": label, "name": t.name, "within": t.within, "kind": t.kind, "pcode": t.pcode, "label": p.label,
             "answer": p.pcodes[-1:], "probability": p.probability}
            for label, tasks in asked.items() for t, p in ((t, answers[label, i]) for i, t in enumerate(tasks))
        ]  # fmt: skip
        given.predictions.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), "utf-8")
    for label, tasks in asked.items():
        outcomes = [(t, right(answers[label, i], t)) for i, t in enumerate(tasks) if t.pcode]
        result[f"{label}_tasks"] = len(tasks)
        if not outcomes:  # no labels: it was for the answers
            continue
        result[label] = share(ok for _, ok in outcomes)
        for script in sorted({t.script for t, _ in outcomes}):
            result[f"{label}_{script}"] = share(ok for t, ok in outcomes if t.script == script)
        if label == "governorate":
            result["kinds"] = {k: share(ok for t, ok in outcomes if t.kind == k) for k in KINDS}
    result["tasks"] = len(answers)
    result["resolves_per_s"] = round(len(answers) / seconds)
    print(json.dumps(result, ensure_ascii=False))


@contextmanager
def added(files: Sequence[Path]) -> Iterator[tuple[SqliteGazetteer, dict[str, object]]]:
    """A gazetteer with these files in a cache of its own, and what adding them took."""
    open_gazetteer()
    bundled = index_path()
    own = Path(tempfile.mkdtemp(prefix="tocsin-pcodes-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    (own / bundled.name).symlink_to(bundled)
    before = os.environ.get("TOCSIN_CACHE")
    os.environ["TOCSIN_CACHE"] = str(own)
    try:
        start = time.process_time()
        addition = add_gazetteer(files, "bench")
        seconds = time.process_time() - start
        size = sum(p.stat().st_size for p in cache_path().rglob("bench.sqlite"))
        result: dict[str, object] = {
            "settlements": addition.gazetteer.settlements,
            "areas": addition.gazetteer.areas,
            "problems": len(addition.problems),
            "add_seconds": round(seconds, 1),
            "size_mb": round(size / 1e6, 1),
        }
        yield open_gazetteer(), result
    finally:
        os.environ.pop("TOCSIN_CACHE")
        if before is not None:
            os.environ["TOCSIN_CACHE"] = before


def loaded(folder: Path, seed: int, sample: int) -> tuple[SqliteGazetteer, dict[str, list[Task]], dict[str, object]]:
    """A gazetteer with the files of a folder, and what is asked of it."""
    files = sorted(p for p in folder.iterdir() if p.name.endswith((".geojson", ".geojson.gz")))
    with added(files) as (gazetteer, result):
        pass
    entries = [e for file in files for e in read_entries(file) if isinstance(e, Entry)]
    settlements = [e for e in entries if e.level == "settlement" and {p.level for p in e.parents} >= {1, 2}]
    _, country, _ = gazetteer.division(settlements[0].latitude, settlements[0].longitude)
    asked = tasks_of(settlements, country, seed, sample)
    shared = Counter((t.within, t.name.casefold()) for t in asked["district"])
    result["ceiling"] = share(shared[t.within, t.name.casefold()] == 1 for t in asked["district"])
    return gazetteer, asked, result


def table(path: Path, seed: int, sample: int) -> tuple[SqliteGazetteer, dict[str, list[Task]], dict[str, object]]:
    """A gazetteer with a register of P-codes, and what is asked of it: areas given the country, and what is around."""
    with added([path]) as (gazetteer, result):
        pass
    entries = [e for e in read_entries(path) if isinstance(e, Entry)]
    firsts = {e.pcode: e for e in entries if e.level == "admin1"}
    chance = random.Random(seed)
    asked: dict[str, list[Task]] = defaultdict(list)
    for entry in chance.sample(entries, min(sample, len(entries))):
        point = gazetteer.division_point(entry.country)
        around = [firsts[p.pcode].name for p in entry.parents if p.pcode in firsts]
        if point is None or (entry.level != "admin1" and not around):
            continue
        within = (*around, gazetteer.division(*point)[1] or entry.country)
        # Alone, the name of a province is that of its town.
        word = " province" if entry.level == "admin1" else ""
        asked[entry.level].append(Task(entry.name + word, within, entry.pcode))
        written, kind = perturbed(entry.name, chance)
        if kind:
            asked[f"{entry.level}_written"].append(Task(written + word, within, entry.pcode, kind))
    return gazetteer, asked, result


if __name__ == "__main__":
    main()
