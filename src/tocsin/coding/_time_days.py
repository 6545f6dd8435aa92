"""Days: of the calendar, of the week, around today, and those that lean on a day named before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from dateutil.easter import easter

from tocsin.coding._counts import number
from tocsin.coding._time_shapes import (
    VALUES,
    Shape,
    amount_of,
    day_of,
    digits,
    full_year,
    month_number,
    steps_of,
    weekday_number,
)  # fmt: skip
from tocsin.coding._timex import Kind, Period, Tense, TimeExpression, Timex, TimexType, length_value
from tocsin.records import DateExtent, DatePrecision, When

__all__ = ["NO_DAY", "UNKNOWN_DATE", "DayReader", "part_of"]

_PARTS_OF_DAY = VALUES["parts_of_day"]
# A month and a half of slack: notices of coming events name days just ahead.
_AHEAD = timedelta(days=45)
# A sentence that looks ahead may still name a day of the last month.
_JUST_BEFORE = timedelta(days=31)
# A clock time in a story goes with the day last named, unless that is longer ago: then it is of the day of the news.
_SAME_STORY = timedelta(days=7)
UNKNOWN_DATE = "XXXX-XX-XX"
"""TIMEX3's value of a day that is not known."""
NO_DAY = When(anchor="no day")
"""What an expression dates that names no day."""


