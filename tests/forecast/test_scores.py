"""Scores against their definitions, written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tocsin.forecast import crps, ignorance, interval_score, pit, score

draws = arrays.arrays(np.float64, (3, 7), elements=st.integers(0, 50).map(float))
actuals = arrays.arrays(np.float64, 3, elements=st.integers(0, 50).map(float))


@given(draws, actuals)
def test_crps_is_what_its_definition_says(x: np.ndarray, y: np.ndarray) -> None:
    right = np.abs(x - y[:, None]).mean(1) - np.abs(x[:, :, None] - x[:, None, :]).mean((1, 2)) / 2
    assert crps(x, y) == pytest.approx(right)


def test_a_forecast_that_knows_scores_nothing() -> None:
    assert crps(np.full((1, 5), 3.0), np.array([3.0])) == pytest.approx([0.0])


def test_the_interval_score_charges_what_is_outside() -> None:
    x = np.tile(np.linspace(0, 100, 101), (3, 1))
    scores, inside = interval_score(x, np.array([50.0, 105.0, 0.0]))
    assert inside.tolist() == [True, False, False]
    assert scores == pytest.approx([90, 90 + 20 * 10, 90 + 20 * 5])


def test_ignorance_without_the_competitions_resampling_does_not_depend_on_the_number_of_draws() -> None:
    few, many = np.tile([0.0, 1.0, 8.0, 30.0], (1, 3)), np.tile([0.0, 1.0, 8.0, 30.0], (1, 250))
    actual = np.array([1.0])
    assert ignorance(few, actual, competition=False) == pytest.approx(ignorance(many, actual, competition=False))
    assert ignorance(many, actual) == pytest.approx(-np.log2((250 + 1) / (1000 + 11)))


@given(draws, actuals)
def test_pit_lies_between_the_draws_below_and_those_not_above(x: np.ndarray, y: np.ndarray) -> None:
    place = pit(x, y)
    assert ((x < y[:, None]).mean(1) <= place).all()
    assert (place <= (x <= y[:, None]).mean(1)).all()


def test_scores_are_means_over_forecasts() -> None:
    x, y = np.array([[0.0, 2.0], [1.0, 1.0]]), np.array([1.0, 1.0])
    found = score(x, y)
    assert (found.crps, found.unit_months) == (pytest.approx(0.25), 2)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="give"):
        crps(np.zeros((2, 3)), np.zeros(3))
