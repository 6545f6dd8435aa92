"""Who says so: speakers, denials and claims of responsibility."""

from __future__ import annotations

import pytest

from tocsin.coding._speech import speaker_kind

from .conftest import Reader, not_yet, shown, wrong

NINE = "A blast killed nine people in Kabul on Monday."


@pytest.mark.parametrize(
    ("text", "speaker", "kind"),
    [
        ("Gunmen killed four traders in Gao on Monday, a police officer said.", "a police officer", "security"),
        (
            "Gunmen killed four traders in Gao on Monday, the provincial governor told reporters.",
            "the provincial governor",
            "official",
        ),
        ("Gunmen killed four traders in Gao on Monday, a shopkeeper said by telephone.", "a shopkeeper", "witness"),
        (
            "“Gunmen killed four traders in Gao on Monday,” said the mayor of the town.",
            "the mayor of the town",
            "official",
        ),
        ("The army said its troops killed nine rebels near Bunia on Monday.", "The army", "security"),
        ("Two residents said that gunmen had killed four traders in Gao on Monday.", "Two residents", "witness"),
        (
            "According to a local monitoring group, shelling killed three women in Taiz on Monday.",
            "a local monitoring group",
            "monitor",
        ),
        (
            "Shelling killed three women in Taiz on Monday, according to medics at the hospital.",
            "medics at the hospital",
            "witness",
        ),
        (
            "A security source who asked not to be named said gunmen abducted six villagers near Kirkuk.",
            "A security source",
            "anonymous",
        ),
        (
            "The United Nations said on Tuesday that shelling killed three women in Taiz on Monday.",
            "The United Nations",
            "monitor",
        ),
        pytest.param(
            "State television reported that shelling killed three women in Taiz on Monday.", "State television", "media"
        ),
        ("Shelling killed three women in Taiz on Monday, a military analyst said.", "a military analyst", "expert"),
        ("Al-Shabaab said it had killed nine soldiers near Kismayo on Monday.", "Al-Shabaab", "party"),
        pytest.param("The Taliban said its fighters killed nine soldiers in Ghazni on Monday.", "The Taliban", "party"),
        ("Gunmen killed four traders in Gao on Monday.", "Lakeside Courier", "media"),
    ],
)
def test_the_speaker_of_a_sentence(reader: Reader, text: str, speaker: str, kind: str) -> None:
    claim = reader.one(text)
    assert (claim.speaker.name, claim.speaker.kind) == (speaker, kind)
    evidence = claim.evidence_for("speaker")
    assert evidence is not None
    assert [text[s.start : s.end] for s in evidence.spans] == ([speaker] if speaker in text else [])
    assert evidence.basis.startswith("read" if speaker in text else "inferred")


@pytest.mark.parametrize(
    "text",
    [
        "Police said four people were killed in a blast in Quetta, while a hospital official said seven had died.",
        not_yet(
            "Police said four people were killed in a blast in Quetta on Monday, and a hospital official said seven.",
            reason="'the official said seven' is not read as a toll",
        ),
    ],
)
def test_two_speakers_in_one_sentence_make_two_claims_of_one_incident(reader: Reader, text: str) -> None:
    claims = reader.read(text)
    said = [(c.speaker.name.lower(), c.counts.deaths and c.counts.deaths.best) for c in claims]
    assert said == [("police", 4), ("a hospital official", 7)], shown(claims)
    assert len({(c.code, c.where, c.when.start) for c in claims}) == 1


@wrong("a trailing speaker before 'but' is lost")
def test_a_trailing_speaker_before_another_clause(reader: Reader) -> None:
    claims = reader.read(
        "Gunmen killed nine people in Gao on Monday, police said, but the mayor said fourteen people died."
    )
    assert [c.speaker.name for c in claims] == ["police", "the mayor"], shown(claims)


@wrong("'the blast' before 'while' does not give the type")
def test_what_two_speakers_say_of_a_blast_is_of_a_blast(reader: Reader) -> None:
    claims = reader.read(
        "Police said four people were killed in a blast in Quetta on Monday, while a doctor said seven had died."
    )
    assert {c.code for c in claims} == {"remote_explosive_landmine_ied"}, shown(claims)


@pytest.mark.parametrize(
    ("first", "second", "speaker"),
    [
        (
            "Soldiers shelled the market in Taiz on Sunday, killing seven people, residents said.",
            "The army denied shelling the market.",
            "The army",
        ),
        (NINE, "The Taliban denied responsibility for the attack.", "The Taliban"),
        not_yet(
            NINE,
            "The Taliban denied any involvement.",
            "The Taliban",
            reason="a denial without a word for the event is lost",
        ),
        (NINE, "A Taliban spokesman said the group was not behind the attack.", "A Taliban spokesman"),
    ],
)
def test_a_denial_is_a_claim_beside_what_it_denies(reader: Reader, first: str, second: str, speaker: str) -> None:
    claims = reader.read(first, second)
    assert [(c.modality, c.speaker.name) for c in claims[1:]] == [("denied", speaker)], shown(claims)
    assert (claims[1].code, claims[1].where, claims[1].when) == (claims[0].code, claims[0].where, claims[0].when)
    assert claims[0].modality == "asserted"


