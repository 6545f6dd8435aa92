from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import NotFound, UnreadableInput, UsageError
from tocsin.places import (
    Addition,
    SqliteGazetteer,
    add_gazetteer,
    list_gazetteers,
    open_gazetteer,
    remove_gazetteer,
)
from tocsin.records import Place, Toponym

# An invented district in the middle of Mali: two sub-districts, a dozen villages.
DISTRICT = {"ADM0_EN": "Mali", "ADM1_EN": "Mopti", "ADM1_PCODE": "ML05", "ADM2_EN": "Tessama", "ADM2_PCODE": "ML0599"}
VILLAGES = {
    "Tessama": (14.50, -3.90, "ML059901"),
    "Dar Salam Busayra": (14.52, -3.95, "ML059902"),
    "Kuna Gharib": (14.60, -3.80, "ML059903"),
    "Upper Shekhana": (14.61, -3.75, "ML059904"),
    "Lower Shekhana": (14.66, -3.75, "ML059905"),
    "Nabora - Qorfa": (14.70, -3.70, "ML059906"),
}


def feature(properties: Mapping[str, object], *point: float) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [point[1], point[0]]}
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def square(properties: Mapping[str, object], south: float, west: float, north: float, east: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": dict(properties), "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(path: Path, features: Sequence[object]) -> Path:
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in features)
    path.write_text('{"type": "FeatureCollection",\n"features": [\n' + lines + "\n]}\n", encoding="utf-8")
    return path


def villages(path: Path) -> Path:
    return collection(
        path, [feature(DISTRICT | {"NAME_EN": n, "PCODE": code}, y, x) for n, (y, x, code) in VILLAGES.items()]
    )


@pytest.fixture
def added(own_cache: Path, tmp_path: Path) -> Addition:
    outline = square(DISTRICT, 14.4, -4.1, 14.8, -3.6)
    return add_gazetteer(
        [collection(tmp_path / "adm2.geojson", [outline]), villages(tmp_path / "places.geojson")], "own"
    )


def resolve(gazetteer: SqliteGazetteer, name: str, *within: str) -> Place:
    (place,) = gazetteer.resolve([Toponym(name, 0, max(1, len(name)), within=within)])
    return place


def test_what_was_added_is_listed_and_found_with_its_codes(added: Addition) -> None:
    assert added.problems == ()
    assert (added.gazetteer.settlements, added.gazetteer.countries) == (6, ("MLI",))
    assert list_gazetteers() == (added.gazetteer,)
    gazetteer = open_gazetteer()
    assert gazetteer.added == (added.gazetteer,)
    place = resolve(gazetteer, "Kuna Gharib", "Mopti region", "Mali")
    assert place.pcodes == ("ML05", "ML0599", "ML059903")
    assert (place.admin1, place.admin2, place.country) == ("Mopti", "Tessama", "MLI")
    assert (place.gazetteer, place.gazetteer_id, place.precision) == ("own", "ML059903", "settlement")
    assert gazetteer.knows("Kuna Gharib")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Kouna Gareeb", "ML059903"),
        ("Kuna al-Gharib", "ML059903"),
        ("KUNA-GHARIB", "ML059903"),
        ("village of Kuna Gharib", "ML059903"),
        ("Dar as-Salam Basira", "ML059902"),
        ("Shekhana Fawqani", "ML059904"),
        ("Shaykhana al-Tahtani", "ML059905"),
        ("Nabora", "ML059906"),
        ("Korfa", "ML059906"),
        ("قرية كونا غريب", "ML059903"),
    ],
)
def test_names_as_people_write_them(added: Addition, written: str, code: str) -> None:
    assert resolve(open_gazetteer(), written, "Tessama district", "Mali").pcodes[-1:] == (code,)


def test_a_place_that_nobody_listed_gets_the_areas_it_lies_in(
    added: Addition, gazetteer: SqliteGazetteer, tmp_path: Path
) -> None:
    bundled = resolve(gazetteer, "Mopti", "Mali")
    assert bundled.pcodes == ()
    outline = square(DISTRICT | {"ADM2_EN": "Around", "ADM2_PCODE": "ML0598"}, 14.2, -4.6, 14.9, -3.5)
    add_gazetteer([collection(tmp_path / "more.geojson", [outline])], "outlines")
    place = resolve(open_gazetteer(), "Mopti", "Mali")
    assert place.gazetteer_id == bundled.gazetteer_id
    assert place.admin2 == "Around"
    assert place.pcodes == ("ML05", "ML0598")


