"""Who did it, and to whom."""

from __future__ import annotations

import pytest

from tocsin.codebook import Codebook
from tocsin.records import Claim

from .conftest import Reader, shown


def sides(claim: Claim) -> tuple[str, str]:
    """The kinds of the main actors; empty where the words name none."""
    return tuple(str(a.kind) if (a := claim.side(n)) is not None else "" for n in (1, 2))  # type: ignore[return-value]


STATE, REBEL, MILITIA, CIVILIANS = "State forces", "Rebel group", "Political militia", "Civilians"


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        # Active, passive, and nobody named.
        ("Rebels attacked an army post near Bunia on Monday.", REBEL, STATE),
        ("An army post near Bunia was attacked by rebels on Monday.", REBEL, STATE),
        ("Al-Shabaab fighters killed two policemen in Mogadishu on Monday.", REBEL, STATE),
        ("Two policemen were killed by Al-Shabaab fighters in Mogadishu on Monday.", REBEL, STATE),
        ("Two policemen were shot dead in Mogadishu on Monday.", "", STATE),
        ("A farmer was shot dead near Gao on Monday.", "", CIVILIANS),
        ("A landmine killed two shepherds near Hodeidah on Monday.", "", CIVILIANS),
        ("A convoy of the Somali army was ambushed near Kismayo on Monday.", "", STATE),
        ("Gunmen who arrived on motorcycles killed four traders in Gao on Monday.", MILITIA, CIVILIANS),
        # Nouns for what happened.
        ("An attack by Boko Haram on a village near Maiduguri on Monday killed six people.", REBEL, CIVILIANS),
        ("Rebels carried out an attack on an army post near Bunia on Monday.", REBEL, STATE),
        ("Clashes between the army and M23 rebels near Goma on Monday killed eight people.", STATE, REBEL),
        ("Clashes broke out between the army and M23 rebels near Goma on Monday.", STATE, REBEL),
        ("The army clashed with M23 rebels near Goma on Monday.", STATE, REBEL),
        ("The army's shelling of Taiz on Monday killed three women.", STATE, CIVILIANS),
        pytest.param("The killing of four traders by gunmen in Gao on Monday shocked residents.", MILITIA, CIVILIANS),
        # Whose members they are.
        ("Al-Shabaab said the army killed three of its members near Kismayo on Monday.", STATE, REBEL),
        ("A member of the Taliban was killed by soldiers in Ghazni on Monday.", STATE, REBEL),
        ("The army said it had killed nine rebels near Bunia on Monday.", STATE, REBEL),
        # Means stand for who uses them.
        pytest.param(
            "A Turkish drone struck a car in Qamishli in Syria on Monday, killing two people.",
            "External/Other forces",
            CIVILIANS,
        ),
        pytest.param(
            "Turkish drones struck positions of the PKK near Amadiya in Iraq on Monday.", "External/Other forces", REBEL
        ),
        ("Army shells fell on a market in Taiz on Monday, killing three women.", STATE, CIVILIANS),
        # Ground that changes hands.
        ("Rebels captured the town of Bunia from the army on Monday after heavy fighting.", REBEL, STATE),
        ("The army retook the town of Bunia from rebels on Monday after heavy fighting.", STATE, REBEL),
        # Demonstrators are side 1, also where they are shot at.
        ("Soldiers fired on protesters in Khartoum on Monday, killing three.", "Protesters", STATE),
        ("Police used tear gas to disperse protesters in Nairobi on Monday.", "Protesters", STATE),
        ("Hundreds of teachers marched through Tunis on Monday to demand unpaid wages.", "Protesters", ""),
        ("Teachers marched through Tunis on Monday to demand unpaid wages.", "Protesters", ""),
        ("An angry mob beat a suspected thief to death in Lagos on Monday.", "Rioters", CIVILIANS),
        # Others.
        ("Scores of civilians were killed in an air strike on a market in Idlib on Monday.", "", CIVILIANS),
        ("Fulani herders killed nine farmers in Benue on Monday.", "Identity militia", CIVILIANS),
        ("Militia fighters burned down forty houses in Nyala on Monday.", MILITIA, ""),
        ("The government and the rebels signed a ceasefire in Juba on Monday.", STATE, REBEL),
        ("Police arrested five men in Tunis on Monday.", STATE, CIVILIANS),
        # Fighting without an object, and between two of a kind.
        ("The army and the Rapid Support Forces fought in Omdurman on Monday.", STATE, REBEL),
        (
            "Fighting between two clan militias near Adado killed six people on Monday.",
            "Identity militia",
            "Identity militia",
        ),
        ("Rival gangs fought in Port-au-Prince on Monday, leaving nine dead.", MILITIA, MILITIA),
        (
            "Farmers and herders clashed near Lafia on Monday, leaving nine dead.",
            "Identity militia",
            "Identity militia",
        ),
        ("Rebels in Sake repelled an attack by the army on Monday.", STATE, REBEL),
        # Several doers of one deed.
        ("Members of the Taliban and Afghan soldiers killed a judge in Kabul on Monday.", REBEL, CIVILIANS),
        (
            "Leaders of Hausa and Fulani villages signed a peace agreement in Jos on Monday.",
            "Identity militia",
            "Identity militia",
        ),
        # Whose it is, and who is behind it.
        ("The arrest of four journalists by police in Tunis on Monday was condemned.", STATE, CIVILIANS),
        ("A roadside bomb blamed on Al-Shabaab killed four policemen in Garissa on Monday.", REBEL, STATE),
        ("A mob stoned a man to death in Lagos on Monday, accusing him of theft.", "Rioters", CIVILIANS),
        ("The army accused JNIM of killing six farmers near Gao on Monday.", REBEL, CIVILIANS),
        ("Militants loyal to al-Qaeda killed a judge in Aden on Monday.", REBEL, CIVILIANS),
        ("A governor ordered troops to shell the town of Sake on Monday; four people died.", STATE, CIVILIANS),
        ("The army said on Monday that 14 Al-Shabaab fighters were killed near Kismayo.", STATE, REBEL),
        # Whom it was aimed at.
        ("The army destroyed three trucks carrying Al-Shabaab fighters near Kismayo on Monday.", STATE, REBEL),
        ("Gunmen threw a grenade at the home of a judge in Tripoli on Monday.", MILITIA, CIVILIANS),
        ("Hand grenade thrown overnight at the house of a local judge in Tripoli.", "", CIVILIANS),
        ("Turkish drones struck positions that it says belong to the PKK near Amadiya on Monday.", STATE, REBEL),
        ("ISWAP fighters executed three farmers they accused of spying near Damboa on Monday.", REBEL, CIVILIANS),
        ("Six ISWAP fighters were killed when the army bombed their camp near Marte on Monday.", STATE, REBEL),
        ("Statement attributed to JNIM: nine soldiers killed in an attack on a post near Gao on Monday.", REBEL, STATE),
        ("Police put the army's losses in a clash near Gao on Monday at nine dead.", "", STATE),
        ("Soldiers detained four men suspected of belonging to Boko Haram in Maiduguri on Monday.", STATE, REBEL),
    ],
)
def test_the_sides_of_a_sentence(reader: Reader, text: str, first: str, second: str) -> None:
    claims = reader.read(text)
    assert claims, "no claim"
    assert sides(claims[0]) == (first, second), shown(claims)


