"""Watching folders and feeds: what arrives is added, coded, linked and exported, a round at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, Protocol

from watchfiles import watch as watch_files

from tocsin.codebook import Codebook
from tocsin.errors import UsageError, WorkspaceBusy
from tocsin.interfaces import Coder, Gazetteer, Progress
from tocsin.pipeline._account import Coded, Exported, Linked, Problem, Read
from tocsin.pipeline._adding import add_inputs, own_files
from tocsin.pipeline._coding import code_documents, open_codebook, open_coder, open_places
from tocsin.pipeline._elsewhere import Network, check_given, is_elsewhere
from tocsin.pipeline._exporting import export_files, write_problems
from tocsin.pipeline._linking import link_claims
from tocsin.pipeline._progress import Silent
from tocsin.sources import ColumnMaps
from tocsin.store import Workspace

__all__ = ["Round", "Stop", "Watch"]

SETTLE_S = 2.0
"""Seconds that nobody writes to a file which is whole. Copying over a slow network pauses for less."""

# Every so often folders are looked through though nothing was heard: systems drop notices when there are many.
_LOOK_S = 30.0
# How soon a signal is heeded, and a file that is growing looked at again.
_TICK_S = 0.25
# How soon a workspace that another process writes to is tried again.
_BUSY_S = 2.0
# What programs write to before they give a file its name.
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", "~")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did.

    `at` is when it began, in UTC. `growing` files were still being written to and are left for the next round.
    `problems` are those that no earlier round told of. `exported` is None where nothing had changed. It is not
    `complete` where it was told to stop, or where another process was writing to the workspace: `busy` then says so.
    """

    at: datetime
    read: Read
    coded: Coded = field(default_factory=Coded)
    linked: Linked = field(default_factory=Linked)
    exported: Exported | None = None
    growing: int = 0
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    busy: str = ""
    seconds: float = 0.0


class Stop(Protocol):
    """Whether to end, as :class:`threading.Event` tells.

    It is only ever asked, never waited for: so it can be as plain as a flag, which a signal may set at any moment.
    """

    def is_set(self) -> bool:
        """Whether to end."""
        ...


class _Never:
    def is_set(self) -> bool:
        return False


class _Stopped(BaseException):
    """The step being made was left between two of its parts; like a kill there, it loses nothing."""


@dataclass(frozen=True, slots=True)
class _Heeding:
    """Progress, which leaves the step when it is told to stop."""

    progress: Progress
    stop: Stop

    def start(self, what: str, total: int | None, unit: Literal["", "bytes"] = "") -> None:
        self.progress.start(what, total, unit)

    def advance(self, steps: int = 1) -> None:
        self.progress.advance(steps)
        if self.stop.is_set():
            raise _Stopped

    def finish(self) -> None:
        self.progress.finish()


@dataclass(slots=True)
class _Look:
    """What the last look at a file showed: its size and time, and since when (monotonic clock) it is so."""

    state: tuple[int, int]
    since: float