def test_a_denial_alone_is_denied(reader: Reader) -> None:
    claim = reader.one("The army denied that its soldiers had shelled the market in Taiz on Monday.")
    assert (claim.modality, claim.speaker.name, claim.code) == (
        "denied",
        "The army",
        "shelling_artillery_missile_attack",
    )


@pytest.mark.parametrize(
    "blocks",
    [
        ("Islamic State claimed responsibility for the blast that killed nine people in Kabul on Monday.",),
        (NINE, "Islamic State claimed responsibility for the attack."),
        (NINE, "Islamic State said it carried out the attack."),
        not_yet((NINE, "Responsibility was claimed by Islamic State."), reason="a claim in the passive is lost"),
        (NINE, "Islamic State claimed responsibility for the attack on Tuesday."),
    ],
)
def test_a_claim_of_responsibility_is_the_groups_own(reader: Reader, blocks: tuple[str, ...]) -> None:
    claim = reader.read(*blocks)[-1]
    actor = claim.side(1)
    assert actor is not None, shown([claim])
    assert (actor.name, claim.speaker.name, claim.speaker.kind, claim.attribution) == (
        "Islamic State",
        "Islamic State",
        "party",
        "claimed",
    )
    assert claim.code == "remote_explosive_landmine_ied"


def test_what_the_reporter_said_does_not_take_over_who_claimed_it(reader: Reader) -> None:
    first, second = reader.read(NINE, "Islamic State claimed responsibility for the attack.")
    assert second.attribution == "claimed"
    assert first.side(1) is None, shown([first])
    assert first.attribution == "none"


@pytest.mark.parametrize(
    "sentence",
    [
        "No group claimed responsibility for the attack.",
        "No group has claimed responsibility.",
        "There was no immediate claim of responsibility.",
        "Nobody has claimed the attack.",
        "The attack has not been claimed.",
        "No one took responsibility for the bombing.",
    ],
)
def test_that_no_group_claimed_it_is_no_claim(reader: Reader, sentence: str) -> None:
    claim = reader.one(NINE, sentence)
    assert (claim.side(1), claim.attribution) == (None, "none")


@pytest.mark.parametrize(
    ("text", "attribution"),
    [
        ("Gunmen killed four traders in Gao on Monday.", "independent"),
        ("Rebels killed four traders in Gao on Monday, the army said.", "alleged"),
        ("Suspected Boko Haram militants killed six farmers near Maiduguri on Monday.", "suspected"),
        not_yet(
            "The army said its troops killed nine rebels near Bunia on Monday.",
            "claimed",
            reason="an army without a country never says so itself",
        ),
        ("Four traders were killed in Gao on Monday.", "none"),
        not_yet(
            "An angry mob beat a suspected thief to death in Lagos on Monday.",
            "independent",
            reason="a suspect among the victims makes the doer suspected",
        ),
    ],
)
def test_who_is_named_as_the_doer_by_whom(reader: Reader, text: str, attribution: str) -> None:
    assert reader.one(text).attribution == attribution


def test_somebody_blamed_is_the_doer_and_it_is_alleged(reader: Reader) -> None:
    claim = reader.one(
        "Police blamed the Pakistani Taliban for the blast that killed nine people in Peshawar on Monday."
    )
    actor = claim.side(1)
    assert actor is not None, shown([claim])
    assert ("Taliban" in actor.name, claim.attribution, claim.speaker.name) == (True, "alleged", "Police")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("the provincial governor", "official"),
        ("two residents", "witness"),
        ("a security source", "anonymous"),
        ("police", "security"),
        ("the health ministry", "official"),
        ("a local human rights network", "monitor"),
        ("a historian", "expert"),
        ("the army's chief of staff", "security"),
        ("an imam", "witness"),
    ],
)
def test_kinds_of_speakers(name: str, kind: str) -> None:
    assert speaker_kind(name) == kind


def test_an_armed_group_speaks_as_a_party() -> None:
    assert speaker_kind("the front", armed_group=True) == "party"


@pytest.mark.parametrize(
    ("correction", "asserted", "denied"),
    [
        ("“We lost two men, not five,” a police spokesman said.", 2, 5),
        ("Two policemen were killed, not five, the governor said.", 2, 5),
        ("The army said two policemen had died in the attack and not five as reported.", 2, 5),
    ],
)
def test_who_corrects_a_toll_denies_the_other(reader: Reader, correction: str, asserted: int, denied: int) -> None:
    claims = reader.read(f"Gunmen attacked a police post near Gao on Monday, killing five policemen. {correction}")
    told = [(c.modality, c.counts.deaths.best) for c in claims if c.counts.deaths is not None]
    assert ("asserted", asserted) in told, shown(claims)
    assert ("denied", denied) in told, shown(claims)


def test_not_beside_what_is_no_toll_denies_nothing(reader: Reader) -> None:
    claims = reader.read("Gunmen killed two men, not soldiers, near Gao on Monday.")
    assert [c.modality for c in claims] == ["asserted"], shown(claims)
