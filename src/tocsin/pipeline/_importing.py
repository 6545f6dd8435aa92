"""Event datasets of others into the workspace, a row a document, by the road that reports take."""

from __future__ import annotations

import csv
import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tocsin import export
from tocsin.errors import InputError, RejectedRow
from tocsin.interfaces import Item, Progress
from tocsin.pipeline._account import Imported, Problem
from tocsin.pipeline._adding import INTERNAL
from tocsin.sources import dataset_documents
from tocsin.store import Arrival, Workspace

__all__ = ["REJECTS", "import_files"]

REJECTS = f"{INTERNAL}/rejects.csv"
"""Rows that were left out, with what is wrong and the line as it was: as internal as the dataset."""

_COLUMNS = ("file", "row", "column", "reason", "original")
# Rows stored at once, in transactions of 200: what progress is counted in.
_BATCH = 2_000
# Problems that are kept one by one beside the file of rejects. Nobody reads more.
_MOST_PROBLEMS = 1_000


@dataclass(slots=True)
class _Tally:
    """What was done so far."""

    counts: Counter[str] = field(default_factory=Counter)
    datasets: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def left_out(self, error: InputError) -> None:
        self.counts["rejected"] += 1
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem.of(error))


def import_files(
    workspace: Workspace, out: Path, paths: Sequence[Path], mapping: Path | None, dataset: str, progress: Progress
) -> Imported:
    """Read event datasets into `workspace`; see :func:`tocsin.pipeline.import_datasets`."""
    begun, at = time.monotonic(), datetime.now(UTC)
    tally = _Tally()
    rejects_file = out / REJECTS
    export.prepare_internal(rejects_file.parent)
    workspace.record_output(rejects_file, at)
    progress.start("Importing", None)
    with export.replacing(rejects_file, private=True) as file:
        rejects = csv.writer(file)
        rejects.writerow(_COLUMNS)
        for path in paths:
            original = ""
            for batch in _batches(_items(path, mapping, dataset, tally, rejects)):
                original = original or _kept(workspace, path)
                _store(workspace, [Arrival(i.document, path.name, i.item, original) for i in batch], at, tally)
                progress.advance(len(batch))
    progress.finish()
    if not tally.counts["rejected"]:
        rejects_file.unlink()
    return Imported(
        files=len(paths),
        datasets=dict(sorted(tally.datasets.items())),
        rejects=str(rejects_file) if tally.counts["rejected"] else "",
        problems=tuple(tally.problems),
        seconds=round(time.monotonic() - begun, 2),
        **tally.counts,
    )


def _items(path: Path, mapping: Path | None, dataset: str, tally: _Tally, rejects: Any) -> Iterator[Item]:
    for found in dataset_documents(path, mapping, dataset):
        if isinstance(found, Item):
            yield found
            continue
        tally.left_out(found)
        told = (found.row, found.field, found.reason, found.original) if isinstance(found, RejectedRow) else None
        line = (found.path, *(told or ("", "", found.reason, "")))
        rejects.writerow([export.neutral(cell) for cell in line])


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _store(workspace: Workspace, arrivals: Sequence[Arrival], at: datetime, tally: _Tally) -> None:
    added = workspace.add_many(arrivals, at)
    tally.datasets.update(arrival.document.source for arrival in arrivals)
    tally.counts["rows"] += len(arrivals)
    for name in ("new", "revised", "known", "forgotten"):
        tally.counts[name] += len(getattr(added, name))


def _kept(workspace: Workspace, path: Path) -> str:
    """Keep the file as received, once something of it could be read; return its SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    workspace.add_original(path, digest)
    return digest
