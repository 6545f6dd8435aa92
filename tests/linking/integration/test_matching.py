"""Probabilities and choices where a row is in one pair at most."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.linking.integration._matching import Pairs, choose_pairs, pair_probabilities


@st.composite
def weighted(draw: st.DrawFn, most: int = 4) -> tuple[Pairs, list[float]]:
    size = draw(st.integers(1, most)), draw(st.integers(1, most))
    cells = draw(st.lists(st.tuples(st.integers(0, size[0] - 1), st.integers(0, size[1] - 1)), unique=True, min_size=1))
    odds = draw(st.lists(st.floats(0.01, 50), min_size=len(cells), max_size=len(cells)))
    one, other = (np.array(side) for side in zip(*sorted(cells), strict=True))
    return Pairs(one, other, *size), odds


def matchings(pairs: Pairs) -> list[tuple[int, ...]]:
    """Every set of pairs that share no row."""
    found = []
    for size in range(min(pairs.rows_one, pairs.rows_other) + 1):
        for some in combinations(range(len(pairs)), size):
            at = list(some)
            if len(set(pairs.one[at].tolist())) == len(set(pairs.other[at].tolist())) == size:
                found.append(some)
    return found


@given(weighted())
def test_the_choice_is_the_best_there_is(given: tuple[Pairs, list[float]]) -> None:
    pairs, odds = given
    worth = np.array(odds) - 10.0
    best = max(sum(worth[list(some)]) for some in matchings(pairs))
    chosen = choose_pairs(pairs, worth)
    assert len(set(pairs.one[chosen].tolist())) == len(set(pairs.other[chosen].tolist())) == len(chosen)
    assert worth[chosen].sum() == pytest.approx(best)


@given(weighted())
def test_no_row_is_in_more_than_one_pair_on_the_whole(given: tuple[Pairs, list[float]]) -> None:
    pairs, odds = given
    probability = pair_probabilities(pairs, np.array(odds))
    assert (probability > 0).all()
    assert (pairs.sum_one(probability) <= 1.02).all()
    assert (pairs.sum_other(probability) <= 1.02).all()


@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=6))
def test_probabilities_are_exact_where_pairs_form_no_ring(odds: list[float]) -> None:
    """A chain: each pair shares a row with the one before and the one after it."""
    count = len(odds)
    one, other = np.arange(count) // 2, (np.arange(count) + 1) // 2
    pairs = Pairs(one, other, count, count + 1)
    weight = {some: float(np.prod([odds[at] for at in some])) for some in matchings(pairs)}
    exact = [sum(w for some, w in weight.items() if at in some) / sum(weight.values()) for at in range(count)]
    assert pair_probabilities(pairs, np.array(odds)) == pytest.approx(exact, abs=0.01)
