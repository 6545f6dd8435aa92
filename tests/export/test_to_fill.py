"""Workbooks that go out to be filled in, opened by another program."""

from __future__ import annotations

import stat
from pathlib import Path

import openpyxl
import pytest

from tocsin.export import write_sheets
from tocsin.interfaces import Sheet, SheetColumn

ARABIC = "قُتل ثلاثة أشخاص في قصف على إدلب"
COLUMNS = (SheetColumn("passage", 40), SheetColumn("score", 8), SheetColumn("verdict", 10, True, ("yes", "no")))


def written(folder: Path, *rows: tuple[str | float, ...], spare: int = 0) -> openpyxl.Workbook:
    path = folder / "asked.xlsx"
    write_sheets([Sheet("Asked", COLUMNS, rows, spare)], (("How", "Fill it in."), ("", ARABIC)), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return openpyxl.load_workbook(path)


def test_arabic_is_read_from_right_to_left_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    page = written(tmp_path, (ARABIC, 0.5, ""), (f"Reuters: {ARABIC}", 0.5, ""))["Asked"]
    assert page["A3"].value == ARABIC
    assert (page["A3"].alignment.readingOrder, page["A3"].alignment.horizontal) == (2, "right")
    assert page["A4"].value == f"Reuters: {ARABIC}"
    assert page["A4"].alignment.readingOrder != 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "http://a.example", "00123"])
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    cell = written(tmp_path, (text, 0.5, ""))["Asked"]["A3"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.hyperlink is None
    assert bool(cell.quotePrefix) is (text[0] in "=+-@\t")


def test_only_what_is_asked_for_can_be_written(tmp_path: Path) -> None:
    page = written(tmp_path, ("words", 0.5, ""), spare=2)["Asked"]
    assert [cell.protection.locked for cell in page[3]] == [True, True, False]
    assert [cell.protection.locked for cell in page[5]] == [False, False, False]
    [offered] = page.data_validations.dataValidation
    assert (offered.formula1, str(offered.sqref)) == ('"yes,no"', "C3:C5")
    assert (page.freeze_panes, page.protection.sheet) == ("A3", True)


def test_a_cell_that_is_too_long_is_cut(tmp_path: Path) -> None:
    value = written(tmp_path, ("ا" * 40_000, 0.5, ""))["Asked"]["A3"].value
    assert len(value) <= 32_767
    assert value.endswith("…")


def test_a_sheet_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    written(tmp_path, ("words", 0.5, ""))
    with pytest.raises(ValueError):
        written(tmp_path, ("a row too short",))
    assert openpyxl.load_workbook(tmp_path / "asked.xlsx")["Asked"]["A3"].value == "words"
    assert [p.name for p in tmp_path.iterdir()] == ["asked.xlsx"]
