"""The geoparser: texts in, places with offsets, precision and codes out."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tocsin
import tocsin.places
from tocsin import pipeline
from tocsin.cli._app import app
from tocsin.errors import UsageError
from tocsin.pipeline import Geoparser, PlacedText, Problem
from tocsin.records import priogrid_gid

TEXT = (
    "Clashes broke out 20 km east of Gao, in northern Mali, on Monday.\n\n"
    "A convoy was stopped on the road between Aleppo and Hama; two shells fell in Saraqib."
)


@pytest.fixture(scope="module")
def geoparser() -> Geoparser:
    return Geoparser(pipeline.open_codebook(None), pipeline.open_places())


@pytest.fixture(scope="module")
def placed(geoparser: Geoparser) -> PlacedText:
    return geoparser.text(TEXT)


def test_names_stand_where_the_text_has_them(placed: PlacedText) -> None:
    words = [placed.text[p.start : p.end] for p in placed.places]
    assert placed.text == TEXT
    assert {"Gao", "Aleppo", "Hama", "Saraqib"} <= set(words)
    assert words == sorted(words, key=TEXT.index)
    assert all(p.place.name == w for p, w in zip(placed.places, words, strict=True))


def test_an_offset_moves_the_point_and_is_near(placed: PlacedText) -> None:
    gao = next(p for p in placed.places if p.place.name == "Gao")
    assert gao.relation == "near"
    assert gao.place.precision == "near"
    assert gao.place.longitude == pytest.approx(-0.04 + 0.187, abs=0.02)  # 20 km on that parallel
    assert (gao.place.geo_precision, gao.where_prec) == (2, 2)


def test_precision_is_told_in_the_terms_of_both_datasets(placed: PlacedText) -> None:
    town = next(p for p in placed.places if p.place.name == "Saraqib")
    road = next(p for p in placed.places if p.place.name == "Aleppo")
    assert (town.place.geo_precision, town.where_prec) == (1, 1)
    assert (road.relation, road.where_prec) == ("line", 5)
    assert town.place.latitude is not None
    assert town.place.longitude is not None
    assert town.place.priogrid_gid == priogrid_gid(town.place.latitude, town.place.longitude)
    assert 0.5 < (town.place.probability or 0) <= 1


def test_offsets_are_those_of_the_text_as_given(geoparser: Geoparser) -> None:
    text = "  \ufeff\r\n\tShelling hit Saraqib \ud800 on Monday.\r\n"
    (found,) = geoparser.text(text).places
    assert text[found.start : found.end] == "Saraqib"


def test_a_text_in_another_language_says_that_it_was_not_read(geoparser: Geoparser) -> None:
    placed = geoparser.text("قتل ثلاثة مدنيين في قصف مدفعي استهدف الأحياء السكنية في المدينة يوم الاثنين")
    assert placed.places == ()
    assert "language ar" in placed.notes[0]


@pytest.mark.parametrize(
    ("text", "countries"),
    [("Gao", ["MLI"]), (" Saraqib, Idlib, Syria\n", ["SYR"] * 3), ("إدلب", ["SYR"]), ("good morning, all", [])],
)
def test_bare_names_are_places_in_any_script(geoparser: Geoparser, text: str, countries: list[str]) -> None:
    placed = geoparser.text(text)
    assert [p.place.country for p in placed.places] == countries
    assert all(placed.text[p.start : p.end] == p.place.name for p in placed.places)
    assert not (placed.places and placed.notes)


def test_nothing_is_an_error(geoparser: Geoparser) -> None:
    with pytest.raises(UsageError, match="no text"):
        geoparser.text(" \n")


def test_files_are_read_and_what_cannot_be_is_named(geoparser: Geoparser, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.csv").write_text("date,text\n2021-03-04,Two shells fell in Saraqib.\n", "utf-8")
    found = list(geoparser.files([tmp_path, tmp_path / "missing.txt"]))
    texts = [f for f in found if isinstance(f, PlacedText)]
    assert {(t.name.rpartition("/")[2], t.item) for t in texts} == {("a.txt", ""), ("b.csv", "1")}
    assert all(t.places for t in texts)
    (problem,) = [f for f in found if isinstance(f, Problem)]
    assert "missing.txt" in problem.path


def test_from_a_notebook() -> None:
    placed = tocsin.geoparse("Two shells fell in Saraqib.")
    assert [p.place.country for p in placed.places] == ["SYR"]


def test_the_room_of_places_has_it_too() -> None:
    code = "import tocsin; print(tocsin.places.geoparse('Two shells fell in Saraqib.').places[0].place.country)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout == "SYR\n"
    assert "geoparse" in dir(tocsin.places)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = tocsin.places.nothing


def test_from_the_command_line(tmp_path: Path) -> None:
    runner = CliRunner()
    page, layer = tmp_path / "p.html", tmp_path / "p.geojson"
    shown = runner.invoke(app, ["places", TEXT, "--html", str(page), "--geojson", str(layer)])
    assert shown.exit_code == 0, shown.output
    assert "Saraqib" in shown.stdout
    assert stat.S_IMODE(page.stat().st_mode) == stat.S_IMODE(layer.stat().st_mode) == 0o600
    features = json.loads(layer.read_text("utf-8"))["features"]
    piped = runner.invoke(app, ["places", "-", "--json"], input=TEXT)
    (text,) = json.loads(piped.stdout)["texts"]
    assert [f["properties"]["words"] for f in features] == [p["words"] for p in text["places"]]
    assert TEXT[text["places"][0]["start"] : text["places"][0]["end"]] == text["places"][0]["words"]


@pytest.mark.parametrize(
    ("given", "code"),
    [(["no-such-report.txt"], 3), (["no-such-folder/"], 3), (["-", "other.txt"], 2), ([" "], 2)],
    ids=["missing", "no folder", "pipe", "empty"],
)
def test_what_cannot_be_read_is_an_error(given: list[str], code: int) -> None:
    assert CliRunner().invoke(app, ["places", *given]).exit_code == code


def test_names_one_to_a_line_are_read_in_any_script(geoparser: Geoparser, tmp_path: Path) -> None:
    names = "حلب\nتمبكتو\n\nدمشق"
    placed = geoparser.text(names)
    assert [names[p.start : p.end] for p in placed.places] == ["حلب", "تمبكتو", "دمشق"]
    file = tmp_path / "names.txt"
    file.write_text(names, encoding="utf-8")
    (read,) = geoparser.files([file])
    assert isinstance(read, PlacedText)
    assert [read.text[p.start : p.end] for p in read.places] == ["حلب", "تمبكتو", "دمشق"]


def test_a_name_that_things_did_not_happen_at_is_not_literal(geoparser: Geoparser) -> None:
    placed = geoparser.text("Moscow says that two men were killed in Gao.")
    said = {placed.text[p.start : p.end]: p.literal for p in placed.places}
    assert said["Gao"]
    assert not said.get("Moscow", False)
