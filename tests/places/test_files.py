from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import InvalidRow, UnreadableInput
from tocsin.places import add_gazetteer, list_gazetteers, open_gazetteer
from tocsin.places._entries import Entry
from tocsin.places._files import read_entries


def read(path: Path) -> tuple[list[Entry], list[str]]:
    found = list(read_entries(path))
    return [e for e in found if isinstance(e, Entry)], [p.reason for p in found if isinstance(p, InvalidRow)]


def test_a_table_of_ones_own_villages(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "\ufeffVillage;Lat;Long;admin1;admin2;Country;P-Code;Alternate names;Population\n"
        "#loc+name;#geo+lat;#geo+lon;#adm1;#adm2;#country;#loc+code;;\n"
        "Tessama;14.5;-3,9;Mopti;Tessama;Mali;ML059901;Tesama, تيساما;1200\n"
        "\n"
        "Korfa;14.6;-3.8;Mopti;Tessama;Mali;;;\n",
        encoding="utf-8",
    )
    (first, second), problems = read(path)
    assert problems == []
    assert (first.name, first.latitude, first.longitude) == ("Tessama", 14.5, -3.9)
    assert set(first.names) == {"Tessama", "Tesama", "تيساما"}
    assert (first.country, first.pcode, first.population, first.level) == ("Mali", "ML059901", 1200, "settlement")
    assert [(p.level, p.name) for p in first.parents] == [(1, "Mopti"), (2, "Tessama")]
    assert (first.line, second.line) == (3, 5)


def test_bad_rows_are_left_out_with_their_line_and_the_good_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(
        b"name,lat,lon,pcode\n"
        b"Good,14.5,-3.9,ML1\n"
        b"Zero,0,0,ML2\n"
        b"High,95,-3.9,ML3\n"
        b"Words,north,-3.9,ML4\n"
        b"Bro\xd9ken,14.5,-3.9,ML5\n"
        b"14.5,Swapped,-3.9,ML6\n"
        b"ML0701,14.5,-3.9,ML7\n"
        b",14.5,-3.9,ML8\n"
        b"Too,14.5,-3.9,ML9,many,cells\n"
        b"Also good,14.6,-3.8,ML10\n"
    )
    entries, problems = read(path)
    assert [e.name for e in entries] == ["Good", "Also good"]
    assert [p.split(":")[0] for p in problems] == [f"line {n}" for n in range(3, 11)]
    for problem, words in zip(
        problems,
        ("0, 0", "not between", "'lat': 'north'", "UTF-8", "no name", "no name", "no name", "6 columns"),
        strict=True,
    ):
        assert words in problem


def test_a_place_at_sea_is_flagged_or_left_out(own_cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "sea.csv"
    path.write_text(
        "name,lat,lon,country\nOn land,14.5,-3.9,\nAt sea,0.5,-30,\nAt sea but said,0.5,-30,Mali\n"
        "Elsewhere,48.8,2.3,MLI\n",
        encoding="utf-8",
    )
    added = add_gazetteer([path])
    assert added.gazetteer.settlements == 3
    assert [p.item for p in added.problems] == ["3", "4", "5"]
    for problem, words in zip(added.problems, ("left out", "at sea", "France"), strict=True):
        assert words in problem.reason
        assert problem.path == str(path)


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("empty.csv", b"", "is empty"),
        ("empty.geojson", b"  \n", "is empty"),
        ("header.csv", b"place,code\nA,1\n", "line 1: no column for latitude or longitude among place, code"),
        ("nameless.csv", b"code,lat,lon\n1,1,1\n", "line 1: no column for name"),
        ("other.geojson", b'{"type": "Topology"}', "FeatureCollection"),
        (
            "fields.geojson",
            b'{"features": [{"type": "Feature", "properties": {"a": 1}, "geometry": null}]}',
            "no field",
        ),
        ("broken.geojson.gz", b"\x1f\x8b\x00broken", "unpacked"),
        ("book.xlsx", b"PK", "is .geojson, .csv"),
    ],
)
def test_files_that_cannot_be_used_say_why(
    own_cache: Path, tmp_path: Path, name: str, content: bytes, match: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=match):
        add_gazetteer([path])
    with pytest.raises(UnreadableInput, match="cannot be opened"):
        add_gazetteer([tmp_path / "missing.csv"])
    assert list_gazetteers() == ()