def test_one_settlement_in_two_gazetteers_is_one(own_cache: Path, gazetteer: SqliteGazetteer, tmp_path: Path) -> None:
    bundled = resolve(gazetteer, "Djibo", "Burkina Faso")
    assert bundled.latitude is not None
    assert bundled.longitude is not None
    row = {"ADM1_EN": "Sahel", "ADM1_PCODE": "BF56", "NAME_EN": "Djibo", "PCODE": "BF560101"}
    near = feature(row, bundled.latitude + 0.02, bundled.longitude)
    far = feature(row | {"PCODE": "BF560102"}, bundled.latitude + 0.4, bundled.longitude)
    add_gazetteer([collection(tmp_path / "one.geojson", [near])])
    one = open_gazetteer()
    assert len([p for p in one.find("Djibo", "BFA") if p.precision == "settlement"]) == 1
    place = resolve(one, "Djibo", "Burkina Faso")
    assert place.pcodes == ("BF56", "BF560101")
    assert place.latitude == pytest.approx(bundled.latitude + 0.02)
    add_gazetteer([collection(tmp_path / "one.geojson", [near, far])])
    assert len([p for p in open_gazetteer().find("Djibo", "BFA") if p.precision == "settlement"]) == 2


def test_a_settlement_has_its_code_from_one_gazetteer_and_its_names_from_another(
    own_cache: Path, tmp_path: Path
) -> None:
    table = tmp_path / "names.csv"
    table.write_text("name,lat,lon,alternate names\nTesamah,14.51,-3.91,تيسامة;Zoumbara\n", encoding="utf-8")
    add_gazetteer([table], "names")
    add_gazetteer([villages(tmp_path / "places.geojson")], "codes")
    gazetteer = open_gazetteer()
    for written in ("Zoumbara", "تيسامة", "Tesamah", "Tessama"):
        place = resolve(gazetteer, written, "Mali")
        assert (place.precision, place.pcodes) == ("settlement", ("ML05", "ML0599", "ML059901"))
    assert len([p for p in gazetteer.find("Tessama", "MLI") if p.precision == "settlement"]) == 1


def test_removing_leaves_what_was_there_before(added: Addition, gazetteer: SqliteGazetteer) -> None:
    with pytest.raises(NotFound, match="own"):
        remove_gazetteer("other")
    remove_gazetteer("own")
    assert list_gazetteers() == ()
    assert open_gazetteer().version == gazetteer.version


def test_adding_twice_changes_nothing_and_more_changes_the_version(added: Addition, tmp_path: Path) -> None:
    before = open_gazetteer().version
    again = add_gazetteer([tmp_path / "adm2.geojson", tmp_path / "places.geojson"], "own")
    assert again == added
    assert open_gazetteer().version == before
    add_gazetteer([tmp_path / "places.geojson"], "own")
    assert open_gazetteer().version != before


def test_an_addition_that_fails_changes_nothing(added: Addition, own_cache: Path, tmp_path: Path) -> None:
    before = sorted((p.name, p.read_bytes()) for p in (own_cache / "gazetteers").iterdir())
    bad = tmp_path / "bad.csv"
    bad.write_text("name,latitude,longitude\nNowhere,north,east\n", encoding="utf-8")
    with pytest.raises(UnreadableInput, match=r"bad\.csv: has no row that can be used: line 2: column 'latitude'"):
        add_gazetteer([tmp_path / "places.geojson", bad], "own")
    assert sorted((p.name, p.read_bytes()) for p in (own_cache / "gazetteers").iterdir()) == before


class Stopping:
    def start(self, what: str, total: int | None) -> None:
        assert what

    def advance(self, steps: int = 1) -> None:
        raise KeyboardInterrupt

    def finish(self) -> None: ...


