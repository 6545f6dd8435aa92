"""Results as JSON has them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import numpy as np

from tocsin.analysis import plain


@dataclass(frozen=True, slots=True)
class _Result:
    low: float
    table: object
    day: date


def test_records_arrays_and_days_become_json_and_nothing_is_nan() -> None:
    result = _Result(float("inf"), {1: np.array([[1.5, np.nan]]), "flag": np.bool_(True)}, date(2018, 3, 1))
    written = json.dumps(plain(result), allow_nan=False)
    assert json.loads(written) == {"low": None, "table": {"1": [[1.5, None]], "flag": True}, "day": "2018-03-01"}