@dataclass(slots=True)
class _Folders:
    """The files under the places that are watched: which are new, and whole."""

    places: Sequence[Path]
    settle: float
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
                self.seen[path] = before = _Look(state, now - age if age >= self.settle else now)
            if now - before.since >= self.settle:
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
    published : datetime.date, optional
        The day of publication of documents that do not tell theirs.
    codebook : Path, optional
        A layer on the core codebook.
    maps : ColumnMaps, optional
        What columns of tables hold.
    network : Network, optional
        What may be fetched.
    every : float
        Seconds between two looks at the feeds.
    poll : float, optional
        Seconds between two looks at the folders, where the system sends no notices, as on network drives.
    settle : float
        Seconds that nobody writes to a file before it is read.
    gazetteer, coder : optional
        What to code with; the default ones are opened when they are first needed.
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
        published: date | None = None,
        codebook: Path | None = None,
        maps: ColumnMaps | None = None,
        network: Network | None = None,
        every: float = 900.0,
        poll: float | None = None,
        settle: float = SETTLE_S,
        gazetteer: Gazetteer | None = None,
        coder: Coder | None = None,
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
        self._published, self._maps = published, maps
        self._folders = _Folders([Path(os.path.abspath(path)) for path in self._paths], settle)
        self._own: tuple[Path, ...] = (Path(os.path.abspath(workspace)), Path(os.path.abspath(out / "internal")))
        self._codebook: Codebook = open_codebook(codebook)
        self._gazetteer, self._coder = gazetteer, coder
        self._told: set[Problem] = set()
        self._asked = float("-inf")
        self._behind = True  # an earlier watch may have read what it did not come to code or write
        self.at_work = False
        """Whether a round is being made just now."""

    def once(self, stop: Stop | None = None) -> Round:
        """Make one round, of everything that is there; what is being written to gets a moment to be finished.

        Raises
        ------
        WorkspaceBusy
            If another process is writing to the workspace.
        """
        stopping = stop or _Never()
        ripe, growing = self._folders.look(self._own)
        if growing:
            _pause(self._folders.settle + _TICK_S, stopping)
            ripe, growing = self._folders.look(self._own)
        return self._round(ripe, growing, self._feeds, stopping)

    def rounds(self, stop: Stop) -> Iterator[Round]:
        """Yield a round for what is there at the start, then one whenever something came; end when `stop` is set.

        A round that is being made when `stop` is set ends at the next place where nothing is lost. Where another
        process is writing to the workspace, a round says so, and the next is the one that could be made.
        """
        notices = self._notices(stop)
        next(notices, None)  # what comes from here on is noticed, also during a round
        first, busy = True, False
        while not stop.is_set():
            ripe, growing = self._folders.look(self._own)
            feeds = self._feeds if time.monotonic() - self._asked >= self._every else []
            if ripe or feeds or first:
                try:
                    done = self._round(ripe, growing, feeds, stop)
                except WorkspaceBusy as error:
                    if not busy:
                        yield Round(datetime.now(UTC), Read(), growing=growing, complete=False, busy=str(error))
                    busy = True
                    _pause(_BUSY_S, stop)
                    continue
                first = busy = False
                yield done
            if growing:
                _pause(_TICK_S, stop)
            else:
                self._wait(notices, stop)

    def _wait(self, notices: Iterator[bool], stop: Stop) -> None:
        """Wait until something may have come: a notice, the time to look at folders or feeds, or the end."""
        look = time.monotonic() + (self._poll if self._poll is not None else _LOOK_S)
        due = self._asked + self._every if self._feeds else float("inf")
        while not stop.is_set() and time.monotonic() < min(look, due):
            if next(notices, False):
                return

    def _notices(self, stop: Stop) -> Iterator[bool]:
        """Yield, each tick, whether anything moved in the folders since the last; notices begin with the first."""
        paths = [path for path in self._folders.places if path.exists()]
        if self._poll is None and paths:
            ticks = int(_TICK_S * 1000)
            try:
                for changes in watch_files(
                    *paths,
                    watch_filter=None,
                    debounce=ticks,
                    rust_timeout=ticks,
                    yield_on_timeout=True,
                    ignore_permission_denied=True,
                    stop_event=stop,
                ):
                    yield any(not self._is_own(Path(path)) for _, path in changes)
            except (OSError, RuntimeError):
                # Systems give out so many notices and no more. Folders are looked through all the same, now and then.
                pass
        while not stop.is_set():
            _pause(_TICK_S, stop)
            yield False

    def _is_own(self, path: Path) -> bool:
        return any(path.is_relative_to(own) for own in self._own)

    def _round(self, ripe: dict[Path, tuple[int, int]], growing: int, feeds: Sequence[str], stop: Stop) -> Round:
        self.at_work = True
        begun, at = time.monotonic(), datetime.now(UTC)
        done = _Done()
        try:
            with Workspace.open(self._home) as kept:
                kept.lock(wait=0)
                self._make(kept, ripe, feeds, _Heeding(self._progress, stop), done, at)
        except _Stopped:
            self._behind, done.complete = True, False
        finally:
            self._progress.finish()
            self.at_work = False
        left_out = done.read.problems + done.coded.problems + (done.exported.problems if done.exported else ())
        new = tuple(problem for problem in left_out if problem not in self._told)
        self._told.update(new)
        return Round(
            at,
            done.read,
            done.coded,
            done.linked,
            done.exported,
            growing,
            new,
            done.complete,
            seconds=round(time.monotonic() - begun, 2),
        )

    def _make(
        self,
        kept: Workspace,
        ripe: dict[Path, tuple[int, int]],
        feeds: Sequence[str],
        heeding: _Heeding,
        done: _Done,
        at: datetime,
    ) -> None:
        """Make a round; what was done before it is told to stop is in `done`."""
        kept.finish_forgetting()
        self._own = (*self._own[:2], *own_files(kept))
        given: list[Path | str] = [*(p for p in self._paths if p.exists()), *feeds]
        done.read = add_inputs(
            kept, given, self._published, heeding, at, self._maps, self._network, wanted=_among(ripe)
        )
        if feeds:
            self._asked = time.monotonic()
        self._folders.taken.update(ripe)
        self._behind = self._behind or bool(done.read.new or done.read.revised)
        if self._behind and kept.count_documents():
            self._carry_on(kept, heeding, done)
        self._behind = False
        self._own = (*self._own[:2], *own_files(kept))

    def _carry_on(self, kept: Workspace, heeding: _Heeding, done: _Done) -> None:
        """Code, link and export. From the linking on it is left where it is told to stop, but no step is cut."""
        if heeding.stop.is_set():
            raise _Stopped
        if self._gazetteer is None or self._coder is None:
            self._gazetteer = self._gazetteer or open_places(self._progress)
            self._coder = self._coder or open_coder(self._codebook, self._gazetteer)
        done.coded = code_documents(kept, self._coder, heeding, datetime.now(UTC))
        done.linked = link_claims(kept, self._codebook, self._progress, datetime.now(UTC))
        if heeding.stop.is_set():
            raise _Stopped
        now = datetime.now(UTC)
        done.exported = export_files(kept, self._out, self._codebook, self._gazetteer, self._progress, now)
        problems = done.read.problems + done.coded.problems + done.exported.problems
        write_problems(kept, problems, self._out, now)


@dataclass(slots=True)
class _Done:
    """What a round did so far."""

    read: Read = field(default_factory=Read)
    coded: Coded = field(default_factory=Coded)
    linked: Linked = field(default_factory=Linked)
    exported: Exported | None = None
    complete: bool = True


def _pause(seconds: float, stop: Stop) -> None:
    """Sleep, but for no longer than it takes to heed `stop`."""
    until = time.monotonic() + seconds
    while not stop.is_set() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _TICK_S))


def _among(ripe: dict[Path, tuple[int, int]]) -> Callable[[Path], bool]:
    return lambda path: path in ripe
