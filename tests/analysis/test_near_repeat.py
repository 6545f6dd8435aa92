"""Near repeats: counts equal to all pairs one by one, an exact expectation, and p-values that hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis import near_repeat, plain
from tocsin.analysis._distances import near_pairs
from tocsin.errors import UsageError

GRID = st.integers(0, 12).map(float)
EVENTS = st.lists(st.tuples(GRID, GRID, st.integers(0, 9).map(lambda d: d / 2)), min_size=3, max_size=30)


def _columns(events: list[tuple[float, float, float]]) -> Any:
    return np.array(events, float).T


@given(EVENTS, st.sampled_from(["euclidean", "manhattan"]))
def test_counts_are_those_of_all_pairs_one_by_one(events: list[tuple[float, float, float]], metric: Any) -> None:
    x, y, days = _columns(events)
    table = near_repeat(x, y, days, space=(0, 1, 3, 5), time=(0, 0.5, 2), metric=metric, permutations=19)
    counted = np.zeros((4, 3), int)
    for i in range(len(x)):
        for j in range(i):
            across, up = abs(x[i] - x[j]), abs(y[i] - y[j])
            distance = across + up if metric == "manhattan" else (across**2 + up**2) ** 0.5
            row = sum(distance >= edge for edge in (1, 3, 5))
            column = sum(abs(days[i] - days[j]) >= edge for edge in (0.5, 2))
            counted[row, column] += 1
    assert table.observed.tolist() == counted.tolist()


@given(EVENTS)
def test_the_expectation_keeps_the_margins(events: list[tuple[float, float, float]]) -> None:
    table = near_repeat(*_columns(events), space=(0, 2), time=(0, 1, 3), permutations=19)
    assert table.expected.sum(axis=0) == pytest.approx(table.observed.sum(axis=0))
    assert table.expected.sum(axis=1) == pytest.approx(table.observed.sum(axis=1))
    assert ((table.p > 0) & (table.p <= 1) & (table.q >= table.p)).all()


def test_the_expectation_is_the_mean_of_all_permutations() -> None:
    generator = np.random.default_rng(3)
    x, y, days = generator.uniform(0, 9, 40), generator.uniform(0, 9, 40), generator.integers(0, 30, 40)
    expected = near_repeat(x, y, days, space=(0, 2), time=(0, 3), permutations=19).expected[0, 0]
    drawn = np.mean(
        [near_repeat(x, y, generator.permutation(days), space=(0, 2), time=(0, 3), permutations=19).observed[0, 0]
         for _ in range(400)]
    )  # fmt: skip
    assert drawn == pytest.approx(expected, rel=0.1)


def test_repeats_that_were_put_there_are_found_and_chance_is_not() -> None:
    generator = np.random.default_rng(5)
    x, y = generator.uniform(0, 100, 150), generator.uniform(0, 100, 150)
    days = generator.integers(0, 365, 150).astype(float)
    by_chance = near_repeat(x, y, days, space=(0, 3), time=(0, 7))
    assert by_chance.p[0, 0] > 0.05
    table = near_repeat(np.r_[x, x[:40] + 1], np.r_[y, y[:40]], np.r_[days, days[:40] + 2], space=(0, 3), time=(0, 7))
    assert table.p[0, 0] == 0.001
    assert table.ratio[0, 0] > 5
    assert table.observed[0, 0] > table.high[0, 0]


def test_an_edge_belongs_to_the_band_above_it() -> None:
    days = np.array([0, 3, 50.0])
    table = near_repeat(np.array([0, 100, 900.0]), np.zeros(3), days, space=(0, 100, 200), time=(0, 3, 4))
    assert table.observed.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 2]]
    assert table.space_bands == ("[0, 100)", "[100, 200)", "[200, inf)")


def test_great_circle_distances_are_kilometres() -> None:
    pairs, distance = near_pairs(np.array([0, 0, 90.0]), np.array([0, 1, 0.0]), 200, "great-circle")
    assert pairs.tolist() == [[0, 1]]
    assert distance == pytest.approx([111.19], abs=0.01)


def test_the_same_seed_gives_the_same_table() -> None:
    x = np.arange(30.0)
    one, two = (near_repeat(x, x, x % 7, space=(0, 3), time=(0, 2), permutations=99, seed=8) for _ in range(2))
    assert plain(one) == plain(two)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"space": (1, 2)}, "rising lower edges from 0"),
        ({"time": (0, 2, 2)}, "rising lower edges from 0"),
        ({"permutations": 5}, "at least 19"),
        ({"metric": "cosine"}, "manhattan"),
        ({"days": np.array([1.0, np.nan, 3])}, "needs a day"),
        ({"x": np.array([1.0, np.nan, 3])}, "event 2 has no coordinates"),
        ({"x": np.array([1.0]), "y": np.array([1.0]), "days": np.array([1.0])}, "at least three"),
        ({"metric": "great-circle", "y": np.array([0, 91.0, 5])}, "degrees"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_a_way_out(changed: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"x": np.arange(3.0), "y": np.arange(3.0), "days": np.arange(3.0)}
    given |= {"space": (0, 1), "time": (0, 1)} | changed
    with pytest.raises(UsageError, match=words):
        near_repeat(given.pop("x"), given.pop("y"), given.pop("days"), **given)
