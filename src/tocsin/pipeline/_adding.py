"""Inputs into the workspace: whole, once, and the good among the bad."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from pathlib import Path

from tocsin.errors import InputError
from tocsin.interfaces import Progress
from tocsin.pipeline._account import Problem, Read
from tocsin.pipeline._elsewhere import Elsewhere, Network, StandardInput, is_elsewhere
from tocsin.pipeline._progress import Silent
from tocsin.records import Document, When
from tocsin.sources import ColumnMaps, Following, Input, find, following, map_key, read_input
from tocsin.store import Arrival, Run, Workspace

__all__ = ["INTERNAL", "add_inputs", "own_files"]

INTERNAL = "internal"
"""The folder of an output that holds the full record."""

STEP = "read"
"""What runs are called that record which inputs were read whole."""

READING = "reading"
"""What runs are called that record how far a long input was read."""

# Letters of a token that name the input; "d" behind them says that a date filled gaps, "-" and a key which map was
# used, and "!" that some of it could not be read, so that it is read again.
_BASE = 20
# Documents a batch: what a kill makes us read again, and what is held at once.
_BATCH = 200
# Documents of one input after which it is recorded how far it was read: a second of work, so that a record costs
# nothing beside it, and an input that is short gets none.
_STRIDE = 2_000
# Problems of one input that are kept one by one. A table of millions may be wrong in every row; nobody reads more.
_MOST_PROBLEMS = 1_000
# Bytes to read from which progress is counted in them: a second or more of one input.
_BY_BYTES = 10_000_000


@dataclass(slots=True)
class _Tally:
    """What was done so far."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def read(self, inputs: int, read_before: int) -> Read:
        return Read(inputs=inputs, read_before=read_before, problems=tuple(self.problems), **self.counts)


@dataclass(slots=True)
class _Place:
    """How far one input was read: all up to and with the item `after` is stored, `troubled` items had problems.

    Troubled items are read again, so that what is wrong is said each time; the rest is passed over.
    """

    token: str
    run: Run | None = None
    after: str = ""
    troubled: list[str] = field(default_factory=list)
    documents: int = 0
    last: tuple[str, str] = ("", "")
    problems: int = 0
    asked: bool = False

    @classmethod
    def of(cls, tokens: Sequence[str], runs: Sequence[Run]) -> _Place:
        """The place where an earlier run had got to, the beginning where there was none."""
        for run in reversed(runs):
            token, after, troubled = json.loads(run.marker)
            if token in tokens:
                return cls(token, run, after, list(troubled))
        return cls(tokens[-1])

    @property
    def resumes(self) -> bool:
        """Whether some of the input is stored."""
        return bool(self.after)

    def passed(self) -> Callable[[str], bool]:
        """Tells of each item in order whether it may be passed over."""
        troubled, after = frozenset(self.troubled), self.after
        behind = bool(after)

        def passes(item: str) -> bool:
            nonlocal behind
            self.asked = True
            if not behind:
                return False
            behind = item != after
            return item not in troubled

        return passes

    def met(self, item: str) -> None:
        """Another document of it goes to the store, which was called `item`."""
        self.documents += 1
        if item != self.last[1]:
            self.last = (self.last[1], item)

    def trouble(self, item: str) -> None:
        """Something is wrong with `item`."""
        self.problems += 1
        if item not in self.troubled[-3:]:
            self.troubled.append(item)

    def marker(self) -> str:
        """What to keep; ids only."""
        return json.dumps([self.token, self.after, self.troubled])


class _Batch:
    """Arrivals waiting for the store, and the inputs that end among them."""

    def __init__(self, workspace: Workspace, tally: _Tally, at: datetime) -> None:
        self._workspace, self._tally, self._at = workspace, tally, at
        self._arrivals: list[Arrival] = []
        self._ended: list[str] = []
        self._place: _Place | None = None

    def begin(self, place: _Place) -> None:
        """What is added from now on is of the input that `place` is in."""
        self._place = place

    def add(self, arrival: Arrival) -> None:
        self._arrivals.append(arrival)
        if self._place is not None:
            self._place.met(arrival.item)
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
        if self._place is not None and self._place.documents >= _STRIDE:
            self._mark(self._place)

    def leave(self) -> None:
        """The input that was begun was read to its end."""
        place, self._place = self._place, None
        if place is not None and place.run is not None:
            self.store()
            self._mark(place)
            self._workspace.end_run(place.run, datetime.now(UTC))

    def _mark(self, place: _Place) -> None:
        # Of the last item more may be to come, such as what is wrong with it: the one before it is behind us for sure.
        # What has no names for its items, or does not ask for them, is read from its beginning.
        if not (place.asked and place.last[0]) or len(place.troubled) > _MOST_PROBLEMS:
            return
        place.after, place.documents = place.last[0], 0
        if place.run is None:
            place.run = self._workspace.begin_run(READING, self._at, place.marker())
        else:
            place.run = self._workspace.mark_run(place.run, place.marker())

    def _store_arrivals(self, arrivals: Sequence[Arrival]) -> None:
        if not arrivals:
            return
        try:
            added = self._workspace.add_many(arrivals, self._at)
        except InputError as error:
            if len(arrivals) == 1:
                self._tally.problems.append(Problem.of(error))
                self._ended = []
                if self._place is not None:
                    self._place.trouble(error.item)
                return
            for arrival in arrivals:
                self._store_arrivals([arrival])
            return
        counts = self._tally.counts
        counts["received"] += len(arrivals)
        counts["new"] += len(added.new)
        counts["revised"] += len(added.revised)
        counts["forgotten"] += len(added.forgotten)
        counts["identical"] += len(added.identical)
        counts["known"] += len(added.known) - len(added.identical)


