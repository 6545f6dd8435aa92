"""Killed at any moment and run again, nothing is lost or doubled."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
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
    assert process.returncode == 130
    assert b"run the same command again" in errors
