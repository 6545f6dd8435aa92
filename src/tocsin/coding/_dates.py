"""Time expressions in English text: what TIMEX3 calls them, and the days they mean.

A relative expression ("on Tuesday", "two days earlier") is anchored to the day the document was published,
or to an earlier date of the same story; without one it stays unknown. Precision and the way it was anchored
are kept in :class:`tocsin.records.When`. The shapes of expressions are in ``words/dates.toml``; here stands what
each of them means.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from tocsin.coding._counts import number
from tocsin.coding._patterns import alternatives, table
from tocsin.coding._timex import Period, Tense, Timex, TimexType, Unit, length_value
from tocsin.records import DateExtent, DatePrecision, When

__all__ = ["TimeExpression", "find_times", "parse_cell_date"]

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


_MONTHS = {
    name.lower(): month for month in range(1, 13) for name in (calendar.month_name[month], calendar.month_abbr[month])
} | {"sept": 9}
_WEEKDAYS = {name[:3].lower(): i for i, name in enumerate(calendar.day_name)}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_ORDINALS = {
    "first": 1, "1st": 1, "opening": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "final": 4, "closing": 4, "q1": 1, "q2": 2, "q3": 3, "q4": 4,
}  # fmt: skip
_PARTS_OF_DAY = {
    "morning": "MO", "afternoon": "AF", "evening": "EV", "night": "NI", "noon": "12:00", "midday": "12:00",
    "midnight": "24:00", "dawn": "MO", "daybreak": "MO", "sunrise": "MO", "dusk": "EV", "nightfall": "NI",
    "sunset": "EV",
}  # fmt: skip
_RATES = {
    "daily": "P1D", "nightly": "P1D", "weekly": "P1W", "monthly": "P1M", "yearly": "P1Y", "annual": "P1Y",
    "annually": "P1Y", "hourly": "PT1H", "quarterly": "P1Q", "biennial": "P2Y",
}  # fmt: skip
_DECADES = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80,
    "nineties": 90,
}  # fmt: skip
_CENTURIES = {
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty-first": 21,
}  # fmt: skip
# What vague numbers of days, weeks and months are taken for.
_VAGUE = {"a couple of": 2, "couple of": 2, "a few": 3, "several": 3}
# A month and a half of slack: notices of coming events name days just ahead.
_AHEAD = timedelta(days=45)
# A sentence that looks ahead may still name a day of the last month.
_JUST_BEFORE = timedelta(days=31)
# A clock time in a story goes with the day last named, unless that is longer ago: then it is of the day of the news.
_SAME_STORY = timedelta(days=7)
# "In the past ten days" dates a total; longer stretches are background.
_DATED_STRETCH = 14
_UNKNOWN_DATE = "XXXX-XX-XX"


# -- the shapes --


@dataclass(frozen=True, slots=True)
class _Rule:
    """A shape of expressions, and the method of `_Reader` that reads it."""

    name: str
    needs: frozenset[str]
    pattern: re.Pattern[str]


@cache
def _rules() -> tuple[Mapping[str, re.Pattern[str]], tuple[_Rule, ...]]:
    """The hints and the rules of ``words/dates.toml``, compiled."""
    tables = table("dates")
    parts = tables["parts"]
    hints = {
        name: re.compile(rf"(?<!\w)(?:{alternatives(listed, parts)})" if name != "digit" else r"\d", re.IGNORECASE)
        for name, listed in tables["hints"].items()
    }
    rules = []
    for rule in tables["rules"]:
        body = alternatives([rule["pattern"]], parts)
        pattern = re.compile(rf"(?<![\w/])(?:{body})(?![\w])", re.IGNORECASE)
        rules.append(_Rule(rule["name"], frozenset(rule["needs"]), pattern))
    return hints, tuple(rules)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A match of a rule. Groups that took no part are empty."""

    rule: _Rule
    match: re.Match[str]

    def __getitem__(self, group: str) -> str:
        """The words of a group, in lower case; empty where there are none."""
        found = self.match.group(group) if group in self.rule.pattern.groupindex else None
        return (found or "").strip().lower()

    @property
    def words(self) -> str:
        """All of it, on one line."""
        return re.sub(r"\s+", " ", self.match[0].strip())

    def span(self, group: str = "") -> tuple[int, int]:
        """Where a group stands; without a name, the expression without what leads to it."""
        if group:
            start, end = self.match.span(group)
        else:
            start, end = self.match.span()
            for signal in ("signal", "signal2", "signal3"):
                if self[signal]:
                    start = self.match.end(signal)
        text = self.match.string
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        return start, end


# -- what they mean --


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS[text.lower().rstrip(".")]


def _weekday(text: str) -> int:
    return _WEEKDAYS[text[:3].lower()]


