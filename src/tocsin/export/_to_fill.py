"""A workbook that goes out to be filled in: what is asked is locked, what is answered is open."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.export._files import replacing_file
from tocsin.export._text import for_xml, right_to_left
from tocsin.export._xlsx import AS_TEXT, fitting
from tocsin.interfaces import Sheet, SheetColumn

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["BANNER", "write_sheets"]

BANNER = "INTERNAL: do not forward. This holds words and names from reports."

_HEADER = 1
"""The row of the names of columns; the banner stands above it."""

_LINE, _TALLEST = 15.0, 409.0
"""Points: a line of the workbook's own font, and the most that a row can have (Excel's specifications and limits)."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What may be done with a locked sheet besides writing where it is open.
_ALLOWED = {"format_cells": True, "format_columns": True, "format_rows": True, "autofilter": True, "sort": True}


def write_sheets(sheets: Sequence[Sheet], about: Sequence[tuple[str, str]], path: Path) -> None:
    """Write `sheets` as an XLSX workbook that only its owner may read, behind a sheet that explains them.

    Every text is stored as text: none is ever taken for a formula, also not once it is edited. What begins in a script
    read from right to left is set so.

    Parameters
    ----------
    sheets : sequence of Sheet
    about : sequence of (str, str)
        What the first sheet says: a heading, empty for none, and its words.
    path : Path
    """
    import xlsxwriter

    with replacing_file(path, private=True) as part, xlsxwriter.Workbook(part, AS_TEXT) as book:
        looks = _Looks(book)
        _explain(book.add_worksheet("Read me"), about, looks)
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name), sheet, looks)


class _Looks:
    """Formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Format] = {}

    def of(self, *, text: str = "", **more: Any) -> Format:
        """A format for `text`: wrapped, and in its direction; what looks like a formula is kept from becoming one."""
        look: dict[str, Any] = {"text_wrap": True, "valign": "top", **more}
        if right_to_left(text):
            look |= {"reading_order": 2, "align": "right"}
        if text.startswith(_FORMULA):
            look["quote_prefix"] = True
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(look)
        return self._made[key]

    def header(self, fill: bool) -> Format:
        """The name of a column; those that people fill in stand out."""
        return self.of(bold=True, bottom=1, bg_color="#FFE9A8" if fill else "#EFE9DF")

    def banner(self) -> Format:
        """The line that must not be overlooked."""
        return self.of(bold=True, text_wrap=False, font_color="#FFFFFF", bg_color="#9C1C1C")


def _banner(sheet: Worksheet, columns: int, looks: _Looks) -> None:
    for place in range(columns):
        sheet.write_string(0, place, "" if place else BANNER, looks.banner())
    # Also on every printed page.
    sheet.set_header(f'&C&"Arial,Bold"{BANNER}')
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _explain(sheet: Worksheet, about: Sequence[tuple[str, str]], looks: _Looks) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    _banner(sheet, 2, looks)
    for line, (heading, words) in enumerate(about, 2):
        sheet.write_string(line, 0, fitting(for_xml(heading)), looks.of(text=heading, bold=True))
        sheet.write_string(line, 1, fitting(for_xml(words)), looks.of(text=words))
    sheet.protect("", _ALLOWED)


def _fill(page: Worksheet, sheet: Sheet, looks: _Looks) -> None:
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    _banner(page, len(sheet.columns), looks)
    page.freeze_panes(_HEADER + 1, 0)
    for place, column in enumerate(sheet.columns):
        page.write_string(_HEADER, place, column.name, looks.header(column.fill))
    last = _HEADER + len(sheet.rows) + sheet.spare
    for line, row in enumerate(sheet.rows, _HEADER + 1):
        page.set_row(line, _height(row, sheet.columns))
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            _cell(page, line, place, value, column, looks)
    for line in range(_HEADER + len(sheet.rows) + 1, last + 1):
        for place, column in enumerate(sheet.columns):
            page.write_blank(line, place, None, _open(column, looks))
    for place, column in enumerate(sheet.columns):
        if column.choices and last > _HEADER:
            _offer(page, (_HEADER + 1, place, last, place), column)
    if sheet.rows:
        page.autofilter(_HEADER, 0, last, len(sheet.columns) - 1)
    # Without a password: it keeps from slips, not from intent.
    page.protect("", _ALLOWED)


def _height(row: Sequence[str | float], columns: Sequence[SheetColumn]) -> float:
    """Points for the cell with the most lines: not every program works it out when it opens the file."""
    lines = 1
    for value, column in zip(row, columns, strict=True):
        if isinstance(value, str):
            lines = max(lines, sum(max(1, ceil(len(part) / column.width)) for part in value.split("\n")))
    return min(_LINE * lines + 2, _TALLEST)


def _open(column: SheetColumn, looks: _Looks) -> Format:
    """Text, so that 1-3 stays a range and 2024-03 a month whatever the program takes them for."""
    return looks.of(locked=False, num_format="@", border=4, bg_color="#FFFBEA" if column.fill else "#FFFFFF")


def _cell(page: Worksheet, line: int, place: int, value: str | float, column: SheetColumn, looks: _Looks) -> None:
    if column.fill and value == "":
        page.write_blank(line, place, None, _open(column, looks))
    elif isinstance(value, str):
        page.write_string(line, place, fitting(for_xml(value)), looks.of(text=value, locked=not column.fill))
    else:
        page.write_number(line, place, value, looks.of(num_format="0.00"))


def _offer(page: Worksheet, cells: tuple[int, int, int, int], column: SheetColumn) -> None:
    page.data_validation(
        *cells,
        {
            "validate": "list",
            "source": list(column.choices),
            "error_title": f"Not a {column.name}"[:32],
            "error_message": f"Choose one of: {', '.join(column.choices)}"[:255],
        },
    )
