"""A document tells an incident more than once, and more than one incident."""

from __future__ import annotations

from datetime import date

import pytest

from tocsin.records import Claim

from .conftest import Reader, shown


def deaths(claim: Claim) -> int | None:
    """The best figure for the dead."""
    return None if claim.counts.deaths is None else claim.counts.deaths.best


def test_title_lead_and_body_tell_one_incident(reader: Reader) -> None:
    claim = reader.one(
        "Gunmen killed four traders at a market in Gao on Monday, the police said.",
        "The attackers arrived on motorcycles and fled before soldiers reached the market.",
        "Police said the four traders had been killed with machetes.",
        title="Four traders killed in Gao market attack",
    )
    assert (claim.code, deaths(claim), claim.where[0].name, claim.speaker.name) == ("attack", 4, "Gao", "the police")


def test_the_next_speaker_has_a_claim_of_his_own(reader: Reader) -> None:
    claims = reader.read(
        "Gunmen killed four traders at a market in Gao on Monday, the police said.",
        "A resident said six traders had been killed.",
        title="Four traders killed in Gao market attack",
    )
    assert [(c.speaker.name, deaths(c)) for c in claims] == [("the police", 4), ("A resident", 6)], shown(claims)
    assert len({(c.code, c.where[0].name, c.when.start) for c in claims}) == 1


def test_a_title_alone_is_read(reader: Reader) -> None:
    claim = reader.one("More details follow.", title="Gunmen kill four traders in Gao")
    assert (claim.code, deaths(claim)) == ("attack", 4), shown([claim])


def test_different_days_are_different_incidents(reader: Reader) -> None:
    claims = reader.read(
        "Rebels killed six villagers near Beni on Monday.", "On Tuesday rebels killed three villagers near Beni."
    )
    assert [(c.when.start, deaths(c)) for c in claims] == [(date(2024, 3, 11), 6), (date(2024, 3, 12), 3)], shown(
        claims
    )


def test_different_places_are_different_incidents(reader: Reader) -> None:
    claims = reader.read(
        "Gunmen killed four traders in Gao on Monday.", "Gunmen killed two herders in Mopti on Monday."
    )
    assert [(c.where[0].name, deaths(c)) for c in claims] == [("Gao", 4), ("Mopti", 2)], shown(claims)


def test_different_types_are_different_incidents(reader: Reader) -> None:
    claims = reader.read(
        "A bomb killed five people in Quetta on Monday.", "Teachers marched through Quetta on Monday to demand wages."
    )
    assert [c.code for c in claims] == ["remote_explosive_landmine_ied", "peaceful_protest"], shown(claims)
    assert deaths(claims[1]) is None


@pytest.mark.parametrize(
    ("second", "speaker", "toll"),
    [
        ("The provincial health director said the toll had risen to eight.", "The provincial health director", 8),
        ("A doctor said seven people had died.", "A doctor", 7),
        ("Residents said at least nine people were killed.", "Residents", 9),
    ],
)
def test_a_toll_told_by_another_takes_place_and_day_from_the_incident(
    reader: Reader, second: str, speaker: str, toll: int
) -> None:
    claims = reader.read("A bomb killed five people in Quetta on Monday.", second, title="Blast kills five in Quetta")
    assert [(c.speaker.name, deaths(c)) for c in claims[1:]] == [(speaker, toll)], shown(claims)
    first, later = claims
    assert (later.code, later.where, later.when) == (first.code, first.where, first.when)
    for name in ("type", "where", "when"):
        evidence = later.evidence_for(name)
        assert evidence is not None
        assert evidence.basis.startswith("inferred"), name
        assert evidence.spans, name


def test_dead_and_wounded_told_in_two_sentences_are_one_incident(reader: Reader) -> None:
    claim = reader.one(
        "A bomb exploded at a market in Quetta on Monday, killing five people.",
        "Eleven others were wounded in the blast.",
    )
    assert claim.counts.injured is not None
    assert (deaths(claim), claim.counts.injured.best) == (5, 11)


def test_two_others_add_to_the_toll(reader: Reader) -> None:
    claim = reader.one("Gunmen killed four traders in Gao on Monday.", "Two others died of their wounds in hospital.")
    assert deaths(claim) == 6, shown([claim])


def test_a_part_of_the_toll_adds_nothing(reader: Reader) -> None:
    claim = reader.one("A bomb killed five people in Quetta on Monday.", "Two of the dead were children.")
    assert deaths(claim) == 5


def test_the_reporter_goes_on_telling(reader: Reader) -> None:
    claims = reader.read(
        "Rebels attacked an army base near Bunia on Monday, killing six soldiers, the army said.",
        "The attackers burned two vehicles and withdrew at dawn.",
        "The region has seen fighting between the army and rebels for years.",
    )
    asserted = [c for c in claims if c.modality == "asserted" and c.code == "armed_clash"]
    assert len(asserted) == 1, shown(claims)


def test_another_attack_is_another_incident(reader: Reader) -> None:
    claims = reader.read(
        "Gunmen killed four traders in Gao on Monday.",
        "In a separate attack in Mopti on the same day, gunmen killed two herders.",
    )
    assert [(c.where[0].name, deaths(c), c.when.start) for c in claims] == [
        ("Gao", 4, date(2024, 3, 11)),
        ("Mopti", 2, date(2024, 3, 11)),
    ], shown(claims)


def test_items_of_a_list_are_apart(reader: Reader) -> None:
    claims = reader.read(
        ("item", "Beni. Rebels killed six villagers on 9 March."),
        ("item", "Butembo. Rebels killed two villagers on 9 March."),
        ("item", "Goma. Teachers marched to demand wages on 10 March."),
    )
    assert [(c.where[0].name, c.when.start) for c in claims] == [
        ("Beni", date(2024, 3, 9)),
        ("Butembo", date(2024, 3, 9)),
        ("Goma", date(2024, 3, 10)),
    ], shown(claims)


def test_an_outlet_speaks_for_itself_or_for_its_origin(reader: Reader) -> None:
    claim = reader.one("Gunmen killed four traders in Gao on Monday.", source="River Post")
    assert (claim.speaker.name, claim.speaker.kind) == ("River Post", "media")
    evidence = claim.evidence_for("speaker")
    assert evidence is not None
    assert (evidence.spans, evidence.basis[:8]) == ((), "inferred")


def test_where_no_outlet_is_known_the_title_speaks(reader: Reader) -> None:
    claim = reader.one("Gunmen killed four traders in Gao on Monday.", source="", title="Weekly bulletin")
    assert claim.speaker.name == "Weekly bulletin"


def test_a_debrief_of_old_attacks_keeps_them_apart_from_the_news(reader: Reader) -> None:
    claims = reader.read(
        "A blast killed nine people in Kabul on Monday.",
        "In January a similar attack killed twelve people at a school in Herat.",
        "Eleven people were also wounded in Monday's blast.",
    )
    assert [(c.background, deaths(c)) for c in claims] == [(False, 9), (True, 12)], shown(claims)
    assert claims[0].counts.injured is not None
    assert claims[0].counts.injured.best == 11
