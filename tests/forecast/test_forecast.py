"""A forecast in figures, and written."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.forecast.invented import history, war_and_peace

from tocsin.errors import UsageError
from tocsin.forecast import Recency, forecast, model_named, write_forecast


def test_a_row_says_what_its_draws_say() -> None:
    made = forecast(history(war_and_peace()), Recency(), 36)
    rows = made.rows((1, 25))
    assert len(rows) == 36 * 6
    at = made.draws[2, 4]
    row = next(row for row in rows if row.unit == "u4" and row.month == made.months[2])
    assert row.mean == at.mean()
    assert row.chances == ((at >= 1).mean(), (at >= 25).mean())
    for row in rows:
        (low50, high50), (low80, high80), (low95, high95) = row.intervals
        assert low95 <= low80 <= low50 <= row.median <= high50 <= high80 <= high95
    assert [row.unit for row in made.rows(units=("u2",))] == ["u2"] * 36


def test_what_is_written_is_what_was_drawn(tmp_path: Path) -> None:
    made = forecast(history(war_and_peace()), Recency(), 2, draws=100)
    write_forecast(made, tmp_path / "draws.parquet")
    frame = pd.read_parquet(tmp_path / "draws.parquet")
    assert frame.outcome.to_numpy().reshape(made.draws.shape).tolist() == made.draws.tolist()
    assert frame["unit"].astype(str).tolist()[::100] == list(made.units) * 2
    write_forecast(made, tmp_path / "summary.csv", (7,))
    with (tmp_path / "summary.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["chance_at_least_7"]) for row in rows] == [row.chances[0] for row in made.rows((7,))]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["draws.parquet", "summary.csv"]


def test_what_cannot_be_forecast_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has 11 months .* needs 12"):
        forecast(history(np.zeros(11)), Recency())
    with pytest.raises(UsageError, match="give 1 to 36"):
        forecast(history(np.zeros(24)), Recency(), 37)
    gap = np.ones((24, 2))
    gap[-12:, 1] = np.nan
    with pytest.raises(UsageError, match=r"not covered .*: u1"):
        forecast(history(gap), Recency())
    with pytest.raises(UsageError, match=r"there are: .*recency"):
        model_named("oracle")
    with pytest.raises(UsageError, match=r"ends in \.parquet"):
        write_forecast(forecast(history(np.zeros(24)), Recency(), 1), tmp_path / "draws.xls")
    with pytest.raises(UsageError, match="do you mean north"):
        history(np.zeros((12, 2)), ("north", "south")).only(["norht"])
