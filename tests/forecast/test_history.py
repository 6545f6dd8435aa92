"""Histories: from files and panels, months that are missing, and origins."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tocsin.analysis import Coverage, panel
from tocsin.errors import UnreadableInput, UsageError
from tocsin.forecast import panel_history, read_history
from tocsin.forecast._history import filled


def test_months_are_numbered_or_written(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("month_id,country_id,ged_sb\n457,10,3\n459,9,1\n", "utf-8")
    found = read_history(file)
    assert (found.units, found.span, found.unit) == (("9", "10"), "2018-01 to 2018-03", "country_id")
    assert found.values.tolist() == [[0, 3], [0, 0], [1, 0]]
    file.write_text("date,country,deaths\n2018-01,A,3\n2018-02-01,A,1\n", "utf-8")
    assert read_history(file).values.tolist() == [[3], [1]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("month,country,deaths\n2018-01,A,many\n", "row 1: could not convert"),
        ("month,country,deaths\n2018-01,A,-1\n", "row 1: '-1' is no count"),
        ("month,country,deaths\n2018-01,A,1\nspring,A,1\n", "row 2: 'spring' is no month"),
        ("month,country,deaths\n2018-01,A,1\n2018-01,A,1\n", "row 2: A has 2018-01 twice"),
        ("month,country\n2018-01,A\n", "no column ged_sb or deaths_best"),
        ("month,country,deaths\n2018-01,A,inf\n", "row 1: 'inf' is no count"),
        ("month,country,deaths\n", "no rows"),
        ("month,country,deaths\n2018-01,A,0\n2018-04,A,1\n", "no unit has a row in 2018-02, 2018-03, .* is not peace"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "history.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(UnreadableInput, match=says):
        read_history(file)


def test_an_empty_count_is_a_month_that_is_not_covered(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("month,country,deaths\n2018-01,A,0\n2018-02,A,\n2018-03,A,2\n", "utf-8")
    assert np.isnan(read_history(file).values[:, 0]).tolist() == [False, True, False]


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=st.sampled_from([1, 5, np.nan])
    )
)
def test_what_is_filled_is_the_last_that_is_known(values: np.ndarray) -> None:
    expected = pd.DataFrame(values).ffill().bfill().fillna(0.0).to_numpy()
    assert (filled(values) == expected).all()


def test_a_panel_becomes_a_history_and_what_is_not_covered_is_unknown() -> None:
    frame = pd.DataFrame(
        {
            "date_start": [date(2020, 1, 5), date(2020, 3, 5)],
            "country": ["SYR", "IRQ"],
            "deaths_best": [2, 3],
        }
    )
    gap = (date(2020, 2, 1), date(2020, 2, 29))
    coverage = Coverage(date(2020, 1, 1), date(2020, 3, 31), gaps=(gap,))
    found = panel_history(panel(ibis.memtable(frame), coverage=coverage))
    assert (found.units, found.unit, found.measure) == (("IRQ", "SYR"), "country", "deaths")
    assert np.isnan(found.values[1]).all()
    assert found.values[[0, 2]].tolist() == [[0, 2], [3, 0]]


def test_an_origin_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("month,country,deaths\n2018-01,A,1\n2018-03,A,1\n", "utf-8")
    assert read_history(file).until(date(2018, 2, 1)).origin == date(2018, 2, 1)
    with pytest.raises(UsageError, match="it goes from 2018-01 to 2018-03"):
        read_history(file).until(date(2019, 1, 1))
