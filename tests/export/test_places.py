"""Places as a layer and as a page."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lxml import html as parser

from tocsin.export import places_box, write_places_geojson, write_places_page
from tocsin.records import NamedPlace, Place, PlacedText

from .outline import sketched_outline

TEXT = "Shells fell in <b>Tell</b> & خان الوردة.\nNobody knows Nowhere."


def placed(*names: tuple[str, float | None, float | None]) -> PlacedText:
    places = tuple(
        NamedPlace(at := TEXT.index(name), at + len(name), Place(name, name, y, x, country="SYR", pcodes=("SY01",)))
        for name, y, x in names
    )
    return PlacedText("wire & co.txt", TEXT, places)


SOME = placed(("Tell", 35.7, 36.6), ("خان الوردة", 35.86, 36.49), ("Nowhere", None, None))


def test_a_feature_a_mention_and_no_geometry_without_a_point(tmp_path: Path) -> None:
    path = tmp_path / "p.geojson"
    assert write_places_geojson([SOME], path) == 3
    features = json.loads(path.read_text("utf-8"))["features"]
    assert [f["geometry"] and f["geometry"]["coordinates"] for f in features] == [[36.6, 35.7], [36.49, 35.86], None]
    assert features[1]["properties"]["words"] == "خان الوردة"
    assert features[2]["properties"]["priogrid_gid"] is None


def test_the_page_is_whole_runs_nothing_and_loads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p.html"
    write_places_page([SOME], sketched_outline(), path)
    page = path.read_text("utf-8")
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)
    assert "<b>Tell</b>" not in page  # the report's own markup stays words
    tree = parser.fromstring(page)
    links = tree.xpath("//a[contains(@class, 'place')]")
    assert [a.text for a in links] == ["Tell", "خان الوردة", "Nowhere"]
    assert {a.get("href").removeprefix("#") for a in links} == set(tree.xpath("//tr/@id"))
    assert all(p.get("dir") == "auto" for p in tree.xpath("//article/p"))
    assert len(tree.xpath("//circle")) == 2


def test_a_page_without_a_point_has_no_map(tmp_path: Path) -> None:
    nowhere = placed(("Nowhere", None, None))
    assert places_box([nowhere]) is None
    write_places_page([nowhere], {"type": "FeatureCollection", "features": []}, tmp_path / "p.html")
    assert "<svg" not in (tmp_path / "p.html").read_text("utf-8")


def test_the_map_is_as_close_as_its_places_allow_and_labels_do_not_meet_on_a_phone(tmp_path: Path) -> None:
    one = placed(("Tell", 35.7, 36.6))
    box = places_box([one])
    assert box is not None
    west, south, east, north = box
    assert west < 36.6 < east
    assert south < 35.7 < north
    assert east - west < 6
    assert north - south < 4
    # A phone's letters are larger on the map: two labels that stand apart on a desk would stand on each other there.
    write_places_page([SOME, placed(("Tell", 35.6, 36.6))], sketched_outline(), tmp_path / "p.html")
    tree = parser.fromstring((tmp_path / "p.html").read_text("utf-8"))
    assert sorted(text.get("class") or "" for text in tree.xpath("//svg//text")) == ["", "", "wide-only"]
