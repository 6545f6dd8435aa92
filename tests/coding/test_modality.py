"""Is it so: threats, plans, habits, hypotheses, hedges, totals; what is no event at all."""

from __future__ import annotations

import pytest

from .conftest import Reader, not_yet, shown


@pytest.mark.parametrize(
    ("text", "modality", "code"),
    [
        ("Gunmen killed four traders in Gao on Monday.", "asserted", "attack"),
        ("The Taliban threatened to kill aid workers in Ghazni.", "threatened", "attack"),
        not_yet(
            "Rebels have threatened to attack the town of Bunia, residents said.",
            "threatened",
            "attack",
            reason="a threat told by others is lost",
        ),
        ("Teachers plan to march in Tunis on Friday to demand unpaid wages.", "planned", "peaceful_protest"),
        ("A protest will be held in Tunis on Friday, the union said.", "planned", "peaceful_protest"),
        ("The union called for a protest in Tunis on Friday.", "planned", "peaceful_protest"),
        ("Militants regularly kidnap villagers around Kirkuk.", "generic", "abduction_forced_disappearance"),
        ("Gunmen kidnap farmers around Kirkuk almost every week.", "generic", "abduction_forced_disappearance"),
        ("Sleeper cells have kidnapped and killed residents around Kirkuk.", "generic", None),
        ("Militants may have killed three shepherds near Kirkuk on Monday.", "possible", "attack"),
        not_yet(
            "Rumours that militants killed three shepherds near Kirkuk on Monday could not be confirmed.",
            "possible",
            "attack",
            reason="a rumour is lost",
        ),
        (
            "The army denied that its soldiers had shelled the market in Taiz on Monday.",
            "denied",
            "shelling_artillery_missile_attack",
        ),
        ("At least 20 people were killed in attacks across North Kivu this week.", "aggregate", None),
    ],
)
def test_how_a_sentence_says_it(reader: Reader, text: str, modality: str, code: str | None) -> None:
    claims = reader.read(text)
    assert claims, "no claim"
    assert claims[0].modality == modality, shown(claims)
    if code is not None:
        assert claims[0].code == code, shown(claims)
    evidence = claims[0].evidence_for("modality")
    assert (evidence is None) == (modality == "asserted")


@pytest.mark.parametrize(
    "text",
    [
        "If the army loses the town, militants could massacre its people.",
        "Gunmen could attack the market in Gao, the mayor warned.",
        "Unless the road is cleared, bandits would kidnap more drivers.",
        "The group has vowed to attack the capital.",
        "Analysts fear that militants will attack the dam.",
        "It is unclear whether gunmen killed the shepherds near Kirkuk on Monday.",
        "When another scenario arises, the militants might overrun the camp.",
        "Residents marked the anniversary of the massacre in Gao on Monday.",
        "A court in Bamako sentenced two men on Monday for killing a teacher.",
        not_yet("The museum shows how the city was shelled during the war.", reason="'how' introduces no hypothesis"),
        "The minister opened a new clinic in Gao on Monday.",
        not_yet(
            "The striker shot from thirty metres and the crowd exploded with joy.",
            reason="a figure of speech is an event",
        ),
        pytest.param("Heavy rain killed four people in Gao on Monday when a wall collapsed."),
        pytest.param("A bus overturned near Gao on Monday, killing nine passengers."),
        "Shares were hit on Monday and the bank's chief came under fire.",
    ],
)
def test_what_is_imagined_or_no_event_gives_no_claim(reader: Reader, text: str) -> None:
    claims = reader.read(text)
    assert not claims, shown(claims)


@pytest.mark.parametrize(
    "text",
    [
        "The office recorded more than 60 attacks a month in Kirkuk.",
        "More than 60 violent incidents were recorded in Diyala each month last year.",
        "The monitor recorded 48 violent incidents in Gao in February.",
    ],
)
def test_a_total_for_a_period_is_generic_and_has_no_type(reader: Reader, text: str) -> None:
    claim = reader.one(text)
    assert (claim.modality, claim.code) == ("generic", None)
    assert claim.counts.deaths is None


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Gunmen killed four traders in Gao on Monday.", "accomplished"),
        ("Soldiers foiled an attack on a checkpoint in Ghazni on Monday.", "foiled"),
        ("Gunmen tried to kidnap a doctor in Kaduna on Monday.", "attempted"),
        ("The Taliban threatened to kill aid workers in Ghazni.", "unknown"),
        ("Army experts defused a car bomb outside a bank in Kirkuk on Monday.", "foiled"),
        ("Air defences intercepted three drones over Odesa on Monday.", "foiled"),
        ("Soldiers repelled an attack on a base near Gao on Monday, killing five militants.", "foiled"),
        ("A roadside bomb failed to explode as a convoy passed near Kirkuk on Monday.", "attempted"),
        ("A rocket hit a school in Kirkuk on Monday but did not explode.", "attempted"),
        ("Rebels tried to storm a base near Gao on Monday.", "attempted"),
    ],
)
def test_how_it_ended(reader: Reader, text: str, outcome: str) -> None:
    assert reader.one(text).outcome == outcome


@pytest.mark.parametrize(
    "text",
    [
        "Gunmen intercepted a bus near Gao on Monday and abducted nine passengers.",
        "Gunmen shot dead a shopkeeper in Kaduna on Monday when he tried to stop a robbery.",
        "Soldiers killed two men who tried to enter a barracks in Gao on Monday.",
        "Police in Kaduna arrested five men on Monday who were plotting to attack a church.",
        "Gunmen shot dead a judge in Kaduna on Monday who had received death threats.",
        "Militiamen threatened teachers in Gao on Monday and shot one of them dead.",
        "Gunmen tried to storm a base near Gao on Monday and killed two guards.",
    ],
)
def test_what_is_told_beside_a_threat_a_plan_or_an_attempt_happened(reader: Reader, text: str) -> None:
    claim = reader.one(text)
    assert (claim.modality, claim.outcome) == ("asserted", "accomplished")


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("A bomb threat emptied the embassy in Nairobi on Monday.", "threatened"),
        ("The group threatened to kill hostages and burn villages near Gao.", "threatened"),
        ("The rebels were going to attack the airport in Gao, the army said.", "planned"),
    ],
)
def test_what_was_only_threatened_or_meant_is_no_event(reader: Reader, text: str, modality: str) -> None:
    claim = reader.one(text)
    assert (claim.modality, claim.outcome) == (modality, "unknown")


def test_past_events_retold_are_background(reader: Reader) -> None:
    claims = reader.read(
        "A blast killed nine people in Kabul on Monday.",
        "In January a similar attack killed twelve people at a school in Herat.",
    )
    assert [c.background for c in claims] == [False, True]
    assert claims[1].counts.deaths is not None
    assert claims[1].counts.deaths.best == 12


def test_a_threat_is_said_by_who_threatens(reader: Reader) -> None:
    claim = reader.one("Al-Shabaab threatened to attack hotels in Mogadishu.")
    assert (claim.speaker.name, claim.speaker.kind) == ("Al-Shabaab", "party")
