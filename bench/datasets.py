"""Whether event datasets of any length are read in bounded memory, and how fast they are read and imported.

    python bench/datasets.py [--megabytes N | --rows N] [--import] [--bad SHARE] [--folder DIR] [--limit-mb 1000]

Writes a file of invented rows in UCDP GED's 49 columns to a temporary folder, of N megabytes or N rows, reads it in a
process of its own (``tocsin.sources.read_dataset``), or with ``--import`` runs ``tocsin import`` on it, and deletes
everything again. A share of the rows (``--bad``, 0.001) has a latitude that is none, or is cut off. One line of JSON:
``mb`` and ``rows`` of the file, ``bad`` rows in it, ``read`` and ``rejected`` rows, ``seconds``, ``rows_s``,
``peak_mb`` (the most memory that the process held), ``ok``. The exit code is 1 where the peak is above ``--limit-mb``
or a row is missing.

What is promised: ``--megabytes 2000`` within 1,000 MB, ``--rows 10000 --import`` within two minutes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.large import FIRST, RSS_MB, TOWNS, Bound, sentence

COLUMNS = (
    "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name "
    "dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b "
    "number_of_sources source_article source_office source_date source_headline source_original where_prec "
    "where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id "
    "region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best high "
    "low gwnoa gwnob"
)
READ = """
import json, sys
from pathlib import Path
from tocsin.errors import InputError
from tocsin.sources import read_dataset
read = rejected = 0
for found in read_dataset(Path(sys.argv[1])):
    if isinstance(found, InputError):
        rejected += 1
    else:
        read += found.num_rows
print(json.dumps({"imported": {"rows": read, "rejected": rejected}}))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--megabytes", type=float, default=20)
    size.add_argument("--rows", type=int)
    parser.add_argument("--import", action="store_true", dest="imports")
    parser.add_argument("--bad", type=float, default=0.001)
    parser.add_argument("--folder", type=Path, help="where to work; the system's temporary folder by default")
    parser.add_argument("--limit-mb", type=float, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tocsin-datasets-", dir=given.folder) as folder:
        path = Path(folder) / "ged.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows, bad = write(
                file, Bound(path, given.rows, given.megabytes * 1e6), random.Random(given.seed), given.bad
            )
        size_mb = path.stat().st_size / 1e6
        command = [sys.executable, "-c", READ, str(path)]
        if given.imports:
            command = [sys.executable, "-m", "tocsin", "import", str(path), "--out", folder, "--json"]
        seconds, peak, found = run(command)
    ok = found == (rows - bad, bad) and peak <= given.limit_mb
    figures: dict[str, object] = {
        "mb": round(size_mb),
        "rows": rows,
        "bad": bad,
        "read": found[0],
        "rejected": found[1],
    }
    figures |= {"seconds": round(seconds, 1), "rows_s": round(rows / seconds), "peak_mb": round(peak), "ok": ok}
    print(json.dumps(figures))
    return 0 if ok else 1


def write(file: TextIO, bound: Bound, chance: random.Random, share: float) -> tuple[int, int]:
    """Write rows, some of them bad; return how many, and how many of those are bad."""
    names = COLUMNS.split()
    writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
    writer.writeheader()
    rows = bad = 0
    for rows in bound.numbers(file):
        day = (FIRST + timedelta(days=rows % 3000)).date().isoformat()
        town, dead = chance.choice(TOWNS), chance.randrange(9)
        headlines = [f"{town}: {sentence(chance, 12)}" for _ in range(chance.randrange(1, 4))]
        row: dict[str, object] = {
            "id": rows, "year": day[:4], "type_of_violence": chance.randrange(1, 4), "side_a": "Government of Syria",
            "side_b": chance.choice(("Syrian insurgents", "IS", "Civilians")), "number_of_sources": len(headlines),
            "source_article": ";".join(f'"Invented Wire,{day},{h}"' for h in headlines),
            "source_office": ";".join(["Invented Wire"] * len(headlines)), "source_headline": ";".join(headlines),
            "where_prec": chance.randrange(1, 7), "where_coordinates": f"{town} town", "adm_1": f"{town} governorate",
            "latitude": round(chance.uniform(32, 37), 6), "longitude": round(chance.uniform(36, 42), 6),
            "country": "Syria", "event_clarity": 1, "date_prec": 1, "date_start": day, "date_end": day,
            "best": dead, "high": dead + 2, "low": dead,
        }  # fmt: skip
        if chance.random() < share:
            bad += 1
            if chance.random() < 0.5:
                row["latitude"] = 95
            else:
                file.write(f"{rows},cut off here\n")
                continue
        writer.writerow(row)
    return rows, bad


def run(command: Sequence[str]) -> tuple[float, float, tuple[int, int]]:
    """Run `command`; return seconds, peak memory in MB, and how many rows it read and rejected."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    out = process.stdout.read()
    # wait4, because getrusage(RUSAGE_CHILDREN) would give the largest of all runs so far.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"it ended with {process.returncode}: {out!r}")
    imported = json.loads(out)["imported"]
    return time.perf_counter() - begun, usage.ru_maxrss / RSS_MB, (imported["rows"], imported["rejected"])


if __name__ == "__main__":
    sys.exit(main())