def test_geojson_in_one_line_or_many_and_past_a_broken_feature(tmp_path: Path) -> None:
    good = {
        "type": "Feature",
        "properties": {"name": "Korfa"},
        "geometry": {"type": "Point", "coordinates": [-3.8, 14.6]},
    }
    one_line = tmp_path / "one.geojson"
    one_line.write_text(json.dumps({"type": "FeatureCollection", "features": [good, good]}), encoding="utf-8")
    assert [e.line for e in read(one_line)[0]] == [1, 1]
    pretty = tmp_path / "pretty.json"
    pretty.write_text(json.dumps({"features": [good, good]}, indent=1), encoding="utf-8")
    assert len(read(pretty)[0]) == 2
    broken = tmp_path / "broken.geojson"
    text = json.dumps(good)
    broken.write_text(
        '{"features": [\n' + text + ",\n" + text.replace('"geometry"', "geometry") + ",\n" + text + "\n]}", "utf-8"
    )
    entries, problems = read(broken)
    assert [e.line for e in entries] == [2, 4]
    assert problems == ["line 3: is no JSON (Expecting property name enclosed in double quotes); left out"]


def test_an_outline_that_crosses_itself_is_mended_and_said(tmp_path: Path) -> None:
    path = tmp_path / "bow.geojson"
    ring = [[-4, 14], [-3, 15], [-3, 14], [-4, 15], [-4, 14]]
    area = {"ADM1_EN": "Mopti", "ADM1_PCODE": "ML05", "ADM2_EN": "Bow", "ADM2_PCODE": "ML0501"}
    shape = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(json.dumps({"features": [{"type": "Feature", "properties": area, "geometry": shape}]}), "utf-8")
    (entry,), problems = read(path)
    assert (entry.level, entry.pcode, entry.shape.is_valid) == ("admin2", "ML0501", True)
    assert problems == ["line 1: the outline of Bow crosses itself; it was mended, so look at it"]


