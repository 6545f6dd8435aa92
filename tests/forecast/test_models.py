"""Draws of the models: whole, none below zero, repeatable, and made of nothing later than the origin."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tocsin.errors import UsageError
from tocsin.forecast import (
    MODELS,
    SLOW,
    Conflictology,
    History,
    LastObservation,
    NegativeBinomial,
    Recency,
    add_months,
    crps,
)

FIRST = date(2020, 1, 1)


def history(values: object, units: tuple[str, ...] = ()) -> History:
    table = np.asarray(values, float)
    table = table[:, None] if table.ndim == 1 else table
    months = tuple(add_months(FIRST, n) for n in range(len(table)))
    return History(units or tuple("abcdefgh"[: table.shape[1]]), months, table, "deaths")


counts = arrays.arrays(
    np.float64, st.tuples(st.integers(12, 30), st.integers(1, 3)), elements=st.integers(0, 5000).map(float)
)


# Those that learn are tested where there is enough to learn from, in files of their own.
QUICK = {name: model for name, model in MODELS.items() if name not in SLOW}


@pytest.mark.parametrize("model", QUICK.values(), ids=QUICK)
@settings(max_examples=20)
@given(values=counts)
def test_draws_are_counts_and_the_same_twice(model: object, values: np.ndarray) -> None:
    past = history(values)
    draws = model.draws(past, [3, 14], 24, seed=1)  # type: ignore[attr-defined]
    assert draws.shape == (2, values.shape[1], 24)
    assert (draws >= 0).all()
    assert (draws == np.round(draws)).all()
    assert (draws == model.draws(past, [3, 14], 24, seed=1)).all()  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", QUICK.values(), ids=QUICK)
@settings(max_examples=10)
@given(values=counts, later=st.integers(0, 10_000))
def test_what_comes_after_the_origin_changes_nothing(model: object, values: np.ndarray, later: int) -> None:
    known = history(values)
    longer = history(np.vstack([values, np.full((2, values.shape[1]), float(later))]))
    ahead, origin = [1, 6], known.origin
    assert (model.draws(known, ahead, 12) == model.draws(longer.until(origin), ahead, 12)).all()  # type: ignore[attr-defined]


def test_conflictology_draws_the_last_twelve_months() -> None:
    past = history([9, *range(12)])
    assert sorted(Conflictology().draws(past, [3], 12)[0, 0]) == list(range(12))


def test_recency_leans_to_where_things_are_going() -> None:
    falling, rising = history(np.arange(12)[::-1] * 10.0), history(np.arange(12) * 10.0)
    assert Recency().draws(falling, [3], 500).mean() < 50 < 60 < Recency().draws(rising, [3], 500).mean()
    assert Conflictology().draws(falling, [3], 12).mean() == Conflictology().draws(rising, [3], 12).mean() == 55


def test_recency_does_not_expect_one_month_beyond_all_others_again() -> None:
    past = history([10.0] * 20 + [50_000.0] + [10.0] * 3)
    assert Recency().draws(past, [3], 1000).max() < 100
    assert Conflictology().draws(past, [3], 1000).max() == 50_000


def test_where_nothing_ever_happened_nothing_is_expected() -> None:
    past = history(np.zeros(24))
    for model in (Recency(), LastObservation(), NegativeBinomial()):
        assert model.draws(past, [1], 200).max() == 0


def test_months_that_are_not_covered_are_not_zero() -> None:
    past = history([20.0] * 20 + [np.nan] * 4)
    for model in (Recency(), LastObservation()):
        if model.name == "last":
            with pytest.raises(UsageError, match="not covered in any of the 1 months up to 2021-12"):
                model.draws(past, [1], 10)
        else:
            assert model.draws(past, [1], 200).min() > 0


@pytest.mark.parametrize("months", range(2, 12))
@pytest.mark.parametrize("goes_on", [True, False])
def test_recency_loses_little_whether_a_new_war_goes_on_or_ends(months: int, goes_on: bool) -> None:
    """Calm years do not tell how a model does when one large war turns; conflictology is what it must not lose to."""
    quiet, war = 100.0, 20_000.0
    past, came = history([quiet] * (24 - months) + [war] * months), np.array([war if goes_on else quiet])
    own, their = (crps(model.draws(past, [3], 400)[0], came)[0] for model in (Recency(), Conflictology()))
    assert own < their + 0.15 * war