def test_an_addition_that_is_stopped_leaves_nothing(own_cache: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        add_gazetteer([villages(tmp_path / "places.geojson")], "own", Stopping())
    assert list((own_cache / "gazetteers").iterdir()) == []


def test_an_addition_that_is_killed_changes_nothing(added: Addition, own_cache: Path, tmp_path: Path) -> None:
    gazetteers = own_cache / "gazetteers"
    before = {p.name: p.read_bytes() for p in gazetteers.iterdir()}
    table = tmp_path / "many.csv"
    rows = (f"Kor{i},{14 + i / 1e5},{-4 + i / 1e5}\n" for i in range(80_000))
    table.write_text("name,latitude,longitude\n" + "".join(rows), encoding="utf-8")
    code = "import sys, pathlib, tocsin.places as p; p.add_gazetteer([pathlib.Path(sys.argv[1])], 'own')"
    process = subprocess.Popen([sys.executable, "-c", code, str(table)])
    while process.poll() is None and not list(gazetteers.glob(".gazetteer-*.part")):
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    (part,) = gazetteers.glob(".gazetteer-*.part")
    assert {p.name: p.read_bytes() for p in gazetteers.iterdir() if p != part} == before
    assert list_gazetteers() == (added.gazetteer,)
    assert resolve(open_gazetteer(), "Kuna Gharib", "Mali").pcodes[-1] == "ML059903"
    # What it left behind goes when somebody adds again, some hours later.
    os.utime(part, (0, 0))
    remove_gazetteer("own")
    add_gazetteer([tmp_path / "places.geojson"], "own")
    assert [p.name for p in gazetteers.iterdir()] == ["own.sqlite"]


def test_names_that_no_gazetteer_may_have(own_cache: Path, tmp_path: Path) -> None:
    file = villages(tmp_path / "My Places (2).geojson")
    for name in ("geonames", "../up", "A b", "-x"):
        with pytest.raises(UsageError, match="cannot be called"):
            add_gazetteer([file], name)
    with pytest.raises(UsageError, match="no file"):
        add_gazetteer([])
    assert add_gazetteer([file]).gazetteer.name == "my-places-2"


def test_an_extra_file_is_opened_for_once(own_cache: Path, gazetteer: SqliteGazetteer, tmp_path: Path) -> None:
    file = villages(tmp_path / "places.geojson")
    packed = tmp_path / "places.geojson.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    opened = open_gazetteer([packed])
    assert resolve(opened, "Kuna Gharib", "Mali").pcodes[-1] == "ML059903"
    assert opened.version != gazetteer.version
    assert list_gazetteers() == ()
    assert open_gazetteer().version == gazetteer.version


def test_keys_of_another_version_are_made_again(added: Addition, own_cache: Path) -> None:
    path = own_cache / "gazetteers" / "own.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE about SET value = 'old' WHERE key = 'keys'")
        connection.execute("DELETE FROM exact")
    connection.close()
    assert resolve(open_gazetteer(), "Kuna Gharib", "Mali").pcodes[-1] == "ML059903"


def test_a_file_that_is_no_gazetteer_is_named(own_cache: Path) -> None:
    (own_cache / "gazetteers").mkdir()
    (own_cache / "gazetteers" / "junk.sqlite").write_text("not a database", encoding="utf-8")
    with pytest.raises(UsageError, match=r"junk\.sqlite"):
        open_gazetteer()


def test_what_is_not_listed_stays_so_where_all_villages_are_known(own_cache: Path, tmp_path: Path) -> None:
    many = [
        feature(DISTRICT | {"NAME_EN": f"Kor{a}{b}{c}", "PCODE": f"ML0599{i:04}"}, 14.4 + i / 2000, -4 + i / 3000)
        for i, (a, b, c) in enumerate((a, b, c) for a in "bdfgklmnrst" for b in "aiou" for c in "bdfglmnrstz")
    ]
    add_gazetteer([collection(tmp_path / "many.geojson", many)], "many")
    place = resolve(open_gazetteer(), "Wxhjqpv", "Tessama district", "Mali")
    assert (place.gazetteer_id, place.precision, place.pcodes) == ("", "admin2", ("ML05", "ML0599"))


