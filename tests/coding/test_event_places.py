"""Which of the places that a sentence names is where something happened."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.coding import EventPlace, place_of_event
from tocsin.coding._encoder import encode_words
from tocsin.coding._event_links import is_taught, sentence_key
from tocsin.places import SqliteGazetteer
from tocsin.records import Claim, Toponym

from .conftest import Reader, shown


def where(text: str, told: str, *names: str) -> str | None:
    """The name of `names` at which `told` happened."""

    def span(words: str) -> tuple[int, int]:
        start = text.index(words)
        return start, start + len(words)

    found = place_of_event(text, span(told), [span(name) for name in names])
    return None if found is None else text[found.start : found.end]


@pytest.mark.parametrize(
    ("text", "told", "names", "expected"),
    [
        ("Gunmen killed three herders in Tessit on Monday.", "killed", ["Tessit"], "Tessit"),
        ("Men from Arlit shot two herders in Tessit.", "shot", ["Arlit", "Tessit"], "Tessit"),
        ("In Kidal, soldiers said, gunmen killed a trader on Friday.", "killed", ["Kidal"], "Kidal"),
        ("Rebels attacked Menaka, killing six soldiers.", "attacked", ["Menaka"], "Menaka"),
        ("Rebels attacked Menaka, killing six soldiers.", "killing", ["Menaka"], "Menaka"),
        (
            "Police in Bamako said gunmen killed two teachers in Douentza.",
            "killed",
            ["Bamako", "Douentza"],
            "Douentza",
        ),
        (
            "Gunmen killed a farmer in Ansongo and soldiers arrested two suspects in Gao.",
            "killed",
            ["Ansongo", "Gao"],
            "Ansongo",
        ),
        (
            "Gunmen killed a farmer in Ansongo and soldiers arrested two suspects in Gao.",
            "arrested",
            ["Ansongo", "Gao"],
            "Gao",
        ),
        ("A mine killed two shepherds near the village of Tessit.", "killed", ["Tessit"], "Tessit"),
        ("Demonstrators marched through Sikasso on Sunday.", "marched", ["Sikasso"], "Sikasso"),
        ("The minister said that talks would resume soon.", "said", [], None),
        ("At least five people were killed and nine were wounded.", "killed", [], None),
    ],
)
def test_the_place_of_an_event(text: str, told: str, names: list[str], expected: str | None) -> None:
    assert where(text, told, *names) == expected


def test_a_name_that_no_gazetteer_has_is_weighed_too() -> None:
    assert where("The army shelled the village of Tel Qasra on Friday.", "shelled") == "Tel Qasra"


def test_it_is_likelier_than_not_to_be_told_at_all() -> None:
    text = "Gunmen killed three herders in Tessit on Monday."
    found = place_of_event(text, (7, 13), [(31, 37)])
    assert isinstance(found, EventPlace)
    assert (found.start, found.end) == (31, 37)
    assert 0.5 < found.likely <= 1.0


@pytest.mark.parametrize(
    ("span", "places"), [((3, 3), []), ((-1, 4), []), ((0, 99), []), ((0, 6), [(7, 5)]), ((0, 6), [(20, 90)])]
)
def test_stretches_outside_of_the_text_are_refused(span: tuple[int, int], places: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="no stretch of a text of 26 characters"):
        place_of_event("Gunmen killed men in Gao. ", span, places)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=60), st.data())
def test_whatever_the_text_the_place_is_a_stretch_of_it(text: str, data: st.DataObject) -> None:
    def stretch() -> tuple[int, int]:
        start = data.draw(st.integers(0, len(text) - 1))
        return start, data.draw(st.integers(start + 1, len(text)))

    found = place_of_event(text, stretch(), [stretch()])
    assert found is None or (0 <= found.start < found.end <= len(text) and 0 < found.likely <= 1)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "Rebels overran an army outpost in the Zorbat valley south of Kirkuk on Monday and killed four men.",
            "Zorbat",
        ),
        ("Soldiers from Gao killed two rebels in Tessit on Monday.", "Tessit"),
        ("Gunmen killed three herders in Tessit on Monday, a councillor in Bamako said.", "Tessit"),
    ],
)
def test_the_coder_puts_a_claim_where_its_verb_is_linked(text: str, place: str, reader: Reader) -> None:
    assert [p.name for p in reader.one(text).where] == [place]


def placed(claim: Claim, text: str) -> tuple[list[str], str, list[str]]:
    """The places of a claim, the rule that gave them, and the words they rest on."""
    evidence = claim.evidence_for("where")
    if evidence is None:
        return [p.name for p in claim.where], "", []
    return [p.name for p in claim.where], evidence.basis, [text[s.start : s.end] for s in evidence.spans]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("📍 Zarquun: gunmen shot a teacher dead on Monday.", "Zarquun"),
        ("Tessit: gunmen shot two herders dead on Monday.", "Tessit"),
        ("Police: gunmen shot two herders dead on Monday.", None),
        ("Update: gunmen shot two herders dead on Monday.", None),
        ("Soldiers searched a house in Qalbiyeh village on Monday and arrested three men.", "Qalbiyeh"),
        ("Gunmen killed four traders near Qurbaleel on Monday.", "Qurbaleel"),
    ],
)
def test_a_village_that_nobody_lists_keeps_its_name(reader: Reader, text: str, name: str | None) -> None:
    claims = reader.read(text)
    assert claims, "no claim"
    names, _, words = placed(claims[0], text)
    assert names == words == ([name] if name else []), shown(claims)


@pytest.mark.parametrize(
    ("tag", "name", "country"),
    [("#Menaka", "Menaka", "MLI"), ("#BurkinaFaso", "Burkina Faso", "BFA"), ("#DeirEzzor", "Deir Ez-zor", "SYR")],
)
def test_a_tag_places_a_message_that_names_no_place(reader: Reader, tag: str, name: str, country: str) -> None:
    text = f"Gunmen shot a teacher dead on Monday morning. {tag} #Breaking"
    claim = reader.one(text)
    assert placed(claim, text) == ([name], "inferred: the name above or in front", [tag[1:]])
    assert claim.where[0].country == country


def test_a_total_of_the_area_is_of_the_division_of_what_is_told_there(reader: Reader) -> None:
    news = "Gunmen killed four traders in Gao in Mali on Monday."
    for total, expected in (
        ("More than 60 attacks were counted in the region last year.", "admin1"),
        ("More than 60 attacks were counted last year.", None),
    ):
        claims = reader.read(news, total)
        (told,) = (c for c in claims if c.modality in ("aggregate", "generic"))
        assert [p.precision for p in told.where] == ([expected] if expected else []), shown(claims)
        if expected:
            assert (told.where[0].admin1, told.where[0].gazetteer_id) == ("Gao", "")
            assert told.evidence_for("where") is not None


def test_a_habit_is_told_of_the_incident_before_it(reader: Reader) -> None:
    claims = reader.read(
        "Gunmen killed four traders in Gao in Mali on Monday.",
        "Gunmen have kidnapped and killed residents for years.",
        "On Sunday, soldiers arrested two men in Mopti.",
    )
    (habit,) = (c for c in claims if c.modality == "generic")
    assert [p.name for p in habit.where] == ["Gao"], shown(claims)


def test_several_places_are_several_claims_or_one_that_is_wider(reader: Reader) -> None:
    apart = reader.read(
        "Gunmen killed four traders in Gao on Monday, and soldiers arrested two men in Mopti on Tuesday."
    )
    assert [[p.name for p in c.where] for c in apart] == [["Gao"], ["Mopti"]], shown(apart)
    each = reader.one("Gunmen killed four traders in Gao and Mopti on Monday.")
    assert ([p.name for p in each.where], each.where_extent) == (["Gao", "Mopti"], "each of")
    rows = [
        ("Gao, Mopti and Kidal", ["Gao", "Mopti", "Kidal"]),
        ("the town of Gao and in the village of Tessit", ["Gao", "Tessit"]),
        ("Gao, before a convoy reached Mopti and Menaka", ["Gao"]),
    ]
    for words, names in rows:
        claims = reader.read(f"Gunmen killed four traders in {words} on Monday.")
        assert [p.name for p in claims[0].where] == names, shown(claims)
    wide = reader.one("Gunmen killed four traders in several villages of the Mopti region of Mali on Monday.")
    assert [(p.name, p.precision) for p in wide.where] == [("Mopti", "admin1")]


def test_what_was_taught_is_known_whatever_its_spaces() -> None:
    assert sentence_key("Gunmen  killed\n two men.") == sentence_key("Gunmen killed two men.")
    assert not is_taught("Nobody was ever taught this sentence of a test.")


def test_words_mean_what_they_mean_where_they_stand() -> None:
    text = "Gunmen attacked Gao, and men from Gao fled."
    vectors = encode_words(text, [(16, 19), (34, 37), (16, 19), (5000, 5003)])
    assert (vectors[0] == vectors[2]).all()
    assert (vectors[0] != vectors[1]).any()
    assert not vectors[3].any()


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("The SDF arrested three men in Qalbiyeh village on Monday.", "SYR"),
        ("Al-Shabaab killed two soldiers near Qurbaleel on Monday, US officers said.", "SOM"),
        ("A Turkish drone killed two members of the Sinjar Resistance Units near Qalbiyeh village.", "IRQ"),
    ],
)
def test_a_group_at_home_in_one_country_tells_the_country(reader: Reader, text: str, country: str) -> None:
    claims = reader.read(text)
    assert claims[0].where[0].country == country, shown(claims)


def test_what_the_body_does_not_place_is_where_the_title_says(reader: Reader) -> None:
    told = "Four traders were shot dead on Monday evening, the governor told reporters in Bamako."
    (claim,) = reader.read(told, title="Gunmen kill four traders in Gao")
    names, basis, words = placed(claim, f"Gunmen kill four traders in Gao\n\n{told}")
    assert (names, basis, words) == (["Gao"], "inferred: the title", ["Gao"])
    (claim,) = reader.read("Four traders were shot dead in Mopti on Monday.", title="Gunmen kill four traders in Gao")
    assert [p.name for p in claim.where] == ["Mopti"]


@pytest.mark.parametrize(
    "text",
    [
        "A roadside bomb killed two soldiers on the Baiji-Tikrit road in Iraq on Monday.",
        "A roadside bomb killed two soldiers on the road between Baiji and Tikrit in Iraq on Monday.",
    ],
)
def test_a_road_is_halfway_between_its_ends(reader: Reader, text: str, gazetteer: SqliteGazetteer) -> None:
    claim = reader.one(text)
    (place,) = claim.where
    baiji, tikrit = gazetteer.resolve([Toponym("Baiji", 0, 5), Toponym("Tikrit", 6, 12)], ("IRQ",))
    assert (place.name, place.precision, place.country) == ("between Baiji and Tikrit", "near", "IRQ")
    assert None not in (place.latitude, place.longitude, baiji.latitude, tikrit.latitude)
    assert place.latitude == pytest.approx((baiji.latitude + tikrit.latitude) / 2, abs=0.01)  # type: ignore[operator]
    assert placed(claim, text)[2] == ["Baiji", "Tikrit"]
