"""Spreadsheets."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources.sheets import SheetSource
from tocsin.sources.tables import CsvSource

HEADER = ["Nr", "Date reported", "Place", "Killed", "Notes"]
ROWS: list[list[Any]] = [
    [1, date(2021, 5, 3), "Old Bridge", 2, "Two men were shot at the well by unknown gunmen"],
    [2, "04/05/2021", "?", None, "A shell fell on the market, no one was hurt"],
]
MANIFEST = """<?xml version="1.0"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"/>"""
ODS = """<?xml version="1.0"?><office:document-content office:version="1.2"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Log">{}</table:table></office:spreadsheet></office:body>
</office:document-content>"""


def book(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def read(tmp_path: Path, data: bytes, name: str = "log.xlsx") -> list[Item | InputError]:
    path = tmp_path / name
    path.write_bytes(data)
    return list(SheetSource().read(path, name))


def test_rows_are_documents(tmp_path: Path) -> None:
    one, two = read(
        tmp_path, book(("Log", [["Incidents of the valley"], [], HEADER, *ROWS]), ("Note", [["made by hand"]]))
    )
    assert isinstance(one, Item)
    assert isinstance(two, Item)
    assert (one.item, two.item) == ("1", "2")
    document = one.document
    assert document.text == "1 | 2021-05-03 | Old Bridge | 2 | Two men were shot at the well by unknown gunmen"
    assert [(p.kind, p.name) for p in document.parts] == [("cell", c) for c in HEADER]
    assert document.sensitivity == "restricted"
    assert document.published is not None
    assert document.published.start == date(2021, 5, 3)
    assert two.document.published is not None
    assert two.document.published.start == date(2021, 5, 4)


def test_a_sheet_saved_as_csv_gives_the_same_documents(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    text = "\n".join(";".join("" if c is None else str(c) for c in row) for row in [HEADER, *ROWS])
    path.write_text(text, encoding="utf-8")
    assert list(CsvSource().read(path, "log")) == read(tmp_path, book(("Log", [HEADER, *ROWS])))


def test_several_sheets_are_named(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        book(("May", [HEADER, *ROWS]), ("June", [HEADER, ROWS[0]]), ("Codes", [["a", "b", "c"], ["d", "e", "f"]])),
    )
    assert [f.item for f in found if isinstance(f, Item)] == ["May!1", "May!2", "June!1"]
    assert "log.xlsx: sheet 'Codes' has no column of text" in str(found[-1])


def test_ods(tmp_path: Path) -> None:
    rows = [HEADER, ["1", "2021-05-03", "Old Bridge", "2", "Two men were shot at the well by unknown gunmen"]]
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", MANIFEST)
        package.writestr("content.xml", ODS.format(cells))
    (found,) = read(tmp_path, buffer.getvalue(), "log.ods")
    assert isinstance(found, Item)
    assert found.document.text == "1 | 2021-05-03 | Old Bridge | 2 | Two men were shot at the well by unknown gunmen"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"words", "is no spreadsheet"),
        (book(("Log", [HEADER, *ROWS]))[:-200], "or a truncated one"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "protected by a password"),
        (book(("Log", [])), "holds no table"),
        (book(("Log", [["a", "b"], [1, 2]])), "has no column of text"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    (error,) = read(tmp_path, data)
    assert isinstance(error, InputError)
    assert reason in str(error)


def test_a_package_of_something_else_is_said(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("a.txt", "x")
    for name in ("a.xlsx", "a.ods"):
        (error,) = read(tmp_path, buffer.getvalue(), name)
        assert f"{name}: is no spreadsheet" in str(error)


def test_a_stray_cell_far_away_does_no_harm(tmp_path: Path) -> None:
    for cell, reason in (("XFD1048576", "log.xlsx: a sheet reaches to row 1,048,576 and column 16,384"), ("Z9", "")):
        made = openpyxl.Workbook()
        sheet = made.active
        for row in (HEADER, ROWS[0]):
            sheet.append(row)
        sheet[cell] = "x"
        buffer = io.BytesIO()
        made.save(buffer)
        found = read(tmp_path, buffer.getvalue())
        if reason:
            assert reason in str(found)
        else:
            assert isinstance(found[0], Item)
            assert found[0].document.text.startswith("1 | 2021-05-03 | Old Bridge | 2 | Two men")
            assert len(found[0].document.parts) == len(HEADER)


def test_a_sheet_that_explains_the_columns_or_notes_something_holds_no_reports(tmp_path: Path) -> None:
    table = [
        ["date", "place", "what happened", "killed"],
        ["2023-04-02", "Tayana", "A mine went off under a lorry.", 1],
    ]
    columns = [["Column", "Meaning"], ["date", "the day"], ["place", "the village"], ["what happened", "in words"]]
    about = [["Kept by", "the desk"], ["Last changed", "2023-05-01"]]
    second = [["day", "text"], ["2023-04-03", "Two farmers were shot near Darnaj."]]
    path = tmp_path / "log.xlsx"
    path.write_bytes(book(("Events", table), ("Columns", columns), ("About", about), ("Other log", second)))
    found = list(SheetSource().read(path, "log.xlsx"))
    assert [f.item for f in found if isinstance(f, Item)] == ["Events!1", "Other log!1"]
    assert not [f for f in found if isinstance(f, InputError)]


@pytest.mark.parametrize(
    "cell",
    [
        b'<c t="n" r="A99999999999"><v>1</v></c>',
        b'<c t="n" r="zzz1048576"><v>1</v></c>',
        b"<c t='n' r='XFD1048576'><v>1</v></c>",
        b'<c t="n" r = "ZZZZZZZ90000"><v>1</v></c>',
    ],
)
def test_a_cell_beyond_all_bounds_takes_no_memory(tmp_path: Path, cell: bytes) -> None:
    path = tmp_path / "log.xlsx"
    whole = book(("Log", [HEADER, *ROWS]))
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            if name.startswith("xl/worksheets/"):
                held = held.replace(b"</row></sheetData>", cell + b"</row></sheetData>")
                assert cell in held
            new.writestr(name, held)
    found = list(SheetSource().read(path, "log.xlsx"))
    assert [type(f) for f in found] == [UnreadableInput]
    assert "too far" in str(found[0])