def test_a_table_of_codes_without_coordinates_gives_codes_to_what_is_known(own_cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(
        "Location,Admin Level,P-Code,Name,Parent P-Code\n"
        "NGA,1,NG088,Borno,NGA\nNGA,1,NG089,Qwxzk,NGA\nNGA,2,NG088001,Maiduguri,NG088\nNGA,2,NG088002,Zxqwk,NG088\n",
        encoding="utf-8",
    )
    added = add_gazetteer([path])
    assert added.gazetteer.areas == 4
    gazetteer = open_gazetteer()
    assert resolve(gazetteer, "Monguno", "Nigeria").pcodes == ("NG088",)
    assert resolve(gazetteer, "Borno State", "Nigeria").pcodes == ("NG088",)
    assert resolve(gazetteer, "Maiduguri district", "Nigeria").pcodes == ("NG088", "NG088001")
    # A town has the code of the district that is named after it.
    assert resolve(gazetteer, "Maiduguri", "Nigeria").pcodes == ("NG088", "NG088001")
    # What nobody knows a point for has its code, and the point and precision of what is around it.
    assert [p.item for p in added.problems] == ["3"]
    assert "so are 1 more" in added.problems[0].reason
    state = resolve(gazetteer, "Qwxzk State", "Nigeria")
    assert (state.pcodes, state.precision) == (("NG089",), "country")
    district = resolve(gazetteer, "Zxqwk district", "Borno", "Nigeria")
    assert (district.pcodes, district.precision, district.admin2) == (("NG088", "NG088002"), "admin1", "Zxqwk")


def test_divisions_that_are_newer_than_the_bundled_ones_do_not_share_out_its_towns(
    own_cache: Path, tmp_path: Path
) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(
        "Location,Admin Level,P-Code,Name,Parent P-Code\n"
        "NGA,1,NG901,Upper Qwxzk,NGA\nNGA,1,NG902,Lower Qwxzk,NGA\n"
        "NGA,2,NG901001,Maiduguri,NG901\nNGA,2,NG902001,Monguno,NG902\n",
        encoding="utf-8",
    )
    add_gazetteer([path])
    gazetteer = open_gazetteer()
    assert resolve(gazetteer, "Bama", "Borno State", "Nigeria").pcodes == ()


def test_a_name_with_a_wrong_key_struck_is_the_one_that_was_meant(added: Addition) -> None:
    gazetteer = open_gazetteer()
    for written in ("Dar Salam Busajra", "Kuna Ghsrib", "Kuna Gharrib"):
        assert resolve(gazetteer, written, "Tessama district", "Mali").pcodes[-1].startswith("ML05990")


def test_who_adds_the_villages_of_a_country_has_texts_about_them(own_cache: Path, tmp_path: Path) -> None:
    rows = [
        feature(DISTRICT | {"NAME_EN": f"Weler{a}{b}{c}", "PCODE": f"ML{i:06d}"}, 14.0 + i / 900, -3.9)
        for i, (a, b, c) in enumerate((a, b, c) for a in "abdefgik" for b in "lmnoprst" for c in "abdefgiklm")
    ]
    rows.append(feature(DISTRICT | {"NAME_EN": "Koubeita", "PCODE": "ML999999"}, 14.5, -3.9))
    alone = open_gazetteer()
    assert not alone.knows("al-Kubeyta")
    add_gazetteer([collection(tmp_path / "villages.geojson", rows)], "villages")
    gazetteer = open_gazetteer()
    assert gazetteer.knows("al-Kubeyta")
    assert not gazetteer.knows("Qrunzaif")
    assert gazetteer.prominence("Koubeita") > gazetteer.prominence("al-Kubeyta") > 0
    # Nothing in the text says which country: that of the villages.
    (place,) = gazetteer.resolve([Toponym("Kubeyta", 0, 7)])
    assert (place.label, place.pcodes[-1:]) == ("Koubeita", ("ML999999",))
    # A story of another country is not moved there.
    towns = [Toponym("Kubeyta", 0, 7), Toponym("Kharkiv", 20, 27), Toponym("Kherson", 40, 47), Toponym("Sumy", 50, 54)]
    assert "ML999999" not in gazetteer.resolve(towns)[0].pcodes