class DayReader:
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

    def read(self, shape: Shape) -> TimeExpression | None:
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
        if time.timexes and time.timexes[0].type == "DURATION":
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

    def _tense_of(self, shape: Shape) -> Tense:
        return self._tense(shape.match.start())

    def _future(self, shape: Shape) -> bool:
        tense = self._tense_of(shape)
        return tense == "future" or (tense == "present" and shape["signal"] in ("until", "till", "by"))

    def _made(
        self,
        shape: Shape,
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

    def _undated(self, shape: Shape, value: str = UNKNOWN_DATE, *, relative: bool = False) -> TimeExpression:
        return self._made(shape, value, When(anchor="undated document"), relative=relative)

    def _dated(
        self,
        shape: Shape,
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
        when = part_of(period, edge, anchor)
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

    def _vague(self, shape: Shape, value: str, kind: Kind, type: TimexType = "DATE") -> TimeExpression:
        return self._made(shape, value, When(anchor=f"vague: {shape.words.lower()}"), kind=kind, type=type)

    def _plain(self, shape: Shape, kind: Kind) -> TimeExpression:
        """An expression that TIMEX3 does not mark."""
        when = When(anchor=f"vague: {shape.words.lower()}")
        return TimeExpression(shape.match.start(), shape.match.end(), when, kind)

    # -- days of the calendar --

    def _year_for(self, shape: Shape, month: int, day: int = 1) -> int | None:
        """The year that puts the day nearest before publication (or after it, when the text looks ahead)."""
        if shape["year"]:
            return int(shape["year"])
        if shape["short_year"]:
            return full_year(int(shape["short_year"]))
        if self.anchor is None:
            return None
        year = self.anchor.year
        if shape["year_word"]:
            return year + steps_of(shape["year_word"])
        candidate = day_of(year, month, min(day, 28)) or date(year, month, 1)
        if self._future(shape):
            return year + 1 if candidate < self.anchor - _JUST_BEFORE else year
        return year - 1 if candidate > self.anchor + _AHEAD else year

    def iso_day(self, shape: Shape) -> TimeExpression | None:
        day = day_of(int(shape["year"]), int(shape["month"]), int(shape["day"]))
        return None if day is None else self._dated(shape, Period("day", day), "stated")

    def iso_time(self, shape: Shape) -> TimeExpression | None:
        day = day_of(int(shape["year"]), int(shape["month"]), int(shape["day"]))
        if day is None or int(shape["hour"]) > 24 or int(shape["minute"]) > 59:
            return None
        zone = "Z" if shape["zone"] == "z" else shape["zone"]
        value = f"{day.isoformat()}T{shape['hour']}:{shape['minute']}{zone}"
        return self._made(shape, value, When(day, day, "day", anchor="stated"), type="TIME")

    def numeric_day(self, shape: Shape) -> TimeExpression | None:
        """Day before month, unless that is impossible, or is not what the publication's day suggests."""
        year, short = int(shape["year"]), len(shape["year"]) == 2
        if short:
            if shape["sep"] != "/" and not shape["signal"]:
                return None  # a version, a section, a telephone's number
            year = full_year(year)
        first, second = int(shape["day"]), int(shape["month"])
        days = [d for d in (day_of(year, second, first), day_of(year, first, second)) if d is not None]
        if not days:
            return None
        day = days[0]
        if self.anchor is not None and len(days) > 1:
            later = day > self.anchor + _AHEAD
            near = abs(days[1] - self.anchor) <= timedelta(days=10) < abs(day - self.anchor)
            day = days[1] if near or (later and days[1] <= self.anchor) else day
        return self._dated(shape, Period("day", day), "stated")

    def numeric_range(self, shape: Shape) -> TimeExpression | None:
        year, month = int(shape["year"]), int(shape["month"])
        start, end = day_of(year, month, int(shape["day1"])), day_of(year, month, int(shape["day"]))
        if start is None or end is None or start > end:
            return None
        when = When(start, end, "week" if start != end else "day", anchor="stated")
        timexes = (
            Timex(*shape.span("day1"), "DATE", start.isoformat()),
            Timex(shape.match.start("day"), shape.match.end(), "DATE", end.isoformat()),
        )
        return TimeExpression(shape.match.start(), shape.match.end(), when, timexes=timexes)

    def calendar_day(self, shape: Shape) -> TimeExpression | None:
        month, number_ = month_number(shape["month"]), digits(shape["day"])
        year = self._year_for(shape, month, number_)
        if year is None:
            return self._undated(shape, f"XXXX-{month:02d}-{number_:02d}")
        day = day_of(year, month, number_)
        if day is None:
            return None
        return self._dated(
            shape, Period("day", day), "stated" if shape["year"] or shape["short_year"] else "document date"
        )

    day_of_next = calendar_day

    def day_range(self, shape: Shape) -> TimeExpression | None:
        month = month_number(shape["month"])
        year = self._year_for(shape, month, digits(shape["day"]))
        if year is None:
            return self._undated(shape)
        first_month = month_number(shape["month1"]) if shape["month1"] else month
        first_year = int(shape["year1"]) if shape["year1"] else year
        start, end = day_of(first_year, first_month, digits(shape["day1"])), day_of(year, month, digits(shape["day"]))
        if start is None or end is None:
            return None
        if start > end:
            start = day_of(year - 1, first_month, digits(shape["day1"])) or start
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
        self, shape: Shape, when: When, first: Sequence[str], start: str, end: str, *, kind: Kind = "point"
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

    def day_of_month(self, shape: Shape) -> TimeExpression | None:
        """ "On the 12th": of the month the story is in."""
        base = self.reference
        if base is None or self.anchor is None:
            return self._undated(shape)
        month = Period.of("month", self.anchor if shape["which"] in ("this", "last") else base)
        if shape["which"] == "last":
            month = month.shifted(-1)
        day = day_of(month.first.year, month.first.month, digits(shape["day"]))
        if not shape["which"] and (day is None or day > self.anchor) and self._tense_of(shape) == "past":
            month = month.shifted(-1)
            day = day_of(month.first.year, month.first.month, digits(shape["day"]))
        return None if day is None else self._dated(shape, Period("day", day), "document date", relative=True)

    def week_of_day(self, shape: Shape) -> TimeExpression | None:
        """The week that begins or ends on a day."""
        month, number_ = month_number(shape["month"] or shape["month2"]), digits(shape["day"] or shape["day2"])
        year = self._year_for(shape, month, number_)
        if year is None:
            return self._undated(shape)
        day = day_of(year, month, number_)
        if day is None or shape["unit"] == "period":
            return None
        days = timedelta(days=13 if shape["unit"] == "fortnight" else 6)
        ends = shape["which"] in ("ending", "to", "up to")
        first, last = (day - days, day) if ends else (day, day + days)
        when = When(first, last, "week", anchor="stated" if shape["year"] else "document date")
        return self._made(shape, Period.of("week", first if shape["which"] != "of" else day).value, when)

    def holiday(self, shape: Shape) -> TimeExpression | None:
        name = re.sub(r"['’]", "", shape["holiday"])
        if shape["year"]:
            return self._dated(shape, Period("day", feast(name, int(shape["year"]))), "stated")
        if self.anchor is None:
            return self._undated(shape)
        year = self.anchor.year
        day = feast(name, year)
        if not self._future(shape) and day > self.anchor + _AHEAD:
            day = feast(name, year - 1)
        elif self._future(shape) and day < self.anchor - _JUST_BEFORE:
            day = feast(name, year + 1)
        return self._dated(shape, Period("day", day), "document date")

    # -- weekdays --

    def _weekday_day(self, shape: Shape, target: int, which: str) -> date:
        """The weekday nearest before the publication; after it where the text looks ahead."""
        assert self.anchor is not None
        back = (self.anchor.weekday() - target) % 7
        ahead = -back % 7
        if shape["week"]:
            week = Period.of("week", self.anchor).shifted(steps_of(shape["week"]))
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

    def weekday(self, shape: Shape) -> TimeExpression | None:
        target = weekday_number(shape["weekday"])
        if self.anchor is None:
            return self._undated(shape, f"XXXX-WXX-{target + 1}")
        day = self._weekday_day(shape, target, shape["which"])
        relative = shape["which"].startswith("the ")
        return self._dated(shape, Period("day", day), "weekday", relative=relative)

    def weekday_range(self, shape: Shape) -> TimeExpression | None:
        if self.anchor is None:
            return self._undated(shape)
        second = self._weekday_day(shape, weekday_number(shape["weekday"]), "")
        days = (second.weekday() - weekday_number(shape["first"])) % 7
        first = second - timedelta(days=days)
        if self._future(shape) and first < self.anchor:
            first, second = first + timedelta(days=7), second + timedelta(days=7)
        extent: DateExtent = "once within" if shape["signal"].startswith("between") else "throughout"
        when = When(first, second, "week" if days else "day", extent, "weekday")
        return self._range(shape, when, ("first", "first_part"), first.isoformat(), second.isoformat())

    def night_between(self, shape: Shape) -> TimeExpression | None:
        """The night of Monday to Tuesday is both days."""
        if self.anchor is None:
            return self._undated(shape, f"XXXX-WXX-{weekday_number(shape['first']) + 1}TNI")
        end = self._weekday_day(shape, weekday_number(shape["weekday"]), "")
        start = end - timedelta(days=1)
        when = When(start, end, "day", anchor="weekday")
        return self._made(shape, f"{start.isoformat()}TNI", when, type="TIME")

    def weekday_ago(self, shape: Shape) -> TimeExpression | None:
        """ "A week ago Monday", "two Fridays ago"."""
        n = amount_of(shape["n"] or shape["n2"])
        if self.anchor is None or n is None:
            return self._undated(shape)
        target = weekday_number(shape["weekday"] or shape["weekday2"])
        if shape["n"]:
            near = self.anchor - timedelta(weeks=round(n))
            day = near + timedelta(days=(target - near.weekday() + 3) % 7 - 3)
        else:
            back = (self.anchor.weekday() - target) % 7 or 7
            day = self.anchor - timedelta(days=back + 7 * (round(n) - 1))
        return self._dated(shape, Period("day", day), "weekday")

    def each_weekday(self, shape: Shape) -> TimeExpression | None:
        target = weekday_number(shape["weekday"] or shape["weekdays"]) + 1
        return self._vague(shape, f"XXXX-WXX-{target}", "habit", "SET")

    # -- today and its neighbours --

    def deictic(self, shape: Shape) -> TimeExpression | None:
        word = shape["word"]
        of_day = shape["of_day"]
        if of_day == "" and word.split()[-1] in _PARTS_OF_DAY:
            of_day = word.split()[-1]
        step = {"yesterday": -1, "tomorrow": 1, "last night": -1, "last evening": -1}.get(word, 0)
        kind: Kind = "future" if step > 0 else "since" if shape["signal"] == "since" else "point"
        of_day = "night" if word == "tonight" else of_day
        if self.anchor is None:
            return self._made(shape, UNKNOWN_DATE, When(anchor="undated document"), kind=kind)
        day = self.anchor + timedelta(days=step)
        when = When(day, day, "day", anchor=f"relative: {word}")
        if of_day:
            return self._made(shape, f"{day.isoformat()}T{_PARTS_OF_DAY[of_day]}", when, kind=kind, type="TIME")
        return self._made(shape, day.isoformat(), when, kind=kind)

    def day_before_yesterday(self, shape: Shape) -> TimeExpression | None:
        if self.anchor is None:
            return self._undated(shape)
        before = shape["which"] == "before yesterday"
        day = self.anchor + timedelta(days=-2 if before else 2)
        when = When(day, day, "day", anchor=f"relative: day {shape['which']}")
        return self._made(shape, day.isoformat(), when, kind="point" if before else "future")

    def overnight(self, shape: Shape) -> TimeExpression | None:
        """The night into a day is that day and the one before; "overnight Monday" begins on Monday."""
        if self.anchor is None:
            return self._undated(shape)
        if shape["weekday"]:
            day = self._weekday_day(shape, weekday_number(shape["weekday"]), "")
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

    def _day_of_clock(self, shape: Shape) -> date | None:
        """The day that a time goes with: one right after it, one named in the sentence, the story's, or today."""
        return self.named_here or (
            self.reference
            if self.reference and self.anchor and timedelta(0) <= self.anchor - self.reference <= _SAME_STORY
            else self.anchor or self.reference
        )

    def clock(self, shape: Shape) -> TimeExpression | None:
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
                shape, f"{UNKNOWN_DATE}T{hour:02d}:{minute:02d}{suffix}", NO_DAY, kind="clock", type="TIME"
            )
        if shift:
            day, hour = day + timedelta(days=(hour + shift) // 24), (hour + shift) % 24
        return self._made(
            shape, f"{day.isoformat()}T{hour:02d}:{minute:02d}{suffix}", NO_DAY, kind="clock", type="TIME"
        )

    def noon(self, shape: Shape) -> TimeExpression | None:
        day = self._day_of_clock(shape)
        hour = "24:00" if shape["word"] == "midnight" else "12:00"
        value = f"{UNKNOWN_DATE if day is None else day.isoformat()}T{hour}{'Z' if shape['zone'] else ''}"
        return self._made(shape, value, NO_DAY, kind="clock", type="TIME")

    def time_of_day(self, shape: Shape) -> TimeExpression | None:
        day = self._day_of_clock(shape)
        part = _PARTS_OF_DAY[shape["of_day"] or shape["point"]]
        value = f"{UNKNOWN_DATE if day is None else day.isoformat()}T{part}"
        return self._made(shape, value, NO_DAY, kind="clock", type="TIME")

    def hours_of(self, shape: Shape) -> TimeExpression | None:
        day = self._day_of_clock(shape)
        part = "NI" if "late" in shape.words or "night" in shape.words else "MO"
        value = f"{UNKNOWN_DATE if day is None else day.isoformat()}T{part}"
        return self._made(shape, value, NO_DAY, kind="clock", type="TIME")

    # -- days that lean on the story --

    def same_day(self, shape: Shape) -> TimeExpression | None:
        if self.reference is None:
            return self._undated(shape, relative=True)
        return self._dated(shape, Period("day", self.reference), "same day", relative=True)

    def hours_later(self, shape: Shape) -> TimeExpression | None:
        if self.reference is None:
            return replace(self._plain(shape, "point"), when=When(anchor="undated document"), relative=True)
        unit = re.search(r"hour|minute|moment", shape.words.lower())
        when = When(self.reference, self.reference, "day", anchor="same day")
        if unit is None or unit[0] == "moment":
            return replace(self._plain(shape, "point"), when=when, relative=True)
        n = 1 if "an hour" in shape.words.lower() else None
        return self._made(shape, length_value(n, unit[0]), when, type="DURATION", relative=True)

    def next_day(self, shape: Shape) -> TimeExpression | None:
        if self.reference is None:
            return self._undated(shape, relative=True)
        after = (shape["which"] or shape["which2"]) in ("next", "following", "after")
        day = self.reference + timedelta(days=1 if after else -1)
        anchor = "following day" if after else "previous day"
        return self._dated(shape, Period("day", day), anchor, relative=True)


def feast(name: str, year: int) -> date:
    """The day of a feast that the Western calendar fixes."""
    fixed = {
        "christmas day": (12, 25), "christmas eve": (12, 24), "boxing day": (12, 26), "new years day": (1, 1),
        "new years eve": (12, 31),
    }  # fmt: skip
    if name in fixed:
        return date(year, *fixed[name])
    offset = {"good friday": -2, "easter sunday": 0, "easter monday": 1, "palm sunday": -7}[name]
    return easter(year) + timedelta(days=offset)


def part_of(period: Period, edge: str, anchor: str) -> When:
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