def _digits(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _edge(text: str) -> Literal["", "early", "mid", "late"]:
    """Which part of a month or year words such as "the beginning of" name."""
    if re.search(r"\bmid|middle", text):
        return "mid"
    if re.search(r"\b(?:late|later|end|close|last|final|closing)\b", text):
        return "late"
    return "early" if text else ""


def _amount(text: str) -> float | None:
    """How many units: 2.5 for "two and a half"; None where it is not said."""
    text = re.sub(r"\s+", " ", text.lower()).strip()
    half = text.endswith(" and a half")
    text = text.removesuffix(" and a half")
    if text.startswith("half"):
        return 0.5
    if text.endswith("couple of"):
        return 2.0
    if re.fullmatch(r"[\d,.]+", text):
        value: float | None = float(text.replace(",", ""))
    else:
        read = number(text)
        value = None if read is None else float(read)
    return None if value is None else value + (0.5 if half else 0)


def _singular(unit: str) -> str:
    return "century" if unit.startswith("centur") else unit.rstrip("s")


class _Reader:
    """Works out what a shape means, given the day of publication and the last dates of the story.

    A method of the name of each rule reads one shape; None where it names no possible time. Read in the order of
    the text, each day or period named becomes what the next "same day" or "previous year" leans on.
    """

    def __init__(self, anchor: date | None, reference: date | None, tense: Callable[[int], Tense]) -> None:
        self.anchor = anchor
        self.reference = reference or anchor
        self.period: Period | None = None
        self.named_here: date | None = None
        self._tense = tense

    def read(self, shape: _Shape) -> TimeExpression | None:
        """What `shape` means; None where it names no possible time."""
        try:
            found: TimeExpression | None = getattr(self, shape.rule.name)(shape)
        except (ValueError, OverflowError):  # outside the calendar
            return None
        return found

    def lean_on(self, time: TimeExpression) -> None:
        """Remember what later expressions may lean on."""
        when = time.when
        if when.start is None or when.end is None or time.kind not in ("point", "future"):
            return
        if when.precision == "day":
            self.reference = self.named_here = when.start
            self.period = Period("day", when.start)
        elif when.precision == "month":
            self.period = Period.of("month", when.start)
        elif time.timexes and re.fullmatch(r"\d{4}-Q[1-4]", time.timexes[-1].value):
            self.period = Period.of("quarter", when.start)
        elif time.timexes and re.fullmatch(r"\d{4}", time.timexes[-1].value):
            self.period = Period.of("year", when.start)

    # -- making expressions --

    def _tense_of(self, shape: _Shape) -> Tense:
        return self._tense(shape.match.start())

    def _future(self, shape: _Shape) -> bool:
        tense = self._tense_of(shape)
        return tense == "future" or (tense == "present" and shape["signal"] in ("until", "till", "by"))

    def _made(
        self,
        shape: _Shape,
        value: str,
        when: When,
        *,
        kind: Kind = "point",
        type: TimexType = "DATE",
        relative: bool = False,
    ) -> TimeExpression:
        start, end = shape.span()
        timex = Timex(start, end, type, value)
        return TimeExpression(shape.match.start(), shape.match.end(), when, kind, relative, (timex,))

    def _undated(self, shape: _Shape, value: str = _UNKNOWN_DATE, *, relative: bool = False) -> TimeExpression:
        return self._made(shape, value, When(anchor="undated document"), relative=relative)

    def _dated(
        self,
        shape: _Shape,
        period: Period,
        anchor: str,
        *,
        edge: str = "",
        relative: bool = False,
        kind: Kind = "point",
    ) -> TimeExpression:
        """A date; "since" before it makes it the beginning of a stretch, and a part of day a time."""
        if shape["signal"].startswith("since") and kind == "point":
            kind = "since"
        when = _part(period, edge, anchor)
        of_day = shape["of_day"] or shape["of_day2"]
        if of_day and period.unit == "day":
            return self._made(
                shape,
                f"{period.value}T{_PARTS_OF_DAY[of_day]}",
                when,
                kind=kind,
                type="TIME",
                relative=relative,
            )
        return self._made(shape, period.value, when, kind=kind, relative=relative)

    def _vague(self, shape: _Shape, value: str, kind: Kind, type: TimexType = "DATE") -> TimeExpression:
        return self._made(shape, value, When(anchor=f"vague: {shape.words.lower()}"), kind=kind, type=type)

    def _plain(self, shape: _Shape, kind: Kind) -> TimeExpression:
        """An expression that TIMEX3 does not mark."""
        when = When(anchor=f"vague: {shape.words.lower()}")
        return TimeExpression(shape.match.start(), shape.match.end(), when, kind)

    # -- days of the calendar --

    def _year_for(self, shape: _Shape, month: int, day: int = 1) -> int | None:
        """The year that puts the day nearest before publication (or after it, when the text looks ahead)."""
        if shape["year"]:
            return int(shape["year"])
        if shape["short_year"]:
            return _century_of(int(shape["short_year"]))
        if self.anchor is None:
            return None
        year = self.anchor.year
        candidate = _safe(year, month, min(day, 28)) or date(year, month, 1)
        if self._future(shape):
            return year + 1 if candidate < self.anchor - _JUST_BEFORE else year
        return year - 1 if candidate > self.anchor + _AHEAD else year

    def iso_day(self, shape: _Shape) -> TimeExpression | None:
        day = _safe(int(shape["year"]), int(shape["month"]), int(shape["day"]))
        return None if day is None else self._dated(shape, Period("day", day), "stated")

    def iso_time(self, shape: _Shape) -> TimeExpression | None:
        day = _safe(int(shape["year"]), int(shape["month"]), int(shape["day"]))
        if day is None or int(shape["hour"]) > 24 or int(shape["minute"]) > 59:
            return None
        zone = "Z" if shape["zone"] == "z" else shape["zone"]
        value = f"{day.isoformat()}T{shape['hour']}:{shape['minute']}{zone}"
        return self._made(shape, value, When(day, day, "day", anchor="stated"), type="TIME")

    def numeric_day(self, shape: _Shape) -> TimeExpression | None:
        """Day before month, unless that is impossible, or is not what the publication's day suggests."""
        year, short = int(shape["year"]), len(shape["year"]) == 2
        if short:
            if shape["sep"] != "/" and not shape["signal"]:
                return None  # a version, a section, a telephone's number
            year = _century_of(year)
        first, second = int(shape["day"]), int(shape["month"])
        days = [d for d in (_safe(year, second, first), _safe(year, first, second)) if d is not None]
        if not days:
            return None
        day = days[0]
        if self.anchor is not None and len(days) > 1:
            later = day > self.anchor + _AHEAD
            near = abs(days[1] - self.anchor) <= timedelta(days=10) < abs(day - self.anchor)
            day = days[1] if near or (later and days[1] <= self.anchor) else day
        return self._dated(shape, Period("day", day), "stated")

    def numeric_range(self, shape: _Shape) -> TimeExpression | None:
        year, month = int(shape["year"]), int(shape["month"])
        start, end = _safe(year, month, int(shape["day1"])), _safe(year, month, int(shape["day"]))
        if start is None or end is None or start > end:
            return None
        when = When(start, end, "week" if start != end else "day", anchor="stated")
        timexes = (
            Timex(*shape.span("day1"), "DATE", start.isoformat()),
            Timex(shape.match.start("day"), shape.match.end(), "DATE", end.isoformat()),
        )
        return TimeExpression(shape.match.start(), shape.match.end(), when, timexes=timexes)

    def calendar_day(self, shape: _Shape) -> TimeExpression | None:
        month, number_ = _month(shape["month"]), _digits(shape["day"])
        year = self._year_for(shape, month, number_)
        if year is None:
            return self._undated(shape, f"XXXX-{month:02d}-{number_:02d}")
        day = _safe(year, month, number_)
        if day is None:
            return None
        return self._dated(shape, Period("day", day), "stated" if shape["year"] else "document date")

    day_of_next = calendar_day

    def day_range(self, shape: _Shape) -> TimeExpression | None:
        month = _month(shape["month"])
        year = self._year_for(shape, month, _digits(shape["day"]))
        if year is None:
            return self._undated(shape)
        first_month = _month(shape["month1"]) if shape["month1"] else month
        first_year = int(shape["year1"]) if shape["year1"] else year
        start, end = _safe(first_year, first_month, _digits(shape["day1"])), _safe(year, month, _digits(shape["day"]))
        if start is None or end is None:
            return None
        if start > end:
            start = _safe(year - 1, first_month, _digits(shape["day1"])) or start
        if start > end:
            return None
        night = "night" in shape["signal"]
        days = (end - start).days
        precision: DatePrecision = (
            "day" if night or not days else "week" if days <= 10 else "month" if days <= 31 else "year"
        )
        extent: DateExtent = "once within" if night or shape["signal"].startswith("between") else "throughout"
        when = When(start, end, precision, extent, "stated" if shape["year"] else "document date")
        return self._range(shape, when, ("day1", "month1", "year1"), start.isoformat(), end.isoformat())

    def _range(
        self, shape: _Shape, when: When, first: Sequence[str], start: str, end: str, *, kind: Kind = "point"
    ) -> TimeExpression:
        """Two dates that bound a stretch."""
        named = [group for group in first if shape[group]]
        a = min(shape.match.start(group) for group in named)
        b = max(shape.match.end(group) for group in named)
        rest = next(i for i in range(b, shape.match.end()) if shape.match.string[i].isalnum())
        if to := re.match(r"(?:to|and|until|till|through|or)\s+(?:the )?", shape.match.string[rest:], re.IGNORECASE):
            rest += to.end()
        timexes = (Timex(a, b, "DATE", start), Timex(rest, shape.match.end(), "DATE", end))
        return TimeExpression(shape.match.start(), shape.match.end(), when, kind, timexes=timexes)

    # -- months, quarters, seasons --

    def _month_of(self, shape: _Shape, month: int) -> tuple[Period, str] | None:
        """The month that is meant, and how it was anchored."""
        if shape["year"]:
            return Period("month", date(int(shape["year"]), month, 1)), "stated"
        if self.anchor is None:
            return None
        year = self.anchor.year
        if shape["year_word"]:
            year += _step(shape["year_word"])
        elif shape["which"] in ("next", "following"):
            year += month <= self.anchor.month
        elif shape["which"] in ("last", "previous"):
            year -= month >= self.anchor.month
        elif self._future(shape):
            year += month < self.anchor.month
        elif month > self.anchor.month and shape["which"] != "this":
            year -= 1
        return Period("month", date(year, month, 1)), "document date"

    def month(self, shape: _Shape) -> TimeExpression | None:
        month = _month(shape["month"])
        found = self._month_of(shape, month)
        if found is None:
            return self._undated(shape, f"XXXX-{month:02d}")
        # Without a preposition it may be part of a name: "the April war".
        label = not (shape["signal"] or shape["which"] or shape["year"] or shape["year_word"])
        return self._dated(shape, *found, kind="label" if label else "point")

    def edge_of_month(self, shape: _Shape) -> TimeExpression | None:
        month = _month(shape["month"])
        found = self._month_of(shape, month)
        if found is None:
            return self._undated(shape, f"XXXX-{month:02d}")
        return self._dated(shape, *found, edge=_edge(shape["edge"]))

    def week_of_month(self, shape: _Shape) -> TimeExpression | None:
        """The week that most of the first, second … seven days of a month are in."""
        found = self._month_of(shape, _month(shape["month"]))
        if found is None:
            return self._undated(shape)
        period, anchor = found
        if shape["which"] in ("last", "final"):
            day = period.last - timedelta(days=3)
        else:
            day = period.first + timedelta(days=3 + 7 * (_ORDINALS[shape["which"]] - 1))
        return self._dated(shape, Period.of("weekend" if shape["unit"] == "weekend" else "week", day), anchor)

    def month_range(self, shape: _Shape) -> TimeExpression | None:
        first, second = _month(shape["month1"]), _month(shape["month"])
        if first in (3, 5) and not (shape["year"] or shape["signal"]):
            return None  # "may to", "march and"
        found = self._month_of(shape, second)
        if found is None:
            return self._undated(shape)
        end, anchor = found
        year = int(shape["year1"]) if shape["year1"] else end.first.year - (first > second)
        start = Period("month", date(year, first, 1))
        if start.first > end.first:
            return None
        precision: DatePrecision = "month" if start == end else "year"
        when = When(start.first, end.last, precision, "throughout", anchor)
        if shape["signal"].startswith("between"):
            when = replace(when, extent="once within")
        return self._range(shape, when, ("month1", "year1"), start.value, end.value)

    def quarter(self, shape: _Shape) -> TimeExpression | None:
        year = int(shape["year"]) if shape["year"] else None
        ordinal = shape["ordinal"]
        if year is None and self.anchor is None:
            return self._undated(shape)
        if year is None and ordinal == "last":
            return self._dated(shape, self._now("quarter").shifted(-1), self._leans(shape))
        if year is None and shape["year_word"]:
            of_story = shape["year_word"].startswith("the") and self.period is not None
            base = self.period.first.year if of_story and self.period is not None else self._now("year").first.year
            year = base + (0 if shape["year_word"] == "the same" else _step(shape["year_word"].removeprefix("the ")))
        n = 4 if ordinal == "last" else _ORDINALS[ordinal]
        if year is not None:
            anchor = "stated" if shape["year"] else self._leans(shape)
            return self._dated(shape, Period("quarter", date(year, 3 * n - 2, 1)), anchor)
        now = self._now("quarter")
        period = Period("quarter", date(now.first.year, 3 * n - 2, 1))
        if period.first > now.first and not self._future(shape):
            period = period.years_back()
        elif period.last < now.first and self._future(shape):
            period = period.shifted(4)
        return self._dated(shape, period, self._leans(shape))

    def half_year(self, shape: _Shape) -> TimeExpression | None:
        year = int(shape["year"]) if shape["year"] else None
        if year is None:
            if self.anchor is None:
                return self._undated(shape)
            year = self.anchor.year + _step(shape["year_word"])
        half = Period("half", date(year, 6 * _ORDINALS[shape["ordinal"]] - 5, 1))
        return self._dated(shape, half, "stated" if shape["year"] else self._leans(shape))

    def fiscal_year(self, shape: _Shape) -> TimeExpression | None:
        """Fiscal years begin when their owner wants: only the year they are called after is known."""
        year = shape["year"] or shape["year2"]
        if not year and self.anchor is not None:
            year = str(self.anchor.year + _step(shape["which"]))
        return self._made(
            shape, f"FY{year}" if year else "XXXX", When(anchor=f"vague: {shape.words.lower()}"), kind="label"
        )

    def season(self, shape: _Shape) -> TimeExpression | None:
        """A season; alone, "spring" and "fall" may be other words, and need a preposition."""
        name = shape["season"]
        signal = shape["signal"] in ("in", "during", "throughout", "since", "until", "by", "last")
        if not (shape["which"] or shape["year"] or shape["year_word"]):
            led = signal and (name != "fall" or shape.words.lower().endswith("the fall"))
            if not led or (name == "spring" and " the " not in f" {shape.words.lower()} " and shape["signal"] != "in"):
                return None
        month = _SEASONS[name]
        if shape["year"]:
            return self._dated(shape, Period("season", date(int(shape["year"]), month, 1)), "stated")
        if self.anchor is None:
            return self._undated(shape)
        year = self.anchor.year + (_step(shape["year_word"]) if shape["year_word"] else 0)
        period, now = Period("season", date(year, month, 1)), Period.of("season", self.anchor)
        if shape["year_word"]:
            pass
        elif shape["which"] in ("last", "previous", "this past"):
            period = period if period.first < now.first else period.years_back()
        elif shape["which"] == "next":
            period = period if period.first > now.first else period.shifted(4)
        elif period.first > now.first and (shape["which"] != "this" or month == 12) and not self._future(shape):
            period = period.years_back()
        return self._dated(shape, period, self._leans(shape))

    # -- years and longer --

    def year(self, shape: _Shape) -> TimeExpression | None:
        return self._dated(shape, Period("year", date(int(shape["year"]), 1, 1)), "stated")

    def edge_of_year(self, shape: _Shape) -> TimeExpression | None:
        year = Period("year", date(int(shape["year"]), 1, 1))
        return self._dated(shape, year, "stated", edge=_edge(shape["edge"]))

    def short_year(self, shape: _Shape) -> TimeExpression | None:
        n = int(shape["year"])
        now = self.anchor.year % 100 if self.anchor is not None else 30
        return self._dated(shape, Period("year", date(n + (2000 if n <= now else 1900), 1, 1)), "stated")

    def week_of_day(self, shape: _Shape) -> TimeExpression | None:
        """The week that begins or ends on a day."""
        month, number_ = _month(shape["month"] or shape["month2"]), _digits(shape["day"] or shape["day2"])
        year = self._year_for(shape, month, number_)
        if year is None:
            return self._undated(shape)
        day = _safe(year, month, number_)
        if day is None or shape["unit"] == "period":
            return None
        days = timedelta(days=13 if shape["unit"] == "fortnight" else 6)
        ends = shape["which"] in ("ending", "to", "up to")
        first, last = (day - days, day) if ends else (day, day + days)
        when = When(first, last, "week", anchor="stated" if shape["year"] else "document date")
        return self._made(shape, Period.of("week", first if shape["which"] != "of" else day).value, when)

    def part_of_month(self, shape: _Shape) -> TimeExpression | None:
        """The second half of a month, its last ten days."""
        found = self._month_of(shape, _month(shape["month"]))
        if found is None:
            return self._undated(shape)
        month, anchor = found
        late = shape["which"] in ("second", "last", "final", "latter")
        days = 15
        if shape["unit"]:
            n = 5.0 if shape["n"] == "few" else _amount(shape["n"]) or 1
            days = round(n) * (7 if shape["unit"] == "week" else 1)
            if shape["which"] == "second" or not 1 <= days <= 28:
                return None
        if not late:
            first, last = month.first, month.first + timedelta(days=days - 1)
        else:
            last = month.last
            first = month.first.replace(day=16) if shape["half"] else last - timedelta(days=days - 1)
        return self._made(shape, month.value, When(first, last, "week", anchor=anchor))

    def day_of_month(self, shape: _Shape) -> TimeExpression | None:
        """ "On the 12th": of the month the story is in."""
        base = self.reference
        if base is None or self.anchor is None:
            return self._undated(shape)
        month = Period.of("month", self.anchor if shape["which"] in ("this", "last") else base)
        if shape["which"] == "last":
            month = month.shifted(-1)
        day = _safe(month.first.year, month.first.month, _digits(shape["day"]))
        if not shape["which"] and (day is None or day > self.anchor) and self._tense_of(shape) == "past":
            month = month.shifted(-1)
            day = _safe(month.first.year, month.first.month, _digits(shape["day"]))
        return None if day is None else self._dated(shape, Period("day", day), "document date", relative=True)

    def bare_year(self, shape: _Shape) -> TimeExpression | None:
        """Four digits without a preposition: a year only where what stands around them says so."""
        text, start, end = shape.match.string, shape.match.start(), shape.match.end()
        before = re.search(r"([\w’'.]+)([\s(,]*)$", text[:start])
        after = re.match(r"([\s),;:.–-]*)([\w’']*)", text[end:])
        word = before[1] if before is not None else ""
        gap = before[2] if before is not None else ""
        following = after[2] if after is not None else ""
        low = word.lower()
        if low in _COUNTING or word[-1:].isdigit():
            return None
        closed = after is None or not following or bool(after[1].strip())
        if "(" in gap or "," in gap:
            led = closed
        elif low in _DETERMINERS or low.endswith(("'s", "’s")):
            led = bool(following) and not (following.endswith("s") and low not in ("the", "a") and following.islower())
        elif low in _BEFORE_YEAR:
            led = True
        else:
            named = word[:1].isupper() and before is not None and before.start() > 0
            led = named and (closed or following.lower() in _AFTER_NAMED_YEAR or following[:1].isupper())
        if not led:
            return None
        return self._dated(shape, Period("year", date(int(shape["year"]), 1, 1)), "stated", kind="label")

    def years(self, shape: _Shape) -> TimeExpression | None:
        first = int(shape["year1"])
        second = int(shape["year"]) if shape["year"] else first // 100 * 100 + int(shape["short_year"])
        if first >= second:
            return None
        when = When(date(first, 1, 1), date(second, 12, 31), "year", "throughout", "stated")
        if shape["signal"].startswith("between"):
            when = replace(when, extent="once within")
        kind: Kind = "point" if shape["signal"] else "label"
        return self._range(shape, when, ("year1",), str(first), str(second), kind=kind)

    def decade(self, shape: _Shape) -> TimeExpression | None:
        text = shape["decade"]
        if text in _DECADES:
            year = 1900 + _DECADES[text]
        elif len(_only_digits := re.sub(r"\D", "", text)) == 4:
            year = int(_only_digits)
        else:
            before = shape.match.string[: shape.match.start()].lower()
            if (
                re.search(r"\b(?:his|her|their|my|your|low|mid|high|upper|lower|in)\W*$", before)
                or shape.words[0:1] == "$"
            ):
                return None  # an age, or a temperature
            if not (
                shape["signal"] in ("in", "since", "during", "of", "from")
                or shape.words.lower().startswith("the")
                or re.search(r"\d0s (?:and|or|to) (?:the )?$", before)
            ) or re.search(r"\b(?:his|her|their) ", shape.words.lower()):
                return None
            year = 1900 + int(_only_digits)
        return self._dated(shape, Period("decade", date(year, 1, 1)), "stated", kind="past")

    def century(self, shape: _Shape) -> TimeExpression | None:
        text = shape["century"]
        n = _CENTURIES.get(text) or _digits(text)
        if n < 2:
            return None
        return self._dated(shape, Period("century", date((n - 1) * 100, 1, 1)), "stated", kind="past")

    # -- weekdays --

    def _weekday_day(self, shape: _Shape, target: int, which: str) -> date:
        """The weekday nearest before the publication; after it where the text looks ahead."""
        assert self.anchor is not None
        back = (self.anchor.weekday() - target) % 7
        ahead = -back % 7
        if shape["week"]:
            week = Period.of("week", self.anchor).shifted(_step(shape["week"]))
            return week.first + timedelta(days=target)
        if which in ("the following", "the previous", "the preceding"):
            base = self.reference or self.anchor
            step = (target - base.weekday()) % 7 or 7
            return base + timedelta(days=step if which == "the following" else -((base.weekday() - target) % 7 or 7))
        if which in ("next", "coming", "this coming"):
            return self.anchor + timedelta(days=ahead or (7 if which == "next" else 0))
        if which == "last":
            return self.anchor - timedelta(days=back or 7)
        if self._future(shape) or (which == "this" and self._tense_of(shape) != "past"):
            return self.anchor + timedelta(days=ahead)
        return self.anchor - timedelta(days=back)

    def weekday(self, shape: _Shape) -> TimeExpression | None:
        target = _weekday(shape["weekday"])
        if self.anchor is None:
            return self._undated(shape, f"XXXX-WXX-{target + 1}")
        day = self._weekday_day(shape, target, shape["which"])
        relative = shape["which"].startswith("the ")
        return self._dated(shape, Period("day", day), "weekday", relative=relative)

    def weekday_range(self, shape: _Shape) -> TimeExpression | None:
        if self.anchor is None:
            return self._undated(shape)
        second = self._weekday_day(shape, _weekday(shape["weekday"]), "")
        days = (second.weekday() - _weekday(shape["first"])) % 7
        first = second - timedelta(days=days)
        if self._future(shape) and first < self.anchor:
            first, second = first + timedelta(days=7), second + timedelta(days=7)
        extent: DateExtent = "once within" if shape["signal"].startswith("between") else "throughout"
        when = When(first, second, "week" if days else "day", extent, "weekday")
        return self._range(shape, when, ("first", "first_part"), first.isoformat(), second.isoformat())

    def night_between(self, shape: _Shape) -> TimeExpression | None:
        """The night of Monday to Tuesday is both days."""
        if self.anchor is None:
            return self._undated(shape, f"XXXX-WXX-{_weekday(shape['first']) + 1}TNI")
        end = self._weekday_day(shape, _weekday(shape["weekday"]), "")
        start = end - timedelta(days=1)
        when = When(start, end, "day", anchor="weekday")
        return self._made(shape, f"{start.isoformat()}TNI", when, type="TIME")

    def weekday_ago(self, shape: _Shape) -> TimeExpression | None:
        """ "A week ago Monday", "two Fridays ago"."""
        n = _amount(shape["n"] or shape["n2"])
        if self.anchor is None or n is None:
            return self._undated(shape)
        target = _weekday(shape["weekday"] or shape["weekday2"])
        if shape["n"]:
            near = self.anchor - timedelta(weeks=round(n))
            day = near + timedelta(days=(target - near.weekday() + 3) % 7 - 3)
        else:
            back = (self.anchor.weekday() - target) % 7 or 7
            day = self.anchor - timedelta(days=back + 7 * (round(n) - 1))
        return self._dated(shape, Period("day", day), "weekday")

    def each_weekday(self, shape: _Shape) -> TimeExpression | None:
        target = _weekday(shape["weekday"] or shape["weekdays"]) + 1
        return self._vague(shape, f"XXXX-WXX-{target}", "habit", "SET")

    def holiday(self, shape: _Shape) -> TimeExpression | None:
        name = re.sub(r"['’]", "", shape["holiday"])
        if shape["year"]:
            return self._dated(shape, Period("day", _feast(name, int(shape["year"]))), "stated")
        if self.anchor is None:
            return self._undated(shape)
        year = self.anchor.year
        day = _feast(name, year)
        if not self._future(shape) and day > self.anchor + _AHEAD:
            day = _feast(name, year - 1)
        elif self._future(shape) and day < self.anchor - _JUST_BEFORE:
            day = _feast(name, year + 1)
        return self._dated(shape, Period("day", day), "document date")

    # -- today and its neighbours --

    def deictic(self, shape: _Shape) -> TimeExpression | None:
        word = shape["word"]
        of_day = shape["of_day"]
        if of_day == "" and word.split()[-1] in _PARTS_OF_DAY:
            of_day = word.split()[-1]
        step = {"yesterday": -1, "tomorrow": 1, "last night": -1, "last evening": -1}.get(word, 0)
        kind: Kind = "future" if step > 0 else "since" if shape["signal"] == "since" else "point"
        of_day = "night" if word == "tonight" else of_day
        if self.anchor is None:
            return self._made(shape, _UNKNOWN_DATE, When(anchor="undated document"), kind=kind)
        day = self.anchor + timedelta(days=step)
        when = When(day, day, "day", anchor=f"relative: {word}")
        if of_day:
            return self._made(shape, f"{day.isoformat()}T{_PARTS_OF_DAY[of_day]}", when, kind=kind, type="TIME")
        return self._made(shape, day.isoformat(), when, kind=kind)

    def day_before_yesterday(self, shape: _Shape) -> TimeExpression | None:
        if self.anchor is None:
            return self._undated(shape)
        before = shape["which"] == "before yesterday"
        day = self.anchor + timedelta(days=-2 if before else 2)
        when = When(day, day, "day", anchor=f"relative: day {shape['which']}")
        return self._made(shape, day.isoformat(), when, kind="point" if before else "future")

    def overnight(self, shape: _Shape) -> TimeExpression | None:
        """The night into a day is that day and the one before; "overnight Monday" begins on Monday."""
        if self.anchor is None:
            return self._undated(shape)
        if shape["weekday"]:
            day = self._weekday_day(shape, _weekday(shape["weekday"]), "")
            if shape["into"] in ("into", "to"):
                day -= timedelta(days=1)
            end = day + timedelta(days=1)
            when = When(day, end if self._future(shape) else min(end, self.anchor), "day", anchor="overnight")
            return self._made(shape, f"{day.isoformat()}TNI", when, type="TIME")
        day = self.anchor - timedelta(days=1)
        return self._made(
            shape, f"{day.isoformat()}TNI", When(day, self.anchor, "day", anchor="overnight"), type="TIME"
        )

    # -- times of day --

    def _day_of_clock(self, shape: _Shape) -> date | None:
        """The day that a time goes with: one right after it, one named in the sentence, the story's, or today."""
        return self.named_here or (
            self.reference
            if self.reference and self.anchor and timedelta(0) <= self.anchor - self.reference <= _SAME_STORY
            else self.anchor or self.reference
        )

    def clock(self, shape: _Shape) -> TimeExpression | None:
        hour = number(shape["hour"])
        minute = int(shape["minute"]) if shape["minute"] else 0
        if hour is None or hour > 24:
            return None
        meridiem = shape["meridiem"][:1] or {"morning": "a", "": ""}.get(shape["of_day"], "p")
        if meridiem:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if meridiem == "p" else 0)
        zone = re.match(r"(?:gmt|utc|z)\b", shape["zone"])
        suffix = "Z" if zone else ""
        shift = 0
        if zone and shape["offset"]:
            shift = -int(shape["offset"].replace(" ", ""))
        day = self._day_of_clock(shape)
        if day is None:
            return self._made(
                shape, f"{_UNKNOWN_DATE}T{hour:02d}:{minute:02d}{suffix}", _NO_DAY, kind="clock", type="TIME"
            )
        if shift:
            day, hour = day + timedelta(days=(hour + shift) // 24), (hour + shift) % 24
        return self._made(
            shape, f"{day.isoformat()}T{hour:02d}:{minute:02d}{suffix}", _NO_DAY, kind="clock", type="TIME"
        )

    def noon(self, shape: _Shape) -> TimeExpression | None:
        day = self._day_of_clock(shape)
        hour = "24:00" if shape["word"] == "midnight" else "12:00"
        value = f"{_UNKNOWN_DATE if day is None else day.isoformat()}T{hour}{'Z' if shape['zone'] else ''}"
        return self._made(shape, value, _NO_DAY, kind="clock", type="TIME")

    def time_of_day(self, shape: _Shape) -> TimeExpression | None:
        day = self._day_of_clock(shape)
        part = _PARTS_OF_DAY[shape["of_day"] or shape["point"]]
        value = f"{_UNKNOWN_DATE if day is None else day.isoformat()}T{part}"
        return self._made(shape, value, _NO_DAY, kind="clock", type="TIME")

    def hours_of(self, shape: _Shape) -> TimeExpression | None:
        day = self._day_of_clock(shape)
        part = "NI" if "late" in shape.words or "night" in shape.words else "MO"
        value = f"{_UNKNOWN_DATE if day is None else day.isoformat()}T{part}"
        return self._made(shape, value, _NO_DAY, kind="clock", type="TIME")

    # -- leaning on the story --

    def same_day(self, shape: _Shape) -> TimeExpression | None:
        if self.reference is None:
            return self._undated(shape, relative=True)
        return self._dated(shape, Period("day", self.reference), "same day", relative=True)

    def hours_later(self, shape: _Shape) -> TimeExpression | None:
        if self.reference is None:
            return replace(self._plain(shape, "point"), when=When(anchor="undated document"), relative=True)
        unit = re.search(r"hour|minute|moment", shape.words.lower())
        when = When(self.reference, self.reference, "day", anchor="same day")
        if unit is None or unit[0] == "moment":
            return replace(self._plain(shape, "point"), when=when, relative=True)
        n = 1 if "an hour" in shape.words.lower() else None
        return self._made(shape, length_value(n, unit[0]), when, type="DURATION", relative=True)

    def next_day(self, shape: _Shape) -> TimeExpression | None:
        if self.reference is None:
            return self._undated(shape, relative=True)
        after = (shape["which"] or shape["which2"]) in ("next", "following", "after")
        day = self.reference + timedelta(days=1 if after else -1)
        anchor = "following day" if after else "previous day"
        return self._dated(shape, Period("day", day), anchor, relative=True)

    def same_period(self, shape: _Shape) -> TimeExpression | None:
        """ "The same period last year" is the one last named, of another year."""
        unit: Unit | None = {"month": "month", "quarter": "quarter", "week": "week"}.get(shape["unit"])  # type: ignore[assignment]
        if self.anchor is None:
            return self._undated(shape)
        base = self.period or Period.of("month", self.anchor)
        if unit is not None and base.unit != unit:
            base = Period.of(unit, base.first)
        if shape["year"]:
            base = base.years_back(base.first.year - int(shape["year"]))
        else:
            base = base.years_back()
        return self._dated(shape, base, self._leans(shape), relative=True, kind="label")

    def ago(self, shape: _Shape) -> TimeExpression | None:
        which, unit = shape["which"], _singular(shape["unit"])
        base = self.anchor if which in ("ago", "hence", "from now") else self.reference
        amount = _amount(shape["n"])
        sign = 1 if which in ("later", "afterwards", "hence", "from now") else -1
        value, when = self._shifted(shape, base, amount, unit, sign)
        vague_n = re.sub(r"\s+", " ", shape["n"])
        kind: Kind = "future" if which in ("hence", "from now") else "point"
        if amount is None and vague_n not in _VAGUE:
            kind = "past"
        return self._made(shape, value, when, kind=kind, relative=True)

    def _shifted(
        self, shape: _Shape, base: date | None, amount: float | None, unit: str, sign: int
    ) -> tuple[str, When]:
        """The time so many units before or after `base`; the words count as vaguely as they say."""
        words = re.sub(r"\s+", " ", shape.words.lower())
        anchor = f"relative: {words}"
        vague = re.sub(r"\s+", " ", shape["n"])
        n = amount if amount is not None else _VAGUE.get(vague)
        if base is None:
            return length_value(amount, unit), When(anchor="undated document")
        if n is None or unit in ("second", "minute"):
            known = unit in ("second", "minute")
            when = When(base, base, "day", anchor=anchor) if known else When(anchor=anchor)
            return length_value(amount, unit), when
        n = float(n)
        if unit == "hour":
            day = base if n < 12 else base + timedelta(days=sign * max(1, round(n / 24)))
            return length_value(amount, unit), When(day, day, "day", anchor=anchor)
        if unit in ("day", "night"):
            day = base + timedelta(days=sign * round(n))
            if vague in _VAGUE:
                about = When(day - timedelta(days=2), day + timedelta(days=1), "week", anchor=anchor)
                return length_value(amount, "day"), about
            return day.isoformat(), When(day, day, "day", anchor=anchor)
        if unit in ("week", "fortnight"):
            weeks = n * (2 if unit == "fortnight" else 1)
            day = base + timedelta(days=sign * round(7 * weeks))
            when = When(day - timedelta(days=3), day + timedelta(days=3), "week", anchor=anchor)
            return (Period.of("week", day).value if amount is not None else length_value(None, unit)), when
        if unit == "month":
            period = Period.of("month", base).shifted(sign * round(n))
        elif unit == "quarter":
            period = Period.of("quarter", base).shifted(sign * round(n))
        else:
            years = n * {"decade": 10, "century": 100}.get(unit, 1)
            period = Period.of("year", base).shifted(sign * round(years))
            if years != int(years):
                period = Period.of("year", base + relativedelta(months=sign * round(12 * years)))
        return (period.value if amount is not None else length_value(None, unit)), _part(period, "", anchor)

    def from_a_date(self, shape: _Shape) -> TimeExpression | None:
        """ "Two days before 4 March": the day is said right after."""
        amount = _amount(shape["n"])
        return self._made(
            shape, length_value(amount, _singular(shape["unit"])), _NO_DAY, kind="length", type="DURATION"
        )

    def long_ago(self, shape: _Shape) -> TimeExpression | None:
        words = shape.words.lower()
        later = re.search(r"(?:later|afterwards)$", words)
        when = When(anchor=f"relative: {words}" if self.anchor else "undated document")
        return self._made(shape, "FUTURE_REF" if later else "PAST_REF", when, kind="past")

    # -- the calendar's units by their place --

    def _now(self, unit: Unit) -> Period:
        assert self.anchor is not None
        return Period.of(unit, self.anchor)

    def _leans(self, shape: _Shape) -> str:
        return f"relative: {shape.words.lower()}"

    def calendar_unit(self, shape: _Shape) -> TimeExpression | None:
        """Last week, this month, next year, earlier this year."""
        if self.anchor is None:
            return self._undated(shape)
        unit = _calendar(shape["unit"])
        step = _step(shape["which"])
        period = self._now(unit).shifted(step)
        if unit == "weekend" and period.first > self.anchor and not self._future(shape):
            period = period.shifted(-1)
        return self._of_now(shape, period)

    def _of_now(self, shape: _Shape, period: Period, edge: str = "", *, relative: bool = False) -> TimeExpression:
        """A period about now; one that is not over, told of the past, ends today."""
        assert self.anchor is not None
        found = self._dated(shape, period, self._leans(shape), edge=edge, relative=relative)
        when = found.when
        if when.start and when.end and when.start <= self.anchor < when.end and not self._future(shape):
            found = replace(found, when=replace(when, end=self.anchor))
        return found

    def edge_of_unit(self, shape: _Shape) -> TimeExpression | None:
        """Early last week, the end of the year, later this month."""
        edge, which, unit = shape["edge"], shape["which"], shape["unit"]
        single = edge.strip() in ("early", "late", "earlier", "later")
        if single and not which and not re.search(r"\bin (?:the )|the ", shape.words.lower()):
            return None
        if single and which in ("same", "that", "following"):
            return None
        if self.anchor is None:
            return self._undated(shape)
        if unit == "day":
            if which in ("last", "past", "next"):
                return None
            day = self._day_of_clock(shape)
            if day is None:
                return None
            relative = When(day, day, "day", anchor="same day")
            return self._made(shape, day.isoformat(), relative, relative=True, kind="label")
        period = self._period_of(shape, which, _calendar(unit))
        vague = edge in ("earlier", "later")
        found = self._of_now(shape, period, "" if vague else _edge(edge))
        if edge == "later" and found.when.end and self._tense_of(shape) == "future":
            when = replace(found.when, start=max(found.when.start or self.anchor, self.anchor))
            found = replace(found, when=when if when.end and when.start and when.start <= when.end else found.when)
        return found

    def _period_of(self, shape: _Shape, which: str, unit: Unit) -> Period:
        """The unit that is meant by "last", "this" or "the previous" one."""
        of_story = which in ("previous", "preceding", "following", "same", "that")
        base = self.period if of_story and self.period is not None and self.period.unit != "day" else None
        if base is None and of_story and self.reference is not None:
            base = Period("day", self.reference)
        period = Period.of(unit, base.first) if base is not None else self._now(unit)
        return period.shifted(_step(which))

    def unit_of_story(self, shape: _Shape) -> TimeExpression | None:
        """The previous year, that week: counted from the last one named."""
        if self.anchor is None:
            return self._undated(shape, relative=True)
        which, unit = shape["which"] or shape["which2"], shape["unit"] or shape["unit2"]
        if which in ("before", "earlier", "prior"):
            which = "previous"
        return self._of_now(
            shape, self._period_of(shape, "following" if which == "after" else which, _calendar(unit)), relative=True
        )

    def the_weekend(self, shape: _Shape) -> TimeExpression | None:
        if self.anchor is None:
            return self._undated(shape)
        period = self._now("weekend")
        if period.first > self.anchor and not self._future(shape):
            period = period.shifted(-1)
        return self._dated(shape, period, self._leans(shape))

    def the_unit(self, shape: _Shape) -> TimeExpression | None:
        """ "To end the day", "for the year": the one that the text is about."""
        unit = shape["unit"]
        if unit == "day":
            day = self.named_here or self._day_of_clock(shape)
            if day is None:
                return None
            return self._made(shape, day.isoformat(), _NO_DAY, kind="label", relative=True)
        if self.anchor is None:
            return self._undated(shape)
        base = self.period if self.period is not None and self.period.unit != "day" else None
        if base is not None and base.unit == "quarter" and unit == "year" and base.first.year == self.anchor.year - 1:
            period = Period.of("year", base.first)
        elif base is not None and base.unit == unit:
            period = base
        else:
            period = self._now(_calendar(unit))
        return self._made(shape, period.value, _NO_DAY, kind="label", relative=True)

    def recent_units(self, shape: _Shape) -> TimeExpression | None:
        """The last three days, the coming weeks: a stretch up to now, or from now on."""
        unit, which = _singular(shape["unit"]), shape["which"]
        plain = "n" not in shape.rule.pattern.groupindex
        amount = 1.0 if plain and not shape.words.lower().endswith("s") else _amount(shape["n"]) if shape["n"] else None
        value = length_value(amount, unit)
        if which in ("next", "coming", "following", "first", "final"):
            return self._vague(shape, value, "length", "DURATION")
        if self.anchor is None or amount is None:
            return self._vague(shape, value, "past", "DURATION")
        days = round(amount * {"hour": 1 / 24, "day": 1, "night": 1, "week": 7, "fortnight": 14}.get(unit, 999))
        if not 1 <= days <= _DATED_STRETCH:
            return self._vague(shape, value, "past", "DURATION")
        first = self.anchor - timedelta(days=days)
        precision: DatePrecision = "day" if days == 1 else "week"
        when = When(first, self.anchor, precision, anchor=f"relative: {shape.words.lower()}")
        return self._made(shape, value, when, type="DURATION")

    def row_of_units(self, shape: _Shape) -> TimeExpression | None:
        unit = shape["unit"] or shape["unit2"]
        if self.anchor is None:
            return self._undated(shape)
        period = Period.of("day" if unit == "night" else _calendar(unit), self.named_here or self.anchor)
        return self._made(shape, period.value, _NO_DAY, kind="label")

    # -- how often, how long --

    def each_unit(self, shape: _Shape) -> TimeExpression | None:
        unit = _singular(shape["unit"])
        if unit in ("second", "minute") and not shape["each"]:
            return None
        return self._vague(shape, length_value(1, unit), "habit", "SET")

    def adverb_of_rate(self, shape: _Shape) -> TimeExpression | None:
        word = shape["word"]
        kind: Kind = "label" if word in ("annual", "yearly", "annually", "quarterly", "biennial") else "habit"
        return self._vague(shape, _RATES[word], kind, "SET")

    def habit(self, shape: _Shape) -> TimeExpression | None:
        return self._plain(shape, "habit")

    def length(self, shape: _Shape) -> TimeExpression | None:
        n, unit = shape["n"], _singular(shape["unit"])
        words = shape.words.lower()
        text, start, end = shape.match.string, shape.match.start(), shape.match.end()
        amount = _amount(n + (" and a half" if shape["half"] else ""))
        if unit in ("second", "minute", "quarter") and n in ("a", "an"):
            return None
        plural = shape.match.group("unit").lower().endswith("s") or text[end - 1 : end].lower() == "s"
        if n in ("one", "a", "an") and plural and "half" not in words:
            return None
        if unit == "quarter" and not plural:
            return None
        if unit == "second" and not plural and "-" not in words:
            return None  # "the two second homes"
        if re.match(r"(?:\W+\w+)?\W+old\b|\W+of age\b", text[end:], re.IGNORECASE) or re.search(
            r"\baged?\W+$", text[:start], re.IGNORECASE
        ):
            return None  # how old somebody is
        if n in ("some", "many") and not plural:
            return None
        return self._vague(shape, length_value(amount, unit), "length", "DURATION")

    def number_to(self, shape: _Shape) -> TimeExpression | None:
        start, end = shape.match.span("n")
        timex = Timex(start, end, "DURATION", length_value(_amount(shape["n"]), _singular(shape["unit"])))
        return TimeExpression(start, end, _NO_DAY, "length", timexes=(timex,))

    def vague_length(self, shape: _Shape) -> TimeExpression | None:
        unit = _singular(shape["unit"] or shape["unit2"])
        background = shape["signal"] == "for" and unit in ("week", "month", "year", "decade", "century")
        return self._vague(shape, length_value(None, unit), "past" if background else "length", "DURATION")

    def single_unit(self, shape: _Shape) -> TimeExpression | None:
        words = shape.words.lower()
        if words.startswith(("same", "multi")):
            return None
        if words == "intraday":
            return self._vague(shape, "P1D", "length", "DURATION")
        unit = _singular(shape["unit"] or shape["plural"] or shape["plain"])
        return self._vague(shape, length_value(None if shape["plural"] else 1, unit), "length", "DURATION")

    # -- now, once and some day --

    def present(self, shape: _Shape) -> TimeExpression | None:
        return self._vague(shape, "PRESENT_REF", "now")

    def past(self, shape: _Shape) -> TimeExpression | None:
        if shape.words.lower() == "over the years":
            return self._vague(shape, "PXY", "past", "DURATION")
        return self._vague(shape, "PAST_REF", "past")

    def recent(self, shape: _Shape) -> TimeExpression | None:
        return self._vague(shape, "PAST_REF", "label")

    def future(self, shape: _Shape) -> TimeExpression | None:
        return self._vague(shape, "FUTURE_REF", "now")


_NO_DAY = When(anchor="no day")
_COUNTING = frozenset({
    "route", "highway", "road", "no", "no.", "number", "about", "some", "nearly", "almost", "over", "than", "least",
    "most", "approximately", "around", "room", "flight", "killed", "wounded", "injured", "boeing", "airbus",
    "resolution",
    "unit", "model", "article", "section", "brigade", "rs", "usd", "eur", "us", "windows", "building", "street",
})  # fmt: skip
_DETERMINERS = frozenset({"the", "its", "their", "his", "her", "a", "an", "this", "that", "our", "late", "early"})
_BEFORE_YEAR = frozenset({"from", "to", "until", "of", "since", "for", "before", "after", "year", "circa", "and", "or"})
_AFTER_NAMED_YEAR = frozenset({
    "in", "on", "at", "to", "will", "was", "is", "were", "are", "has", "had", "and", "or", "with", "by", "for", "from",
    "after", "before", "when", "as",
})  # fmt: skip


def _century_of(year: int) -> int:
    """The year that two digits stand for in a date."""
    return year + (2000 if year < 50 else 1900)


def _step(which: str) -> int:
    """How many units from this one: last is one back, next one on."""
    if which in ("before last", "after next"):
        return -2 if which == "before last" else 2
    which = which.removeprefix("this ") if which in ("this past", "this coming") else which
    if which in ("last", "past", "previous", "preceding", "prior"):
        return -1
    return 1 if which in ("next", "coming", "following") else 0


def _calendar(unit: str) -> Unit:
    return {"semester": "half"}.get(unit, unit)  # type: ignore[return-value]


def _feast(name: str, year: int) -> date:
    """The day of a feast that the Western calendar fixes."""
    fixed = {
        "christmas day": (12, 25), "christmas eve": (12, 24), "boxing day": (12, 26), "new years day": (1, 1),
        "new years eve": (12, 31),
    }  # fmt: skip
    if name in fixed:
        return date(year, *fixed[name])
    offset = {"good friday": -2, "easter sunday": 0, "easter monday": 1, "palm sunday": -7}[name]
    return easter(year) + timedelta(days=offset)


def _part(period: Period, edge: str, anchor: str) -> When:
    """The days of a period, or of its beginning, middle or end."""
    first, last = period.first, period.last
    if not edge or period.unit == "day":
        return When(first, last, period.precision, anchor=anchor)
    if period.unit == "month":
        bounds = {"early": (1, 10), "mid": (11, 20), "late": (21, last.day)}[edge]
        return When(first.replace(day=bounds[0]), first.replace(day=bounds[1]), "week", anchor=anchor)
    days = (last - first).days + 1
    third = {"early": 0, "mid": 1, "late": 2}[edge]
    start, end = first + timedelta(days=days * third // 3), first + timedelta(days=days * (third + 1) // 3 - 1)
    return When(start, end, period.precision, anchor=anchor)


def find_times(
    text: str,
    anchor: date | None = None,
    reference: date | None = None,
    *,
    tense: Tense | Callable[[int], Tense] = "past",
) -> list[TimeExpression]:
    """Return the time expressions of `text`, in order and without overlaps.

    Parameters
    ----------
    text : str
        One sentence, or a cell.
    anchor : date, optional
        The day the document was published. Without it relative expressions stay unknown.
    reference : date, optional
        The last date of the story, which "two days earlier" and "the same day" lean on; `anchor` by default.
    tense : {"past", "present", "future"} or callable, optional
        The tense of the sentence, or of the clause at an offset: in a sentence that looks ahead "on Tuesday" is the
        coming one.

    Examples
    --------
    >>> [t.when.start.isoformat() for t in find_times("on Tuesday evening", date(2024, 3, 13))]
    ['2024-03-12']
    >>> [x.value for t in find_times("on Tuesday evening", date(2024, 3, 13)) for x in t.timexes]
    ['2024-03-12TEV']
    >>> find_times("on Tuesday evening")[0].when.start is None
    True
    """
    shapes = _shapes(text, _Reader(anchor, reference, lambda _: "past"))
    reader = _Reader(anchor, reference, tense if callable(tense) else lambda _: tense)
    found = []
    for i, shape in enumerate(shapes):
        if reader.named_here is None and shape.rule.name in ("clock", "noon") and i + 1 < len(shapes):
            # "At 16:15, June 1st": the day is said right after the time.
            after = shapes[i + 1]
            if len(text[shape.match.end() : after.match.start()].strip(" ,on")) == 0:
                day = reader.read(after)
                if day is not None and day.when.start is not None and day.when.precision == "day":
                    reader.named_here = day.when.start
        time = reader.read(shape)
        if time is not None:
            reader.lean_on(time)
            found.append(time)
    return found


def _shapes(text: str, reader: _Reader) -> list[_Shape]:
    """The shapes of the rules in `text` that mean something, in order; an earlier rule wins."""
    hints, rules = _rules()
    there = {name for name, pattern in hints.items() if pattern.search(text)}
    if not there:
        return []
    taken: list[tuple[int, int]] = []
    found = []
    for rule in rules:
        if not rule.needs & there:
            continue
        for m in rule.pattern.finditer(text):
            shape = _Shape(rule, m)
            if any(m.start() < end and start < m.end() for start, end in taken) or reader.read(shape) is None:
                continue
            taken.append(m.span())
            found.append(shape)
    return sorted(found, key=lambda s: s.match.start())


def parse_cell_date(cell: str, anchor: date | None = None) -> When | None:
    """Read a table cell that holds a date or a range of days; None where it holds none.

    Day before month, as monitors outside North America write it, unless that is impossible.

    Examples
    --------
    >>> parse_cell_date("13/03/2024").start
    datetime.date(2024, 3, 13)
    >>> parse_cell_date("between 18 and 20/03/2024").end
    datetime.date(2024, 3, 20)
    >>> parse_cell_date("?") is None
    True
    """
    for expression in find_times(cell.strip(), anchor):
        if expression.when.start is not None and expression.kind not in ("label", "clock"):
            return expression.when
    if m := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})", cell.strip()):
        day = _safe(2000 + int(m[3]), int(m[2]), int(m[1]))
        return None if day is None else When(day, day, "day", anchor="stated")
    return None
