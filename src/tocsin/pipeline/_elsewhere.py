"""Reports that are no files here: standard input, and pages and feeds on the network."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from tocsin.errors import FetchError, InputError, UsageError
from tocsin.net import Fetched, Fetcher, Known, Policy, is_url, shown
from tocsin.sources import STDIN, Input, checked_form, feed_links, fetched_input, spooled
from tocsin.store import Workspace

__all__ = ["Elsewhere", "Network", "StandardInput", "check_given", "is_elsewhere"]

# Where a workspace remembers what sites said of their pages: by hash of the address, no words.
_MEMORY = "pages"
# A page that could not be had is left alone that long by a watch; a person who runs a command anew means it.
_LEAVE_ALONE_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class StandardInput:
    """One report that comes in as a stream of bytes; `form` is its ending, told from the bytes where empty."""

    stream: BinaryIO
    form: str = ""


class Network:
    """What may be fetched, and what was asked so far: one of these serves several calls.

    Parameters
    ----------
    policy : Policy
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.fetcher = Fetcher(policy)
        self._failed: dict[str, float] = {}

    def is_tired(self, name: str) -> bool:
        """Whether the page failed so lately that it is left alone."""
        return time.monotonic() - self._failed.get(name, float("-inf")) < _LEAVE_ALONE_S

    def failed(self, name: str) -> None:
        """The page could not be had, or held nothing to read."""
        self._failed[name] = time.monotonic()


def is_elsewhere(given: Path | str) -> bool:
    """Whether `given` is standard input or an address, and no path."""
    return isinstance(given, str) and (given == STDIN or is_url(given))


def check_given(given: Sequence[Path | str], network: Network | None, stdin: StandardInput | None) -> None:
    """Check that all that is given may be read, before anything is.

    Raises
    ------
    UsageError
        If an address is given and the network is off, or standard input and there is none.
    """
    for each in given:
        if not is_elsewhere(each):
            continue
        if each == STDIN:
            if stdin is None:
                raise UsageError("-: there is no standard input here; hand it in, or name a file")
            checked_form(stdin.form)
        elif network is None or not network.policy.allowed:
            raise UsageError(
                f"{shown(str(each))}: nothing is fetched from the network unless you say so; add --fetch, "
                "or set fetch = true under [net] in tocsin.toml"
            )


class _Said(msgspec.Struct, frozen=True):
    """What a site said of a page that was taken in whole, and by which readers."""

    etag: str
    last_modified: str
    readers: str


class Elsewhere:
    """Brings what is elsewhere, an input at a time; each is a file for as long as it is looked at.

    Parameters
    ----------
    workspace : Workspace or None
        Tells which pages are known already. None to look at what is given and at nothing that it links to.
    given : sequence of str
        Addresses, and ``-`` for standard input; anything else is passed over.
    network : Network or None
    stdin : StandardInput or None
    readers : str
        Changes whenever the same bytes may be read otherwise: pages are then wanted even if they have not changed.
    """

    def __init__(
        self,
        workspace: Workspace | None,
        given: Sequence[Path | str],
        network: Network | None,
        stdin: StandardInput | None,
        readers: str = "",
    ) -> None:
        self._workspace, self._network, self._stdin, self._readers = workspace, network, stdin, readers
        self._given = tuple(dict.fromkeys(each for each in map(str, filter(is_elsewhere, given))))
        self._folder = tempfile.TemporaryDirectory(prefix="tocsin-")
        self._said = _remembered(workspace.scratch(_MEMORY) if workspace else b"")
        self._changed = False
        self._troubled: set[str] = set()
        self._brought: set[str] = set()
        self._left = network.policy.pages if network else 0
        self.unchanged = 0
        """Pages that are as they were when they were taken in."""

    def __enter__(self) -> Elsewhere:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def __len__(self) -> int:
        return len(self._given)

    def inputs(self) -> Iterator[Input | InputError]:
        """Yield what is given, each followed by the pages that it links to if it is a feed."""
        for given in self._given:
            if given == STDIN and self._stdin is not None:
                yield from self._spooled(self._stdin)
            elif self._network is not None:
                yield from self._page(given, self._network)

    def trouble(self, given: Input) -> None:
        """Some of `given` could not be read: it is wanted again."""
        self._troubled.add(given.name)

    def remember(self) -> None:
        """Keep what sites said; call it once all that was brought is stored."""
        if self._changed and self._workspace is not None:
            self._workspace.keep_scratch(_MEMORY, msgspec.json.encode(self._said))

    def _spooled(self, stdin: StandardInput) -> Iterator[Input | InputError]:
        given = spooled(stdin.stream, Path(self._folder.name), stdin.form)
        yield given
        if isinstance(given, Input):
            given.path.unlink(missing_ok=True)

    def _page(self, address: str, network: Network) -> Iterator[Input | InputError]:
        name = shown(address)
        said = self._said.get(_key(name))
        known = Known(said.etag, said.last_modified) if said and said.readers == self._readers else None
        try:
            fetched = network.fetcher.fetch(address, known)
        except FetchError as error:
            yield error
            return
        self._brought.add(name)
        if fetched.unchanged:
            self.unchanged += 1
            return
        given = fetched_input(fetched, Path(self._folder.name))
        yield given
        if isinstance(given, InputError):
            return
        links = list(feed_links(given)) if self._workspace is not None else []
        given.path.unlink(missing_ok=True)
        whole = yield from self._linked(name, links, network)
        if whole and name not in self._troubled:
            self._keep(name, fetched)

    def _linked(self, feed: str, links: Sequence[str], network: Network) -> Generator[Input | InputError, None, bool]:
        """Bring the pages that the entries of a feed link to and that are not here; return whether all are then."""
        beyond, missing = 0, 0
        for link in links:
            if link in self._brought or (self._workspace is not None and self._workspace.document_ids(link)):
                continue
            if network.is_tired(link):
                missing += 1
            elif self._left <= 0:
                beyond += 1
            else:
                self._left -= 1
                self._brought.add(link)
                yield from self._entry(link, network)
                missing += network.is_tired(link)
        if beyond:
            yield InputError(
                feed,
                f"{beyond:,} more pages that its entries link to were not fetched, after {network.policy.pages:,}; "
                "run again for the next ones, or raise --fetch-limit",
            )
        return not (beyond or missing)

    def _entry(self, link: str, network: Network) -> Iterator[Input | InputError]:
        given: Input | InputError
        try:
            given = fetched_input(network.fetcher.fetch(link), Path(self._folder.name))
        except FetchError as error:
            given = error
        yield given
        if isinstance(given, InputError) or given.name in self._troubled:
            network.failed(link)
        if isinstance(given, Input):
            given.path.unlink(missing_ok=True)

    def _keep(self, name: str, fetched: Fetched) -> None:
        known = fetched.known
        if known != Known():
            self._said[_key(name)] = _Said(known.etag, known.last_modified, self._readers)
            self._changed = True


def _remembered(kept: bytes) -> dict[str, _Said]:
    if not kept:
        return {}
    try:
        return msgspec.json.decode(kept, type=dict[str, _Said])
    except msgspec.MsgspecError:  # of another version: all of it can be asked anew
        return {}


def _key(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
