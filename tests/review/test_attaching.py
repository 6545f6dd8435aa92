"""Judgements find their claims again after a new coding, or come up for review."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linking.making import CODEBOOK, claim, judged
from tocsin.records import Claim, Span, Speaker
from tocsin.review import attach


def spanning(id: str, start: int, end: int, text: str = "a text", **fields: object) -> Claim:
    made = claim(id=id, text=text, **fields)  # type: ignore[arg-type]
    return replace(made, trigger=Span(made.text_hash, start, end))


def by_id(*claims: Claim) -> dict[str, Claim]:
    return {c.id: c for c in claims}


def test_by_id_first() -> None:
    here, near = spanning("c-1", 10, 20), spanning("c-2", 10, 20)
    word = judged("reject", "c-1")
    assert attach([word], by_id(here, near), {}, (), CODEBOOK).judgements == (word,)


def test_else_by_the_words_it_was_read_from() -> None:
    gone, heir, other = spanning("c-1", 10, 20), spanning("c-2", 12, 22), spanning("c-3", 40, 50)
    found = attach([judged("reject", "c-1")], by_id(heir, other), by_id(gone), (), CODEBOOK)
    assert [j.subjects for j in found.judgements] == [("c-2",)]
    assert found.lost == ()


def test_the_speaker_tells_two_claims_in_the_same_words_apart() -> None:
    army, police = Speaker("the army", "party"), Speaker("the police", "security")
    gone = spanning("c-1", 10, 20, speaker=army)
    heirs = by_id(spanning("c-2", 10, 20, speaker=police), spanning("c-3", 10, 20, speaker=army))
    assert attach([judged("accept", "c-1")], heirs, by_id(gone), (), CODEBOOK).judgements[0].subjects == ("c-3",)


@pytest.mark.parametrize(
    "heirs",
    [
        [],
        [spanning("c-2", 20, 30)],
        [spanning("c-2", 10, 20, text="the text as another extractor gives it")],
        [spanning("c-2", 10, 20), spanning("c-3", 10, 20)],
    ],
    ids=["gone", "other words", "other text", "two that fit as well"],
)
def test_else_it_comes_up_for_review(heirs: list[Claim]) -> None:
    word = judged("reject", "c-1")
    found = attach([word], by_id(*heirs), by_id(spanning("c-1", 10, 20)), (), CODEBOOK)
    assert (found.judgements, found.lost) == ((), (word,))


def test_both_claims_of_a_pair_must_be_there() -> None:
    word = judged("same", "c-1", "c-9")
    assert attach([word], by_id(spanning("c-1", 0, 5)), {}, (), CODEBOOK).lost == (word,)


def test_what_was_superseded_or_left_open_is_not_lost() -> None:
    log = [judged("reject", "c-1"), judged("accept", "c-1", minute=1), judged("unsure", "c-2")]
    assert attach(log, {}, {}, (), CODEBOOK).lost == (log[1],)


def test_events_by_their_id_only() -> None:
    word = judged("reject", "e-1")
    assert attach([word], {}, {}, {"e-1"}, CODEBOOK).judgements == (word,)
    assert attach([word], {}, {}, {"e-2"}, CODEBOOK).lost == (word,)


def test_a_correction_that_cannot_be_read_any_more_stops_nothing_and_comes_up() -> None:
    here = by_id(spanning("c-1", 0, 5))
    gone, fine = (judged("correct", "c-1", minute=n, field=f, value="3") for n, f in enumerate(("code", "deaths")))
    found = attach([gone, fine], here, {}, (), CODEBOOK)
    assert (found.judgements, found.lost) == ((fine,), (gone,))


def test_an_earlier_word_does_not_come_back_because_the_last_is_lost() -> None:
    here = by_id(spanning("c-1", 0, 5))
    log = [judged("correct", "c-1", minute=n, field="code", value=v) for n, v in enumerate(("attack", "no such code"))]
    found = attach(log, here, {}, (), CODEBOOK)
    assert (found.judgements, found.lost) == ((), (log[1],))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), min_size=1, max_size=6), st.randoms())
def test_the_order_of_claims_changes_nothing(spans: list[tuple[int, int]], random: object) -> None:
    heirs = [spanning(f"c-{n}", start, start + length) for n, (start, length) in enumerate(spans)]
    former = by_id(spanning("c-x", 10, 20))
    straight = attach([judged("reject", "c-x")], by_id(*heirs), former, (), CODEBOOK)
    random.shuffle(heirs)  # type: ignore[attr-defined]
    assert attach([judged("reject", "c-x")], by_id(*heirs), former, (), CODEBOOK) == straight
    for judgement in straight.judgements:
        heir = next(c for c in heirs if c.id == judgement.subjects[0])
        assert heir.trigger.start < 20
        assert heir.trigger.end > 10
