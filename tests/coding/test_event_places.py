"""Which of the places that a sentence names is where something happened."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.coding import EventPlace, place_of_event

from .conftest import Reader


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
