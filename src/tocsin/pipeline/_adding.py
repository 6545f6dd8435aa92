"""Inputs into the workspace: whole, once, and the good among the bad."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from tocsin.errors import InputError
from tocsin.interfaces import Progress
from tocsin.pipeline._account import Problem, Read
from tocsin.records import Document, When
from tocsin.sources import Input, find, read_input
from tocsin.store import Arrival, Workspace

__all__ = ["INTERNAL", "add_inputs"]

INTERNAL = "internal"
"""The folder of an output that holds the full record."""

STEP = "read"
"""What runs are called that record which inputs were read whole."""

# Documents a batch: what a kill makes us read again, and what is held at once.
_BATCH = 200


@dataclass(slots=True)
class _Tally:
    """What was done so far."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def read(self, inputs: int, read_before: int) -> Read:
        return Read(inputs=inputs, read_before=read_before, problems=tuple(self.problems), **self.counts)


class _Batch:
    """Arrivals waiting for the store, and the inputs that end among them."""

    def __init__(self, workspace: Workspace, tally: _Tally, at: datetime) -> None:
        self._workspace, self._tally, self._at = workspace, tally, at
        self._arrivals: list[Arrival] = []
        self._ended: list[str] = []

    def add(self, arrival: Arrival) -> None:
        self._arrivals.append(arrival)
        if len(self._arrivals) >= _BATCH:
            self.store()

    def end(self, token: str) -> None:
        """The input with this token was read to its end and without an error."""
        self._ended.append(token)
        if len(self._ended) >= _BATCH:
            self.store()

    def store(self) -> None:
        self._store_arrivals(self._arrivals)
        if self._ended:
            # Only after its documents are stored may an input count as read; a kill in between costs a second look.
            run = self._workspace.begin_run(STEP, self._at, " ".join(self._ended))
            self._workspace.end_run(run, datetime.now(UTC))
        self._arrivals, self._ended = [], []

    def _store_arrivals(self, arrivals: Sequence[Arrival]) -> None:
        if not arrivals:
            return
        try:
            added = self._workspace.add_many(arrivals, self._at)
        except InputError as error:
            if len(arrivals) == 1:
                self._tally.problems.append(Problem.of(error))
                self._ended = []
                return
            for arrival in arrivals:
                self._store_arrivals([arrival])
            return
        counts, seen = self._tally.counts, self._tally.seen
        counts["received"] += len(arrivals)
        counts["new"] += len(added.new)
        counts["revised"] += len(added.revised)
        counts["forgotten"] += len(added.forgotten)
        for identity in added.known:
            counts["identical" if identity in seen or identity in added.new else "known"] += 1
        seen.update(a.document.id for a in arrivals)


def add_inputs(
    workspace: Workspace, paths: Sequence[Path], published: date | None, progress: Progress, at: datetime
) -> Read:
    """Read everything under `paths` into `workspace`; see :func:`tocsin.pipeline.add`."""
    tally = _Tally()
    inputs = list(_found(paths, _own(workspace), tally))
    done = frozenset(token for run in workspace.runs(STEP) for token in run.marker.split())
    waiting = [i for i in inputs if not _was_read(i, published, done)]
    batch = _Batch(workspace, tally, at)
    progress.start("Reading", len(waiting))
    for given in waiting:
        if _take(workspace, given, published, batch, tally):
            batch.end(_token(given, published))
        progress.advance()
    batch.store()
    progress.finish()
    return tally.read(len(inputs), len(inputs) - len(waiting))


def _own(workspace: Workspace) -> tuple[Path, ...]:
    """What was written from here: a folder of reports may hold the files that were made of it."""
    written = [output.path for output in workspace.outputs()]
    internal = {path.parent for path in written if path.parent.name == INTERNAL}
    return (workspace.path, *sorted(internal), *written)


def _found(paths: Sequence[Path], own: tuple[Path, ...], tally: _Tally) -> Iterator[Input]:
    for given in paths:
        above = Path(os.path.abspath(given)).parent
        for found in find([given]):
            name = found.path if isinstance(found, InputError) else found.name
            if any((above / name).is_relative_to(path) for path in own):
                continue
            if isinstance(found, InputError):
                tally.problems.append(Problem.of(found))
            else:
                yield found


def _take(workspace: Workspace, given: Input, published: date | None, batch: _Batch, tally: _Tally) -> bool:
    """Read one input; return whether all of it could be."""
    problems = len(tally.problems)
    kept = False
    for received in read_input(given):
        if isinstance(received, InputError):
            tally.problems.append(Problem.of(received))
            continue
        if not kept:
            try:
                workspace.add_original(given.path, given.original)
            except InputError as error:
                tally.problems.append(Problem(given.name, error.reason))
                return False
            kept = True
        document = _dated(received.item.document, published)
        batch.add(Arrival(document, received.name, received.item.item, given.original))
    return len(tally.problems) == problems


def _dated(document: Document, published: date | None) -> Document:
    if published is None or document.published is not None:
        return document
    return replace(document, published=When(published, published, "day", anchor="given"))


def _was_read(given: Input, published: date | None, done: frozenset[str]) -> bool:
    # A date given now may fill gaps that an earlier run without one left.
    return _token(given, date.min) in done or (published is None and _token(given, None) in done)


def _token(given: Input, published: date | None) -> str:
    """Names an input, as read by these readers, without saying anything about it."""
    parts = "\0".join((given.name, given.original, _readers())).encode("utf-8", "surrogatepass")
    return hashlib.sha256(parts).hexdigest()[:20] + ("d" if published else "")


@lru_cache(maxsize=1)
def _readers() -> str:
    """Changes whenever the code that reads inputs does: a better reader reads everything anew."""
    digest = hashlib.sha256()
    for path in sorted(files("tocsin.sources").iterdir(), key=lambda p: p.name):
        if path.name.endswith((".py", ".toml")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
