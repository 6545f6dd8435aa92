"""Panels: balanced or refused, surveys averaged, dates of treatment one a place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.impact import make_study


def rows(units: int = 3, periods: int = 3) -> dict[str, Any]:
    return {
        "unit": [f"place {n}" for n in range(units) for _ in range(periods)],
        "period": [f"2019-{m + 1:02d}" for _ in range(units) for m in range(periods)],
        "outcome": np.arange(units * periods, dtype=float),
        "first": ["2019-02" if n == 0 else "" for n in range(units) for _ in range(periods)],
    }


@given(st.permutations(range(9)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    given_rows = rows()
    shuffled = {name: [values[n] for n in order] for name, values in given_rows.items()}
    one, two = make_study(**given_rows), make_study(**shuffled)
    assert one.outcome.tolist() == two.outcome.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert one.first.tolist() == two.first.tolist() == [1, -1, -1]
    assert (one.treated, one.never, one.units, one.periods) == (1, 2, two.units, two.periods)


def test_answers_of_a_survey_are_averaged_by_their_weights() -> None:
    study = make_study(
        ["a", "a", "a", "b"], [1, 1, 1, 1], np.array([1.0, 1, 4, 7]), [0] * 4, weights=np.array([1, 1, 2, 1])
    )
    assert study.outcome.tolist() == [[2.5], [7.0]]
    assert study.rows == 4


def test_a_treatment_between_periods_counts_from_the_next_and_one_after_the_last_not_at_all() -> None:
    study = make_study(["a", "a", "b", "b"], [2003, 2005, 2003, 2005], np.arange(4.0), [2004, 2004, 2006, 2006])
    assert study.first.tolist() == [1, -1]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({name: values[:-2] for name, values in rows().items()}, "place 2 in 2019-02, place 2 in 2019-03"),
        ({"outcome": np.array([np.nan] * 9)}, "row 1 \\(place 0, 2019-01\\) has no outcome"),
        ({"first": ["2019-02", "", *[""] * 7]}, "two dates of treatment, 2019-02 and never"),
        ({"first": [3.5] * 9}, "write both alike"),
        ({"first": []}, "in every row"),
        ({"unit": [], "period": [], "outcome": np.array([]), "first": []}, "there are no rows"),
        ({"covariates": np.full(9, np.nan)}, "covariate is not known"),
    ],
)
def test_what_makes_no_panel_is_refused_and_named(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_study(**(rows() | changed))