@dataclass(frozen=True, slots=True)
class _Readings:
    """What inputs were read as last, by what names them: the token of the latest run."""

    maps: ColumnMaps
    published: date | None
    latest: dict[str, str]

    @classmethod
    def of(cls, workspace: Workspace, maps: ColumnMaps, published: date | None) -> _Readings:
        """Look it up in the runs of `workspace`."""
        tokens = (token for run in workspace.runs(STEP) for token in run.marker.split())
        return cls(maps, published, {token[:_BASE]: token for token in tokens})

    @property
    def key(self) -> str:
        """Changes whenever the same bytes may be read otherwise."""
        return f"{_readers()}{'' if self.published is None else 'd'}-{self.maps.key()}"

    def token(self, given: Input) -> str:
        """What an input is called that is now read to its end."""
        return self.tokens(given)[-1]

    def tokens(self, given: Input) -> list[str]:
        """The tokens under which it may have been read so that nothing is left to find."""
        key = map_key(given, self.maps)
        # A date given now may fill gaps that an earlier run without one left.
        days = [date.min, *([None] if self.published is None else [])]
        return [_token(given, day) + (f"-{key}" if key else "") for day in days]

    def is_done(self, given: Input) -> bool:
        """Whether it was read so before, and not otherwise since then."""
        return self.latest.get(_token(given, None)) in self.tokens(given)

    def is_turned(self, given: Input) -> bool:
        """Whether it was last read with other columns."""
        before = self.latest.get(_token(given, None), "").rstrip("!")
        return before.partition("-")[2] != map_key(given, self.maps)


def add_inputs(
    workspace: Workspace,
    paths: Sequence[Path | str],
    published: date | None,
    progress: Progress,
    at: datetime,
    maps: ColumnMaps | None = None,
    network: Network | None = None,
    stdin: StandardInput | None = None,
    wanted: Callable[[Path], bool] = lambda _: True,
) -> Read:
    """Read everything under `paths` into `workspace`; see :func:`tocsin.pipeline.add`."""
    tally = _Tally()
    local = [Path(given) for given in paths if not is_elsewhere(given)]
    inputs = list(_found(local, own_files(workspace), tally, wanted))
    readings = _Readings.of(workspace, maps or ColumnMaps(), published)
    waiting = [i for i in inputs if not readings.is_done(i)]
    begun = workspace.runs(READING)
    batch = _Batch(workspace, tally, at)
    steps = _Steps(progress, waiting)

    def take(given: Input, steps: _Steps) -> bool:
        place = _Place.of(readings.tokens(given), begun)
        whole = _take(workspace, given, readings, place, batch, tally, steps)
        if whole:
            batch.end(readings.token(given))
        elif readings.is_turned(given):
            batch.end(readings.token(given) + "!")
        return whole

    for given in waiting:
        take(given, steps)
        steps.ended(given)
    read_before = len(inputs) - len(waiting)
    brought, passed = 0, 0
    with Elsewhere(workspace, paths, network, stdin, readings.key) as elsewhere:
        if elsewhere:
            progress.start("Fetching", None)
        for found in elsewhere.inputs():
            progress.advance()
            if isinstance(found, InputError):
                tally.problems.append(Problem.of(found))
                continue
            brought += 1
            if readings.is_done(found) or _is_held(workspace, found, readings, at):
                passed += 1
            elif not take(found, _Steps(Silent(), ())):
                elsewhere.trouble(found)
        batch.store()
        elsewhere.remember()
    progress.finish()
    passed += elsewhere.unchanged
    return tally.read(len(inputs) + brought + elsewhere.unchanged, read_before + passed)


