"""Watching folders and feeds: what arrives is added, coded, linked and exported, a round at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from watchfiles import watch as watch_files

from tocsin.codebook import Codebook
from tocsin.errors import UsageError
from tocsin.interfaces import Coder, Gazetteer, Progress
from tocsin.pipeline._account import Coded, Exported, Linked, Problem, Read
from tocsin.pipeline._adding import add_inputs, own_files
from tocsin.pipeline._coding import code_documents, open_codebook, open_coder, open_places
from tocsin.pipeline._elsewhere import Network, check_given, is_elsewhere
from tocsin.pipeline._exporting import export_files, write_problems
from tocsin.pipeline._linking import link_claims
from tocsin.pipeline._progress import Silent
from tocsin.store import Workspace

__all__ = ["Round", "Watch"]

# A file is whole when nobody has written to it for so long. Copying over a slow network pauses for less.
_SETTLE_S = 2.0
# Every so often folders are looked through though nothing was heard: systems drop notices when there are many.
_LOOK_S = 30.0
# How soon a signal is heeded, and a file that is growing looked at again.
_TICK_S = 0.25
# What programs write to before they give a file its name.
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", "~")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did.

    `at` is when it began, in UTC. `growing` files were still being written to and are left for the next round.
    `problems` are those that no earlier round told of. `exported` is None where nothing had changed.
    """

    at: datetime
    read: Read
    coded: Coded = field(default_factory=Coded)
    linked: Linked = field(default_factory=Linked)
    exported: Exported | None = None
    growing: int = 0
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    seconds: float = 0.0


@dataclass(slots=True)
class _Look:
    """What the last look at a file showed: its size and time, and since when (monotonic clock) it is so."""

    state: tuple[int, int]
    since: float


@dataclass(slots=True)
class _Folders:
    """The files under the places that are watched: which are new, and whole."""

    places: Sequence[Path]
    seen: dict[Path, _Look] = field(default_factory=dict)
    taken: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def look(self, own: Sequence[Path]) -> tuple[dict[Path, tuple[int, int]], int]:
        """The files to take, and how many more are still being written to."""
        ripe: dict[Path, tuple[int, int]] = {}
        growing = 0
        now, clock = time.monotonic(), time.time()
        for path, state in self._files(own):
            if self.taken.get(path) == state:
                continue
            before = self.seen.get(path)
            if before is None or before.state != state:
                # What lay there long before we looked is whole.
                age = clock - state[1] / 1e9
                self.seen[path] = before = _Look(state, now - age if age >= _SETTLE_S else now)
            if now - before.since >= _SETTLE_S:
                ripe[path] = state
            else:
                growing += 1
        return ripe, growing

    def _files(self, own: Sequence[Path]) -> Iterator[tuple[Path, tuple[int, int]]]:
        for place in self.places:
            for folder, folders, names in os.walk(place) if place.is_dir() else [(str(place.parent), [], [place.name])]:
                here = Path(folder)
                folders[:] = [f for f in folders if not f.startswith(".") and here / f not in own]
                for name in names:
                    path = here / name
                    if name.startswith(".") or name.lower().endswith(_UNFINISHED) or path in own:
                        continue
                    try:
                        found = path.stat()
                    except OSError:  # gone meanwhile
                        continue
                    yield path, (found.st_size, found.st_mtime_ns)


