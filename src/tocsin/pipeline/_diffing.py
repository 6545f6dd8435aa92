"""Two releases of a dataset, read and compared."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tocsin import export, sources
from tocsin.errors import NothingUsable, UsageError
from tocsin.interfaces import Progress
from tocsin.linking import Release, compare_releases
from tocsin.pipeline._account import Problem
from tocsin.pipeline._progress import Silent

__all__ = ["Diffed", "diff_datasets", "write_diff"]

_COLUMNS = ("change", "id", "new_id", "date", "country", "location", "field", "before", "after", "km")


@dataclass(frozen=True, slots=True)
class Diffed:
    """What a release changed; `datasets` are what the older and the newer file are of, `problems` what was left out."""

    datasets: tuple[str, str]
    release: Release
    problems: tuple[Problem, ...] = ()


def diff_datasets(old: Path, new: Path, mapping: Path | None = None, progress: Progress | None = None) -> Diffed:
    """Return what the release `new` of a dataset changed in the release `old`.

    Parameters
    ----------
    old, new, mapping : Path
        As :func:`tocsin.sources.read_dataset` takes them.
    progress : Progress, optional

    Raises
    ------
    NothingUsable
        If one of them has no row that can be read.
    UsageError
        If they are different datasets, or the mapping file is wrong.
    """
    shown = progress or Silent()
    shown.start("Comparing", 3)
    tables: list[Any] = []
    problems: list[Problem] = []
    for path in (old, new):
        table, errors = sources.dataset_table(path, mapping)
        if not table.num_rows:
            raise NothingUsable("\n".join(map(str, errors)) or f"{path} has no rows")
        tables.append(table)
        problems += [Problem.of(error) for error in errors]
        shown.advance()
    names = tuple(table["dataset"][0].as_py() for table in tables)
    known = [name for name, path in zip(names, (old, new), strict=True) if name != path.name.split(".")[0]]
    # A table of one's own is called as its file, which may be another for each release; a known dataset is not.
    if known and len(set(names)) > 1:
        raise UsageError(
            f"{old.name} is of {names[0]}, {new.name} of {names[1]}: give two releases of one dataset. "
            "What two datasets have in common is told by: tocsin integrate"
        )
    release = compare_releases(*tables)
    shown.finish()
    return Diffed((names[0], names[1]), release, tuple(problems))


def write_diff(release: Release, path: Path) -> int:
    """Write a row for each row added or removed and for each field that changed as CSV; return how many."""
    written = 0
    with export.replacing(path) as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for line in _lines(release):
            writer.writerow([export.neutral(_cell(value)) for value in line])
            written += 1
    return written


def _lines(release: Release) -> Iterator[tuple[Any, ...]]:
    for change, rows in (("added", release.added), ("removed", release.removed)):
        for row in rows:
            old, new = (row["id"], None) if change == "removed" else (None, row["id"])
            yield (change, old, new, *_where(row), "deaths_best", *_sides(change, row["deaths_best"]), None)
    for each in release.changed:
        for field in each.fields:
            ids = (each.before["id"], each.after["id"])
            km = each.km if field in ("latitude", "longitude") else None
            yield (each.kind_of(field), *ids, *_where(each.after), field, each.before[field], each.after[field], km)


def _where(row: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return row["date_start"], row["country"] or row["country_name"], row["location"]


def _sides(change: str, deaths: Any) -> tuple[Any, Any]:
    return (deaths, None) if change == "removed" else (None, deaths)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
