"""What comes next: most doubtful first, nothing twice, nothing that was decided."""

from __future__ import annotations

from dataclasses import replace

from linking.making import claim, judged
from tocsin.linking import Link, Reason
from tocsin.records import Claim, Event, Evidence, MergedField
from tocsin.review import decided, doubtful_claims, doubtful_fields, doubtful_pairs, lost_judgements

CLAIMS = [replace(claim(id=f"c-{n}"), score=score) for n, score in enumerate((0.9, 0.2, 0.5))]


def event(*claims: Claim, **fields: object) -> Event:
    return Event(f"e-{claims[0].id}", tuple(c.id for c in claims), "attack", "asserted", **fields)  # type: ignore[arg-type]


EVENTS = {e.id: e for e in (event(CLAIMS[0], CLAIMS[1]), event(CLAIMS[2]))}
HOME = {c: e.id for e in EVENTS.values() for c in e.claim_ids}
NEAR = Link("c-0", "c-2", 0.52, (Reason("date.same", 0.4), Reason("place.near", -1.25)))
FAR = Link("c-1", "c-2", 0.7)
WITHIN = Link("c-0", "c-1", 0.6)


def test_pairs_nearest_the_threshold_first_one_for_two_events() -> None:
    found = doubtful_pairs([FAR, WITHIN, NEAR], HOME, decided([]), 0.0)
    assert [d.subjects for d in found] == [("c-0", "c-2"), ("c-0", "c-1")]
    assert found[0].why == ("taken for two incidents", "place near -1.2", "date same +0.4")
    assert found[1].why == ("taken for one incident",)


def test_a_decided_pair_gives_way_and_an_unsure_one_stays() -> None:
    assert doubtful_pairs([NEAR], HOME, decided([judged("not_same", "c-2", "c-0")]), 0.0) == ()
    assert len(doubtful_pairs([NEAR], HOME, decided([judged("unsure", "c-2", "c-0")]), 0.0)) == 1


def test_claims_least_sure_first() -> None:
    found = doubtful_claims(CLAIMS, EVENTS, HOME, decided([judged("accept", "c-2")]))
    assert [(d.subjects, d.score) for d in found] == [(("c-1",), 0.2), (("c-0",), 0.9)]


def test_what_was_rejected_is_not_asked_about() -> None:
    gone = {e.id: replace(e, status="rejected") for e in EVENTS.values()}
    assert doubtful_claims(CLAIMS, gone, HOME, decided([])) == ()
    assert doubtful_fields(CLAIMS, gone, HOME, decided([])) == ()


def test_fields_in_dispute_and_those_least_sure_turn_by_turn() -> None:
    sure = replace(CLAIMS[0], evidence=(Evidence("type", (), "read", 0.3), Evidence("where", (), "read", 0.1)))
    disputed = replace(EVENTS["e-c-0"], fields=(MergedField("deaths", (), "lowest", True, ("c-1",)),))
    found = doubtful_fields([sure], {disputed.id: disputed}, HOME, decided([]))
    assert [(d.subjects[0], d.field) for d in found] == [("e-c-0", "deaths"), ("c-0", "where"), ("c-0", "code")]
    seen = doubtful_fields([sure], {disputed.id: disputed}, HOME, decided([judged("accept", "c-0")]))
    assert [d.field for d in seen] == ["deaths"]


def test_lost_judgements_say_what_they_said() -> None:
    lost = judged("correct", "c-9", field="deaths", value="3", reason="misread")
    [doubt] = lost_judgements([lost])
    assert (doubt.subjects, doubt.field, doubt.why) == (("c-9",), "deaths", ("correct", "3", "misread"))
