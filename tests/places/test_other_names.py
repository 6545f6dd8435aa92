"""GeoNames' alternateNames: further names of places that are known by their id."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.errors import UnreadableInput
from tocsin.places import SqliteGazetteer, add_gazetteer, list_gazetteers, open_gazetteer
from tocsin.records import Place, Toponym


def names(path: Path, *rows: tuple[str, str, str], version: int = 2) -> Path:
    marks = "\t" * (6 if version == 2 else 4)
    path.write_text("".join(f"{n}\t{i}\t{code}\t{name}{marks}\n" for n, (i, code, name) in enumerate(rows, 1)), "utf-8")
    return path


def one(gazetteer: SqliteGazetteer, name: str) -> Place:
    (place,) = gazetteer.resolve([Toponym(name, 0, len(name), within=("Mali",))])
    return place


@pytest.fixture
def gao(own_cache: Path) -> Place:
    return one(open_gazetteer(), "Gao")


@pytest.mark.parametrize("version", [1, 2])
def test_a_bundled_place_is_found_by_what_else_it_is_called(gao: Place, tmp_path: Path, version: int) -> None:
    assert not open_gazetteer().knows("Kawkawburg")
    rows = [
        (gao.gazetteer_id, "xx", "Kawkawburg"),
        (gao.gazetteer_id, "am", "ጋኦበርግ"),
        (gao.gazetteer_id, "en", "Gao"),
        (gao.gazetteer_id, "link", "https://example.org/Kawkaw"),
        ("999999999", "en", "Nowhere At All"),
    ]
    added = add_gazetteer([names(tmp_path / "alternateNamesV2.txt", *rows, version=version)], "names")
    assert (added.problems, added.gazetteer.settlements) == ((), 1)
    gazetteer = open_gazetteer()
    for name in ("Kawkawburg", "ጋኦበርግ"):
        place = one(gazetteer, name)
        assert (place.gazetteer, place.gazetteer_id, place.label) == ("geonames", gao.gazetteer_id, gao.label)
        assert (place.latitude, place.longitude) == (gao.latitude, gao.longitude)
    assert not gazetteer.knows("Nowhere At All")
    assert one(gazetteer, "Gao") == gao
    assert len({(p.gazetteer_id, p.kind) for p in gazetteer.find("Gao", "MLI")}) == len(gazetteer.find("Gao", "MLI"))


def test_a_place_of_a_dump_in_the_same_command_gets_them_too(own_cache: Path, tmp_path: Path) -> None:
    cells = ["777000777", "Orfoba", "Orfoba", "", "16.3", "0.1", "P", "PPL", "ML", "", "", "", "", "", "900", "", "",
             "Africa/Bamako", "2020-01-01"]  # fmt: skip
    dump = tmp_path / "ML.txt"
    dump.write_text("\t".join(cells) + "\n", "utf-8")
    other = names(tmp_path / "names.txt", ("777000777", "ar", "أورفوبا"))
    add_gazetteer([dump, other], "mali")
    place = one(open_gazetteer(), "أورفوبا")
    assert (place.label, place.gazetteer_id, place.latitude) == ("Orfoba", "777000777", 16.3)


def test_bad_rows_are_named_and_what_knows_no_place_is_refused(gao: Place, tmp_path: Path) -> None:
    file = names(tmp_path / "names.txt", (gao.gazetteer_id, "xx", "Kawkawburg"))
    broken = f"8\t{gao.gazetteer_id}\txx\t".encode() + b"Bro\xffken\t\t\t\t\t\t\n"
    file.write_bytes(file.read_bytes() + b"7\tno id\n" + broken)
    added = add_gazetteer([file], "names")
    assert [p.item for p in added.problems] == ["2", "3"]
    with pytest.raises(UnreadableInput, match="no row"):
        add_gazetteer([names(tmp_path / "none.txt", ("999999999", "en", "Nowhere At All"))], "none")
    assert [g.name for g in list_gazetteers()] == ["names"]


def test_names_that_come_before_the_dump_and_an_id_that_comes_twice(gao: Place, tmp_path: Path) -> None:
    def row(geonameid: str, name: str) -> str:
        return f"{geonameid}\t{name}\t{name}\t\t16.3\t0.1\tP\tPPL\tML\t\t\t\t\t\t900\t\t\tAfrica/Bamako\t2020-01-01\n"

    other = names(tmp_path / "names.txt", (gao.gazetteer_id, "xx", "Kawkawburg"))
    dump = tmp_path / "ML.txt"
    dump.write_text(row(gao.gazetteer_id, "Gao") + row("777000777", "Orfoba") + row("777000777", "Orfoba-bis"), "utf-8")
    added = add_gazetteer([other, dump], "mali")
    assert [str(p).partition(": ")[2] for p in added.problems] == [
        "line 3: geonameid 777000777 was on line 2 already; left out"
    ]
    assert one(open_gazetteer(), "Kawkawburg").gazetteer_id == gao.gazetteer_id
    assert one(open_gazetteer(), "Orfoba").latitude == 16.3