class Watch:
    """Takes in what arrives, round by round; restarted, it goes on where it was.

    Parameters
    ----------
    places : sequence of Path or str
        Files and folders; as str also addresses of feeds.
    out : Path
        Where the files go, as with :func:`tocsin.pipeline.run`.
    workspace : Path
        Locked only while a round is made.
    codebook : Path, optional
        A layer on the core codebook.
    network : Network, optional
        What may be fetched.
    every : float
        Seconds between two looks at the feeds.
    poll : float, optional
        Seconds between two looks at the folders, where the system sends no notices, as on network drives.
    progress : Progress, optional

    Raises
    ------
    UsageError
        If a place is not there, or a feed is given and the network is off.
    """

    def __init__(
        self,
        places: Sequence[Path | str],
        out: Path,
        workspace: Path,
        *,
        codebook: Path | None = None,
        network: Network | None = None,
        every: float = 900.0,
        poll: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._feeds = [str(place) for place in places if is_elsewhere(place)]
        self._paths = [Path(place) for place in places if not is_elsewhere(place)]
        if "-" in self._feeds:
            raise UsageError("-: standard input cannot be watched; use tocsin add -")
        check_given(self._feeds, network, None)
        for path in self._paths:
            if not path.exists():
                raise UsageError(f"{path}: is not there; make the folder, or correct the path")
        self._out, self._home, self._network = out, workspace, network
        self._every, self._poll, self._progress = every, poll, progress or Silent()
        self._folders = _Folders([Path(os.path.abspath(path)) for path in self._paths])
        self._own: tuple[Path, ...] = (Path(os.path.abspath(workspace)), Path(os.path.abspath(out / "internal")))
        self._codebook: Codebook = open_codebook(codebook)
        self._gazetteer: Gazetteer | None = None
        self._coder: Coder | None = None
        self._told: set[Problem] = set()
        self._asked = float("-inf")
        self._rounds = 0
        self.busy = False
        """Whether a round is being made just now."""

    def once(self, stop: Event | None = None) -> Round:
        """Make one round, of everything that is there; what is being written to gets a moment to be finished."""
        stopping = stop or Event()
        ripe, growing = self._folders.look(self._own)
        if growing:
            stopping.wait(_SETTLE_S + _TICK_S)
            ripe, growing = self._folders.look(self._own)
        return self._round(ripe, growing, self._feeds, stopping)

    def rounds(self, stop: Event) -> Iterator[Round]:
        """Yield a round for what is there at the start, then one whenever something came; end when `stop` is set.

        A round that is being made when `stop` is set ends after its current step.
        """
        notices = self._notices(stop)
        next(notices, None)  # what comes from here on is noticed, also during a round
        while not stop.is_set():
            ripe, growing = self._folders.look(self._own)
            feeds = self._feeds if time.monotonic() - self._asked >= self._every else []
            if ripe or feeds or not self._rounds:
                yield self._round(ripe, growing, feeds, stop)
            if not growing and not stop.is_set():
                self._wait(notices, stop)
            elif growing:
                stop.wait(_TICK_S)

    def _wait(self, notices: Iterator[bool], stop: Event) -> None:
        """Wait until something may have come: a notice, the time to look at folders or feeds, or the end."""
        look = time.monotonic() + (self._poll if self._poll is not None else _LOOK_S)
        due = self._asked + self._every if self._feeds else float("inf")
        while not stop.is_set() and time.monotonic() < min(look, due):
            if next(notices, False):
                return

    def _notices(self, stop: Event) -> Iterator[bool]:
        """Yield, each tick, whether anything moved in the folders since the last; notices begin with the first."""
        paths = [path for path in self._folders.places if path.exists()]
        if self._poll is None and paths:
            ticks = int(_TICK_S * 1000)
            for changes in watch_files(
                *paths, watch_filter=None, debounce=ticks, rust_timeout=ticks, yield_on_timeout=True, stop_event=stop
            ):
                yield any(not self._is_own(Path(path)) for _, path in changes)
        while not stop.is_set():
            stop.wait(_TICK_S)
            yield False

    def _is_own(self, path: Path) -> bool:
        return any(path.is_relative_to(own) for own in self._own)

    def _round(self, ripe: dict[Path, tuple[int, int]], growing: int, feeds: Sequence[str], stop: Event) -> Round:
        begun, at = time.monotonic(), datetime.now(UTC)
        self.busy = True
        with Workspace.open(self._home) as kept:
            kept.finish_forgetting()
            self._own = (*self._own[:2], *own_files(kept))
            wanted = _among(ripe)
            given: list[Path | str] = [*(p for p in self._paths if p.exists()), *feeds]
            read = add_inputs(kept, given, None, self._progress, at, network=self._network, wanted=wanted)
            if feeds:
                self._asked = time.monotonic()
            self._folders.taken.update(ripe)
            coded, linked, exported = self._made(kept, read, stop)
            self._own = (*self._own[:2], *own_files(kept))
        left_out = read.problems + coded.problems + (exported.problems if exported else ())
        new = tuple(problem for problem in left_out if problem not in self._told)
        self._told.update(new)
        complete = not stop.is_set() or exported is not None
        if complete:
            self._rounds += 1
        self.busy = False
        return Round(at, read, coded, linked, exported, growing, new, complete, round(time.monotonic() - begun, 2))

    def _made(self, kept: Workspace, read: Read, stop: Event) -> tuple[Coded, Linked, Exported | None]:
        """Code, link and export, where anything came, or an earlier watch may not have got so far."""
        coded, linked = Coded(), Linked()
        first = not self._rounds
        if stop.is_set() or not (read.new or read.revised or first) or not kept.count_documents():
            return coded, linked, None
        if self._gazetteer is None or self._coder is None:
            self._gazetteer = open_places(self._progress)
            self._coder = open_coder(self._codebook, self._gazetteer)
        coded = code_documents(kept, self._coder, self._progress, datetime.now(UTC))
        if stop.is_set():
            return coded, linked, None
        linked = link_claims(kept, self._codebook, self._progress, datetime.now(UTC))
        if stop.is_set():
            return coded, linked, None
        exported = export_files(kept, self._out, self._codebook, self._gazetteer, self._progress, datetime.now(UTC))
        problems = read.problems + coded.problems + exported.problems
        write_problems(kept, problems, self._out, datetime.now(UTC))
        return coded, linked, exported


def _among(ripe: dict[Path, tuple[int, int]]) -> Callable[[Path], bool]:
    return lambda path: path in ripe
