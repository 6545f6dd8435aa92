"""Places and areas out of the files that people have: GeoJSON with P-codes, GeoNames dumps, plain tables.

A reader yields an :class:`Entry` for each good row and an :class:`InvalidRow`, with its line, for each bad one. It
raises for a file that cannot be used at all.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from tocsin.errors import InvalidRow, UnreadableInput
from tocsin.places._entries import (
    LEFT_OUT,
    BadRow,
    Entry,
    Fields,
    OtherName,
    entry_of,
    fields_of,
    geojson_features,
    lines_of,
    problem,
    sound_shape,
)
from tocsin.places._geonames import is_dump, is_other_names, read_dump, read_other_names

__all__ = ["read_entries"]


def read_entries(path: Path) -> Iterator[Entry | OtherName | InvalidRow]:
    """Yield the entries of a file, or other names of known places, and an error for each row that is left out.

    Raises
    ------
    UnreadableInput
        If the file is not what its name says, or has no columns for a name and a point.
    """
    name = path.name.casefold().removesuffix(".gz")
    if name.endswith((".geojson", ".json")):
        return _geojson(path)
    if name.endswith((".csv", ".tsv", ".txt")):
        return _table(path)
    raise UnreadableInput(str(path), "a gazetteer is .geojson, .csv, .tsv or .txt, also with .gz; convert it to one")


def _geojson(path: Path) -> Iterator[Entry | InvalidRow]:
    fields: Fields | None = None
    columns: tuple[str, ...] = ()
    for feature in geojson_features(path):
        if isinstance(feature, InvalidRow):
            yield feature
            continue
        line, properties, raw = feature
        if fields is None or tuple(properties) != columns:
            columns = tuple(properties)
            fields = fields_of(columns)
            if not fields.names and not fields.area_names:
                raise UnreadableInput(
                    str(path),
                    f"line {line}: no field for a name among {', '.join(columns) or 'none'}; "
                    "call one ADM1_EN, NAME_EN or name",
                )
        try:
            geometry, mended = sound_shape(raw)
            entry, left_out = entry_of(properties, fields, line, geometry)
        except BadRow as bad:
            yield problem(path, line, str(bad))
            continue
        if mended:
            yield problem(path, line, f"the outline of {entry.name} crosses itself; it was mended, so look at it")
        for column in left_out:
            yield problem(path, line, f"column {column!r}: {LEFT_OUT}")
        yield entry


def _table(path: Path) -> Iterator[Entry | OtherName | InvalidRow]:
    lines = lines_of(path)
    first = next(lines, "")
    if not first.strip():
        raise UnreadableInput(str(path), "is empty")
    if is_dump(first):
        return read_dump(path, first, lines)
    if is_other_names(first):
        return read_other_names(path, first, lines)
    return _rows(path, first, lines)


def _rows(path: Path, first: str, rest: Iterator[str]) -> Iterator[Entry | InvalidRow]:
    delimiter = max(",;\t|", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter))
    fields = fields_of(header)
    # A table of P-codes has no coordinates: its areas are found by name.
    codes_only = fields.names and fields.level and fields.pcode and not (fields.latitude or fields.longitude)
    missing = [w for w, there in (("name", fields.names or fields.area_names), ("latitude", fields.latitude),
                                  ("longitude", fields.longitude)) if not there]  # fmt: skip
    if missing and not codes_only:
        raise UnreadableInput(
            str(path),
            f"line 1: no column for {' or '.join(missing)} among {', '.join(h.strip() for h in header)}; "
            f"{'tell columns apart by comma, semicolon, tab or |, and ' * (len(header) == 1)}"
            "head the columns name, latitude, longitude (and admin1, admin2, country, pcode, alternate names)",
        )
    return _row_entries(path, header, fields, _rows_of(path, rest, delimiter, len(header)))


# A cell with line breaks in it is a note; one that goes on for longer is a quotation mark that nobody closed.
_MOST_LINES = 20


def _rows_of(
    path: Path, lines: Iterator[str], delimiter: str, columns: int
) -> Iterator[tuple[int, list[str]] | InvalidRow]:
    """Line and cells of each row after the first line; a quotation mark that is not closed costs its own line only."""
    # A quotation mark opens a cell only where the cell begins.
    opening = re.compile(rf'(?:^|{re.escape(delimiter)})\s*"')
    line, ahead = 2, deque[str]()
    while row := ahead.popleft() if ahead else next(lines, ""):
        taken = [row]
        while opening.search(row) and row.count('"') % 2 and len(taken) < _MOST_LINES:
            taken.append(ahead.popleft() if ahead else next(lines, ""))
            row += taken[-1]
        if len(taken) > 1 and row.count('"') % 2:
            yield problem(path, line, "a quotation mark is not closed; this line is left out")
            ahead.extendleft(reversed([more for more in taken[1:] if more]))
            line += 1
            continue
        try:
            cells = next(csv.reader(row.splitlines(keepends=True), delimiter=delimiter), [])
        except csv.Error as error:
            yield problem(path, line, f"is no row of a table ({error})")
        else:
            if len(cells) > columns:
                yield problem(path, line, f"{len(cells)} columns instead of {columns}; put quotes around commas")
            elif len(cells) == 1 and columns > 1 and cells[0].strip():
                yield problem(path, line, f"1 column instead of {columns}, which {delimiter!r} tells apart")
            elif any(c.strip() for c in cells) and not any(c.startswith("#") for c in cells):  # no row of HXL tags
                yield line, cells
        line += len(taken)


def _row_entries(
    path: Path, header: Sequence[str], fields: Fields, rows: Iterator[tuple[int, list[str]] | InvalidRow]
) -> Iterator[Entry | InvalidRow]:
    for read in rows:
        if isinstance(read, InvalidRow):
            yield read
            continue
        line, cells = read
        try:
            entry, left_out = entry_of(dict(zip(header, cells, strict=False)), fields, line, None)
        except BadRow as bad:
            yield problem(path, line, str(bad))
            continue
        for column in left_out:
            yield problem(path, line, f"column {column!r}: {LEFT_OUT}")
        yield entry
