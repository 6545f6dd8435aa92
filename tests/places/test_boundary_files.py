"""Outlines of areas of one's own: every form, what places get from them, and what is said of bad ones."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon, box
from typer.testing import CliRunner

from tocsin.cli._app import app
from tocsin.errors import NotFound, UnreadableInput, UsageError
from tocsin.places import (
    SqliteGazetteer,
    add_boundaries,
    add_gazetteer,
    list_boundaries,
    list_gazetteers,
    open_gazetteer,
    remove_boundaries,
)
from tocsin.records import Place, Toponym

# Invented areas around Gao (16.27 N, 0.04 W) and Timbuktu (16.77 N, 3.01 W) in Mali.
EAST, WEST = box(-1, 15.5, 1, 17.5), box(-4, 16, -2, 17.5)
AREAS: list[tuple[str, str, Polygon]] = [("Cercle Orient", "ML0701", EAST), ("Cercle Ponant", "ML0601", WEST)]


def frame(areas: Sequence[tuple[str, str, Any]] = AREAS, **columns: object) -> geopandas.GeoDataFrame:
    table = {
        "ADM0_EN": "Mali",
        "ADM1_EN": ["Reg " + code[:4] for _, code, _ in areas],
        "ADM1_PCODE": [code[:4] for _, code, _ in areas],
        "ADM2_EN": [name for name, *_ in areas],
        "ADM2_PCODE": [code for _, code, _ in areas],
    }
    return geopandas.GeoDataFrame(table | columns, geometry=[shape for *_, shape in areas], crs="EPSG:4326")


def saved(folder: Path, form: str, table: geopandas.GeoDataFrame) -> Path:
    path = folder / f"areas.{form.removesuffix('.zip')}"
    table.to_file(path)
    if not form.endswith(".zip"):
        return path
    packed = folder / "areas.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(folder.glob("areas.*")):
            if part != packed:
                archive.write(part, f"mali/Boundaries of Mali/{part.name}")
    return packed


def gao(gazetteer: SqliteGazetteer) -> Place:
    (place,) = gazetteer.resolve([Toponym("Gao", 0, 3, within=("Mali",))])
    return place


@pytest.mark.parametrize("form", ["geojson", "gpkg", "shp", "shp.zip", "gpkg.zip"])
def test_places_get_the_areas_they_lie_in(own_cache: Path, tmp_path: Path, form: str) -> None:
    before = gao(open_gazetteer())
    added = add_boundaries([saved(tmp_path, form, frame())], "mine")
    assert added.problems == ()
    assert added.gazetteer.countries == ("MLI",)
    assert list_boundaries() == (added.gazetteer,)
    assert list_gazetteers() == ()
    place = gao(open_gazetteer())
    assert (place.admin1, place.admin2, place.pcodes) == ("Reg ML07", "Cercle Orient", ("ML07", "ML0701"))
    assert (place.latitude, place.longitude) == (before.latitude, before.longitude)
    remove_boundaries("mine")
    assert gao(open_gazetteer()) == before


def test_areas_are_found_by_name(own_cache: Path, tmp_path: Path) -> None:
    add_boundaries([saved(tmp_path, "gpkg", frame())])
    (place,) = open_gazetteer().resolve([Toponym("Cercle Ponant", 0, 13, within=("Mali",))])
    assert (place.precision, place.pcodes) == ("admin2", ("ML06", "ML0601"))
    assert [one.name for one in list_boundaries()] == ["areas"]


def test_fields_and_level_can_be_said(own_cache: Path, tmp_path: Path) -> None:
    table = geopandas.GeoDataFrame({"LIBELLE": ["Orient"], "CLE": ["07-01"]}, geometry=[EAST], crs="EPSG:4326")
    file = saved(tmp_path, "gpkg", table)
    with pytest.raises(UnreadableInput, match="--level"):
        add_boundaries([file])
    with pytest.raises(UnreadableInput, match="no field 'NOM' among LIBELLE, CLE"):
        add_boundaries([file], level=3, name_field="NOM")
    assert list_boundaries() == ()
    add_boundaries([file], level=3, name_field="LIBELLE", pcode_field="CLE", country="MLI")
    place = gao(open_gazetteer())
    assert (place.admin3, place.pcodes) == ("Orient", ("07-01",))
    assert place.admin1  # the name of the bundled division stays where no outline tells it


def test_a_cell_may_tell_the_level(own_cache: Path, tmp_path: Path) -> None:
    table = geopandas.GeoDataFrame(
        {"shapeName": ["Orient"], "shapeType": ["ADM2"], "shapeGroup": ["MLI"]}, geometry=[EAST], crs="EPSG:4326"
    )
    add_boundaries([saved(tmp_path, "geojson", table)])
    assert gao(open_gazetteer()).admin2 == "Orient"


def test_own_fields_beside_those_of_the_area_around_are_the_next_level(own_cache: Path, tmp_path: Path) -> None:
    region = geopandas.GeoDataFrame({"NAME_EN": ["Reg"], "PCODE": ["ML07"]}, geometry=[EAST], crs="EPSG:4326")
    first = tmp_path / "mli_admin1.geojson"
    region.to_file(first)
    district = region.assign(NAME_EN="Orient", PCODE="ML0701", ADMIN1_EN="Reg", ADMIN1_COD="ML07")
    second = tmp_path / "districts.shp"
    district.to_file(second)
    assert add_boundaries([first, second], "mine").gazetteer.areas == 2
    place = gao(open_gazetteer())
    assert (place.admin1, place.admin2, place.pcodes) == ("Reg", "Orient", ("ML07", "ML0701"))


def test_all_four_levels_come_together(own_cache: Path, tmp_path: Path) -> None:
    wards = frame([("Cercle Orient", "ML0701", EAST)], ADM3_EN="Commune", ADM3_PCODE="ML070101", ADM4_EN="Quartier 5",
                  ADM4_PCODE="ML07010105")  # fmt: skip
    file = saved(tmp_path, "gpkg", wards)
    add_boundaries([file], "mine")
    gazetteer = open_gazetteer()
    assert (
        gao(gazetteer).pcodes == ("ML07", "ML0701", "ML070101", "ML07010105") or "ML07010105" in gao(gazetteer).pcodes
    )
    assert not gazetteer.knows("Quartier 5")
    add_boundaries([file], "mine", level=2)
    assert gao(open_gazetteer()).pcodes == ("ML07", "ML0701")


def test_what_was_mended_or_left_out_is_said(own_cache: Path, tmp_path: Path) -> None:
    bow = Polygon([(-1, 15.5), (1, 17.5), (1, 15.5), (-1, 17.5)])
    table = frame([
        ("Bow", "ML0701", bow),
        ("Nowhere", "ML0702", box(-1e-8, -1e-8, 1e-8, 1e-8)),
        ("Ocean", "", box(-31, 0, -30, 1)),
        ("Cercle Ponant", "ML0601", WEST),
    ])  # fmt: skip
    table["ADM0_EN"], table["ADM1_PCODE"] = ["Mali", "Mali", None, "Mali"], ["ML07", "ML07", None, "ML06"]
    added = add_boundaries([saved(tmp_path, "gpkg", table)], "mine")
    told = "\n".join(p.reason for p in added.problems)
    assert "feature 1: the outline of Bow crosses itself; it was mended" in told
    assert "feature 2: column 'geometry': the point is 0, 0" in told
    assert "feature 3: Ocean lies at sea" in told
    assert len(added.problems) == 3


def test_pieces_of_one_area_are_one(own_cache: Path, tmp_path: Path) -> None:
    pieces = frame([("Orient", "ML0701", box(5, 20, 5.1, 20.1)), ("Orient", "ML0701", MultiPolygon([EAST]))])
    added = add_boundaries([saved(tmp_path, "gpkg", pieces)], "mine")
    assert added.gazetteer.areas == 2  # the region and its one district
    assert gao(open_gazetteer()).pcodes == ("ML07", "ML0701")


def test_a_failed_add_leaves_all_as_it_was(own_cache: Path, tmp_path: Path) -> None:
    add_boundaries([saved(tmp_path, "gpkg", frame())], "mine")
    before = list_boundaries()
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(b"SQLite format 3\x00" + b"no more")
    vrt = tmp_path / "sly.gpkg"
    vrt.write_text("<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>")
    alone = tmp_path / "alone.shp"
    frame().to_file(alone)
    (tmp_path / "alone.shx").unlink()
    (tmp_path / "alone.dbf").unlink()
    metres = tmp_path / "metres.gpkg"
    frame().to_crs("EPSG:32630").to_file(metres)
    points = tmp_path / "points.geojson"
    point = {"type": "Feature", "properties": {"ADM2_EN": "Gao"}, "geometry": Point(0, 16).__geo_interface__}
    points.write_text(json.dumps({"type": "FeatureCollection", "features": [point]}))
    empty = tmp_path / "empty.zip"
    zipfile.ZipFile(empty, "w").close()
    for file, why in (
        (bad, "cannot be read"),
        (vrt, "is no GeoPackage"),
        (alone, "together|no field|has no row"),
        (metres, "WGS 84"),
        (points, "no outline"),
        (empty, "holds none"),
        (tmp_path / "areas.kml", "cannot be opened"),
    ):
        with pytest.raises(UnreadableInput, match=why):
            add_boundaries([file], "mine")
        assert list_boundaries() == before


def test_what_is_no_name_level_or_country_is_an_error(own_cache: Path, tmp_path: Path) -> None:
    file = saved(tmp_path, "gpkg", frame())
    for wrong in ({"name": "No Name"}, {"level": 5}, {"country": "Mali"}):
        with pytest.raises(UsageError):
            add_boundaries([file], **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="there are: none"):
        remove_boundaries("mine")


def test_a_row_of_a_gazetteer_knows_its_own_areas_better(own_cache: Path, tmp_path: Path) -> None:
    add_boundaries([saved(tmp_path, "gpkg", frame())], "mine")
    table = tmp_path / "villages.csv"
    table.write_text("name,lat,lon,country,admin1,admin2,pcode\nOrfoba,16.3,0.1,MLI,Gao,Ansongo,ML07029\n", "utf-8")
    add_gazetteer([table], "villages")
    (place,) = open_gazetteer().resolve([Toponym("Orfoba", 0, 6)])
    assert (place.admin2, place.pcodes[-1]) == ("Ansongo", "ML07029")


def test_from_the_command_line(own_cache: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    file = saved(tmp_path, "shp.zip", frame())
    added = runner.invoke(app, ["boundaries", "add", str(file), "--name", "mine", "--json"])
    assert added.exit_code == 0, added.output
    assert json.loads(added.stdout)["boundaries"]["areas"] == 4
    assert [one["name"] for one in json.loads(runner.invoke(app, ["boundaries", "list", "--json"]).stdout)] == ["mine"]
    assert "mine" in runner.invoke(app, ["boundaries", "list"]).stdout
    assert runner.invoke(app, ["boundaries", "remove", "mine"]).exit_code == 0
    assert "None were added" in runner.invoke(app, ["boundaries", "list"]).stdout
    assert runner.invoke(app, ["boundaries", "remove", "mine"]).exit_code != 0
