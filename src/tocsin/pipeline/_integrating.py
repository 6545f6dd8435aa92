"""Datasets of others put together: what is in all of them, in some, and in one alone."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin import sources
from tocsin.errors import NothingUsable, UsageError
from tocsin.interfaces import Progress
from tocsin.linking import integration
from tocsin.linking.integration import Agreement, EventList, Flag, Integration, Reach, Spots, Windows
from tocsin.pipeline._account import Problem
from tocsin.pipeline._progress import Silent

__all__ = [
    "ByWindows",
    "DatasetRead",
    "Integrated",
    "Likely",
    "Overlap",
    "Whole",
    "dataset_files",
    "integrate_datasets",
    "taxonomy_files",
]

Columns = Mapping[str, NDArray[Any]]

_COLUMNS = (
    "id", "code", "event_type", "sub_event_type", "violence", "actor1", "actor2", "date_start", "date_end", "location",
    "admin1", "latitude", "longitude", "place_precision", "deaths_low", "deaths_best", "deaths_high", "row",
)  # fmt: skip
_FIGURES = frozenset({"violence", "latitude", "longitude", "deaths_low", "deaths_best", "deaths_high"})


@dataclass(frozen=True, slots=True)
class Likely:
    """Integrate by how likely rows are the same event, learned from the datasets themselves."""

    reach: Reach = field(default_factory=Reach)


@dataclass(frozen=True, slots=True)
class ByWindows:
    """Integrate by the method of meltt: windows, and taxonomies by the column they are about."""

    windows: Windows
    taxonomies: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class DatasetRead:
    """A dataset: its name here, its file, how many rows were read, and what became of them.

    `matched` are rows that are in some other dataset, `unique` those in none; `doubtful` of these are likelier than not
    in another, but in which of several rows that are alike cannot be told. `unplaced` have no day or no point.
    """

    name: str
    path: str
    rows: int
    matched: int
    unique: int
    doubtful: int
    unplaced: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many events are in exactly these datasets."""

    datasets: tuple[str, ...]
    events: int


@dataclass(frozen=True, slots=True)
class Integrated:
    """What came of it.

    Attributes
    ----------
    method : str
        ``likely`` or ``windows``.
    rows, events, matches, duplicates : int
        Rows of all datasets; events among them; those in two datasets or more; rows less events.
    of_a_day, lasting : int
        Of `matches`: those of a day, and those that last.
    flagged : int
        Events of a day beside an event of another dataset that lasts, which may be part of it (windows only).
    certain, likely : int
        Of the links, how many have a probability of .9 or more, and how many less (likely only).
    datasets : tuple of DatasetRead
    overlaps : tuple of Overlap
    agreements : mapping of str to tuple of Agreement
        By ``A | B``, the names of two datasets.
    problems : tuple of Problem
    files : tuple of str
        What was written.
    seconds, matching_seconds : float
        In all, and without reading.
    """

    method: str
    rows: int
    events: int
    matches: int
    duplicates: int
    of_a_day: int
    lasting: int
    flagged: int
    certain: int
    likely: int
    datasets: tuple[DatasetRead, ...]
    overlaps: tuple[Overlap, ...]
    agreements: Mapping[str, tuple[Agreement, ...]]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    seconds: float
    matching_seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """The datasets as columns, the integration, and what it comes to."""

    names: tuple[str, ...]
    columns: tuple[Columns, ...]
    found: Integration
    flags: tuple[Flag, ...]
    account: Integrated


def dataset_files(words: Sequence[str]) -> dict[str, Path]:
    """Datasets by name, of words such as ``ged=GEDEvent_v25.csv``; a file alone is called as it is, without its ending.

    Raises
    ------
    UsageError
        If a file is not there, or two datasets have one name.
    """
    given: dict[str, Path] = {}
    for word in words:
        name, path = _named(word)
        name = name or re.sub(r"(\.\w{1,5}){1,2}$", "", path.name)
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file; name a dataset, or NAME=FILE")
        if name in given:
            raise UsageError(f"two datasets are called {name!r}; give them names: NAME=FILE")
        given[name] = path
    return given


