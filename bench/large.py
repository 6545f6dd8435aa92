"""Whether large inputs are read in bounded memory, and how fast.

    python bench/large.py [--form csv|telegram|jsonl|all] [--megabytes N] [--rows N] [--folder DIR] [--limit-mb 1000]

Writes a file of invented rows to a temporary folder (under ``--folder``), of N megabytes or N rows (messages), runs
``tocsin add`` on it in a process of its own, and deletes everything again. It needs about five times the file's size
on the disk. A line of JSON for each form: ``mb`` and ``rows`` of the file, ``seconds``, ``rows_s``, ``peak_mb`` (the
most memory that the process held), ``again_s`` (seconds to run the same command once more, when there is nothing to
do), ``ok``. The exit code is 1 where the peak is above ``--limit-mb`` or a row is missing.

What is promised, and takes about an hour of one core:

    python bench/large.py --form csv --megabytes 2000
    python bench/large.py --form telegram --rows 1000000
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

# ru_maxrss is in kilobytes, except on macOS, where it is in bytes.
RSS_MB = 1024 * (1024 if sys.platform == "darwin" else 1)
WORDS = [
    "the",
    "a",
    "in",
    "near",
    "of",
    "and",
    "after",
    "before",
    "during",
    "at",
    "dawn",
    "night",
    "market",
    "checkpoint",
    "road",
    "bridge",
    "village",
    "district",
    "hospital",
    "school",
    "convoy",
    "patrol",
    "shelling",
    "clashes",
    "gunmen",
    "militia",
    "soldiers",
    "residents",
    "farmers",
    "civilians",
    "killed",
    "wounded",
    "injured",
    "detained",
    "abducted",
    "released",
    "reported",
    "said",
    "witnesses",
    "officials",
    "local",
    "sources",
    "according",
    "to",
    "two",
    "three",
    "several",
    "dozens",
    "unknown",
    "armed",
    "group",
    "forces",
    "army",
    "attack",
    "ambush",
    "raid",
    "explosion",
    "drone",
    "strike",
    "mortar",
    "rounds",
    "houses",
    "burned",
    "fled",
    "displaced",
    "families",
    "eastern",
    "western",
    "northern",
    "southern",
    "town",
    "city",
    "river",
    "valley",
    "mountain",
    "camp",
    "border",
    "water",
    "power",
]
TOWNS = ("Daraa", "Idlib", "Aleppo", "Homs", "Raqqa", "Hama", "Latakia", "Palmyra")
FIRST = datetime(2015, 1, 1, 6, 30, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=[*FORMS, "all"], default="all")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--megabytes", type=float, default=20)
    size.add_argument("--rows", type=int)
    parser.add_argument("--words", type=int, help="words a row (default: as many as such rows have)")
    parser.add_argument("--folder", type=Path, help="where to work; the system's temporary folder by default")
    parser.add_argument("--limit-mb", type=float, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    forms = list(FORMS) if given.form == "all" else [given.form]
    return max(measure(form, given) for form in forms)


def measure(form: str, given: argparse.Namespace) -> int:
    """Write, read and delete one file; print its line of JSON and return 0 where it holds what is promised."""
    with tempfile.TemporaryDirectory(prefix="tocsin-large-", dir=given.folder) as folder:
        write, suffix, words = FORMS[form]
        path = Path(folder) / f"large{suffix}"
        bound = Bound(path, given.rows, given.megabytes * 1e6)
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = write(file, bound, random.Random(given.seed), given.words or words)
        size = path.stat().st_size / 1e6
        seconds, peak, read = add(path, Path(folder) / "workspace")
        again, _, _ = add(path, Path(folder) / "workspace")
    ok = read == rows and peak <= given.limit_mb
    figures = {"form": form, "mb": round(size), "rows": rows, "read": read, "seconds": round(seconds, 1)}
    figures |= {"rows_s": round(rows / seconds), "peak_mb": round(peak), "again_s": round(again, 1), "ok": ok}
    print(json.dumps(figures), flush=True)
    return 0 if ok else 1


def add(path: Path, workspace: Path) -> tuple[float, float, int]:
    """Run ``tocsin add``; return seconds, peak memory in MB, and how many documents it received."""
    command = [sys.executable, "-m", "tocsin", "add", str(path), "--workspace", str(workspace), "--json"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    out = process.stdout.read()
    # wait4, because getrusage(RUSAGE_CHILDREN) would give the largest of all runs so far.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if process.returncode != 0:
        raise SystemExit(f"tocsin add ended with {process.returncode}")
    return seconds, usage.ru_maxrss / RSS_MB, int(json.loads(out)["received"])


class Bound:
    """Says when a file is long enough: at a number of rows, else at a number of bytes."""

    def __init__(self, path: Path, rows: int | None, size: float) -> None:
        self._path, self._rows, self._size = path, rows, size

    def numbers(self, file: TextIO) -> Iterator[int]:
        """Count rows from 1 while more are wanted."""
        number = 0
        while number < self._rows if self._rows is not None else file.tell() < self._size:
            number += 1
            yield number


def sentence(chance: random.Random, words: int) -> str:
    """That many words in no order that means anything; no two rows are likely to be the same."""
    return " ".join(chance.choices(WORDS, k=words))


def write_csv(file: TextIO, bound: Bound, chance: random.Random, words: int) -> int:
    file.write("id,date,country,place,deaths,notes\r\n")
    number = 0
    for number in bound.numbers(file):
        day = (FIRST + timedelta(days=number % 3000)).date().isoformat()
        town, dead = chance.choice(TOWNS), chance.randrange(9)
        file.write(f'{number},{day},Syria,{town},{dead},"Near {town}, {sentence(chance, words)}"\r\n')
    return number


def write_jsonl(file: TextIO, bound: Bound, chance: random.Random, words: int) -> int:
    number = 0
    for number in bound.numbers(file):
        day = (FIRST + timedelta(days=number % 3000)).date().isoformat()
        article = {"id": str(number), "title": f"Report {number}", "date": day, "text": sentence(chance, words)}
        file.write(json.dumps(article) + "\n")
    return number


def write_telegram(file: TextIO, bound: Bound, chance: random.Random, words: int) -> int:
    file.write('{"name": "Invented channel", "type": "public_channel", "id": 1, "messages": [\n')
    number = 0
    for number in bound.numbers(file):
        moment = FIRST + timedelta(minutes=number)
        text = f"Near {chance.choice(TOWNS)} {sentence(chance, words)} {number}"
        message = {"id": number, "type": "message", "date": moment.strftime("%Y-%m-%dT%H:%M:%S")}
        message |= {"date_unixtime": str(int(moment.timestamp())), "from": "Invented channel", "from_id": "channel1"}
        message |= {"text": text, "text_entities": [{"type": "plain", "text": text}]}
        file.write(("," if number > 1 else "") + json.dumps(message) + "\n")
    file.write("]}")
    return number


Write = Callable[[TextIO, Bound, random.Random, int], int]
# Notes of event tables run to about 80 words, messages of channels to 50, articles to 400.
FORMS: dict[str, tuple[Write, str, int]] = {
    "csv": (write_csv, ".csv", 80),
    "telegram": (write_telegram, ".json", 50),
    "jsonl": (write_jsonl, ".jsonl", 400),
}


if __name__ == "__main__":
    sys.exit(main())
