"""The few doors between rooms, and how others add their own behind them.

Each is a Protocol. Built-in sources, coders, gazetteers and exporters enter by the same entry points as anybody
else's (``tocsin.sources``, ``tocsin.coders``, ``tocsin.gazetteers``, ``tocsin.exporters``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal, Protocol

from tocsin.errors import InputError, UsageError
from tocsin.records import Coding, Document, Place, PublicEvent, Sensitivity, Toponym

__all__ = [
    "DATASET_COLUMNS",
    "Coder",
    "Column",
    "ColumnMap",
    "Edition",
    "Exporter",
    "Gazetteer",
    "Item",
    "Outline",
    "Progress",
    "Sheet",
    "SheetColumn",
    "Source",
    "arrow_schema",
    "load_plugin",
    "load_plugins",
    "plugin_names",
]


ArrowKind = Literal["string", "strings", "bool", "int", "float", "date", "moment"]

DATASET_COLUMNS: Mapping[str, ArrowKind] = {
    "dataset": "string",
    "row": "int",
    "id": "string",
    "code": "string",
    "event_type": "string",
    "sub_event_type": "string",
    "violence": "int",
    "actor1": "string",
    "actor1_kind": "string",
    "actor2": "string",
    "actor2_kind": "string",
    "associated": "string",
    "date_start": "date",
    "date_end": "date",
    "date_precision": "string",
    "location": "string",
    "country": "string",
    "country_name": "string",
    "admin1": "string",
    "admin2": "string",
    "latitude": "float",
    "longitude": "float",
    "place_precision": "string",
    "deaths_low": "int",
    "deaths_best": "int",
    "deaths_high": "int",
    "deaths_civilians": "int",
    "injured_best": "int",
    "civilian_targeting": "bool",
    "aggregate": "bool",
    "sources": "string",
    "source_count": "int",
    "notes": "string",
}
"""The columns that every event dataset is read into, whatever its own are; ``docs/datasets.md`` says what each holds.
Those that a snapshot of events has too are called as there. Unknown is null."""


def arrow_schema(columns: Mapping[str, ArrowKind]) -> Any:
    """The Arrow schema of `columns`: days are ``date32``, moments ``timestamp[us, UTC]``, whole numbers ``int64``.

    Examples
    --------
    >>> arrow_schema({"row": "int", "date_start": "date"}).types
    [DataType(int64), DataType(date32[day])]
    """
    # Arrow takes a while to import and most commands never need it.
    import pyarrow as pa  # type: ignore[import-untyped]

    types = {
        "string": pa.string(),
        "strings": pa.list_(pa.string()),
        "bool": pa.bool_(),
        "int": pa.int64(),
        "float": pa.float64(),
        "date": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])


@dataclass(frozen=True, slots=True)
class Item:
    """A document as a source hands it on, with the row number, message or entry id it had there."""

    document: Document
    item: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What a person said of the columns of an input; what it leaves open is found by name.

    Attributes
    ----------
    fields : tuple of (str, str)
        What a column holds (one of ``tocsin.sources.TARGETS``, such as ``text``), and the column's name; in JSON the
        path of a field (``payload.msg.text``). Of several columns for one target, the first that is there is taken.
    items : str
        Where in a JSON file the list of reports stands (``data.rows[]``); empty where it is to be found.
    dates : str
        ``dmy`` or ``mdy``: what comes first in ``03/04/2024``; empty where the table's dates are to tell.
    sensitivity : str, optional
        Whether the documents are ``open`` or ``restricted``.
    encoding, delimiter : str
        Of a file of text; empty where they are to be told.
    """

    fields: tuple[tuple[str, str], ...] = ()
    items: str = ""
    dates: Literal["", "dmy", "mdy"] = ""
    sensitivity: Sensitivity | None = None
    encoding: str = ""
    delimiter: str = ""

    def columns(self, target: str) -> tuple[str, ...]:
        """The columns that were named for `target`, in order of preference."""
        return tuple(column for name, column in self.fields if name == target)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or a field of objects, what it was taken for (empty: nothing) and how that is known."""

    name: str
    holds: str = ""
    how: Literal["", "mapped", "found"] = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """How a file is laid out, or one sheet or list in it (`part`), as far as can be told from its beginning."""

    part: str = ""
    encoding: str = ""
    delimiter: str = ""
    columns: tuple[Column, ...] = ()


class Source(Protocol):
    """Reads one form of report.

    A source may also have any of these methods; those that do not are read as they are.

    ``claims(path) -> bool``
        Whether the file is of this source's form, where several forms share an ending.
    ``read_mapped(path, name, mapping) -> Iterator[Item | InputError]``
        As :meth:`read`, with a :class:`ColumnMap` that says what columns hold. A column that is not there is an
        error that names it and those that are. Cells of a mapped column are parts named after what they hold.
    ``outlines(path, name, mapping) -> Iterator[Outline]``
        How the file is laid out, for a person to check; raises an :class:`InputError` where that cannot be told.
    """

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

    def prominence(self, name: str) -> float:
        """How much the best known place of this name is spoken of, in powers of ten of people; 0 where there is none.

        A country counts as more than 9, a first-level division as more than 6.
        """

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


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a :class:`Sheet`: people write where it is to `fill`, of `choices` where there are any."""

    name: str
    width: int = 14
    fill: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that goes out to people, to be filled in and sent back.

    `rows` have a cell a column, empty where people write; `spare` empty rows stand below them, open in every cell.
    """

    name: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[str | float, ...], ...] = ()
    spare: int = 0


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

    def start(self, what: str, total: int | None, unit: Literal["", "bytes"] = "") -> None:
        """A step begins; `total` is None where it is not known. It is counted in things, or in `unit`."""

    def advance(self, steps: int = 1) -> None:
        """That much more is done."""

    def finish(self) -> None:
        """The step is over."""


def load_plugins(group: str) -> dict[str, Any]:
    """Return everything registered under the entry-point `group`, by name, in alphabetical order."""
    found = sorted(entry_points(group=group), key=lambda e: e.name)
    return {entry.name: entry.load() for entry in found}


def plugin_names(group: str) -> tuple[str, ...]:
    """Return the names registered under the entry-point `group`, in alphabetical order. Nothing is loaded."""
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


def load_plugin(group: str, name: str) -> Any:
    """Return the one registered under `group` as `name`.

    Raises
    ------
    UsageError
        If there is none; the message lists what there is, and says which is closest.
    """
    found = {entry.name: entry for entry in entry_points(group=group)}
    if name not in found:
        close = get_close_matches(name.lower(), found, 1)
        meant = f"; did you mean {close[0]}?" if close else ";"
        known = ", ".join(sorted(found))
        raise UsageError(f"no {group.removeprefix('tocsin.')} called {name!r}{meant} there are: {known}")
    return found[name].load()
