"""The log: what is new, what takes another's place, what says the same again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tocsin.linking import current_judgements
from tocsin.records import Judgement, Verdict
from tocsin.review import decided, history, new_judgement

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def said(log: list[Judgement], verdict: Verdict, *subjects: str, who: str = "a", at: int = 0, **more: Any) -> bool:
    """Add to the log what somebody says; return whether it was new."""
    made = new_judgement(log, subjects, verdict, who, NOW + timedelta(minutes=at), **more)
    log += [made] if made else []
    return made is not None


def test_the_same_again_is_nothing_new() -> None:
    log: list[Judgement] = []
    assert said(log, "same", "c-2", "c-1")
    assert not said(log, "same", "c-1", "c-2", at=1)
    assert said(log, "same", "c-1", "c-2", at=1, who="b")
    assert said(log, "part_of", "c-1", "c-2", at=2)
    assert said(log, "part_of", "c-2", "c-1", at=3)
    assert not said(log, "part_of", "c-2", "c-1", at=4)


def test_an_old_file_does_not_take_back_what_another_reviewer_said_since() -> None:
    log: list[Judgement] = []
    said(log, "accept", "c-1", who="a")
    said(log, "reject", "c-1", who="b", at=1)
    assert not said(log, "accept", "c-1", who="a", at=2)
    assert [j.verdict for j in current_judgements(log)] == ["reject"]


def test_what_is_said_later_counts_though_the_clock_went_back() -> None:
    log: list[Judgement] = []
    said(log, "accept", "c-1", at=9)
    said(log, "reject", "c-1", at=0)
    assert [j.verdict for j in current_judgements(log)] == ["reject"]


def test_fields_and_the_whole_are_matters_of_their_own() -> None:
    log: list[Judgement] = []
    said(log, "accept", "c-1")
    said(log, "correct", "c-1", field="deaths", value="3")
    said(log, "unsure", "c-1", field="when")
    assert decided(log) == {(frozenset({"c-1"}), ""), (frozenset({"c-1"}), "deaths")}
    assert [e.superseded_by for e in history(log)] == ["", "", ""]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["accept", "reject"]), st.integers(0, 5)), max_size=9))
def test_history_and_what_counts_agree(words: list[tuple[str, Verdict, int]]) -> None:
    log: list[Judgement] = []
    for who, verdict, at in words:
        said(log, verdict, "c-1", who=who, at=at)
    entries = history(reversed(log))
    assert [e.judgement for e in entries] == log
    assert tuple(e.judgement for e in entries if not e.superseded_by) == current_judgements(log)
    assert [e.superseded_by for e in entries[:-1]] == [e.judgement.id for e in entries[1:]]
