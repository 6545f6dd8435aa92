"""The few doors between rooms, and how others add their own behind them.

Each is a Protocol. Built-in sources, coders, gazetteers and exporters enter by the same entry points as anybody
else's (``tocsin.sources``, ``tocsin.coders``, ``tocsin.gazetteers``, ``tocsin.exporters``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from tocsin.errors import InputError, UsageError
from tocsin.records import Coding, Document, Place, PublicEvent, Toponym

__all__ = ["Coder", "Edition", "Exporter", "Gazetteer", "Item", "Progress", "Source", "load_plugin", "load_plugins"]


@dataclass(frozen=True, slots=True)
class Item:
    """A document as a source hands it on, with the row number, message or entry id it had there."""

    document: Document
    item: str = ""


class Source(Protocol):
    """Reads one form of report."""

    suffixes: tuple[str, ...]
    """Lower-case file endings it takes, with their dot."""

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the documents of the file at `path`, and an error for each part that could not be read.

        `name` is how messages should name the file. A source never raises for bad input; it yields the
        error and goes on. Reading streams: a table of any length is read in bounded memory.
        """


class Gazetteer(Protocol):
    """Finds places by name, in context."""

    version: str
    """Changes whenever answers may change; part of a coding's key."""

    def knows(self, name: str) -> bool:
        """Whether any place has this name, in any script or known spelling."""

    def resolve(self, toponyms: Sequence[Toponym], countries: Sequence[str] = ()) -> tuple[Place, ...]:
        """Return a place for each toponym of one document, in order.

        The toponyms of a document are chosen together. `countries` are ISO alpha-3 codes that the document
        is likely about, most likely first. A name that no gazetteer has keeps its name, gets the best
        containing area and no point; it never empties the rest.
        """


class Coder(Protocol):
    """Reads claims from documents. Pure: the same document always gives the same claims."""

    version: str

    def code(self, documents: Iterable[Document]) -> Iterator[Coding]:
        """Yield one coding a document, in order."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What the events of one export are an edition of; every form that has room for it says so.

    Attributes
    ----------
    title : str
        What it is called, such as ``Conflict events in Syria``.
    as_of : datetime
        The moment (UTC) that the dataset is as it was known at.
    documents, copies, claims, undated_documents : int
        What the events rest on: reports, those of them that repeat another, claims, reports that tell no date.
    reasons : mapping of str to str
        Why an event is no row of the table, code to sentence.
    notes : tuple of str
        Further limits to state, a sentence each.
    made_with : tuple of (str, str)
        What it was made with (tocsin, codebook, coder, gazetteer) and which version of each.
    where : str
        The condition that chose the events; empty where all are there.
    """

    title: str
    as_of: datetime
    documents: int | None = None
    copies: int | None = None
    claims: int | None = None
    undated_documents: int | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    made_with: tuple[tuple[str, str], ...] = ()
    where: str = ""


class Exporter(Protocol):
    """Writes public events in one form. It has no policy of its own: what it is handed may leave."""

    file: str
    """What the file or folder is called where nobody names it, such as ``events.geojson``."""

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write `events` to the file (or folder) `path`, and return how many entries it then holds.

        The old file is replaced only once the new one is whole. The same events and edition give the same bytes.
        """


class Progress(Protocol):
    """Shows how far a step is."""

    def start(self, what: str, total: int | None) -> None:
        """A step begins; `total` is None where it is not known."""

    def advance(self, steps: int = 1) -> None:
        """That much more is done."""

    def finish(self) -> None:
        """The step is over."""


def load_plugins(group: str) -> dict[str, Any]:
    """Return everything registered under the entry-point `group`, by name, in alphabetical order."""
    found = sorted(entry_points(group=group), key=lambda e: e.name)
    return {entry.name: entry.load() for entry in found}


def load_plugin(group: str, name: str) -> Any:
    """Return the one registered under `group` as `name`.

    Raises
    ------
    UsageError
        If there is none; the message lists what there is.
    """
    found = {entry.name: entry for entry in entry_points(group=group)}
    if name not in found:
        raise UsageError(f"no {group.removeprefix('tocsin.')} called {name!r}; there are: {', '.join(sorted(found))}")
    return found[name].load()
