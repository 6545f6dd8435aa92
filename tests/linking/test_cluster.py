"""Claims to incidents: what joins, what never does, and that order changes nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.linking import Partition, current_judgements, link, load_weights
from tocsin.records import Claim, Copy, Document, Judgement, Modality, When

from .making import (
    CIVILIANS,
    CODEBOOK,
    DAY,
    GUNMEN,
    RUSSIAN_ARMY,
    SYRIAN_ARMY,
    actor,
    claim,
    document,
    judged,
    on,
    side,
    town,
)

WEIGHTS = load_weights()
FAR = town("Kafr Zita", 35.37, 36.60, admin1="Hama")


def linked(
    claims: Sequence[Claim],
    judgements: Sequence[Judgement] = (),
    copies: Sequence[Copy] = (),
    documents: Sequence[Document] = (),
) -> Partition:
    known = {c.document_id: document(c.document_id) for c in claims} | {d.id: d for d in documents}
    return link(claims, known, copies, judgements, WEIGHTS, CODEBOOK)


def together(one: Claim, other: Claim, **given: Sequence[Judgement]) -> bool:
    return len(linked([one, other], **given).clusters) == 1


def test_two_outlets_on_one_incident_are_linked_with_reasons() -> None:
    partition = linked([claim("d-1", deaths=2), claim("d-2", deaths=3)])
    assert len(partition.clusters) == 1
    (found,) = partition.links
    assert found.a < found.b
    assert {"date.same", "place.same", "type.same", "counts.close"} <= {reason.name for reason in found.reasons}
    assert found.score > 0.9


def test_different_tolls_by_different_speakers_are_one_incident() -> None:
    claims = [
        claim("d-1", 0, deaths=1, says="army", speaker="security"),
        claim("d-1", 50, deaths=3, says="group", speaker="party"),
        claim("d-1", 90, deaths=3, says="army", speaker="security", modality="denied"),
        claim("d-1", 120, deaths=9, says="medics", speaker="witness"),
    ]
    assert len(linked(claims).clusters) == 1


@pytest.mark.parametrize(
    "other",
    [
        claim("d-1", 50, when=on(DAY - timedelta(1)), says="police"),
        claim("d-1", 50, where=(town("Bzaa", 36.38, 37.60),), says="police"),
        claim("d-1", 50, where=(town("Nowhere", latitude=None, longitude=None),), says="police"),
        claim("d-1", 50, "arrests", says="police"),
        claim("d-1", 50, deaths=5, says="mayor"),
    ],
    ids=["day", "place", "unresolved place", "type", "one speaker, two figures"],
)
def test_one_document_tells_its_incidents_apart(other: Claim) -> None:
    assert not together(claim("d-1", deaths=2, says="mayor"), other)


def test_one_document_never_has_two_incidents_in_one_event_through_others() -> None:
    # Each of the outside reports would fit both days.
    monday, tuesday = claim("d-1", 0, when=on(DAY)), claim("d-1", 50, when=on(DAY + timedelta(1)))
    bridges = [claim(f"d-{n}", when=on(DAY, DAY + timedelta(1)), deaths=4) for n in range(2, 9)]
    cluster_of = linked([monday, tuesday, *bridges]).cluster_of()
    assert cluster_of[monday.id] != cluster_of[tuesday.id]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (claim("d-2", when=on(DAY + timedelta(3))), False),
        (claim("d-2", when=on(DAY + timedelta(1))), False),
        (claim("d-2", when=on(DAY - timedelta(3), DAY + timedelta(3), "week")), True),
        (claim("d-2", when=on(DAY, DAY + timedelta(1))), True),
        (claim("d-2", where=(FAR,)), False),
        (claim("d-2", where=(town("Al-Tadif", latitude=None, longitude=None),)), True),
        (claim("d-2", where=(town("Tādef", 36.36, 37.5, gazetteer="", gazetteer_id=""),)), True),
        (claim("d-2", where=(town("Tadef", 36.35, 37.53, country="TUR"),)), True),
        (claim("d-2", where=(town("Aleppo", 36.2, 37.2, precision="admin1"),)), False),
        (claim("d-2", where=()), False),
        (claim("d-2", code="abduction_forced_disappearance"), True),
        (claim("d-2", code="peaceful_protest"), False),
        (claim("d-2", code=None), True),
        (claim("d-2", when=When()), False),
        (claim("d-2", when=When(), deaths=2), True),
    ],
    ids=[
        "days later", "next day", "that week", "that night", "far town", "unresolved spelling", "no id", "border",
        "province", "no place", "compatible", "incompatible", "no type", "no date", "no date, same toll",
    ],
)  # fmt: skip
def test_dates_places_and_types_are_weighed_with_their_precision(other: Claim, same: bool) -> None:
    assert together(claim("d-1", deaths=2 if other.counts.deaths else None), other) is same


def test_actors_that_contradict_each_other_keep_claims_apart() -> None:
    rebels = actor("Islamic State", "islamic-state")
    army_on_rebels = (side(1, SYRIAN_ARMY), side(2, rebels))
    russians_on_civilians = (side(1, RUSSIAN_ARMY), side(2, CIVILIANS))
    one = claim("d-1", code="armed_clash", who=army_on_rebels)
    other = actor("Another front", "another-front")
    assert together(one, claim("d-2", code="armed_clash", who=(side(1, GUNMEN), side(2, SYRIAN_ARMY))))
    assert together(one, claim("d-2", code="armed_clash", who=(side(1, rebels), side(2, SYRIAN_ARMY))))
    assert not together(one, claim("d-2", code="attack", who=russians_on_civilians))
    assert not together(one, claim("d-2", code="attack", who=(side(1, other), side(2, CIVILIANS))))


@pytest.mark.parametrize("modality", ["threatened", "planned", "generic", "aggregate"])
def test_what_did_not_happen_once_stands_alone(modality: Modality) -> None:
    assert not together(claim("d-1", modality=modality), claim("d-2", modality=modality))
    assert not together(claim("d-1", modality=modality), claim("d-2"))


def test_twins_in_copies_are_joined_whatever_their_modality() -> None:
    text = "Every few weeks somebody mines the track between the orchards and the old pumping station."
    documents = [document("d-1", text), document("d-2", text, DAY + timedelta(1))]
    claims = [claim(d.id, 20, modality="generic", when=When(), where=(), text=text) for d in documents]
    assert len(linked(claims, documents=documents).clusters) == 2
    assert len(linked(claims, copies=[Copy("d-2", "d-1", 1.0)], documents=documents).clusters) == 1


def test_background_is_only_joined_where_date_and_place_are_certain() -> None:
    past = claim("d-1", background=True)
    assert together(past, claim("d-2"))
    assert not together(claim("d-1", background=True, when=When()), claim("d-2"))
    assert not together(claim("d-1", background=True, where=()), claim("d-2"))
    assert not together(
        claim("d-1", background=True, when=on(date(2024, 1, 1), date(2024, 12, 31), "year")), claim("d-2")
    )


# Judgements


def test_a_judgement_joins_and_the_latest_one_counts() -> None:
    one, other = claim("d-1"), claim("d-2", where=(FAR,))
    assert together(one, other, judgements=[judged("same", one.id, other.id)])
    later = judged("not_same", other.id, one.id, minute=5)
    assert not together(one, other, judgements=[later, judged("same", one.id, other.id)])
    unsure = judged("unsure", one.id, other.id, minute=9)
    assert not together(one, other, judgements=[unsure, judged("same", one.id, other.id)])


def test_a_negative_judgement_blocks_every_chain() -> None:
    claims = [claim(f"d-{n}", deaths=2) for n in range(6)]
    assert len(linked(claims).clusters) == 1
    partition = linked(claims, [judged("not_same", claims[0].id, claims[5].id)])
    cluster_of = partition.cluster_of()
    assert cluster_of[claims[0].id] != cluster_of[claims[5].id]
    assert len(partition.clusters) == 2


def test_part_of_is_a_relation_and_no_merge() -> None:
    one, other = claim("d-1"), claim("d-2")
    partition = linked([one, other], [judged("part_of", one.id, other.id)])
    assert len(partition.clusters) == 2
    assert partition.part_of == ((one.id, other.id),)


def test_a_claim_need_fit_only_one_of_those_that_people_put_together() -> None:
    one, other = claim("d-1"), claim("d-2", where=(FAR,))
    third = claim("d-3")
    assert len(linked([one, other, third], [judged("same", one.id, other.id)]).clusters) == 1


def test_judgements_on_claims_not_given_are_passed_over() -> None:
    assert len(linked([claim("d-1")], [judged("same", claim("d-1").id, "c-gone")]).clusters) == 1


def test_current_judgements_keep_the_latest_of_each_matter() -> None:
    first, second = judged("same", "c-1", "c-2"), judged("not_same", "c-2", "c-1", minute=1)
    on_field = judged("correct", "c-1", field="deaths", value="3")
    assert current_judgements([second, on_field, first]) == tuple(sorted([on_field, second], key=lambda j: j.made_at))


# Properties

TOWNS = (town(), town("Bzaa", 36.38, 37.60), FAR, town("Aleppo", 36.2, 37.16, precision="admin1"))
CODES = ("attack", "armed_clash", "abduction_forced_disappearance", "peaceful_protest", None)
MODALITIES: tuple[Modality, ...] = ("asserted", "asserted", "denied", "possible", "generic")


@st.composite
def some_claims(draw: st.DrawFn, prefix: str = "d", offset: int = 0) -> list[Claim]:
    made = []
    for number in range(draw(st.integers(2, 14))):
        start = DAY + timedelta(draw(st.integers(0, 4)) + offset)
        when = draw(
            st.sampled_from([on(start), on(start, start + timedelta(1)), on(start, start + timedelta(6), "week")])
        )
        made.append(
            claim(
                f"{prefix}-{draw(st.integers(0, 4))}",
                number * 40,
                draw(st.sampled_from(CODES)),
                draw(st.sampled_from([when, when, When()])),
                draw(st.sampled_from([(TOWNS[0],), (TOWNS[1],), (TOWNS[2],), (TOWNS[3],), ()])),
                draw(st.sampled_from([None, 1, 3])),
                says=draw(st.sampled_from(["police", "mayor", ""])),
                modality=draw(st.sampled_from(MODALITIES)),
                background=draw(st.booleans()),
            )
        )
    return made


@st.composite
def some_judgements(draw: st.DrawFn, claims: Sequence[Claim]) -> list[Judgement]:
    made = []
    for minute in range(draw(st.integers(0, 4))):
        pair = draw(st.permutations(claims))[:2]
        verdict = draw(st.sampled_from(["same", "not_same", "part_of"]))
        made.append(judged(verdict, pair[0].id, pair[1].id, minute=minute))
    return made


@settings(max_examples=30, deadline=None)
@given(st.data(), st.randoms(use_true_random=False))
def test_order_changes_nothing_and_every_claim_is_in_one_cluster(data: st.DataObject, shuffler: random.Random) -> None:
    claims = data.draw(some_claims())
    judgements = data.draw(some_judgements(claims))
    partition = linked(claims, judgements)
    assert sorted(c for cluster in partition.clusters for c in cluster) == sorted(c.id for c in claims)
    shuffler.shuffle(claims)
    shuffler.shuffle(judgements)
    assert linked([*claims, *claims], judgements) == partition


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_cluster_crosses_a_negative_judgement(data: st.DataObject) -> None:
    claims = data.draw(some_claims())
    judgements = data.draw(some_judgements(claims))
    cluster_of = linked(claims, judgements).cluster_of()
    for judgement in current_judgements(judgements):
        if judgement.verdict in ("not_same", "part_of"):
            one, other = judgement.subjects
            assert cluster_of[one] != cluster_of[other]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_log_is_replayed_to_its_last_words(data: st.DataObject) -> None:
    claims = data.draw(some_claims())
    log = data.draw(some_judgements(claims))
    opposite = {"same": "not_same", "not_same": "same", "part_of": "same"}
    taken_back = [judged(opposite[j.verdict], *j.subjects, minute=20 + n) for n, j in enumerate(log)]  # type: ignore[arg-type]
    restored = [judged(j.verdict, *j.subjects, minute=40 + n) for n, j in enumerate(log)]
    assert linked(claims, [*restored, *taken_back, *log]) == linked(claims, restored)
    assert linked(claims, [*log, *log]) == linked(claims, log)


@settings(max_examples=30, deadline=None)
@given(some_claims())
def test_no_cluster_holds_two_days_or_towns_of_one_document(claims: list[Claim]) -> None:
    by_id = {c.id: c for c in claims}
    for cluster in linked(claims).clusters:
        members = [by_id[c] for c in cluster]
        for one in members:
            for other in members:
                if one.document_id != other.document_id or not one.when.start or not other.when.start:
                    continue
                assert one.when.start <= (other.when.end or other.when.start)
                if one.where and other.where and {one.where[0].precision, other.where[0].precision} == {"settlement"}:
                    assert one.where[0].name == other.where[0].name


@settings(max_examples=20, deadline=None)
@given(some_claims(), some_claims(prefix="far", offset=200))
def test_unrelated_claims_change_nothing(claims: list[Claim], unrelated: list[Claim]) -> None:
    unrelated = [c for c in unrelated if c.when.start is not None]
    with_them = linked([*claims, *unrelated])
    mine = {c.id for c in claims}
    assert tuple(c for c in with_them.clusters if set(c) & mine) == linked(claims).clusters


def test_what_is_denied_in_the_text_that_tells_it_is_one_matter_though_nobody_dates_it() -> None:
    country = town("Iraq", 33.0, 44.0, precision="country", country="IRQ")
    told = claim(start=0, code="change_to_group_activity", when=When(), where=(country,), says="The Ledger")
    denied = claim(
        start=90, code="change_to_group_activity", when=When(), where=(country,), says="a spokesman", modality="denied"
    )
    elsewhere = claim("d-2", 0, "change_to_group_activity", When(), (country,), says="an official", modality="denied")
    assert {frozenset(c) for c in linked([told, denied, elsewhere]).clusters} == {
        frozenset({told.id, denied.id}),
        frozenset({elsewhere.id}),
    }


# Weights


def test_own_weights_are_read_and_name_their_version() -> None:
    assert WEIGHTS.version == "2"
    assert WEIGHTS.fit("attack", "abduction_forced_disappearance")
    assert all(code in CODEBOOK.codes for pair in WEIGHTS.compatible for code in pair)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("prior = -4.0", "prior = ", "not TOML"),
        ("prior = -4.0", "prior = 'x'", "prior must be a number, got 'x'"),
        ("next_day = -1.0", "", "date.next_day is missing"),
        ('codes = ["attack", "grenade"]', 'codes = ["attack"]', "needs two codes"),
    ],
)
def test_weights_that_cannot_be_used_say_why(tmp_path: Path, before: str, after: str, says: str) -> None:
    own = (files("tocsin.linking") / "weights.toml").read_text("utf-8")
    assert before in own
    path = tmp_path / "weights.toml"
    path.write_text(own, "utf-8")
    assert load_weights(path).of == WEIGHTS.of
    path.write_text(own.replace(before, after), "utf-8")
    with pytest.raises(UsageError, match=says):
        load_weights(path)
    with pytest.raises(UsageError, match="cannot be read"):
        load_weights(tmp_path / "none.toml")
