"""Tables that people filled in and sent back, cell by cell: spreadsheets and CSV, as the reports in them are read."""

from __future__ import annotations

from pathlib import Path

from tocsin.errors import UnreadableInput
from tocsin.sources._decoding import open_lines, repaired
from tocsin.sources._packages import check_office
from tocsin.sources.sheets import SheetSource, _check_extent, _sheets
from tocsin.sources.tables import CsvSource, _rows, delimiter_of

__all__ = ["Rows", "returned_sheets"]

Rows = list[tuple[int, list[str]]]
"""The number of each row as a spreadsheet shows it, and its cells."""


def returned_sheets(path: Path) -> list[tuple[str, Rows]]:
    """The name of each visible sheet of the file at `path`, empty for a CSV file, and its rows that are not empty.

    Raises
    ------
    UnreadableInput
        If it is neither a spreadsheet nor CSV, or is damaged.
    """
    suffix = path.suffix.lower()
    if suffix in SheetSource.suffixes:
        check_office(path, str(path), "spreadsheet (.xlsx or .ods)")
        _check_extent(path, str(path))
        return [(title, _whole(rows)) for title, rows in _sheets(path, str(path))]
    if suffix in CsvSource.suffixes:
        return [("", _csv(path))]
    raise UnreadableInput(str(path), "is neither a spreadsheet (.xlsx, .ods) nor CSV; save it as one of these")


def _whole(rows: list[tuple[int, list[str] | str]]) -> Rows:
    return [(number, cells) for number, cells in rows if isinstance(cells, list)]


def _csv(path: Path) -> Rows:
    try:
        with open_lines(path, str(path)) as file:
            sample = file.read(1 << 16)
            file.seek(0)
            # A cell may hold several lines, so rows are counted, not lines.
            numbered = enumerate((row for _, row in _rows(file, delimiter_of(sample))), 1)
            return [(n, [repaired(c) for c in row]) for n, row in numbered if isinstance(row, list) and any(row)]
    except (OSError, UnicodeError) as error:
        raise UnreadableInput(str(path), f"cannot be read to its end ({error}); check the file") from error
