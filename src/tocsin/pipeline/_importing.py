"""Event datasets of others into the workspace, a row a document, by the road that reports take."""

from __future__ import annotations

import csv
import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tocsin import export
from tocsin.errors import InputError, RejectedRow
from tocsin.interfaces import Item, Progress
from tocsin.pipeline._account import Imported, Problem
from tocsin.pipeline._adding import INTERNAL
from tocsin.records import DATASET_ROW, WITHDRAWN_ROW
from tocsin.sources import dataset_documents
from tocsin.store import Arrival, Workspace

__all__ = ["REJECTS", "DatasetTold", "import_files"]

REJECTS = f"{INTERNAL}/rejects.csv"
"""Rows that were left out, with what is wrong and the line as it was: as internal as the dataset."""

_COLUMNS = ("file", "row", "column", "reason", "original")
# Rows stored at once, in transactions of 200: what progress is counted in.
_BATCH = 2_000
# Problems that are kept one by one beside the file of rejects. Nobody reads more.
_MOST_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True)
class DatasetTold:
    """What a person says of files: which column holds what, what the dataset is called, whether they are all of it."""

    mapping: Path | None = None
    dataset: str = ""
    whole: bool = False


@dataclass(slots=True)
class _Tally:
    """What was done so far."""

    counts: Counter[str] = field(default_factory=Counter)
    datasets: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def left_out(self, error: InputError) -> None:
        self.counts["rejected"] += 1
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem.of(error))


def import_files(
    workspace: Workspace, out: Path, paths: Sequence[Path], told: DatasetTold, progress: Progress
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
            for batch in _batches(_items(path, told, tally, rejects)):
                original = original or _kept(workspace, path)
                arrivals = [Arrival(i.document, path.name, i.item, original, told.whole) for i in batch]
                _store(workspace, arrivals, at, tally)
                progress.advance(len(batch))
    if told.whole:
        _withdraw(workspace, at, tally)
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


def _items(path: Path, told: DatasetTold, tally: _Tally, rejects: Any) -> Iterator[Item]:
    for found in dataset_documents(path, told.mapping, told.dataset):
        if isinstance(found, Item):
            yield found
            continue
        tally.left_out(found)
        row = (found.row, found.field, found.reason, found.original) if isinstance(found, RejectedRow) else None
        line = (found.path, *(row or ("", "", found.reason, "")))
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
    tally.seen.update(arrival.document.id for arrival in arrivals)
    tally.datasets.update(arrival.document.source for arrival in arrivals)
    tally.counts["rows"] += len(arrivals)
    for name in ("new", "revised", "known", "forgotten"):
        tally.counts[name] += len(getattr(added, name))


def _withdraw(workspace: Workspace, at: datetime, tally: _Tally) -> None:
    """Withdraw the rows of the datasets just read that these no longer have."""
    if tally.counts["rejected"]:
        # A row that cannot be read is not a row that is gone, and its id is not known.
        why = "rows were left out, so that none was withdrawn; mend what is listed and import again"
        tally.problems.append(Problem("--whole", why))
        return
    gone = [
        replace(document, form=WITHDRAWN_ROW)
        for document in workspace.documents()
        if document.form == DATASET_ROW and document.source in tally.datasets and document.id not in tally.seen
    ]
    names = workspace.first_receipts([document.id for document in gone])
    arrivals = (Arrival(d, r.name, r.item, r.original, anew=True) for d in gone if (r := names.get(d.id)))
    tally.counts["withdrawn"] += len(workspace.add_many(arrivals, at).revised)


def _kept(workspace: Workspace, path: Path) -> str:
    """Keep the file as received, once something of it could be read; return its SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    workspace.add_original(path, digest)
    return digest