class _Steps:
    """Progress in inputs, or in bytes where there is much to read."""

    def __init__(self, progress: Progress, waiting: Sequence[Input]) -> None:
        self._progress = progress
        self._sizes = {given.path: _size(given.path) for given in waiting}
        self._behind = 0
        total = sum(self._sizes.values())
        self._by_bytes = total >= _BY_BYTES
        if self._by_bytes:
            progress.start("Reading", total, "bytes")
        else:
            progress.start("Reading", len(waiting))

    def reach(self, position: int) -> None:
        """So many bytes of the input being read lie behind."""
        if self._by_bytes and position > self._behind:
            self._progress.advance(position - self._behind)
            self._behind = position

    def ended(self, given: Input) -> None:
        """An input was read."""
        if self._by_bytes:
            self.reach(self._sizes[given.path])
            self._behind = 0
        else:
            self._progress.advance()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since it was found; reading it will say so
        return 0


def own_files(workspace: Workspace) -> tuple[Path, ...]:
    """What was written from here: a folder of reports may hold the files that were made of it."""
    written = [output.path for output in workspace.outputs()]
    internal = {path.parent for path in written if path.parent.name == INTERNAL}
    return (workspace.path, *sorted(internal), *written)


def _found(
    paths: Sequence[Path], own: tuple[Path, ...], tally: _Tally, wanted: Callable[[Path], bool]
) -> Iterator[Input]:
    for given in paths:
        above = Path(os.path.abspath(given)).parent
        for found in find([given], wanted):
            name = found.path if isinstance(found, InputError) else found.name
            if any((above / name).is_relative_to(path) for path in own):
                continue
            if isinstance(found, InputError):
                tally.problems.append(Problem.of(found))
            else:
                yield found


def _take(
    workspace: Workspace,
    given: Input,
    readings: _Readings,
    place: _Place,
    batch: _Batch,
    tally: _Tally,
    steps: _Steps,
) -> bool:
    """Read one input from its place on; return whether all of it could be."""
    kept = place.resumes
    turned = readings.is_turned(given)
    tally.counts["resumed"] += place.resumes
    batch.begin(place)
    with following(Following(given.path, place.passed(), steps.reach)):
        for received in read_input(given, readings.maps):
            if isinstance(received, InputError):
                place.trouble(received.item)
                if place.problems <= _MOST_PROBLEMS:
                    tally.problems.append(Problem.of(received))
                continue
            if not kept:
                try:
                    workspace.add_original(given.path, given.original)
                except InputError as error:
                    tally.problems.append(Problem(given.name, error.reason))
                    return False
                kept = True
            document = _dated(received.item.document, readings.published)
            batch.add(Arrival(document, received.name, received.item.item, given.original, anew=turned))
    if place.problems > _MOST_PROBLEMS:
        more = f"{place.problems - _MOST_PROBLEMS:,} more things are wrong with it; mend what is listed and run again"
        tally.problems.append(Problem(given.name, more))
    batch.leave()
    return not place.problems


def _is_held(workspace: Workspace, given: Input, readings: _Readings, at: datetime) -> bool:
    """Whether a page says nothing that it did not say before, though its bytes are others: the time, a counter."""
    if not given.url:
        return False
    found = list(islice(read_input(given, readings.maps), _BATCH + 1))
    received = [each for each in found if not isinstance(each, InputError)]
    if not received or len(received) < len(found) or len(found) > _BATCH:
        return False
    anew = readings.is_turned(given)
    documents = (_dated(each.item.document, readings.published) for each in received)
    arrivals = [
        Arrival(document, each.name, each.item.item, given.original, anew)
        for document, each in zip(documents, received, strict=True)
    ]
    return workspace.holds(arrivals, at)


def _dated(document: Document, published: date | None) -> Document:
    if published is None or document.published is not None:
        return document
    return replace(document, published=When(published, published, "day", anchor="given"))


def _token(given: Input, published: date | None) -> str:
    """Names an input, as read by these readers, without saying anything about it."""
    parts = "\0".join((given.name, given.original, given.beside, _readers())).encode("utf-8", "surrogatepass")
    return hashlib.sha256(parts).hexdigest()[:_BASE] + ("d" if published else "")


@lru_cache(maxsize=1)
def _readers() -> str:
    """Changes whenever the code that reads inputs does: a better reader reads everything anew."""
    digest = hashlib.sha256()
    for path in sorted(files("tocsin.sources").iterdir(), key=lambda p: p.name):
        if path.name.endswith((".py", ".toml")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