@pytest.mark.parametrize(
    ("properties", "name", "pcode", "parent"),
    [
        (
            {"ADM2_EN": "B", "ADM2_AR": "ب", "ADM2_PCODE": "XX0101", "ADM1_EN": "A", "ADM1_PCODE": "XX01"},
            "B",
            "XX0101",
            "A",
        ),
        (
            {"admin2Name_en": "B", "admin2Pcode": "XX0101", "admin1Name_en": "A", "admin1Pcode": "XX01"},
            "B",
            "XX0101",
            "A",
        ),
        (
            {"NAME_EN": "B", "NAME_ARA": "ب", "PCODE": "XX0101", "ADMIN1_EN": "A", "ADMIN1_COD": "XX01"},
            "B",
            "XX0101",
            "A",
        ),
        ({"adm2_name": "B", "adm2_pcode": "XX0101", "adm1_name": "A", "adm1_pcode": "XX01"}, "B", "XX0101", "A"),
        ({"NAME_2": "B", "GID_2": "XX.1.1", "NAME_1": "A", "GID_1": "XX.1"}, "B", "XX.1.1", "A"),
    ],
)
def test_fields_as_boundaries_are_published(
    tmp_path: Path, properties: dict[str, str], name: str, pcode: str, parent: str
) -> None:
    path = tmp_path / "adm2.geojson"
    ring = [[-4, 14], [-3, 14], [-3, 15], [-4, 15], [-4, 14]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(
        json.dumps({"features": [{"type": "Feature", "properties": properties, "geometry": shape}]}), "utf-8"
    )
    (entry,), problems = read(path)
    assert problems == []
    assert (entry.name, entry.pcode, entry.level) == (name, pcode, "admin2")
    assert [(p.level, p.name) for p in entry.parents] == [(1, parent)]


def test_a_geonames_dump(tmp_path: Path) -> None:
    def row(number: int, name: str, kind: str, latitude: str = "14.5", names: str = "") -> str:
        cells = [
            str(number),
            name,
            name,
            names,
            latitude,
            "-3.9",
            *kind.split("."),
            "ML",
            "",
            "",
            "",
            "",
            "",
            "900",
            "",
            "",
            "",
            "",
        ]
        return "\t".join(cells)

    path = tmp_path / "ML.txt.gz"
    lines = [
        row(1, "Tessama", "P.PPLA2", names="TES,Tesama,تيساما"),
        row(2, "Lake", "H.LK"),
        row(3, "Mopti", "A.ADM1"),
        row(4, "Nowhere", "P.PPL", "x"),
        "too\tshort",
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    entries, problems = read(path)
    assert [(e.name, e.level, e.native_id, e.seat) for e in entries] == [
        ("Tessama", "settlement", "1", 2),
        ("Mopti", "admin1", "3", 0),
    ]
    assert set(entries[0].names) == {"Tessama", "Tesama", "تيساما"}
    assert [p.split(":")[0] for p in problems] == ["line 4", "line 5"]


@given(st.binary(max_size=300))
def test_any_bytes_give_entries_or_a_reason(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any", numbered=True)
    for name in ("a.csv", "a.geojson"):
        path = folder / name
        path.write_bytes(b'name,lat,lon\n"' + content if name == "a.csv" else b'{"features": [' + content)
        with contextlib.suppress(UnreadableInput):
            assert all(isinstance(e, (Entry, InvalidRow)) for e in read_entries(path))


HEAD = b"name,latitude,longitude,pcode,country\n"


@pytest.mark.parametrize(
    ("rows", "kept", "said"),
    [
        (b"Korfa,14.6,-3.8,ML\xff1,MLI\n", ["Korfa"], ["line 2: column 'pcode': broken UTF-8"]),
        (b"Korfa,14.6,-3.8,,M\xffI\n", ["Korfa"], ["line 2: column 'country': broken UTF-8"]),
        (b"Kor\x00fa,14.6,-3.8,,\nTessama,14.5,-3.9,,\n", ["Tessama"], ["line 2: column 'name': broken UTF-8"]),
        (b'"Korfa,14.6,-3.8,,\nTessama,14.5,-3.9,,\n', ["Tessama"], ["line 2: a quotation mark is not closed"]),
        (b'"Korfa\non the hill",14.6,-3.8,,\nTessama,a,b,,\n', ["Korfa\non the hill"], ["line 4: column 'latitude'"]),
        (b'Korfa 5" road,14.6,-3.8,,\nTessama,14.5,-3.9,,\n', ['Korfa 5" road', "Tessama"], []),
        (b"Korfa;14.6;-3.8;;\nTessama,14.5,-3.9,,\n", ["Tessama"], ["line 2: 1 column instead of 5, which ','"]),
        (b"Korfa,-103.8,14.6,,\nTessama,14.5,-3.9,,\n", ["Tessama"], ["line 2: column 'latitude': -103.8 is not"]),
        (b"Nan,18.78,100.77,,THA\nnan,1,1,,\n", ["Nan"], ["line 3: column 'name': no name"]),
    ],
    ids=["code", "country", "nul", "quote", "note", "inches", "delimiter", "swapped", "nan"],
)
def test_what_is_wrong_in_one_cell_costs_no_more_than_its_row(
    tmp_path: Path, rows: bytes, kept: list[str], said: list[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(HEAD + rows)
    entries, problems = read(path)
    assert [e.name for e in entries] == kept
    assert [p.startswith(s) for p, s in zip(problems, said, strict=True)] == [True] * len(said)


def test_a_table_in_another_encoding_or_form_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("name,latitude,longitude\nKorfa,14.6,-3.8\n".encode("utf-16"))
    with pytest.raises(UnreadableInput, match="UTF-16; save it as UTF-8"):
        read(path)
    path.write_bytes(b"name^latitude^longitude\nKorfa^14.6^-3.8\n")
    with pytest.raises(UnreadableInput, match="tell columns apart by comma"):
        read(path)


def test_a_point_that_is_in_its_country_only_the_other_way_round_is_turned(own_cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(HEAD + b"Korfa,14.6,-3.8,ML1,MLI\nTessama,-3.9,14.5,ML2,MLI\n")
    added = add_gazetteer([path])
    assert [(p.item, "were swapped" in p.reason) for p in added.problems] == [("3", True)]
    (found,) = open_gazetteer().find("Tessama", "MLI")
    assert (found.latitude, found.longitude, found.admin1) == (14.5, -3.9, "Mopti")


def test_an_id_that_comes_twice(own_cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"id,name,latitude,longitude\n7,Korfa,14.6,-3.8\n7,Tessama,14.5,-3.9\n7,Korfa,14.6,-3.8\n")
    added = add_gazetteer([path])
    assert added.gazetteer.settlements == 2
    assert [p.reason for p in added.problems] == ["line 4: Korfa with id 7 was on line 2 already; left out"]


GEONAMES = [
    "1",
    "Korfa",
    "Korfa",
    "",
    "14.6",
    "-3.8",
    "P",
    "PPL",
    "ML",
    *[""] * 5,
    "900",
    "",
    "",
    "Etc/UTC",
    "2020-01-01",
]


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        (0, "x1", "line 2: column 'geonameid'"),
        (4, "north", "line 2: column 'latitude'"),
        (4, "0\t0", "line 2: 20 columns"),
        (8, "M\udcff", "line 2: column 'countrycode': broken UTF-8"),
        (1, "Bro\udcffken", "line 2: column 'name': broken UTF-8"),
    ],
)
def test_a_bad_row_of_a_dump(tmp_path: Path, cell: int, value: str, said: str) -> None:
    path = tmp_path / "ML.txt"
    bad = [*GEONAMES[:cell], value, *GEONAMES[cell + 1 :]]
    many_people = [*GEONAMES[:14], "9" * 30, *GEONAMES[15:]]
    text = "".join("\t".join(row) + "\n" for row in (GEONAMES, bad, many_people))
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    entries, problems = read(path)
    assert [(e.name, e.population) for e in entries] == [("Korfa", 900), ("Korfa", 0)]
    assert [p.startswith(said) for p in problems] == [True]
