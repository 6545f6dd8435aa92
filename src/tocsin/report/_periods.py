"""The period of a report, and those it is compared with."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

__all__ = ["BEFORE", "Unit", "Window", "windows"]

Unit = Literal["week", "month"]

BEFORE = 12
"""Periods that a mean is of: a year of months, or a quarter of weeks."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Days from `first` to `last`, both in it."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> int:
        """How many days there are in it."""
        return (self.last - self.first).days + 1


def windows(unit: Unit, last: date, many: int = BEFORE + 1) -> tuple[Window, ...]:
    """The period that ends on `last` and those before it, the latest first; all are whole.

    A week is the seven days up to `last`; a month ends on the same day of the month as `last`, which for the last day
    of a month makes it the calendar month.

    Examples
    --------
    >>> [f"{w.first} {w.last}" for w in windows("month", date(2024, 3, 31), 3)]
    ['2024-03-01 2024-03-31', '2024-02-01 2024-02-29', '2024-01-01 2024-01-31']
    >>> [f"{w.first} {w.last}" for w in windows("week", date(2024, 3, 10), 2)]
    ['2024-03-04 2024-03-10', '2024-02-26 2024-03-03']
    """
    if unit == "week":
        ends = [last - timedelta(weeks=n) for n in range(many + 1)]
    else:
        ends = [_months_before(last, n) for n in range(many + 1)]
    return tuple(Window(ends[n + 1] + timedelta(days=1), ends[n]) for n in range(many))


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    longest = calendar.monthrange(year, month + 1)[1]
    whole = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, longest if whole else min(day.day, longest))
