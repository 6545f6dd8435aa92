"""Where it happened: names of places, how the text places things by them, and which of them is the event's."""

from __future__ import annotations

import pytest

from tocsin.codebook import Codebook
from tocsin.coding._actors import ActorReader
from tocsin.coding._coder import DefaultCoder, _Reading
from tocsin.coding._sentences import find_dateline, parse
from tocsin.coding._toponyms import find_toponyms
from tocsin.places import SqliteGazetteer
from tocsin.records import Toponym

from .conftest import Reader, article, shown


def toponyms(text: str, codebook: Codebook, gazetteer: SqliteGazetteer) -> list[Toponym]:
    (parsed,) = parse([article(text)])
    return find_toponyms(parsed, ActorReader(parsed.document.text, codebook.actors, ()), gazetteer)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gunmen killed a trader in Gao.", [("Gao", "in", "")]),
        ("Gunmen killed a trader near Gao.", [("Gao", "near", "")]),
        ("Gunmen killed a trader outside Gao.", [("Gao", "near", "")]),
        ("Gunmen killed a trader in the village of Tessit.", [("Tessit", "in", "village")]),
        ("Gunmen killed a trader in Ansongo, Mali.", [("Ansongo", "in", ""), ("Mali", "in", "")]),
        ("Gunmen killed a trader in Zamfara state.", [("Zamfara", "in", "state")]),
        (
            "Gunmen killed a trader on the road between Beni and Butembo.",
            [("Beni", "line", ""), ("Butembo", "line", "")],
        ),
        ("Boko Haram killed a trader in Damboa.", [("Damboa", "in", "")]),
        ("The Syrian Democratic Forces killed a trader in Hajin.", [("Hajin", "in", "")]),
        ("On Monday in May, Mr Karim met Allah's servants.", []),
    ],
)
def test_names_of_places_in_a_sentence(
    text: str, expected: list[tuple[str, str, str]], codebook: Codebook, gazetteer: SqliteGazetteer
) -> None:
    found = toponyms(text, codebook, gazetteer)
    assert [(t.text, t.relation, t.kind) for t in found] == expected
    assert all(text[t.start : t.end] == t.text for t in found)


def test_a_distance_and_a_direction(codebook: Codebook, gazetteer: SqliteGazetteer) -> None:
    (found,) = toponyms("A mine killed two shepherds 20 km east of Gao.", codebook, gazetteer)
    assert (found.text, found.relation, found.distance_km, found.bearing) == ("Gao", "near", 20.0, "east")
    (miles,) = toponyms("A mine killed two shepherds ten miles north-west of Gao.", codebook, gazetteer)
    assert miles.distance_km == pytest.approx(16.09344)
    assert miles.bearing.replace("-", "") == "northwest"


def test_what_the_text_puts_around_a_place(codebook: Codebook, gazetteer: SqliteGazetteer) -> None:
    found = toponyms("Gunmen killed a trader in Tessit, in the Gao region of Mali.", codebook, gazetteer)
    assert [t.text for t in found] == ["Tessit", "Gao", "Mali"]
    assert found[0].within == ("Gao", "Mali")


@pytest.mark.parametrize(
    ("text", "place", "agency"),
    [
        ("BAMAKO, Mali, May 2 (Agency) - Two men were shot.", "BAMAKO, Mali", "Agency"),
        ("GOMA (Agency) — Rebels came.", "GOMA", "Agency"),
        ("PORT-AU-PRINCE, March 3 - Gunmen came.", "PORT-AU-PRINCE", ""),
        ("PORT-AU-PRINCE, Haiti, 3 March 2024 (Agency) - Gunmen came.", "PORT-AU-PRINCE, Haiti", "Agency"),
        ("TAIZ: Shelling killed two.", "TAIZ", ""),
    ],
)
def test_a_dateline_is_found(text: str, place: str, agency: str) -> None:
    dateline = find_dateline(text)
    assert dateline is not None
    assert (dateline.place, dateline.agency) == (place, agency)


