"""What a study is made of: places watched over time, and when each got what is to be judged."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.analysis import plain
from tocsin.analysis._results import Floats, Ints
from tocsin.errors import UsageError

__all__ = ["Study", "make_study"]

# How many of the things that are missing a message names.
_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A balanced panel: every place has an outcome in every period."""

    units: tuple[str, ...]
    periods: tuple[Any, ...]
    """In their order: numbers, or words that sort, such as 2019-03."""
    outcome: Floats
    """Shape (units, periods)."""
    first: Ints
    """The number of the period in which a unit first had the treatment, from 0; -1 for never. Shape (units,)."""
    covariates: Floats
    """As they were in the first period, shape (units, covariates)."""
    measured: str
    """What the outcome is."""
    rows: int
    """Rows that it was made of: more than units times periods where several were averaged."""

    @property
    def never(self) -> int:
        """Units that never had the treatment."""
        return int((self.first < 0).sum())

    @property
    def treated(self) -> int:
        """Units that had it at some time."""
        return int((self.first >= 0).sum())


def make_study(
    unit: Sequence[Hashable],
    period: Sequence[Any],
    outcome: Floats,
    first: Sequence[Any],
    *,
    covariates: Floats | None = None,
    weights: Floats | None = None,
    measured: str = "outcome",
) -> Study:
    """Make a study of rows: a row a place and period, or an answer of a survey there.

    Several rows of one place and period are averaged, by their weights: answers of a survey make a panel of places.

    Parameters
    ----------
    unit : sequence of length n
        The place: what the treatment was given to, or withheld from.
    period : sequence of length n
        When: numbers, or words that sort (2019-03).
    outcome : array of shape (n,)
    first : sequence of length n
        The first period in which the row's place had the treatment; None, nan, 0, inf or "" where it never had.
    covariates : array of shape (n, covariates), optional
        Of these the first period's values are used.
    weights : array of shape (n,), optional
        Of answers within a place and period.
    measured : str
        What the outcome is, for reports.

    Returns
    -------
    Study

    Raises
    ------
    UsageError
        If the panel has gaps, a place has two dates of treatment, or an outcome is no number. The message names them.

    Examples
    --------
    >>> import numpy as np
    >>> study = make_study(["a", "a", "b", "b"], [1, 2, 1, 2], np.array([5.0, 6, 5, 9]), ["", "", 2, 2])
    >>> study.outcome.tolist(), study.first.tolist()
    ([[5.0, 6.0], [5.0, 9.0]], [-1, 1])
    """
    values = np.asarray(outcome, float)
    if not len(unit) == len(period) == len(first) == len(values):
        raise UsageError("place, period, outcome and first treatment need a value in every row")
    if not len(values):
        raise UsageError("there are no rows: give one for each place and period")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise UsageError(
            f"row {bad[0] + 1} ({unit[bad[0]]}, {period[bad[0]]}) has no outcome: a number not known is not zero; "
            "leave the place out, or the period"
        )
    units = sorted(set(unit), key=str)
    periods = sorted(set(period))
    row = _numbers(unit, units)
    column = _numbers(period, periods)
    share = np.ones(len(values)) if weights is None else np.asarray(weights, float)
    cells = _summed(share, row, column, len(units), len(periods))
    _refuse_gaps(cells, units, periods)
    means = _summed(values * share, row, column, len(units), len(periods)) / cells
    return Study(
        tuple(map(str, units)),
        tuple(plain(np.asarray(periods).tolist())),
        means,
        _first(first, unit, row, periods, len(units)),
        _at_first(covariates, row, column, len(units)),
        measured,
        len(values),
    )


def _numbers(given: Sequence[Any], ordered: Sequence[Any]) -> Ints:
    at = {value: n for n, value in enumerate(ordered)}
    return np.array([at[value] for value in given], np.int64)


def _summed(values: Floats, row: Ints, column: Ints, units: int, periods: int) -> Floats:
    table = np.zeros((units, periods))
    np.add.at(table, (row, column), values)
    return table


def _refuse_gaps(cells: Floats, units: Sequence[Any], periods: Sequence[Any]) -> None:
    empty = np.argwhere(cells <= 0)
    if not len(empty):
        return
    named = ", ".join(f"{units[u]} in {periods[p]}" for u, p in empty[:_NAMED])
    more = f" and {len(empty) - _NAMED} more" if len(empty) > _NAMED else ""
    whole = sorted({str(units[u]) for u, _ in empty})
    raise UsageError(
        f"the panel has gaps: nothing is known of {named}{more}. The same places must be compared all along. "
        f"Where nothing happened write 0; where nobody looked, leave out these places ({len(whole)} of {len(units)}) "
        "or periods."
    )


def _first(first: Sequence[Any], unit: Sequence[Any], row: Ints, periods: Sequence[Any], units: int) -> Ints:
    """The number of each unit's first period with the treatment."""
    found: dict[int, Any] = {}
    for n, value in enumerate(first):
        when = None if _is_never(value) else value
        if row[n] in found and found[row[n]] != when:
            raise UsageError(
                f"{unit[n]} has two dates of treatment, {found[row[n]] or 'never'} and {when or 'never'}: write in "
                "each of its rows the first period with it; what was switched off again cannot be judged here"
            )
        found[int(row[n])] = when
    numbered = np.full(units, -1, np.int64)
    for n, when in found.items():
        if when is None:
            continue
        try:
            later = [number for number, period in enumerate(periods) if period >= when]
        except TypeError:
            raise UsageError(
                f"the first treatment {when!r} cannot be compared with the period {periods[0]!r}: write both alike"
            ) from None
        # After the last period nobody in the study has seen it.
        numbered[n] = later[0] if later else -1
    return numbered


def _is_never(value: Any) -> bool:
    if value is None or value == "":
        return True
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    return number == 0 or not np.isfinite(number)


def _at_first(covariates: Floats | None, row: Ints, column: Ints, units: int) -> Floats:
    if covariates is None:
        return np.zeros((units, 0))
    values = np.asarray(covariates, float)
    values = values.reshape(len(row), -1)
    begun = column == 0
    if not np.isfinite(values[begun]).all():
        raise UsageError(
            "a covariate is not known for a place in the first period: leave out the place or the covariate"
        )
    table = np.zeros((units, values.shape[1]))
    table[row[begun]] = values[begun]
    return table
