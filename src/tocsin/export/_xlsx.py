"""A workbook for Excel and LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.errors import UsageError
from tocsin.export._columns import EventColumn, columns, has_point, row_day
from tocsin.export._files import replacing_file
from tocsin.export._tables import table_rows
from tocsin.export._text import for_xml, right_to_left
from tocsin.interfaces import Edition
from tocsin.records import EventRow, PublicEvent

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["AS_TEXT", "XlsxExporter", "fitting"]

# What a sheet can hold, header included, and a cell, in UTF-16 units (Excel's specifications and limits).
_MOST_LINES = 1_048_576
_MOST_UNITS = 32_767
# The first day that the format's calendar and ours agree on: Excel takes 1900 for a leap year.
_FIRST_DAY = date(1900, 3, 1)

# Text stays text: nothing is ever taken for a formula, a link or a number.
AS_TEXT = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class XlsxExporter:
    """Three sheets: ``Events``, the table; ``Columns``, what each column means; ``About``, the edition.

    Days are dates and figures numbers. Text that begins in a script read from right to left is set so.
    """

    file = "events.xlsx"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write the workbook, and return how many rows its table has.

        Raises
        ------
        UsageError
            If there are more rows than a sheet can hold.
        """
        import xlsxwriter

        rows = table_rows(events)
        if len(rows) >= _MOST_LINES:
            raise UsageError(
                f"{path.name}: a sheet holds {_MOST_LINES - 1:,} rows and there are {len(rows):,}; "
                "choose fewer with --where, or take csv or geoparquet"
            )
        with replacing_file(path) as part, xlsxwriter.Workbook(part, AS_TEXT) as book:
            created = edition.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            book.set_properties({"title": for_xml(edition.title)[:255], "created": created})
            looks = _Looks.of(book)
            _events(book.add_worksheet("Events"), rows, looks)
            _columns(book.add_worksheet("Columns"), looks)
            _about(book.add_worksheet("About"), events, len(rows), edition, looks)
        return len(rows)


@dataclass(frozen=True, slots=True)
class _Looks:
    """How cells look."""

    header: Format
    day: Format
    text: Format
    rtl: Format
    wrapped: Format
    wrapped_rtl: Format

    @classmethod
    def of(cls, book: Workbook) -> _Looks:
        rtl = {"reading_order": 2, "align": "right"}
        wrapped = {"text_wrap": True, "valign": "top"}
        return cls(
            header=book.add_format({"bold": True, "bg_color": "#EFE9DF", "bottom": 1, "valign": "top"}),
            day=book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            text=book.add_format(),
            rtl=book.add_format(rtl),
            wrapped=book.add_format(wrapped),
            wrapped_rtl=book.add_format({**rtl, **wrapped}),
        )


def _events(sheet: Worksheet, rows: Sequence[EventRow], looks: _Looks) -> None:
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(columns()) - 1)
    for place, column in enumerate(columns()):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.name, looks.header)
    for line, row in enumerate(rows, 1):
        for place, column in enumerate(columns()):
            _cell(sheet, line, place, row, column, looks)


def _cell(sheet: Worksheet, line: int, place: int, row: EventRow, column: EventColumn, looks: _Looks) -> None:
    value: Any = getattr(row, column.name)
    if column.name in ("latitude", "longitude") and not has_point(row):
        return
    day = row_day(row) if column.type == "date" else None
    if day is not None and day >= _FIRST_DAY:
        sheet.write_datetime(line, place, day, looks.day)
    elif isinstance(value, str):
        if value:
            _text(sheet, line, place, value, looks)
    else:
        sheet.write_number(line, place, value)


def _text(sheet: Worksheet, line: int, place: int, text: str, looks: _Looks, *, wrapped: bool = False) -> None:
    rtl = right_to_left(text)
    look = (looks.wrapped_rtl if rtl else looks.wrapped) if wrapped else (looks.rtl if rtl else looks.text)
    sheet.write_string(line, place, fitting(for_xml(text)), look)


def fitting(text: str) -> str:
    """`text`, cut where a cell ends."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * _MOST_UNITS:
        return text
    return units[: 2 * (_MOST_UNITS - 1)].decode("utf-16-le", "ignore") + "…"


def _columns(sheet: Worksheet, looks: _Looks) -> None:
    sheet.freeze_panes(1, 0)
    for place, (name, width) in enumerate((("Column", 20), ("Meaning", 70), ("Values", 70))):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, looks.header)
    for line, column in enumerate(columns(), 1):
        for place, text in enumerate((column.name, column.meaning, column.values)):
            _text(sheet, line, place, text, looks, wrapped=True)


def _about(sheet: Worksheet, events: Sequence[PublicEvent], rows: int, edition: Edition, looks: _Looks) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    for line, (name, value) in enumerate(_facts(events, rows, edition)):
        sheet.write_string(line, 0, for_xml(name), looks.header)
        if isinstance(value, str):
            _text(sheet, line, 1, value, looks, wrapped=True)
        else:
            sheet.write_number(line, 1, value, looks.wrapped)


def _facts(events: Sequence[PublicEvent], rows: int, edition: Edition) -> Iterator[tuple[str, str | int]]:
    yield "Title", edition.title
    yield "As known at", f"{edition.as_of.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if edition.where:
        yield "Chosen by", edition.where
    yield "Rows", rows
    yield "Events", len(events)
    yield "Events that are no row", sum(not event.rows for event in events)
    for name, figure in (
        ("Reports", edition.documents),
        ("Reports that repeat another", edition.copies),
        ("Claims", edition.claims),
        ("Reports that tell no date", edition.undated_documents),
    ):
        if figure is not None:
            yield name, figure
    for note in edition.notes:
        yield "Note", note
    for name, version in edition.made_with:
        yield f"Made with {name}", version
