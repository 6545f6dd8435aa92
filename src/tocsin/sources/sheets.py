"""Spreadsheets: every sheet that is a table, one report a row, read as CSV is."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import compress, zip_longest
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Column, ColumnMap, Item, Outline
from tocsin.sources._packages import check_office
from tocsin.sources._rows import key_of, outline_rows, read_rows
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["SheetSource", "held_sheets"]

_TELLING = frozenset(VOCABULARY["columns"]["text"])

_MOST_CELLS = 20_000_000
"""A sheet is held whole: this many cells take about 1 GB. A table of a million reports has as many."""


class SheetSource:
    """Reads .xlsx and .ods files; the item is the row's number, behind the sheet's name where several are read."""

    suffixes = (".xlsx", ".xlsm", ".ods")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each row, its number counted from 1 below its sheet's header."""
        yield from self.read_mapped(path, name, ColumnMap())

    def read_mapped(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Item | InputError]:
        """Yield the same, with columns as a person said."""
        try:
            sheets = held_sheets(path, name)
        except UnreadableInput as error:
            yield error
            return
        if not sheets:
            yield UnreadableInput(name, "holds no table; the first row must name the columns")
        for title, rows in sheets:
            prefix = f"{title}!" if len(sheets) > 1 else ""
            try:
                yield from read_rows(iter(rows), name, prefix, mapping)
            except UnreadableInput as error:
                yield UnreadableInput(name, f"sheet {title!r} {error.reason}" if prefix else error.reason)

    def outlines(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Outline]:
        """Yield how each sheet is laid out."""
        for title, rows in held_sheets(path, name):
            columns: tuple[Column, ...] = ()
            with suppress(UnreadableInput):  # reading says what is wrong with it
                columns = outline_rows(iter(rows), name, mapping)
            yield Outline(title, columns=columns)


def held_sheets(path: Path, name: str) -> list[tuple[str, list[tuple[int, list[str] | str]]]]:
    """Return (title, numbered rows) of each sheet that is a table.

    Raises
    ------
    UnreadableInput
        If it is no spreadsheet, or too large to be held.
    """
    check_office(path, name, "spreadsheet (.xlsx or .ods)")
    _check_extent(path, name)
    sheets = list(_sheets(path, name))
    return [sheet for sheet in sheets if not _explains(sheet, sheets)]


_Sheet = tuple[str, list[tuple[int, list[str] | str]]]
_COLUMNS_TOLD = 0.6
"""Share of a table's columns that a sheet lists which explains them; lists of places or groups name none."""


def _explains(sheet: _Sheet, sheets: Sequence[_Sheet]) -> bool:
    """Whether a sheet tells of another's columns, or is a note of two columns beside a table: it holds no reports."""
    _, rows = sheet
    wide = [cells for _, cells in rows if isinstance(cells, list)]
    listed = [{key_of(c) for c in column if c.strip()} for column in zip_longest(*wide, fillvalue="")]
    for other in sheets:
        if other is sheet:
            continue
        header = next((cells for _, cells in other[1] if isinstance(cells, list) and sum(map(bool, cells)) > 1), [])
        columns = {key_of(c) for c in header if c.strip()}
        if len(columns) >= 4 and any(len(columns & told) >= _COLUMNS_TOLD * len(columns) for told in listed):
            return True
        if len(columns) >= 4 and len(listed) <= 2 and not {key_of(c) for c in wide[0]} & _TELLING:
            return True
    return False


# Where a cell, or a row whose cells do not say it, stands. The library takes more than the standard has: small letters,
# other quotes, rows beyond the last; and it asks for memory for all that lies between before it looks at any of it.
_FAR = re.compile(rb"""\br\s*=\s*["']\s*\$?([A-Za-z]{0,12})\$?(\d{1,20})""")
_LAST_ROW = 1 << 20
_CHUNK = 1 << 20
_OVERLAP = 300
"""Bytes; a cell's opening tag is not longer, so that none is missed where two chunks meet."""


def _check_extent(path: Path, name: str) -> None:
    """Refuse a sheet with a stray cell in a far corner: all between it and the table would be held as empty cells."""
    try:
        with zipfile.ZipFile(path) as package:
            for member in package.namelist():
                if not member.lower().endswith(".xml"):
                    continue  # any of them may be named as a sheet
                rows = columns = 0
                with package.open(member) as file:
                    tail = b""
                    while chunk := file.read(_CHUNK):
                        for match in _FAR.finditer(tail + chunk):
                            # Rows without cells are hidden or styled, down to the last; beyond it is none.
                            if match[1] or int(match[2]) > _LAST_ROW:
                                rows, columns = max(rows, int(match[2])), max(columns, _column(match[1].upper()))
                        tail = chunk[-_OVERLAP:]
                if rows * max(columns, 1) > _MOST_CELLS:
                    raise UnreadableInput(
                        name,
                        f"a sheet reaches to row {rows:,} and column {columns:,}, too far to be held; "
                        "delete stray cells beyond the table, or save it as CSV",
                    )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableInput(name, f"is damaged ({type(error).__name__}); open it and save it anew") from error


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheets(path: Path, name: str) -> Iterator[tuple[str, list[tuple[int, list[str] | str]]]]:
    """Yield (title, numbered rows) of each visible sheet that has two rows or more; a lone row is a note."""
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            for told in book.sheets_metadata:
                if told.typ != SheetTypeEnum.WorkSheet or told.visible != SheetVisibleEnum.Visible:
                    continue
                sheet = book.get_sheet_by_name(told.name)
                if sheet.height * sheet.width > _MOST_CELLS:
                    raise UnreadableInput(
                        name, f"sheet {told.name!r} is too large; save it as CSV, which is read by the row"
                    )
                first = sheet.start[0] + 1 if sheet.start else 1
                rows = [(first + at, [_cell(c) for c in row]) for at, row in enumerate(sheet.to_python())]
                if sum(any(c.strip() for c in row) for _, row in rows) > 1:
                    used = [any(cells) for cells in zip(*(row for _, row in rows), strict=True)]
                    yield told.name, [(number, list(compress(row, used))) for number, row in rows if any(row)]
    except UnreadableInput:
        raise
    except BaseException as error:
        # The library's panics are no Exception; Ctrl-C and the like are not for us.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableInput(
            name, f"is no spreadsheet, or a damaged one ({type(error).__name__}); open it and save it anew"
        ) from error


def _cell(value: Any) -> str:
    """A cell as a person would write it: days without midnight, whole numbers without a point."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
