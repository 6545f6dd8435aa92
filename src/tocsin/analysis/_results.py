"""What the results of measures have in common: a name for what was estimated, caveats, and a form for JSON."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bools", "Floats", "Ints", "plain"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def plain(value: Any) -> Any:
    """A result as JSON has it: records as objects, arrays as lists, days as text; what is not finite is null.

    Examples
    --------
    >>> plain({"low": np.float64("nan"), "counts": np.array([[1, 2]])})
    {'low': None, 'counts': [[1, 2]]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    return value
