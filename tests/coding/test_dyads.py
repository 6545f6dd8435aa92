"""Who acts on whom, in sentences of every kind of act."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.codebook import ActorList, load_actors
from tocsin.coding import Dyad, read_dyads


@pytest.fixture(scope="module")
def actors() -> ActorList:
    return load_actors()


def words(dyad: Dyad) -> tuple[list[str], list[str]]:
    return [p.words for p in dyad.source], [p.words for p in dyad.target]


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        # Active, passive, and nobody named.
        ("Sudanese rebels attacked Chad on Monday.", ["Sudanese rebels"], ["Chad"]),
        (
            "A camp for Eritrean refugees was attacked by Ethiopian militiamen.",
            ["Ethiopian militiamen"],
            ["Eritrean refugees"],
        ),
        ("Three Kenyan policemen have been killed in a bombing.", [], ["Kenyan policemen"]),
        # Threats: the speaker is the source, whom they name the target.
        ("Peru threatened on Monday to break relations with Chile.", ["Peru"], ["Chile"]),
        ("Kenyan nurses said they would boycott all talks with Uganda.", ["Kenyan nurses"], ["Uganda"]),
        ("Zambian miners threatened to strike unless Malawi reopened the border.", ["Zambian miners"], ["Malawi"]),
        ("Chad announced that it will withdraw its troops from Niger.", ["Chad"], ["Niger"]),
        # Demands: of whom something is wanted.
        ("Peru demanded that Chile return the boats.", ["Peru"], ["Chile"]),
        ("Bolivia said that Peru must reopen its market.", ["Bolivia"], ["Peru"]),
        # Protests: against whom, wherever it stands.
        (
            "Thousands of Chadian students marched in the capital to demand the resignation of President Mendo.",
            ["Chadian students"],
            ["President Mendo"],
        ),
        ("Kenyan teachers staged a strike to protest against Uganda's decision.", ["Kenyan teachers"], ["Uganda"]),
        # What is acted on is somebody's.
        ("Burmese soldiers burned Rohingya homes in the hills.", ["Burmese soldiers"], ["Rohingya"]),
        ("Malian police seized weapons from Tuareg rebels.", ["Malian police"], ["Tuareg rebels"]),
        (
            "The Nigerian government imposed a curfew in the town of Damboa.",
            ["Nigerian government"],
            ["town of Damboa"],
        ),
        # What only reports is set aside.
        (
            "Two Angolan soldiers were held by Zambia, a spokesman for the ministry said.",
            ["Zambia"],
            ["Angolan soldiers"],
        ),
        ("Chad is ready to sell maize to Niger, officials said.", ["Chad"], ["Niger"]),
        # Done to each other.
        ("Chad and Niger postponed their talks.", ["Chad"], ["Niger"]),
        # What says which one is kept, and clauses are not.
        ("Supporters of President Mendo, who fled in May, attacked Chad.", ["Supporters of President Mendo"], ["Chad"]),
    ],
)
def test_a_dyad(actors: ActorList, text: str, source: list[str], target: list[str]) -> None:
    (dyad,) = read_dyads([text], actors)
    assert words(dyad) == (source, target)


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("Turkish police arrested Syrian journalists.", "TURCOP", "SYRMED"),
        ("The Sudanese army attacked Chadian refugees.", "SDNMIL", "TCDREF"),
        ("The Peruvian parliament condemned Chile.", "PERLEG", "CHL"),
        ("The president of Kenya warned Ugandan opposition leaders.", "KENGOV", "UGAOPP"),
    ],
)
def test_a_party_has_a_country_and_a_role(actors: ActorList, text: str, source: str, target: str) -> None:
    (dyad,) = read_dyads([text], actors)
    assert ([p.code for p in dyad.source], [p.code for p in dyad.target]) == ([source], [target])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Chad", "rebels", "attacked", "by", "the", "of", ",", "said", "its", "and", "was", "."]),
        max_size=14,
    )
)
def test_words_are_quoted_and_nobody_is_on_both_sides(tokens: list[str]) -> None:
    text = " ".join(tokens)
    (dyad,) = read_dyads([text], load_actors())
    for party in (*dyad.source, *dyad.target):
        assert " ".join(text[party.start : party.end].split()) == party.words
    assert not {p.start for p in dyad.source} & {p.start for p in dyad.target}


def test_an_empty_text_has_no_dyad(actors: ActorList) -> None:
    assert read_dyads(["", "Rain."], actors) == [Dyad(), Dyad()]
