"""Agreement: against figures that others published, other implementations, and by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linking.making import judged
from tocsin.records import Judgement, Verdict
from tocsin.review import compare_tables, judged_agreement, rate


def by(who: str, verdict: Verdict, *subjects: str, minute: int = 0, **more: Any) -> Judgement:
    made = judged(verdict, *subjects, minute=minute)
    field, value = more.get("field", ""), more.get("value", "")
    return Judgement(f"{made.id}-{who}-{field}", subjects, verdict, who, made.made_at, field, value)


def test_alpha_of_the_textbook() -> None:
    # Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: nominal alpha .743.
    said = {
        "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    }
    words = {str(n): {who: str(v[n]) for who, v in said.items() if v[n] is not None} for n in range(12)}
    found = rate("claims", words)
    assert found.alpha == pytest.approx(0.743, abs=0.0005)
    assert (found.items, found.reviewers) == (11, 4)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.alpha < found.high
    assert found.note.startswith("few items")


WORDS = st.dictionaries(
    st.integers(0, 40).map(str),
    st.fixed_dictionaries({"a": st.sampled_from("xyz"), "b": st.sampled_from("xyz")}),
    min_size=1,
)


@given(WORDS)
def test_kappa_is_that_of_scikit_learn(words: dict[str, dict[str, str]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    [kappa] = rate("claims", words).kappas
    ones, others = zip(*((said["a"], said["b"]) for said in words.values()), strict=True)
    if len({*ones, *others}) == 1:
        assert kappa.kappa is None
    else:
        assert kappa.kappa == pytest.approx(metrics.cohen_kappa_score(ones, others))
    assert kappa.same == pytest.approx(sum(a == b for a, b in zip(ones, others, strict=True)) / len(words))


@given(WORDS)
def test_swapping_the_reviewers_changes_nothing(words: dict[str, dict[str, str]]) -> None:
    swapped = {item: {"a": said["b"], "b": said["a"]} for item, said in words.items()}
    one, other = rate("claims", words), rate("claims", swapped)
    assert (one.alpha, one.same, one.low, one.high) == pytest.approx((other.alpha, other.same, other.low, other.high))
    assert one.alpha is None or one.alpha <= 1


def test_one_and_the_same_answer_says_nothing() -> None:
    found = rate("claims", {str(n): {"a": "accept", "b": "accept"} for n in range(9)})
    assert (found.alpha, found.low, found.kappas[0].kappa, found.same) == (None, None, None, 1.0)
    assert "alpha says nothing" in found.note


def test_chance_is_about_nothing_and_many_items_are_not_few() -> None:
    words = {f"{a}{b}{n}": {"a": a, "b": b} for a in "xy" for b in "xy" for n in range(25)}
    found = rate("claims", words)
    assert found.alpha is not None
    assert math.isclose(found.alpha, 0, abs_tol=0.01)
    assert found.kappas[0].kappa == 0
    assert found.note == ""


def test_what_two_judged_by_kind_and_each_by_their_latest_word() -> None:
    log = [
        by("a", "same", "c-1", "c-2"),
        by("b", "not_same", "c-2", "c-1"),
        by("b", "same", "c-2", "c-1", minute=1),
        by("a", "accept", "c-1"),
        by("b", "unsure", "c-1"),
        by("a", "correct", "c-1", field="deaths", value="3"),
        by("b", "correct", "c-1", field="deaths", value="3"),
        by("a", "correct", "c-2", field="deaths", value="3"),
        by("b", "correct", "c-2", field="deaths", value="4"),
        by("a", "part_of", "c-4", "c-5"),
        by("b", "part_of", "c-5", "c-4"),
    ]
    found = {one.of: (one.items, one.same) for one in judged_agreement(log)}
    assert found == {"pairs": (2, 0.5), "deaths": (2, 0.5)}


def test_nobody_judged_the_same() -> None:
    assert judged_agreement([by("a", "accept", "c-1"), by("b", "accept", "c-2")]) == ()


def test_tables_are_compared_by_column() -> None:
    one = [{"claim_id": f"c-{n}", "modality": "asserted", "actor1": "", "score": "1"} for n in range(4)]
    other = [{**row, "actor1": "army" if n < 2 else "", "score": "0"} for n, row in enumerate(one)][:3]
    found, alone = compare_tables(one, other, ("one.csv", "two.csv"))
    assert alone == (1, 0)
    assert {a.of: a.same for a in found} == pytest.approx({"modality": 1.0, "actor1": 1 / 3})