@pytest.mark.parametrize("text", ["Two men - brothers - were shot.", "Gunmen came.", "Note: the road is closed.", ""])
def test_what_is_no_dateline(text: str) -> None:
    assert find_dateline(text) is None


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Gunmen killed four traders in Gao on Monday.", ["Gao"]),
        ("KINSHASA, March 12 (Agency) - Rebels killed six villagers near Beni on Monday, the army said.", ["Beni"]),
        ("KINSHASA, March 12 (Agency) - Rebels killed six villagers on Monday.", []),
        pytest.param("Gunmen killed four traders in Gao on Monday, the interior minister said in Bamako.", ["Gao"]),
        pytest.param(
            "Speaking in Bamako, the interior minister said gunmen had killed four traders in Gao on Monday.", ["Gao"]
        ),
        ("A mine killed two shepherds 20 km east of Gao on Monday.", ["Gao"]),
        ("Gunmen from Maiduguri killed six farmers in Damboa on Monday.", ["Damboa"]),
        (
            "Six wounded villagers were taken to a hospital in Maiduguri after gunmen attacked Damboa on Monday.",
            ["Damboa"],
        ),
        ("Soldiers who came from Bamako killed four traders in Tessit on Monday.", ["Tessit"]),
        ("Gunmen killed four traders in the village of Tessit, in Gao region of Mali, on Monday.", ["Tessit"]),
        ("Rebels stormed Bunia on Monday and killed six soldiers.", ["Bunia"]),
        ("Gunmen killed four traders on Monday.", []),
        pytest.param("Mortar fire hit Taiz and Hodeidah on Monday, killing four people.", ["Taiz", "Hodeidah"]),
        pytest.param("Rockets hit Kiryat Shmona on Monday, wounding three people.", ["Kiryat Shmona"]),
        pytest.param("A drone struck Kherson on Monday, wounding three people.", ["Kherson"]),
        ("The army shelled the town of Taiz on Monday, killing four people.", ["Taiz"]),
        pytest.param("The Russian army shelled Kharkiv on Monday, killing four people.", ["Kharkiv"]),
        pytest.param("A trader from Gao, who lived in Bamako, was shot dead in Mopti on Monday.", ["Mopti"]),
        ("Boko Haram fighters killed six farmers in Damboa on Monday and fled towards Cameroon.", ["Damboa"]),
    ],
)
def test_the_place_of_an_event(reader: Reader, text: str, places: list[str]) -> None:
    claims = reader.read(text)
    assert claims, "no claim"
    assert [p.name for p in claims[0].where] == places, shown(claims)


def test_a_place_beside_a_town_is_near_it(reader: Reader) -> None:
    (place,) = reader.one("A mine killed two shepherds 20 km east of Gao in Mali on Monday.").where
    assert (place.precision, place.country) == ("near", "MLI")


def test_two_places_are_each_hit(reader: Reader) -> None:
    claim = reader.one("Gunmen killed four traders in Gao and Mopti on Monday.")
    assert [p.name for p in claim.where] == ["Gao", "Mopti"]
    assert claim.where_extent == "each of"


def test_the_head_of_a_list_item_is_its_place(reader: Reader) -> None:
    claims = reader.read(
        ("heading", "North Kivu"),
        ("item", "Beni. Rebels killed six villagers on Monday."),
        ("item", "Butembo: A bomb wounded three people on Sunday."),
    )
    assert [(c.where[0].name, c.where[0].country) for c in claims] == [("Beni", "COD"), ("Butembo", "COD")], shown(
        claims
    )


def test_an_item_without_a_place_takes_none_from_the_item_before(reader: Reader) -> None:
    claims = reader.read(
        ("item", "Beni. Rebels killed six villagers on Monday."),
        ("item", "Gunmen robbed and killed a trader on Sunday."),
    )
    assert [len(c.where) for c in claims] == [1, 0], shown(claims)


def test_a_capital_in_which_somebody_speaks_is_a_place(reader: Reader) -> None:
    document = article(
        "Officials in Bamako said on Monday that gunmen had killed four traders in Gao. Paris said nothing."
    )
    (located,) = reader.coder.locate([document])
    assert [x.place.label for x in located if x.toponym.literal] == ["Bamako", "Gao"]
    assert [x.place.label for x in located if not x.toponym.literal] == ["Paris"]
    (claim,) = reader.claims(document)
    assert [p.label for p in claim.where] == ["Gao"]


def test_a_word_that_the_report_also_uses_as_a_word_is_no_place(codebook: Codebook, gazetteer: SqliteGazetteer) -> None:
    text = "Grenade thrown at a police post in Goma, where a grenade had wounded two officers before."
    assert [t.text for t in toponyms(text, codebook, gazetteer)] == ["Goma"]
    assert [t.text for t in toponyms("Two men were reading a map in Reading.", codebook, gazetteer)] == ["Reading"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Two men were killed near al-Suwar on Monday.", ["al-Suwar"]),
        ("A mine exploded in the town of as-Suwar.", ["as-Suwar"]),
        ("Clashes broke out in Deir al-Zour and el-Bab.", ["Deir al-Zour", "el-Bab"]),
        ("Gunmen attacked a checkpoint on the al-Bab–Manbij road.", ["al-Bab", "Manbij"]),
        ("al-Bab residents protested on Tuesday.", ["al-Bab"]),
        ("al-Bab: gunmen opened fire on a patrol.", ["al-Bab"]),
    ],
)
def test_an_article_is_part_of_its_name(
    text: str, names: list[str], codebook: Codebook, gazetteer: SqliteGazetteer
) -> None:
    assert [t.text for t in toponyms(text, codebook, gazetteer)] == names


def test_a_border_does_not_say_on_which_side(coder: DefaultCoder) -> None:
    def countries(text: str) -> tuple[str, ...]:
        (parsed,) = parse([article(text)])
        return _Reading(coder, parsed)._countries()

    assert countries("Gunmen killed two smugglers on the Iraqi border.") == ()
    assert countries("Iraqi police killed two smugglers on the border.") == ("IRQ",)
