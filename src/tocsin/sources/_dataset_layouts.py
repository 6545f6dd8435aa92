"""How event datasets are laid out: those known here, from ``datasets.toml``, and what a mapping file says of others."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tocsin.errors import UsageError
from tocsin.interfaces import DATASET_COLUMNS
from tocsin.records import Sensitivity
from tocsin.sources._dates import DayOrder, parse_day
from tocsin.sources._mapping import key_of

__all__ = ["DatasetLayout", "country_names", "headerless_columns", "layout_of", "mapping_file"]

# What "associated" holds stands in two columns where the actors of both sides are told apart.
_OURS = frozenset(DATASET_COLUMNS) - {"dataset", "row", "code"} | {"associated2"}
_KEYS = frozenset(
    {"name", "known_by", "like", "dates", "date_parts", "unknown", "strict", "columns", "values", "codes", "aggregates",
     "constants", "headerless", "sensitivity",
     "plain"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DatasetLayout:
    """What the columns of a dataset hold, and what its codes mean.

    Attributes
    ----------
    name : str
        What the dataset is called, such as ``UCDP GED``.
    columns : mapping of str to tuple of str
        For each of our columns the dataset's, in order of preference. ``associated2`` are the associated actors of the
        second side, where they stand in a column of their own.
    known_by : tuple of str
        Columns that tell this dataset from the others.
    values : mapping of str to mapping of str to object
        By our column: what each of the dataset's own codes means. Keys are in small letters.
    strict : frozenset of str
        Our columns where a code that is not in `values` is an error; elsewhere it is unknown.
    codes : mapping of str to str
        The codebook's code for labels that it does not have itself; keys are in small letters.
    aggregates : mapping of str to tuple of str
        The dataset's columns and their codes by which a row sums up more than one incident.
    constants : mapping of str to object
        What holds for every row, by our column.
    dates : {"dmy", "mdy", ""}
        What comes first in ``03/04/2024``; empty where the dates are to tell.
    date_parts : tuple of str
        Columns of year, month and day, where the day is not in one; nought stands for unknown.
    unknown : frozenset of str
        The dataset's own words for what it does not know, in small letters.
    sensitivity : {"open", "restricted"}
        Whether it was published. A table that only a mapping file tells of was not, unless it says so.
    plain : bool
        Whether it is any table with plain names of columns, to be called as its file is.
    headerless : tuple of tuple of str
        The columns of files that come without a header row.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    known_by: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    strict: frozenset[str] = frozenset()
    codes: Mapping[str, str] = field(default_factory=dict)
    aggregates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    dates: DayOrder | None = None
    date_parts: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset()
    sensitivity: Sensitivity = "restricted"
    plain: bool = False
    headerless: tuple[tuple[str, ...], ...] = ()

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a table with these columns is of this dataset."""
        there = {key_of(c) for c in columns}
        return bool(self.known_by) and all(key_of(c) in there for c in self.known_by)


def layout_of(columns: Sequence[str]) -> DatasetLayout | None:
    """Return the known dataset that has these columns, None where it is none of them."""
    return next((layout for layout in _known() if layout.fits(columns)), None)


def headerless_columns(rows: Sequence[Sequence[str]]) -> tuple[DatasetLayout, tuple[str, ...]] | None:
    """Return the dataset that has rows like these without a header, and their columns; None where it is none."""
    for layout in _known():
        for columns in layout.headerless:
            if rows and all(len(row) == len(columns) for row in rows) and _looks_right(layout, columns, rows[0]):
                return layout, columns
    return None


def _looks_right(layout: DatasetLayout, columns: tuple[str, ...], row: Sequence[str]) -> bool:
    """Whether days stand where days should and codes where codes should."""
    cells = dict(zip(columns, (cell.strip() for cell in row), strict=True))
    days = [cells[layout.columns[name][0]] for name in ("date_start", "date_end")]
    codes = [
        cells[layout.columns[name][0]].removesuffix(".0").casefold() in layout.values[name] for name in layout.strict
    ]
    return all(parse_day(day) for day in days) and all(codes)


@cache
def _known() -> tuple[DatasetLayout, ...]:
    tables = _data()
    found = []
    for key, table in tables.items():
        if key == "countries":
            continue
        like = tables[table["like"]] if "like" in table else {}
        found.append(_layout({"sensitivity": "open", **like, **table}, "datasets.toml"))
    return tuple(found)


@cache
def country_names() -> Mapping[str, str]:
    """ISO alpha-3 codes of names, in small letters, that are in no list of states."""
    names: dict[str, str] = _data()["countries"]
    return names


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("tocsin.sources").joinpath("datasets.toml").read_text("utf-8"))


def mapping_file(path: Path) -> DatasetLayout:
    """Return what a person's mapping file (TOML) says of a table.

    Raises
    ------
    UsageError
        If it cannot be read or says something unknown; the message names the file and the field.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be opened ({error.strerror or error}); give a mapping file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: is not TOML ({error}); see docs/datasets.md for an example") from error
    return _layout({"name": path.stem, **table}, str(path))


def _layout(table: Mapping[str, Any], where: str) -> DatasetLayout:
    for key in table:
        _known_word(key, _KEYS, where)
    columns = _table(table, "columns", where)
    if not columns:
        raise UsageError(f'{where}: has no [columns]; say which column holds what, such as date_start = "date"')
    for ours in (*columns, *_table(table, "constants", where), *_table(table, "values", where)):
        _known_word(ours, _OURS, where)
    values = dict(_table(table, "values", where))
    if "actor1_kind" in values:
        values.setdefault("actor2_kind", values["actor1_kind"])
    if table.get("dates", "") not in ("", "dmy", "mdy"):
        raise UsageError(f"{where}: dates is {table['dates']!r}; it may be dmy or mdy (days in figures, year last)")
    if table.get("sensitivity", "open") not in ("open", "restricted"):
        raise UsageError(f"{where}: sensitivity is {table['sensitivity']!r}; it may be open or restricted")
    return DatasetLayout(
        name=_word(table["name"], "name", where),
        columns={ours: _words(theirs, ours, where) for ours, theirs in columns.items()},
        known_by=_words(table.get("known_by", []), "known_by", where),
        values={ours: {str(k).casefold(): v for k, v in codes.items()} for ours, codes in values.items()},
        strict=frozenset(_words(table.get("strict", []), "strict", where)),
        codes={k.casefold(): _word(v, k, where) for k, v in _table(table, "codes", where).items()},
        aggregates={k: _words(v, k, where) for k, v in _table(table, "aggregates", where).items()},
        constants=_table(table, "constants", where),
        dates=table.get("dates") or None,
        date_parts=_words(table.get("date_parts", []), "date_parts", where),
        unknown=frozenset(w.casefold() for w in _words(table.get("unknown", []), "unknown", where)),
        sensitivity=table.get("sensitivity", "restricted"),
        plain=bool(table.get("plain")),
        headerless=tuple(tuple(each["columns"].split()) for each in table.get("headerless", [])),
    )


def _known_word(word: str, known: frozenset[str], where: str) -> None:
    if word not in known:
        close = difflib.get_close_matches(word, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(known))}"
        raise UsageError(f"{where}: nothing is called {word!r}; {hint}")


def _table(table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise UsageError(f"{where}: {key} must be a table, [{key}]")
    return found


def _words(value: Any, key: str, where: str) -> tuple[str, ...]:
    return tuple(_word(each, key, where) for each in (value if isinstance(value, list) else [value]))


def _word(value: Any, key: str, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where}: {key} must be a name in quotes, or a list of such names")
    return value
