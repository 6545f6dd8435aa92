"""What a copy changed: nothing lost, nothing made up, in any script."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.linking import Change, changes

WORDS = st.lists(st.sampled_from(["the", "army", "said", "militants", "قوات", "مدينة", "三", "12"]), max_size=12)


def test_a_swap_is_shown_in_its_surroundings_as_written() -> None:
    before = "On Monday, three militants were killed near the bridge, police said."
    after = "On Monday, three terrorists were killed near the bridge."
    assert changes(before, after) == (
        Change("militants", "terrorists", "On Monday, three", "were killed near the"),
        Change("police said", "", "killed near the bridge", ""),
    )


def test_case_punctuation_and_line_breaks_change_nothing() -> None:
    assert changes("The army\nsaid: “Three”.", "THE ARMY said 'three'") == ()


@given(WORDS, WORDS)
def test_changes_turn_one_text_into_the_other(old: list[str], new: list[str]) -> None:
    found = changes(" ".join(old), " ".join(new))
    kept_old, kept_new = list(old), list(new)
    for change in found:
        assert change.before or change.after
        for kept, words in ((kept_old, change.before), (kept_new, change.after)):
            for word in words.split():
                kept.remove(word)
    assert sorted(kept_old) == sorted(kept_new)
    assert bool(found) == (old != new)
