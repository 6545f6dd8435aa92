"""Groups of short texts: joined while they agree on the whole, whatever the order; models as their files have them."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.linking import PairModel, Rarity, groups, load_pair_model, next_best

SCORES = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(0, 1).map(lambda score: round(score, 3)),
    max_size=30,
)


def test_a_text_joins_a_group_only_if_most_of_it_agrees() -> None:
    assert groups(3, {(0, 1): 0.9, (1, 2): 0.8}, 0.5) == [0, 0, 2]
    assert groups(3, {(0, 1): 0.9, (1, 2): 0.8, (0, 2): 0.3}, 0.5) == [0, 0, 0]


@given(SCORES, st.floats(0.05, 0.95), st.randoms(use_true_random=False))
def test_order_changes_nothing_and_groups_are_as_sure_as_asked(
    scored: dict[tuple[int, int], float], threshold: float, shuffler: random.Random
) -> None:
    found = groups(10, scored, threshold)
    shuffled = list(scored.items())
    shuffler.shuffle(shuffled)
    assert groups(10, dict(shuffled), threshold) == found
    for number, group in enumerate(found):
        assert group <= number
        assert found[group] == group
    for one, other in ((a, b) for a in set(found) for b in set(found) if a < b):
        here = [n for n, group in enumerate(found) if group == one]
        there = [n for n, group in enumerate(found) if group == other]
        total = sum(scored.get((min(a, b), max(a, b)), 0.0) for a in here for b in there)
        assert total / (len(here) * len(there)) < threshold + 1e-9


def test_a_model_adds_up_its_trees() -> None:
    model = PairModel(("days", "words"), -1.0, ((0, 1.0, 2.0, -2.0), (1, 0.5, 0.0, (0, 1.0, 1.0, 0.5))), 0.5)
    table = np.array([[0.0, 0.9], [3.0, 0.9], [1.0, 0.5]])
    odds = [math.log(p / (1 - p)) for p in model.probabilities(table)]
    assert odds == pytest.approx([2.0, -2.5, 1.0])
    assert model.probabilities(np.zeros((0, 2))).shape == (0,)


@pytest.mark.parametrize("name", ["headlines", "mentions"])
def test_shipped_models_are_read(name: str) -> None:
    for model in load_pair_model(name):
        assert 0 < model.threshold < 1
        found = model.probabilities(np.zeros((2, len(model.features))))
        assert found[0] == found[1]
        assert 0 < found[0] < 1


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="'nonsense'"):
        load_pair_model("nonsense")
    with pytest.raises(UsageError, match="it has even, odd"):
        load_pair_model("headlines", "third")


def test_rare_words_weigh_and_unknown_ones_most() -> None:
    rarity = Rarity([{"shells", "a"}, {"a"}, {"a"}, {"a"}])
    assert rarity["a"] == 0
    assert rarity.total(["a", "shells"]) == pytest.approx(math.log(4))
    assert rarity["never"] == pytest.approx(math.log(4))


def test_each_pair_knows_how_far_it_is_from_the_best() -> None:
    pairs = np.array([[0, 1], [0, 2], [1, 2]])
    assert next_best(pairs, np.array([0.9, 0.4, 0.5]), 3).tolist() == [
        [0.0, 0.0],
        [pytest.approx(-0.5), pytest.approx(-0.1)],
        [pytest.approx(-0.4), 0.0],
    ]
