"""Models that learn: whole counts, repeatable, at any distance, and made of nothing later than the origin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forecast.invented import history, war_and_peace

from tocsin.forecast import (
    MODELS,
    SLOW,
    Boosted,
    Conflictology,
    LastObservation,
    Recency,
    Stacked,
    crps,
    model_named,
    stacking_weights,
)
from tocsin.forecast._boosted import features, neighbour_means, training_pairs

LEARNING = {name: MODELS[name] for name in sorted(SLOW)}
UNITS = 16


@pytest.mark.parametrize("model", LEARNING.values(), ids=LEARNING)
def test_draws_are_counts_the_same_twice_and_up_to_three_years_ahead(model: object) -> None:
    past = history(war_and_peace(40, UNITS))
    draws = model.draws(past, range(1, 37), 50, seed=3)  # type: ignore[attr-defined]
    assert draws.shape == (36, UNITS, 50)
    assert (draws >= 0).all()
    assert (draws == np.round(draws)).all()
    assert (draws == model.draws(past, range(1, 37), 50, seed=3)).all()  # type: ignore[attr-defined]
    # A unit that has hundreds a month is not forecast like one that has none.
    assert draws[:, -1].mean() > 10 * draws[:, 0].mean()


@pytest.mark.parametrize("model", LEARNING.values(), ids=LEARNING)
@pytest.mark.parametrize("months", [12, 13, 20])
def test_a_short_history_is_enough(model: object, months: int) -> None:
    draws = model.draws(history(war_and_peace(months, 4)), [1, 14], 24)  # type: ignore[attr-defined]
    assert draws.shape == (2, 4, 24)
    assert np.isfinite(draws).all()


@pytest.mark.parametrize("model", LEARNING.values(), ids=LEARNING)
@settings(max_examples=3, deadline=None)
@given(later=st.integers(0, 10_000), seed=st.integers(0, 50))
def test_what_comes_after_the_origin_changes_nothing(model: object, later: int, seed: int) -> None:
    values = war_and_peace(36, UNITS, seed)
    known = history(values)
    longer = history(np.vstack([values, np.full((3, UNITS), float(later))]))
    drawn = model.draws(known, [1, 6], 20)  # type: ignore[attr-defined]
    assert (drawn == model.draws(longer.until(known.origin), [1, 6], 20)).all()  # type: ignore[attr-defined]


@settings(max_examples=40)
@given(at=st.integers(5, 28), later=st.integers(0, 10_000), seed=st.integers(0, 50))
def test_values_after_the_origin_change_no_feature(at: int, later: int, seed: int) -> None:
    logs = np.log1p(war_and_peace(30, 5, seed))
    changed = logs.copy()
    changed[at + 1 :] = np.log1p(later)
    near = {"u1": ("u0", "u2"), "u4": ("u3",)}
    units = tuple(f"u{n}" for n in range(5))
    one, other = (features(table, neighbour_means(table, units, near), at) for table in (logs, changed))
    assert np.array_equal(one, other, equal_nan=True)


@settings(max_examples=20)
@given(origin=st.integers(8, 29), later=st.integers(0, 10_000))
def test_pairs_to_learn_from_end_with_the_origin(origin: int, later: int) -> None:
    logs = np.log1p(war_and_peace(30, 4) + 1)
    changed = logs.copy()
    changed[origin + 1 :] = np.log1p(later)
    nowhere = np.full(logs.shape, np.nan)
    one, other = (training_pairs(table[: origin + 1], nowhere[: origin + 1], [1, 3, 12]) for table in (logs, changed))
    assert np.array_equal(one[0], other[0], equal_nan=True)
    assert np.array_equal(one[1], other[1])
    # As many as there are origins with half a year before them and a target not later than the last month.
    assert len(one[1]) == 4 * sum(at + step <= origin for at in range(5, origin) for step in (1, 3, 12))


def test_boosting_learns_what_no_unit_tells_by_itself() -> None:
    """Everywhere, twenty months of quiet follow four of war: recency expects the war to go on."""
    values = np.array([[300.0 if (month + 5 * unit) % 24 < 4 else 0.0 for unit in range(24)] for month in range(61)])
    past, came = history(values[:60]), values[60]
    ended = [unit for unit in range(24) if values[59, unit] and not came[unit]]
    boosted, recency = (model.draws(past, [1], 100)[0] for model in (Boosted(), Recency()))
    assert ended
    assert crps(boosted, came).mean() < 0.8 * crps(recency, came).mean()


def test_what_happens_next_door_is_learned() -> None:
    random = np.random.default_rng(4)
    leads = random.poisson(np.where(random.random((80, 12)) < 0.3, 400, 1)).astype(float)
    follows = np.vstack([np.zeros((1, 12)), leads[:-1]])
    values = np.hstack([leads, follows])
    near = {f"u{12 + n}": (f"u{n}",) for n in range(12)}
    past, came = history(values[:79]), values[79, 12:]
    knows, alone = (Boosted(neighbours=n).draws(past, [1], 100)[0, 12:] for n in (near, {}))
    assert isinstance(model_named("boosted", near), Boosted)
    assert crps(knows, came).mean() < crps(alone, came).mean()


def test_weights_follow_the_past_and_are_cautious_where_there_is_little() -> None:
    random = np.random.default_rng(2)
    # Months that have nothing to do with the one before: the last month alone is a bad guess.
    noise = history(random.poisson(np.where(random.random((60, 30)) < 0.5, 200, 2)).astype(float))
    stacked = Stacked(members=(LastObservation(), Conflictology()))
    long, short = stacked.weights(noise, [1, 2, 3]), stacked.weights(noise.until(noise.months[13]), [1, 2, 3])
    assert sum(long.values()) == pytest.approx(1)
    assert long["conflictology"] > 0.8
    assert short == {"last": 1.0, "conflictology": 0.0}


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=5), st.integers(0, 99), st.floats(0, 5))
def test_a_pool_scores_no_worse_than_its_best_member_but_for_caution(
    level: list[float], seed: int, caution: float
) -> None:
    random = np.random.default_rng(seed)
    draws = random.gamma(1, np.array(level)[:, None], (len(level), 30))
    actual = 2.0
    away = np.abs(draws - actual).mean(axis=1)
    apart = np.abs(draws[:, None, :, None] - draws[None, :, None, :]).mean(axis=(2, 3))
    weights = stacking_weights(away, apart, caution)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    scored = weights @ away - weights @ apart @ weights / 2
    alone = away - np.diag(apart) / 2
    assert scored <= alone[0] + 0.03 * (1 + alone[0])
    if caution == 0:
        assert scored <= alone.min() + 0.03 * (1 + alone.min())
