"""Merging: every field says what it rests on, and no source's figure is lost."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.codebook import TollRule
from tocsin.errors import UsageError
from tocsin.linking import merge
from tocsin.records import Claim, Count, Counts, Event, Judgement, Modality, Speaker, When

from .making import (
    CIVILIANS,
    CODEBOOK,
    DAY,
    GUNMEN,
    SYRIAN_ARMY,
    actor,
    claim,
    document,
    field,
    judged,
    on,
    side,
    town,
)

REBELS = actor("Islamic State", "islamic-state")
ARMY_SAYS = Speaker("army spokesman", "security", "state:SYR:military")
REBELS_SAY = Speaker("Islamic State", "party", "islamic-state")


def merged(
    *claims: Claim, judgements: Sequence[Judgement] = (), lineage: Mapping[str, str] | None = None, days: int = 0
) -> Event:
    """Documents are published on the day, `d-2` one time `days` later."""
    documents = {c.document_id: document(c.document_id, published=DAY) for c in claims}
    if days:
        documents["d-2"] = document("d-2", published=DAY + timedelta(days))
    return merge("e-1", claims, documents, lineage or {}, judgements, CODEBOOK)


def deaths(event: Event) -> tuple[int | None, int | None, int | None] | None:
    count = event.counts.deaths
    return None if count is None else (count.low, count.best, count.high)


# Tolls


def test_the_lowest_of_the_latest_figures_is_the_best_and_the_range_holds_all() -> None:
    event = merged(
        claim("d-1", 0, deaths=4, says="officer", speaker="security"),
        claim("d-1", 9, deaths=5, says="ministry", speaker="official"),
        claim("d-2", 0, deaths=3, says="clinic", speaker="witness"),
    )
    assert deaths(event) == (3, 3, 5)
    assert event.disputed == ("deaths",)
    assert set(field(event, "deaths").disputed_by) == {claim("d-1", 0).id, claim("d-1", 9).id}


def test_unknown_is_not_zero() -> None:
    assert merged(claim()).counts.deaths is None
    assert deaths(merged(claim(deaths=0))) == (0, 0, 0)


def test_an_early_toll_does_not_beat_the_same_speakers_final_one() -> None:
    early = claim("d-1", deaths=2, says="police", speaker="security")
    final = claim("d-2", deaths=7, says="police", speaker="security")
    event = merged(early, final, days=2)
    assert deaths(event) == (7, 7, 7)
    assert not event.disputed


def test_an_early_at_least_does_not_beat_what_was_counted_later() -> None:
    early = claim("d-1", deaths=Count(3, 3, None), says="a resident", speaker="witness")
    final = claim("d-2", deaths=8, says="the clinic", speaker="witness")
    assert deaths(merged(early, final, days=1)) == (3, 8, 8)
    assert deaths(merged(early, final)) == (3, 3, 8)


def test_an_outlets_later_figure_replaces_its_own_earlier_one() -> None:
    early, final = (claim(f"d-{n}", deaths=n, says="The Ledger", speaker="media") for n in (1, 2))
    documents = {
        c.document_id: replace(document(c.document_id, published=DAY + timedelta(n)), source="The Ledger")
        for n, c in enumerate((early, final))
    }
    event = merge("e-1", [early, final], documents, {}, [], CODEBOOK)
    assert deaths(event) == (2, 2, 2)
    other = {**documents, "d-1": replace(documents["d-1"], source="The Post")}
    assert deaths(merge("e-1", [early, final], other, {}, [], CODEBOOK)) == (1, 1, 2)


def test_the_codebook_says_which_figure_is_best() -> None:
    claims = [
        claim("d-1", deaths=3, says="army", speaker="security"),
        claim("d-2", deaths=5, says="clinic", speaker="witness"),
        claim("d-3", deaths=5, says="mayor", speaker="official"),
        claim("d-4", deaths=9, says="rights group", speaker="monitor"),
    ]
    documents = {c.document_id: document(c.document_id, published=DAY) for c in claims}
    found = {}
    for rule in get_args(TollRule):
        codebook = replace(CODEBOOK, tolls=replace(CODEBOOK.tolls, best=rule))
        event = merge("e-1", claims, documents, {}, [], codebook)
        found[rule] = deaths(event)
        assert len(field(event, "deaths").disputed_by) == 4 - len(field(event, "deaths").claim_ids)
    assert found == {"acled": (3, 3, 9), "ucdp": (3, 5, 9), "source-ranked": (3, 9, 9)}


def test_one_story_in_many_copies_speaks_once() -> None:
    claims = [claim(f"d-{n}", deaths=n, says="clinic", speaker="witness") for n in (1, 2, 3)]
    lineage = {c.document_id: "d-1" for c in claims}
    event = merged(*claims, lineage=lineage)
    assert (event.documents, event.lineages) == (3, 1)
    assert deaths(event) == (1, 1, 1)
    assert not event.disputed


def test_a_partys_figure_for_its_enemys_dead_only_widens() -> None:
    clash = (side(1, REBELS), side(2, SYRIAN_ARMY))
    boast = claim("d-1", 0, "armed_clash", deaths=1, who=clash, speaker=REBELS_SAY)
    own_dead = claim("d-1", 9, "armed_clash", deaths=2, who=clash, speaker=ARMY_SAYS)
    assert deaths(merged(boast, own_dead)) == (1, 2, 2)
    assert deaths(merged(boast)) == (1, 1, 1)
    assert field(merged(boast), "deaths").rule == "only a party's figure for its enemy"


def test_denials_only_widen() -> None:
    told = claim("d-1", 0, deaths=2, says="clinic", speaker="witness")
    denied = claim("d-1", 9, deaths=5, says="army", speaker="security", modality="denied")
    none_at_all = claim("d-1", 9, deaths=Count(1, None, None), says="army", speaker="security", modality="denied")
    assert deaths(merged(told, denied)) == (2, 2, 5)
    assert deaths(merged(told, none_at_all)) == (0, 2, 2)
    assert merged(told, denied).disputed == ("deaths",)


def test_partial_tolls_add_up() -> None:
    parts = [
        claim("d-1", start, deaths=Count(n, n, n, "", "partial: by kind"), says="clinic", speaker="witness")
        for start, n in ((0, 2), (9, 3))
    ]
    assert deaths(merged(*parts)) == (5, 5, 5)
    assert deaths(merged(*parts, claim("d-1", 20, deaths=6, says="clinic", speaker="witness"))) == (6, 6, 6)


def test_open_ended_figures_that_agree_are_no_dispute() -> None:
    at_least = claim("d-1", deaths=Count(2, 2, None), says="a", speaker="witness")
    assert not merged(at_least, claim("d-2", deaths=4, says="b", speaker="witness")).disputed


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["asserted", "denied"]), st.integers(0, 3)), min_size=1))
def test_the_range_holds_every_asserted_figure(told: list[tuple[int, Modality, int]]) -> None:
    claims = [
        claim(f"d-{doc}", n * 9, deaths=figure, says=f"s{n}", speaker="witness", modality=modality)
        for n, (figure, modality, doc) in enumerate(told)
    ]
    event = merged(*claims)
    count = event.counts.deaths
    asserted = [figure for figure, modality, _ in told if modality == "asserted"]
    assert count is not None
    if asserted:
        assert count.best == min(asserted)
        assert (count.low or 0) <= min(asserted)
        assert (count.high or 0) >= max(asserted)
    random.Random(1).shuffle(claims)
    assert merged(*claims) == event


# Type, place, date, actors


def test_type_is_the_majority_of_lineages_unless_a_code_says_more() -> None:
    three = [claim("d-1", code="armed_clash"), claim("d-2", code="armed_clash"), claim("d-3", code="arrests")]
    event = merged(*three)
    assert event.code == "armed_clash"
    assert "code" in event.disputed
    taken = merged(*three[:2], claim("d-4", code="government_regains_territory"))
    assert taken.code == "government_regains_territory"
    assert field(taken, "code").rule == "more specific code"


def test_the_finest_place_and_date_that_most_agree_with() -> None:
    week = on(DAY - timedelta(3), DAY + timedelta(3), "week")
    province = town("Aleppo", 36.2, 37.16, precision="admin1")
    event = merged(claim("d-1", when=week, where=(province,)), claim("d-2", when=week, where=(province,)), claim("d-3"))
    assert event.when.precision == "day"
    assert event.where == (town(),)
    assert not event.disputed
    elsewhere = merged(claim("d-1"), claim("d-2", where=(town("Bzaa", 36.6, 37.9),)))
    assert "where" in elsewhere.disputed


def test_each_of_several_places_is_kept() -> None:
    towns = (town(), town("Bzaa", 36.38, 37.60))
    event = merged(claim("d-1", where=towns, where_extent="each of"), claim("d-2"))
    assert (len(event.where), event.where_extent) == (2, "each of")


def test_named_actors_before_general_words_and_sides_set_straight() -> None:
    event = merged(
        claim("d-1", code="armed_clash", who=(side(1, GUNMEN), side(2, SYRIAN_ARMY))),
        claim("d-2", code="armed_clash", who=(side(1, REBELS), side(2, SYRIAN_ARMY)), attribution="claimed"),
        claim("d-3", code="armed_clash", who=(side(1, SYRIAN_ARMY), side(2, REBELS))),
    )
    one, two = event.side(1), event.side(2)
    assert one is not None
    assert two is not None
    assert {one.canonical, two.canonical} == {"islamic-state", "state:SYR:military"}
    assert "actor1" not in event.disputed


def test_blame_that_is_disputed_or_denied_says_by_whom() -> None:
    blamed = claim("d-1", who=(side(1, REBELS), side(2, CIVILIANS)), attribution="alleged")
    others = claim("d-2", who=(side(1, SYRIAN_ARMY), side(2, CIVILIANS)))
    assert "actor1" in merged(blamed, others).disputed
    denial = claim("d-3", who=(side(1, REBELS),), modality="denied", speaker=REBELS_SAY)
    event = merged(blamed, denial)
    assert field(event, "actor1").disputed_by == (denial.id,)
    assert event.attribution == "alleged"
    assert event.modality == "asserted"


def test_the_accused_who_denies_it_disputes_who_it_was_and_nobody_else_that_it_was() -> None:
    unknown = claim("d-1", who=(side(1, GUNMEN), side(2, CIVILIANS)))
    denial = claim("d-1", 9, who=(side(1, SYRIAN_ARMY),), modality="denied", speaker=ARMY_SAYS)
    assert merged(unknown, denial).disputed == ("actor1",)
    others = claim("d-1", 9, who=(side(1, GUNMEN),), modality="denied", says="mayor", speaker="official")
    assert merged(unknown, others).disputed == ("modality",)
    rumour = claim("d-2", modality="possible", says="channels", speaker="anonymous")
    assert merged(others, rumour).disputed == ("modality",)


def test_whom_it_hit_is_disputed_where_one_who_says_so_is_denied() -> None:
    fighters = claim("d-1", who=(side(1, SYRIAN_ARMY), side(2, REBELS)), speaker=ARMY_SAYS)
    civilians = claim("d-1", 9, who=(side(1, SYRIAN_ARMY), side(2, CIVILIANS)), says="a farmer", speaker="witness")
    denial = claim(
        "d-1", 20, who=(side(1, SYRIAN_ARMY), side(2, CIVILIANS)), deaths=1, modality="denied", speaker=ARMY_SAYS
    )
    assert "actor2" not in merged(fighters, civilians).disputed
    assert set(field(merged(fighters, civilians, denial), "actor2").disputed_by) == {civilians.id, denial.id}


def test_who_is_only_suspected_is_named_as_suspected() -> None:
    certain = claim("d-1", who=(side(2, CIVILIANS),))
    suspected = claim("d-2", who=(side(1, REBELS),), modality="possible", attribution="alleged")
    event = merged(certain, suspected)
    assert event.side(1) == REBELS
    assert event.attribution == "suspected"
    assert field(event, "actor1").rule == "only suspected"


def test_what_is_only_denied_keeps_what_is_denied() -> None:
    event = merged(claim(deaths=3, modality="denied"))
    assert (event.modality, deaths(event)) == ("denied", (3, 3, 3))


# Judgements


def test_a_correction_counts_over_every_claim_and_says_so() -> None:
    one = claim("d-1", deaths=9)
    fixed = merged(one, judgements=[judged("correct", one.id, field="deaths", value="2-4")])
    assert deaths(fixed) == (2, 2, 4)
    event = merged(one, judgements=[judged("correct", "e-1", field="code", value="Sexual violence")])
    assert event.code == "sexual_violence"
    assert field(event, "code").rule == "judgement"


def test_every_field_can_be_corrected() -> None:
    values = {
        "deaths": "", "injured": "3", "when": "2024-03", "where": "Bzaa", "actor1": "the rebels", "actor2": "",
        "weapon": "mortar", "modality": "possible", "attribution": "claimed", "background": "true",
    }  # fmt: skip
    made = [
        judged("correct", "e-1", field=name, value=value, minute=n) for n, (name, value) in enumerate(values.items())
    ]
    event = merged(claim(deaths=3, who=(side(1, REBELS), side(2, CIVILIANS))), judgements=made)
    assert event.counts == Counts(injured=Count(3, 3, 3, "3", "judgement"))
    assert (event.when.start, event.when.end) == (DAY.replace(day=1), DAY.replace(day=31))
    assert event.where[0].name == "Bzaa"
    assert event.side(1) is not None
    assert event.side(2) is None
    assert (event.weapon, event.modality, event.attribution, event.background) == (
        "mortar",
        "possible",
        "claimed",
        True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("deaths", "few"), ("when", "last week"), ("code", "no such code"), ("modality", "maybe"), ("colour", "red")],
)
def test_a_value_that_cannot_be_read_says_whose_it_is(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=r"judgement j-correct.*" + name):
        merged(claim(), judgements=[judged("correct", "e-1", field=name, value=value)])


def test_status_follows_the_last_word() -> None:
    accepted, rejected = judged("accept", "e-1"), judged("reject", "e-1", minute=1)
    assert merged(claim()).status == "draft"
    assert merged(claim(), judgements=[accepted]).status == "confirmed"
    assert merged(claim(), judgements=[rejected, accepted]).status == "rejected"


def test_no_field_rests_on_a_rejected_claim_and_all_rejected_is_rejected() -> None:
    good, bad = claim("d-1", deaths=2), claim("d-2", deaths=9)
    event = merged(good, bad, judgements=[judged("reject", bad.id)])
    assert deaths(event) == (2, 2, 2)
    assert bad.id in event.claim_ids
    both = [judged("reject", good.id), judged("reject", bad.id)]
    assert merged(good, bad, judgements=both).status == "rejected"


def test_an_event_without_claims_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no claim"):
        merge("e-1", [], {}, {}, [], CODEBOOK)


def test_unknown_dates_and_places_stay_unknown() -> None:
    event = merged(claim(when=When(), where=(), code=None))
    assert (event.when, event.where, event.code) == (When(), (), None)