def taxonomy_files(words: Sequence[str]) -> dict[str, Path]:
    """Taxonomies by the column they are about: ``COLUMN=FILE``, or a file that is called as the column.

    What stands before ``__`` in a file's name is passed over (``crash_taxonomies__color_tax.csv``). Of a folder, all
    CSV files are taken whose first column is ``data.source``.

    Raises
    ------
    UsageError
        If a file is not there, a folder has none, or two are about one column.
    """
    given: dict[str, Path] = {}
    for word in words:
        column, path = _named(word)
        if path.is_dir():
            found = [each for each in sorted(path.glob("*.csv")) if _is_taxonomy(each)]
        else:
            found = [path] if path.is_file() else []
        if not found:
            raise UsageError(f"{path}: there is no taxonomy; name a file, COLUMN=FILE, or a folder of such files")
        for each in found:
            about = column or each.stem.rpartition("__")[2]
            if about in given:
                raise UsageError(f"two taxonomies are about {about!r}: {given[about]} and {each}")
            given[about] = each
    return given


def _named(word: str) -> tuple[str, Path]:
    name, equals, file = word.partition("=")
    # A file's own name may have an = in it.
    return (name, Path(file)) if equals and not Path(word).exists() else ("", Path(word))


def _is_taxonomy(path: Path) -> bool:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return file.readline().lower().startswith(("data.source,", '"data.source"'))


def integrate_datasets(
    given: Mapping[str, Path],
    method: Likely | ByWindows,
    mappings: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
) -> Whole:
    """Integrate the datasets `given`, files by the name they are called here.

    Parameters
    ----------
    given : mapping of str to Path
        At least two, in the order in which they are reported; for :class:`ByWindows` also the order of matching.
    method : Likely or ByWindows
    mappings : mapping of str to Path, optional
        Mapping files, by the name of the dataset.
    progress : Progress, optional

    Raises
    ------
    UsageError
        If fewer than two are given, or a taxonomy or mapping file is wrong.
    NothingUsable
        If fewer than two could be read.
    """
    begun = time.monotonic()
    shown = progress or Silent()
    if len(given) < 2:
        raise UsageError("one dataset has nothing to be integrated with; name two or more")
    tables: list[Columns] = []
    problems: list[Problem] = []
    shown.start("Reading", len(given))
    for name, path in given.items():
        table, left_out = sources.dataset_table(path, (mappings or {}).get(name))
        problems += [Problem(str(path), error.reason, error.item) for error in left_out]
        tables.append(_columns(table))
        shown.advance()
    shown.finish()
    empty = [name for name, table in zip(given, tables, strict=True) if not len(table["row"])]
    if empty:
        told = "\n".join(f"  {problem}" for problem in problems[:20])
        raise NothingUsable(f"no row of {', '.join(empty)} could be used, so there is nothing to compare:\n{told}")
    flags: tuple[Flag, ...] = ()
    read = time.monotonic()
    if isinstance(method, Likely):
        lists = [EventList.of(name, table) for name, table in zip(given, tables, strict=True)]
        found = integration.integrate(lists, [len(t["row"]) for t in tables], method.reach, shown)
    else:
        found, flags, lacking = _by_windows(given, tables, method, mappings or {})
        problems += lacking
    account = _account(given, tables, found, flags, problems, method, (begun, read))
    return Whole(tuple(given), tuple(tables), found, flags, account)


def _columns(table: Any) -> dict[str, NDArray[Any]]:
    """The columns that integration looks at; words are str or None, days NaT and figures NaN where unknown."""
    columns: dict[str, NDArray[Any]] = {}
    for name in _COLUMNS:
        column = table.column(name)
        if name in _FIGURES:
            columns[name] = column.cast("float64").to_numpy()
        elif name.startswith("date_"):
            days = column.cast("int32").cast("int64").fill_null(np.iinfo(np.int64).min)
            columns[name] = days.to_numpy().astype("datetime64[D]")
        elif name == "row":
            columns[name] = column.to_numpy()
        else:
            # Words repeat: as numbers in a dictionary they take a tenth of the memory.
            packed = column.combine_chunks().dictionary_encode()
            words = np.array([*packed.dictionary.to_pylist(), None], object)
            columns[name] = words[packed.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)]
    return columns