@pytest.mark.parametrize(
    ("text", "side", "words"),
    [
        ("Al-Shabaab fighters killed two policemen in Mogadishu on Monday.", 1, "Al-Shabaab fighters"),
        ("Two policemen were killed by Al-Shabaab fighters in Mogadishu on Monday.", 2, "policemen"),
        ("A convoy of the Somali army was ambushed near Kismayo on Monday.", 2, "Somali army"),
        ("An attack by Boko Haram on a village near Maiduguri on Monday killed six people.", 1, "Boko Haram"),
    ],
)
def test_an_actor_is_quoted(reader: Reader, text: str, side: int, words: str) -> None:
    evidence = reader.one(text).evidence_for(f"actor{side}")
    assert evidence is not None
    (span,) = evidence.spans
    assert words in text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Al-Shabaab fighters killed two policemen in Mogadishu on Monday.", True),
        ("al shabab militants killed two policemen in Mogadishu on Monday.", True),
        ("Gunmen killed two policemen in Mogadishu on Monday.", False),
    ],
)
def test_an_organisation_has_an_id_in_the_actor_list(reader: Reader, text: str, canonical: bool) -> None:
    actor = reader.one(text).side(1)
    assert actor is not None
    assert (actor.canonical is not None) == canonical


def test_an_unknown_perpetrator_has_no_participant(reader: Reader) -> None:
    for text in (
        "Four traders were killed in Gao on Monday.",
        "A car bomb exploded in Quetta on Monday, killing five people.",
        "The body of a shepherd who had been shot dead was found near Kirkuk on Monday.",
    ):
        claim = reader.read(text)[0]
        assert claim.side(1) is None, shown([claim])
        assert claim.evidence_for("actor1") is None


