"""Killed at any moment and run again, nothing is lost or doubled."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

REPORTS = Path(__file__).parent / "data" / "reports"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented reports without the bad ones, and a log of forty entries."""
    folder = tmp_path_factory.mktemp("in") / "reports"
    folder.mkdir()
    for name in ("01-wire.txt", "02-copy.txt", "03-page.html", "05-arabic.txt", "06-undated.txt"):
        (folder / name).write_bytes((REPORTS / name).read_bytes())
    towns = ("Daraa", "Idlib", "Aleppo", "Homs")
    lines = [
        f'2021-05-{1 + n % 28:02},Syria,{towns[n % 4]},"Gunmen killed {1 + n % 5} policemen near {towns[n % 4]}"'
        for n in range(40)
    ]
    (folder / "04-log.csv").write_text("date,country,place,note\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return folder


def start(reports: Path, out: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "TOCSIN_DATABASE_URL"}
    command = [sys.executable, "-m", "tocsin", "run", str(reports), "--out", str(out), "--quiet"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode()


def dataset(out: Path) -> tuple[object, ...]:
    """Everything that a run made, but for the moments it was made at."""
    rows = [row | {"timestamp": ""} for row in table(out / "events.csv")]
    events = [json.loads(line) for line in (out / "events.jsonl").read_text("utf-8").splitlines()]
    for event in events:
        for row in event["rows"]:
            row["timestamp"] = 0
    return rows, events, table(out / "internal" / "claims.csv")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_killed_at_any_moment_and_run_again(reports: Path, tmp_path: Path) -> None:
    begun = time.monotonic()
    finish(start(reports, tmp_path / "whole"))
    took = time.monotonic() - begun
    expected = dataset(tmp_path / "whole")
    assert len(expected[2]) > 40  # type: ignore[arg-type]
    chance = random.Random()
    moments = sorted(chance.uniform(0.1, 0.98) * took for _ in range(3))
    for seconds in moments:
        # Each run goes on from what the one before left; the last goes to the end.
        process = start(reports, tmp_path / "killed")
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    finish(start(reports, tmp_path / "killed"))
    assert dataset(tmp_path / "killed") == expected, f"killed after {moments} of {took:.1f} seconds"


def test_interrupted_by_the_user(reports: Path, tmp_path: Path) -> None:
    process = start(reports, tmp_path / "out")
    while not (tmp_path / "out" / "workspace" / "tocsin.db").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    # Where Ctrl-C meets it while a library is being loaded, Python ends by the signal itself; a shell says 130 to both.
    assert process.returncode in (130, -signal.SIGINT)
    assert b"run the same command again" in errors


# One long input


def long_table(path: Path, rows: int, wrong: tuple[int, ...] = ()) -> None:
    days = ("no day" if n in wrong else f"2021-05-{1 + n % 28:02}" for n in range(1, rows + 1))
    lines = (f'{n},{day},"Shelling hit house {n} near the mill, no one hurt"' for n, day in enumerate(days, start=1))
    path.write_text("id,reported,notes\n" + "\n".join(lines) + "\n", encoding="utf-8")


def adding(table: Path, workspace: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    command = [sys.executable, "-m", "tocsin", "add", str(table), "--workspace", str(workspace), "--json"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


def test_a_long_table_is_read_on_where_a_kill_left_it(tmp_path: Path) -> None:
    rows, wrong = 6_000, (7, 2_500)
    long_table(tmp_path / "long.csv", rows, wrong)
    process = adding(tmp_path / "long.csv", tmp_path / "ws")
    deadline = time.monotonic() + 100
    while not stored(tmp_path / "ws") > 2_200:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    before = stored(tmp_path / "ws")
    assert before < rows
    for again in (False, True):
        out, _ = adding(tmp_path / "long.csv", tmp_path / "ws").communicate(timeout=100)
        read = json.loads(out)
        assert read["resumed"] == 1
        # What is stored is passed over, but what is wrong with it is said each time.
        assert read["received"] < (rows - 1_500 if not again else 10)
        assert [p["item"] for p in read["problems"]] == [str(n) for n in wrong]
        assert stored(tmp_path / "ws") == rows
    # Another file under the same name is read from its beginning.
    long_table(tmp_path / "long.csv", rows + 1)
    out, _ = adding(tmp_path / "long.csv", tmp_path / "ws").communicate(timeout=100)
    assert {k: json.loads(out)[k] for k in ("resumed", "received")} == {"resumed": 0, "received": rows + 1}
    assert stored(tmp_path / "ws") == rows + 1 + len(wrong)


def stored(workspace: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{workspace / 'tocsin.db'}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM documents").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0
