"""Forecasts from past origins: of what was before, against what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forecast.invented import history, war_and_peace

from tocsin.forecast import (
    Conflictology,
    Floats,
    History,
    LastObservation,
    Recency,
    add_months,
    evaluate,
    past_origins,
    score,
)


class Prophet:
    """Expects exactly what a table says of the months to come, and keeps what it was shown."""

    name, about = "prophet", "It was told."

    def __init__(self, told: History) -> None:
        self.told, self.seen = told, list[History]()

    def draws(self, history: History, ahead: Sequence[int], n: int, seed: int = 0) -> Floats:
        self.seen.append(history)
        rows = [self.told.months.index(add_months(history.origin, step)) for step in ahead]
        columns = [self.told.units.index(unit) for unit in history.units]
        return np.repeat(self.told.values[np.ix_(rows, columns)][:, :, None], n, axis=2)


def test_a_prophet_is_right_and_is_shown_nothing_later_than_its_origin() -> None:
    whole = history(war_and_peace())
    prophet = Prophet(whole)
    found = evaluate(whole, prophet, 6)
    assert found is not None
    assert found.scores.crps == found.scores.mis == found.worst_ratio == 0
    assert not found.misses
    assert {past.origin for past in prophet.seen} == set(found.origins)
    for past in prophet.seen:
        assert past.values.shape[0] == len(past.months) >= 12
        assert (past.values == whole.values[: len(past.months)]).all()


def test_conflictology_is_as_good_as_itself() -> None:
    found = evaluate(history(war_and_peace()), Conflictology(), 3)
    assert found is not None
    # 200 draws of twelve months have some of them once more than others.
    assert found.scores.crps == pytest.approx(found.conflictology.crps, rel=0.02)
    assert found.scores.unit_months == sum(1 for _ in found.origins) * 3 * 6
    assert sum(found.pit) == pytest.approx(1)


@given(months=st.integers(1, 60), ahead=st.integers(1, 36), most=st.integers(1, 14))
def test_origins_have_a_year_before_and_all_months_after(months: int, ahead: int, most: int) -> None:
    whole = history(np.zeros(months))
    origins, steps = past_origins(whole, ahead, most)
    assert len(origins) <= most
    assert bool(origins) == (months > 12)
    for origin in origins:
        at = whole.months.index(origin)
        assert at >= 11
        assert at + steps < months


@settings(max_examples=5, deadline=None)
@given(later=st.integers(0, 10_000))
def test_an_origin_is_scored_by_its_own_months_alone(later: int) -> None:
    values = war_and_peace(20)
    known = evaluate(history(values), Recency(), 2, most=7)
    longer = evaluate(history(np.vstack([values, np.full((1, 6), float(later))])), Recency(), 2, most=8)
    assert known is not None
    assert longer is not None
    assert known.origins == longer.origins[:-1]


def test_months_that_are_not_covered_are_not_scored() -> None:
    values = war_and_peace(30)
    values[20:24, 2] = np.nan
    whole = evaluate(history(war_and_peace(30)), LastObservation(), 3)
    assert whole is not None
    values[10:, 5] = np.nan
    found = evaluate(history(values), Conflictology(), 3)
    assert found is not None
    assert found.scores.unit_months < whole.scores.unit_months


def test_what_is_too_short_is_not_evaluated() -> None:
    assert evaluate(history(war_and_peace(12)), Recency(), 1) is None
    assert evaluate(history(war_and_peace(13)), Recency(), 36) is not None


def test_the_worst_misses_are_named() -> None:
    values = np.zeros((30, 2))
    values[25, 1] = 900
    found = evaluate(history(values), Recency(), 3)
    assert found is not None
    # What came after it was expected too high, and is missed by less.
    assert next((miss.unit, miss.actual) for miss in found.misses) == ("u1", 900.0)
    assert len({(miss.unit, miss.month) for miss in found.misses}) == len(found.misses)
    assert found.misses[0].origin < found.misses[0].month


def test_scores_are_those_of_all_unit_months_together() -> None:
    past = history(war_and_peace(30))
    found = evaluate(past, LastObservation(), 3, most=4)
    assert found is not None
    rows, actual = [], []
    for origin in found.origins:
        at = past.months.index(origin) + 1
        rows.append(LastObservation().draws(past.until(origin), [1, 2, 3], 200).reshape(-1, 200))
        actual.append(past.values[at : at + 3].ravel())
    whole = score(np.concatenate(rows), np.concatenate(actual))
    assert asdict(found.scores) == pytest.approx(asdict(whole))
    assert len(found.ahead_crps) == len(found.ahead_conflictology) == 3
    assert np.mean(found.ahead_crps) == pytest.approx(found.scores.crps)
