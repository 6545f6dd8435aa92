"""A process killed at any moment leaves nothing half-written, and nothing is lost or doubled by running it again."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tocsin.store import Workspace

from .material import coding, document

COUNT = 120

# Adds, codes and links documents as the road does, over and over in small steps.
SCRIPT = f"""
import hashlib, sys
from pathlib import Path
from store.material import coding, document, event, moment
from tocsin.store import Arrival, Workspace

folder = Path(sys.argv[1])
with Workspace.open(folder / "w") as workspace:
    print("open", flush=True)
    for start in range(0, {COUNT}, 10):
        arrivals = []
        for number in range(start, start + 10):
            path = folder / "report.txt"
            path.write_text(document(number).text)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            workspace.add_original(path, digest)
            arrivals.append(Arrival(document(number), f"in/{{number}}", original=digest))
        workspace.add_many(arrivals, moment(0))
        batch = [coding(mine) for mine in workspace.uncoded("k1")]
        workspace.save_codings(batch, moment(1))
        events = [event(claim.id, claim) for claim in workspace.claims()]
        workspace.save_events(events, {{}}, (), moment(2))
"""


def run(folder: Path, seconds: float | None) -> int:
    command = [sys.executable, "-c", SCRIPT, str(folder)]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if seconds is not None:
            process.stdout.readline()
            time.sleep(seconds)
            process.kill()
        return process.wait(60)


def check(folder: Path) -> None:
    connection = sqlite3.connect(folder / "w" / "tocsin.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    with Workspace.open(folder / "w", create=False) as workspace:
        for mine in workspace.documents():
            (receipt,) = workspace.receipts(mine.id)
            assert workspace.original(receipt.original).read_text() == mine.text
        assert all(len(c.claims) == 2 for c in workspace.codings())
        ledger = workspace.ledger()
        assert {e.id for e in workspace.events()} == set(ledger)
        assert all(len(members) == 1 for members in ledger.values())


def test_killed_at_random_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)
    moments = random.Random(1)
    for _ in range(5):
        run(tmp_path, moments.uniform(0.0, 0.5))
        check(tmp_path)
    assert run(tmp_path, None) == 0
    check(tmp_path)
    with Workspace.open(tmp_path / "w") as workspace:
        assert sorted(workspace.document_ids()) == sorted(document(n).id for n in range(COUNT))
        by_id = sorted((document(n) for n in range(COUNT)), key=lambda d: d.id)
        assert list(workspace.codings()) == [coding(d) for d in by_id]
        assert len(workspace.ledger()) == 2 * COUNT
        assert [len(workspace.event_history(e)) for e in workspace.ledger()] == [1] * (2 * COUNT)