def test_the_group_is_the_one_named_before(reader: Reader) -> None:
    claims = reader.read(
        "Al-Shabaab took a village near Kismayo on Sunday.", "On Monday the group killed two policemen in Mogadishu."
    )
    actor = claims[-1].side(1)
    assert actor is not None, shown(claims)
    assert "Shabaab" in actor.label
    evidence = claims[-1].evidence_for("actor1")
    assert evidence is not None
    assert evidence.basis.startswith("inferred")


PERSONS = ("Marta Kolo", "Father Paul Okello", "Abu Yasin al-Hamdani", "Nguyen Thi Lan")


@pytest.mark.parametrize("name", PERSONS)
@pytest.mark.parametrize(
    "text",
    [
        "{}, a shopkeeper, was shot dead by gunmen in Goma on Monday.",
        "Gunmen abducted {} from a house in Kaduna on Monday.",
        "{} killed two policemen in Mogadishu on Monday.",
        "The killers of {} fled to Bunia on Monday after they had murdered his son.",
        "Police arrested {} and two other people in Tunis on Monday.",
    ],
)
def test_no_private_person_is_named_as_an_actor(reader: Reader, text: str, name: str) -> None:
    for claim in reader.read(text.format(name)):
        for p in claim.participants:
            for word in name.split():
                assert word not in p.actor.label, shown([claim])
                assert word not in p.actor.name or word == "Father", shown([claim])


@pytest.mark.parametrize(
    ("text", "side", "name"),
    [
        ("Three Malian soldiers were killed near Gao on Monday.", 2, "Malian army (soldiers)"),
        ("Several soldiers were killed near Gao in Mali on Monday.", 2, "Malian army (soldiers)"),
        ("Army jets bombed a bridge near Kirkuk in Iraq on Monday.", 1, "Iraqi air force (jets)"),
        ("M23 attacked an army post near Goma on Monday.", 1, "March 23 Movement (M23)"),
        (
            "A drone believed to be Ethiopian hit a school near Mekelle on Monday, killing four people.",
            1,
            "Ethiopian forces",
        ),
        ("Israeli troops shot dead two Palestinians in Jenin on Monday.", 2, "Palestinians"),
    ],
)
def test_an_actor_has_one_plain_name(reader: Reader, codebook: Codebook, text: str, side: int, name: str) -> None:
    claim = reader.read(text)[0]
    actor = claim.side(side)  # type: ignore[arg-type]
    assert actor is not None, shown([claim])
    assert codebook.actors.plain_name(actor) == name


def test_its_members_are_not_the_doers(reader: Reader) -> None:
    claim = reader.one("Al-Shabaab said the army killed three of its members near Kismayo on Monday.")
    first, second = claim.side(1), claim.side(2)
    assert first is not None, shown([claim])
    assert second is not None, shown([claim])
    assert first.kind == STATE
    assert "Shabaab" in second.label


@pytest.mark.parametrize(
    ("blocks", "kinds"),
    [
        # One enemy is named, and it had the town.
        (
            ("The army retook Adale on Monday after an hour.", "Al-Shabaab had entered the town in Somalia on Friday."),
            (STATE, REBEL),
        ),
        # Two enemies: it may have been either.
        (
            ("The army retook Adale on Monday.", "Al-Shabaab and the Islamic State both have posts in the hills."),
            (STATE, ""),
        ),
        # Police who only speak are no side.
        (("M23 fighters fought near Sake on Monday.", "The police did not comment."), (REBEL, "")),
    ],
)
def test_the_other_side_is_the_only_enemy_that_is_named(
    reader: Reader, blocks: tuple[str, ...], kinds: tuple[str, str]
) -> None:
    claim = reader.read(*blocks)[0]
    assert sides(claim) == kinds, shown([claim])
    evidence = claim.evidence_for("actor2")
    assert evidence is None or evidence.basis.startswith("inferred")


def test_the_holder_of_an_office_is_its_government(reader: Reader) -> None:
    claim = reader.read("President Mendo bombed two villages in Chad on Monday, residents said.")[0]
    actor = claim.side(1)
    assert actor is not None, shown([claim])
    assert actor.canonical == "state:TCD:government"
    assert "Mendo" not in actor.name + actor.label
