from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import UnreadableInput
from tocsin.places import SqliteGazetteer, displaced, distance_km, open_gazetteer
from tocsin.records import Place, Toponym

NAMES = ("Mosul", "Tripoli", "Hama", "Paris", "Goma", "Kidal", "Texas", "Syria", "Qwxzk", "الموصل", "Lake Chad", "")


def story(*names: str | Toponym) -> list[Toponym]:
    """Toponyms as if they stood some forty characters apart."""
    placed = []
    at = 0
    for name in names:
        toponym = name if isinstance(name, Toponym) else Toponym(name, 0, len(name))
        start = at
        at = start + len(toponym.text) + 40
        placed.append(
            Toponym(
                toponym.text,
                start,
                start + len(toponym.text),
                toponym.relation,
                toponym.kind,
                toponym.within,
                toponym.distance_km,
                toponym.bearing,
            )
        )
    return placed


def resolve(gazetteer: SqliteGazetteer, *names: str | Toponym, countries: Sequence[str] = ()) -> tuple[Place, ...]:
    return gazetteer.resolve(story(*names), countries)


toponyms = st.builds(
    Toponym,
    text=st.sampled_from(NAMES) | st.text(max_size=15),
    start=st.integers(0, 5000),
    end=st.just(5001),
    relation=st.sampled_from(("in", "near", "line")),
    kind=st.sampled_from(("", "village", "province", "district", "?")),
    within=st.lists(st.sampled_from(NAMES) | st.text(max_size=8), max_size=2).map(tuple),
    distance_km=st.none() | st.floats(0, 500),
    bearing=st.sampled_from(("", "north", "south-west", "up")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(toponyms, max_size=8), st.lists(st.sampled_from(("SYR", "USA", "XXX", "")), max_size=2))
def test_one_answer_a_toponym_whatever_it_says(
    gazetteer: SqliteGazetteer, document: list[Toponym], countries: list[str]
) -> None:
    places = gazetteer.resolve(document, countries)
    assert [p.name for p in places] == [t.text for t in document]
    for place in places:
        assert place.label or not place.name
        assert (place.latitude is None) == (place.longitude is None)
        assert place.latitude is None or (math.isfinite(place.latitude) and -90 <= place.latitude <= 90)
        assert place.longitude is None or -180 <= place.longitude <= 180
        assert place.probability is not None
        assert 0 <= place.probability <= 1
        assert bool(place.gazetteer_id) <= bool(place.gazetteer)
        assert bool(place.country) == bool(place.country_name)


@settings(max_examples=30, deadline=None)
@given(st.lists(toponyms, max_size=7), st.randoms(use_true_random=False))
def test_order_does_not_matter(gazetteer: SqliteGazetteer, document: list[Toponym], random: object) -> None:
    shuffled = list(document)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = sorted(zip(document, gazetteer.resolve(document), strict=True), key=repr)
    other = sorted(zip(shuffled, gazetteer.resolve(shuffled), strict=True), key=repr)
    assert one == other


def test_context_chooses_between_places_of_one_name(gazetteer: SqliteGazetteer) -> None:
    assert resolve(gazetteer, "Tripoli", "Benghazi", "Misrata")[0].country == "LBY"
    assert resolve(gazetteer, "Tripoli", "Beirut", "Sidon")[0].country == "LBN"
    assert resolve(gazetteer, "Georgia", "Tbilisi")[0].precision == "country"
    assert resolve(gazetteer, "Georgia", "Atlanta", "Savannah")[0].admin1 == "Georgia"
    assert resolve(gazetteer, "Santiago", "Havana", "Cuba")[0].country == "CUB"
    assert resolve(gazetteer, "Santiago", "Valparaíso")[0].country == "CHL"
    assert resolve(gazetteer, "Mosul", "Erbil")[0].country == "IRQ"


def test_words_around_a_name_choose(gazetteer: SqliteGazetteer) -> None:
    in_texas = resolve(gazetteer, Toponym("Paris", 0, 5, within=("Texas",)))[0]
    assert (in_texas.country, in_texas.admin1) == ("USA", "Texas")
    assert resolve(gazetteer, "Paris")[0].country == "FRA"
    assert resolve(gazetteer, Toponym("Kirkuk", 0, 6))[0].precision == "settlement"
    assert resolve(gazetteer, Toponym("Kirkuk", 0, 6, kind="governorate"))[0].precision == "admin1"
    assert resolve(gazetteer, "Borno State")[0].precision == "admin1"


def test_hints_choose(gazetteer: SqliteGazetteer) -> None:
    assert resolve(gazetteer, "Hama", countries=("SYR",))[0].admin1 == "Hama"
    assert resolve(gazetteer, "San José", countries=("CRI",))[0].country == "CRI"
    assert resolve(gazetteer, "San José", countries=("USA",))[0].country == "USA"
    # A small town that a text names alone is as likely as a village that nobody lists.
    assert resolve(gazetteer, "Ansongo", countries=("MLI",))[0].gazetteer_id


@pytest.mark.parametrize(
    "name", ["Deir ez-Zor", "Deir al-Zour", "Dayr az Zawr", "دير الزور", "DEIR EZZOR", "Deir-ez-Zor"]
)
def test_spellings_of_one_place(gazetteer: SqliteGazetteer, name: str) -> None:
    place = resolve(gazetteer, name, "Syria")[0]
    assert (place.country, place.admin1) == ("SYR", "Deir ez-Zor")
    assert place.gazetteer_id == "170794"


def test_offsets_move_the_point(gazetteer: SqliteGazetteer) -> None:
    town = resolve(gazetteer, "Maiduguri")[0]
    near = resolve(gazetteer, Toponym("Maiduguri", 0, 9, "near", distance_km=20, bearing="south-east"))[0]
    assert (town.precision, near.precision) == ("settlement", "near")
    assert None not in (town.latitude, town.longitude, near.latitude, near.longitude)
    away = distance_km(town.latitude, town.longitude, near.latitude, near.longitude)  # type: ignore[arg-type]
    assert away == pytest.approx(20, abs=0.2)
    assert near.latitude < town.latitude  # type: ignore[operator]
    assert near.longitude > town.longitude  # type: ignore[operator]


def test_a_name_nobody_lists_stands_in_what_the_text_puts_around_it(gazetteer: SqliteGazetteer) -> None:
    quarter, village, other = resolve(
        gazetteer,
        Toponym("Qwxzk", 0, 5, within=("Maiduguri",)),
        Toponym("Zxqwv", 0, 5, within=("Borno", "Nigeria")),
        "Maiduguri",
    )
    assert (quarter.precision, quarter.admin1, quarter.gazetteer_id) == ("settlement", "Borno", "")
    assert (village.precision, village.admin1, village.gazetteer) == ("admin1", "Borno", "")
    assert village.name == village.label == "Zxqwv"
    assert other.gazetteer_id
    assert (quarter.latitude, quarter.longitude) == (other.latitude, other.longitude)


def test_a_name_nobody_lists_stands_beside_what_is_read_with_it(gazetteer: SqliteGazetteer) -> None:
    _, unknown, town = resolve(gazetteer, "Abuja", "Qwxzk", "Maiduguri", countries=("NGA",))
    assert (unknown.precision, unknown.gazetteer, unknown.admin1) == ("near", "", "Borno")
    assert unknown.latitude == town.latitude
    assert unknown.probability is not None
    assert unknown.probability < 0.5


def test_a_name_nobody_lists_alone_has_no_point(gazetteer: SqliteGazetteer) -> None:
    alone, hinted = resolve(gazetteer, "Qwxzk")[0], resolve(gazetteer, "Qwxzk", countries=("MLI",))[0]
    assert (alone.latitude, alone.country, alone.label) == (None, "", "Qwxzk")
    assert (hinted.latitude, hinted.country, hinted.country_name) == (None, "MLI", "Mali")


def test_regions_have_points(gazetteer: SqliteGazetteer) -> None:
    sinai, sahel, lake = resolve(gazetteer, "Sinai", "the Sahel", "Lake Chad")
    assert (sinai.country, sinai.precision) == ("EGY", "admin1")
    assert sahel.latitude is not None
    assert (lake.precision, lake.country) == ("country", "")


@pytest.mark.parametrize("name", ["Mosul", "mosul", "الموصل", "Syria", "Idlib", "Deir ez Zor", "Darfur", "kabul"])
def test_knows_places(gazetteer: SqliteGazetteer, name: str) -> None:
    assert gazetteer.knows(name)


@pytest.mark.parametrize(
    "name", ["", "split", "reading", "man", "police", "Monday", "of", "Qwxzk", "\ud800", "killed", "."]
)
def test_does_not_know_words(gazetteer: SqliteGazetteer, name: str) -> None:
    assert not gazetteer.knows(name)


def test_version_does_not_change_between_openings(gazetteer: SqliteGazetteer) -> None:
    assert open_gazetteer().version == gazetteer.version


def test_further_gazetteers_that_cannot_be_read_are_refused_clearly(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=str(tmp_path)):
        open_gazetteer([tmp_path])


@given(st.floats(-80, 80), st.floats(-179, 179), st.sampled_from(("N", "south", "westward")), st.floats(0.1, 300))
def test_displacement_is_as_far_as_it_says(latitude: float, longitude: float, bearing: str, km: float) -> None:
    moved = displaced(latitude, longitude, bearing, km)
    assert distance_km(latitude, longitude, *moved) == pytest.approx(km, rel=0.03, abs=0.05)


def test_a_container_that_says_what_it_is_is_that(gazetteer: SqliteGazetteer) -> None:
    for name in ("Aleppo province", "the province of Aleppo", "Aleppo governorate", "محافظة حلب"):
        place = resolve(gazetteer, Toponym("Qwxzk", 0, 5, kind="village", within=(name,)), countries=("SYR",))[0]
        assert (place.precision, place.admin1) == ("admin1", "Aleppo"), name
        assert (place.latitude, place.longitude) == gazetteer.division_point("SYR", "Aleppo")
    town = resolve(gazetteer, Toponym("Qwxzk", 0, 5, kind="quarter", within=("Aleppo city",)), countries=("SYR",))[0]
    assert town.precision == "settlement"


@pytest.mark.parametrize(
    ("kind", "precision"),
    [("", "admin1"), ("village", "admin1"), ("town", "admin1"), ("district", "settlement"), ("quarter", "settlement")],
)
def test_a_bare_container_is_the_division_unless_the_name_is_a_part_of_a_city(
    gazetteer: SqliteGazetteer, kind: str, precision: str
) -> None:
    place = resolve(gazetteer, Toponym("Qwxzk", 0, 5, kind=kind, within=("Kirkuk",)), "Iraq")[0]
    assert (place.precision, place.admin1) == (precision, "Kirkuk")


def test_a_sound_does_not_outweigh_what_the_text_says(gazetteer: SqliteGazetteer) -> None:
    # Spelled like a town of another division, and said to lie in this one.
    elsewhere = Toponym("Kamishlee", 0, 9, kind="village", within=("Idlib province", "Syria"))
    place = resolve(gazetteer, elsewhere, "Idlib")[0]
    assert (place.gazetteer_id, place.admin1, place.precision) == ("", "Idlib", "admin1")
    right = Toponym("Kamishlee", 0, 9, within=("Hasakah province", "Syria"))
    assert resolve(gazetteer, right, "Hasakah")[0].admin1 == "Al-Hasakah"
    assert resolve(gazetteer, right, "Hasakah")[0].gazetteer_id


def test_a_capital_far_away_in_the_text_stands_for_nothing(gazetteer: SqliteGazetteer) -> None:
    capital, name = Toponym("Bamako", 0, 6), Toponym("Qwxzk", 600, 605)
    place = gazetteer.resolve([capital, name], ["MLI"])[1]
    assert (place.precision, place.country, place.latitude) == ("country", "MLI", None)


def test_where_a_report_was_filed_gives_no_more_than_its_division(gazetteer: SqliteGazetteer) -> None:
    place = gazetteer.resolve([Toponym("MAIDUGURI", 0, 9), Toponym("Qwxzk", 60, 65)], ["NGA"])[1]
    assert (place.precision, place.admin1) == ("admin1", "Borno")
    assert (place.latitude, place.longitude) == gazetteer.division_point("NGA", "Borno")


def test_a_story_that_spreads_gives_no_more_than_a_division(gazetteer: SqliteGazetteer) -> None:
    story_places = [
        Toponym("Abuja", 0, 5),
        Toponym("Kano", 40, 44),
        Toponym("Qwxzk", 80, 85),
        Toponym("Enugu", 110, 115),
    ]
    place = gazetteer.resolve(story_places, ["NGA"])[2]
    assert (place.precision, place.country) == ("admin1", "NGA")


def test_what_stands_in_is_never_abroad(gazetteer: SqliteGazetteer) -> None:
    near, name = Toponym("Gaziantep", 0, 9), Toponym("Qwxzk", 20, 25, within=("Syria",))
    place = gazetteer.resolve([near, name], ["SYR"])[1]
    assert (place.country, place.precision) == ("SYR", "country")


def test_a_town_of_that_name_in_another_province_is_not_meant(gazetteer: SqliteGazetteer) -> None:
    assert resolve(gazetteer, Toponym("Al Bab", 0, 6, within=("Aleppo governorate", "Syria")))[0].gazetteer_id
    elsewhere = resolve(gazetteer, Toponym("Al Bab", 0, 6, within=("Daraa governorate", "Syria")))[0]
    assert (elsewhere.gazetteer_id, elsewhere.admin1, elsewhere.precision) == ("", "Daraa", "admin1")


def test_find_lists_each_place_once_the_best_first(gazetteer: SqliteGazetteer) -> None:
    found = gazetteer.find("Tripoli")
    assert {"LBY", "LBN"} <= {p.country for p in found}
    assert len({(p.gazetteer, p.gazetteer_id) for p in found}) == len(found)
    assert all(p.probability == 1.0 for p in found)
    sounds = gazetteer.find("Kamishlee", "SYR")
    assert sounds[0].admin1 == "Al-Hasakah"
    assert sounds[0].probability is not None
    assert 0.8 < sounds[0].probability < 1
    assert gazetteer.find("Qwxzk") == ()


def test_an_article_in_small_letters_is_part_of_a_name(gazetteer: SqliteGazetteer) -> None:
    assert all(gazetteer.knows(name) for name in ("al-Bab", "ar-Raqqah", "el-Fasher", "al Bukamal"))
    assert not any(gazetteer.knows(name) for name in ("al-bab", "alibi", "at Split-less", "split"))


def test_a_sound_in_a_country_where_nothing_else_was_is_not_meant(gazetteer: SqliteGazetteer) -> None:
    alone = resolve(gazetteer, "Bozouyouk", "Turkey", countries=("TUR",))[0]
    abroad = resolve(gazetteer, "Bozouyouk", "Mosul", "Turkey", countries=("TUR",))[0]
    assert alone.label == "Bozüyük"
    assert (abroad.label, abroad.gazetteer_id) == ("Bozouyouk", "")


def test_a_river_is_not_the_village_of_its_name(gazetteer: SqliteGazetteer) -> None:
    (town,) = gazetteer.resolve([Toponym("Ansongo", 0, 7)])
    (river,) = gazetteer.resolve([Toponym("Ansongo", 0, 7, kind="river")])
    assert (town.label, town.precision) == ("Ansongo", "settlement")
    assert (river.name, river.gazetteer_id, river.latitude) == ("Ansongo", "", None)
