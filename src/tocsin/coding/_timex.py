"""Stretches of the calendar, and the values TIMEX3 writes for them.

TIMEX3 is the annotation of time expressions in ISO-TimeML (Pustejovsky et al., 2010): ``2024-03-12`` is a day,
``2024-W11`` an ISO week, ``2024-Q1`` a quarter, ``202`` a decade, ``P3D`` three days, ``PRESENT_REF`` "now".
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from tocsin.records import DatePrecision, When

__all__ = ["Kind", "Period", "Tense", "TimeExpression", "Timex", "TimexType", "Unit", "length_value"]

TimexType = Literal["DATE", "TIME", "DURATION", "SET"]
Tense = Literal["past", "present", "future"]
Unit = Literal["day", "week", "weekend", "month", "quarter", "season", "half", "year", "decade", "century"]

_MONTHS_OF: dict[Unit, int] = {"month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12, "decade": 120}
# Spring begins in March, and winter in the December of the year it is called after.
_SEASONS = {3: "SP", 6: "SU", 9: "FA", 12: "WI"}
_LETTERS = {
    "second": "TxS", "minute": "TxM", "hour": "TxH", "day": "xD", "night": "xD", "week": "xW", "weekend": "xW",
    "month": "xM", "quarter": "xQ", "semester": "xM", "year": "xY", "decade": "xY", "century": "xY",
}  # fmt: skip
_TIMES = {"semester": 6, "decade": 10, "century": 100}


@dataclass(frozen=True, slots=True)
class Timex:
    """One expression as TIMEX3 marks it: where its words stand, what it is and which time it means."""

    start: int
    end: int
    type: TimexType
    value: str


Kind = Literal["point", "past", "habit", "since", "future", "length", "clock", "label", "now"]
"""What an expression can say of an event.

``point`` dates one occurrence, ``future`` one to come; ``since`` begins a stretch; ``habit`` is a rate or a standing
state; ``past`` is vague background. The others date nothing by themselves: ``length`` says how long, ``clock`` at what
time of a day named elsewhere, ``label`` is part of a name ("the 1991 agreement"), ``now`` is the state of things.
"""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A stretch of text that says when. `relative` needs another date of the story to be worked out.

    `start` and `end` take in the words that lead to it ("since January"); `timexes` are what TIMEX3 marks in it: one,
    two for most ranges, none for habits such as "often".
    """

    start: int
    end: int
    when: When
    kind: Kind = "point"
    relative: bool = False
    timexes: tuple[Timex, ...] = ()

    @property
    def names_day(self) -> bool:
        """Whether it names one day, or one night, that "the same day" may lean on."""
        length = any(t.type == "DURATION" for t in self.timexes)
        return self.when.precision == "day" and self.kind in ("point", "future") and not length


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the calendar: the `unit` that begins on the day `first`."""

    unit: Unit
    first: date

    @classmethod
    def of(cls, unit: Unit, day: date) -> Period:
        """The `unit` that `day` is in; weeks begin on Monday, as in ISO 8601.

        Examples
        --------
        >>> Period.of("week", date(2024, 3, 13)).value, Period.of("season", date(2024, 2, 1)).value
        ('2024-W11', '2023-WI')
        """
        if unit == "day":
            return cls(unit, day)
        if unit == "week":
            return cls(unit, day - timedelta(days=day.weekday()))
        if unit == "weekend":
            return cls(unit, day + timedelta(days=5 - day.weekday()))
        if unit == "century":
            return cls(unit, date(max(1, day.year // 100 * 100), 1, 1))
        if unit == "decade":
            return cls(unit, date(max(1, day.year // 10 * 10), 1, 1))
        if unit == "season":
            month = day.month // 3 * 3
            return cls(unit, date(day.year, month, 1) if month else date(day.year - 1, 12, 1))
        length = _MONTHS_OF[unit]
        return cls(unit, date(day.year, (day.month - 1) // length * length + 1, 1))

    @property
    def last(self) -> date:
        """Its last day."""
        if self.unit == "day":
            return self.first
        if self.unit in ("week", "weekend"):
            return self.first + timedelta(days=6 - self.first.weekday())
        if self.unit == "century":
            return date(self.first.year // 100 * 100 + 99, 12, 31)
        if self.unit == "decade":
            return date(self.first.year // 10 * 10 + 9, 12, 31)
        end = self.first + relativedelta(months=_MONTHS_OF[self.unit] - 1)
        return end.replace(day=calendar.monthrange(end.year, end.month)[1])

    @property
    def value(self) -> str:
        """What TIMEX3 writes for it."""
        year = f"{self.first.year:04d}"
        if self.unit == "day":
            return self.first.isoformat()
        if self.unit in ("week", "weekend"):
            week = self.first.isocalendar()
            return f"{week.year:04d}-W{week.week:02d}" + ("-WE" if self.unit == "weekend" else "")
        if self.unit == "season":
            return f"{year}-{_SEASONS[self.first.month]}"
        if self.unit in ("decade", "century"):
            return year[:3] if self.unit == "decade" else year[:2]
        if self.unit == "year":
            return year
        number = (self.first.month - 1) // _MONTHS_OF[self.unit] + 1
        return year + {"month": f"-{number:02d}", "quarter": f"-Q{number}", "half": f"-H{number}"}[self.unit]

    @property
    def precision(self) -> DatePrecision:
        """How finely it dates what happened in it."""
        if self.unit in ("day", "week", "month"):
            return self.unit
        return "week" if self.unit == "weekend" else "year"

    def shifted(self, steps: int) -> Period:
        """The period so many steps later.

        Raises
        ------
        ValueError, OverflowError
            If that is outside the years 1 to 9999.
        """
        if self.unit == "day":
            return Period(self.unit, self.first + timedelta(days=steps))
        if self.unit in ("week", "weekend"):
            return Period(self.unit, self.first + timedelta(weeks=steps))
        if self.unit == "century":
            return Period(self.unit, self.first.replace(year=self.first.year // 100 * 100 + 100 * steps))
        months = self.first.year * 12 + self.first.month - 1 + steps * _MONTHS_OF[self.unit]
        return Period(self.unit, date(months // 12, months % 12 + 1, 1))

    def years_back(self, years: int = 1) -> Period:
        """The same stretch of an earlier year."""
        return Period.of(self.unit, self.first - relativedelta(years=years))


def length_value(n: float | None, unit: str) -> str:
    """What TIMEX3 writes for so many units of time; X for a number that is not said.

    Examples
    --------
    >>> length_value(3, "day"), length_value(2.5, "year"), length_value(None, "hour"), length_value(1, "decade")
    ('P3D', 'P2.5Y', 'PTXH', 'P10Y')
    """
    if unit == "fortnight":
        return length_value(None if n is None else 2 * n, "week")
    if n is None:
        return "P" + {"decade": "XDE", "century": "XCE"}.get(unit, _LETTERS[unit].replace("x", "X"))
    if n == 0.5 and unit in ("hour", "minute"):
        return "PT30" + ("M" if unit == "hour" else "S")
    return "P" + _LETTERS[unit].replace("x", f"{n * _TIMES.get(unit, 1):g}")