def _by_windows(
    given: Mapping[str, Path], tables: Sequence[Columns], method: ByWindows, mappings: Mapping[str, Path]
) -> tuple[Integration, tuple[Flag, ...], list[Problem]]:
    taxonomies = [integration.read_taxonomy(path, column) for column, path in method.taxonomies.items()]
    problems: list[Problem] = []
    lists = []
    for (name, path), table in zip(given.items(), tables, strict=True):
        levels = []
        wanted = [taxonomy.column for taxonomy in taxonomies]
        cells = sources.dataset_cells(path, wanted, mappings.get(name)) if wanted else {}
        for number, taxonomy in enumerate(taxonomies):
            if name not in taxonomy.sources():
                raise UsageError(
                    f"the taxonomy of {taxonomy.column} says nothing of {name!r}, only of "
                    f"{', '.join(sorted(taxonomy.sources()))}; call the dataset so (NAME=FILE)"
                )
            codes, lacking = taxonomy.codes(name, [cells[int(row)][number] for row in table["row"]])
            levels.append(codes)
            problems += [
                Problem(str(path), f"{taxonomy.column} {word!r} is in no line of its taxonomy; its rows match nothing")
                for word in lacking
            ]
        lists.append((_spots(table), tuple(levels)))
    windowed = integration.integrate_by_windows(lists, method.windows)
    return windowed.as_integration(), windowed.flags, problems


def _spots(table: Columns) -> Spots:
    start = table["date_start"]
    unknown = np.isnat(start)
    end = np.where(np.isnat(table["date_end"]), start, table["date_end"])
    # A row without a day lies nowhere: without a point it has no neighbours.
    latitude = np.where(unknown, np.nan, table["latitude"])
    days = [np.where(unknown, 0, day.astype(np.int64)) for day in (start, end)]
    return Spots(days[0], days[1], latitude, table["longitude"])


def _account(
    given: Mapping[str, Path],
    tables: Sequence[Columns],
    found: Integration,
    flags: Sequence[Flag],
    problems: Sequence[Problem],
    method: Likely | ByWindows,
    times: tuple[float, float],
) -> Integrated:
    names = tuple(given)
    groups, links = found.groups, found.links
    several = (groups >= 0).sum(axis=1) > 1
    lasts = [np.nan_to_num((t["date_end"] - t["date_start"]).astype(float)) > 0 for t in tables]
    leading = (groups >= 0).argmax(axis=1)
    lasting = sum(int(lasts[at][groups[several & (leading == at), at]].sum()) for at in range(len(names)))
    sure = links.probability >= 0.9
    return Integrated(
        method="likely" if isinstance(method, Likely) else "windows",
        rows=sum(len(t["row"]) for t in tables),
        events=len(groups),
        matches=int(several.sum()),
        duplicates=sum(len(t["row"]) for t in tables) - len(groups),
        of_a_day=int(several.sum()) - lasting,
        lasting=lasting,
        flagged=len({flag.event for flag in flags}),
        certain=int(sure.sum()),
        likely=int((links.probability < 0.9).sum()),
        datasets=tuple(
            _read(name, str(given[name]), number, tables[number], found) for number, name in enumerate(names)
        ),
        overlaps=tuple(
            Overlap(tuple(names[n] for n in which), events) for which, events in integration.overlaps(groups).items()
        ),
        agreements=_agreements(names, tables, found),
        problems=tuple(problems),
        files=(),
        seconds=round(time.monotonic() - times[0], 2),
        matching_seconds=round(time.monotonic() - times[1], 2),
    )


def _read(name: str, path: str, number: int, table: Columns, found: Integration) -> DatasetRead:
    here = found.groups[:, number] >= 0
    alone = here & ((found.groups >= 0).sum(axis=1) == 1)
    unplaced = np.isnat(table["date_start"]) | np.isnan(table["latitude"]) | np.isnan(table["longitude"])
    return DatasetRead(
        name=name,
        path=path,
        rows=len(table["row"]),
        matched=int(here.sum() - alone.sum()),
        unique=int(alone.sum()),
        doubtful=int((found.matched[alone] > 0.5).sum()),
        unplaced=int(unplaced.sum()),
    )


def _agreements(
    names: Sequence[str], tables: Sequence[Columns], found: Integration
) -> dict[str, tuple[Agreement, ...]]:
    agreements = {}
    for one in range(len(names)):
        for other in range(one + 1, len(names)):
            both = found.groups[(found.groups[:, one] >= 0) & (found.groups[:, other] >= 0)]
            if len(both):
                mine = {key: column[both[:, one]] for key, column in tables[one].items()}
                its = {key: column[both[:, other]] for key, column in tables[other].items()}
                agreements[f"{names[one]} | {names[other]}"] = integration.agreement(mine, its)
    return agreements
