"""Weeks, months, quarters, seasons, years and longer: named, or counted from now or from the last one named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from tocsin.coding._patterns import vocabulary
from tocsin.coding._time_days import NO_DAY, DayReader
from tocsin.coding._time_shapes import (
    VALUES,
    Shape,
    amount_of,
    calendar_unit_of,
    digits,
    edge_of,
    month_number,
    steps_of,
)  # fmt: skip
from tocsin.coding._timex import Kind, Period, TimeExpression, Unit
from tocsin.records import DatePrecision, When

__all__ = ["PeriodReader"]

_WORDS = vocabulary("dates").words
_ORDINALS = VALUES["ordinals"]
_SEASONS = VALUES["seasons"]
_DECADES = VALUES["decades"]
_CENTURIES = VALUES["centuries"]


class PeriodReader(DayReader):
    """Reads days, and longer stretches of the calendar."""

    def _now(self, unit: Unit) -> Period:
        assert self.anchor is not None
        return Period.of(unit, self.anchor)

    def _leans(self, shape: Shape) -> str:
        return f"relative: {shape.words.lower()}"

    # -- months, quarters, seasons --

    def _month_of(self, shape: Shape, month: int) -> tuple[Period, str] | None:
        """The month that is meant, and how it was anchored."""
        if shape["year"]:
            return Period("month", date(int(shape["year"]), month, 1)), "stated"
        if self.anchor is None:
            return None
        year = self.anchor.year
        if shape["year_word"]:
            year += steps_of(shape["year_word"])
        elif shape["which"] in ("next", "following"):
            year += month <= self.anchor.month
        elif shape["which"] in ("last", "previous"):
            year -= month >= self.anchor.month
        elif self._future(shape):
            year += month < self.anchor.month
        elif month > self.anchor.month and shape["which"] != "this":
            year -= 1
        return Period("month", date(year, month, 1)), "document date"

    def month(self, shape: Shape) -> TimeExpression | None:
        month = month_number(shape["month"])
        found = self._month_of(shape, month)
        if found is None:
            return self._undated(shape, f"XXXX-{month:02d}")
        # Without a preposition it may be part of a name: "the April war".
        label = not (shape["signal"] or shape["which"] or shape["year"] or shape["year_word"])
        return self._dated(shape, *found, kind="label" if label else "point")

    def edge_of_month(self, shape: Shape) -> TimeExpression | None:
        month = month_number(shape["month"])
        found = self._month_of(shape, month)
        if found is None:
            return self._undated(shape, f"XXXX-{month:02d}")
        return self._dated(shape, *found, edge=edge_of(shape["edge"]))

    def week_of_month(self, shape: Shape) -> TimeExpression | None:
        """The week that most of the first, second … seven days of a month are in."""
        found = self._month_of(shape, month_number(shape["month"]))
        if found is None:
            return self._undated(shape)
        period, anchor = found
        if shape["which"] in ("last", "final"):
            day = period.last - timedelta(days=3)
        else:
            day = period.first + timedelta(days=3 + 7 * (_ORDINALS[shape["which"]] - 1))
        return self._dated(shape, Period.of("weekend" if shape["unit"] == "weekend" else "week", day), anchor)

    def part_of_month(self, shape: Shape) -> TimeExpression | None:
        """The second half of a month, its last ten days."""
        found = self._month_of(shape, month_number(shape["month"]))
        if found is None:
            return self._undated(shape)
        month, anchor = found
        late = shape["which"] in ("second", "last", "final", "latter")
        days = 15
        if shape["unit"]:
            n = 5.0 if shape["n"] == "few" else amount_of(shape["n"]) or 1
            days = round(n) * (7 if shape["unit"] == "week" else 1)
            if shape["which"] == "second" or not 1 <= days <= 28:
                return None
        if not late:
            first, last = month.first, month.first + timedelta(days=days - 1)
        else:
            last = month.last
            first = month.first.replace(day=16) if shape["half"] else last - timedelta(days=days - 1)
        return self._made(shape, month.value, When(first, last, "week", anchor=anchor))

    def month_range(self, shape: Shape) -> TimeExpression | None:
        first, second = month_number(shape["month1"]), month_number(shape["month"])
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

    def quarter(self, shape: Shape) -> TimeExpression | None:
        year = int(shape["year"]) if shape["year"] else None
        ordinal = shape["ordinal"]
        if year is None and self.anchor is None:
            return self._undated(shape)
        if year is None and ordinal == "last":
            return self._dated(shape, self._now("quarter").shifted(-1), self._leans(shape))
        if year is None and shape["year_word"]:
            of_story = shape["year_word"].startswith("the") and self.period is not None
            base = self.period.first.year if of_story and self.period is not None else self._now("year").first.year
            year = base + (0 if shape["year_word"] == "the same" else steps_of(shape["year_word"].removeprefix("the ")))
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

    def half_year(self, shape: Shape) -> TimeExpression | None:
        year = int(shape["year"]) if shape["year"] else None
        if year is None:
            if self.anchor is None:
                return self._undated(shape)
            year = self.anchor.year + steps_of(shape["year_word"])
        half = Period("half", date(year, 6 * _ORDINALS[shape["ordinal"]] - 5, 1))
        return self._dated(shape, half, "stated" if shape["year"] else self._leans(shape))

    def fiscal_year(self, shape: Shape) -> TimeExpression | None:
        """Fiscal years begin when their owner wants: only the year they are called after is known."""
        year = shape["year"] or shape["year2"]
        if not year and self.anchor is not None:
            year = str(self.anchor.year + steps_of(shape["which"]))
        return self._made(
            shape, f"FY{year}" if year else "XXXX", When(anchor=f"vague: {shape.words.lower()}"), kind="label"
        )

    def season(self, shape: Shape) -> TimeExpression | None:
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
        year = self.anchor.year + (steps_of(shape["year_word"]) if shape["year_word"] else 0)
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

    def year(self, shape: Shape) -> TimeExpression | None:
        return self._dated(shape, Period("year", date(int(shape["year"]), 1, 1)), "stated")

    def edge_of_year(self, shape: Shape) -> TimeExpression | None:
        year = Period("year", date(int(shape["year"]), 1, 1))
        return self._dated(shape, year, "stated", edge=edge_of(shape["edge"]))

    def short_year(self, shape: Shape) -> TimeExpression | None:
        n = int(shape["year"])
        now = self.anchor.year % 100 if self.anchor is not None else 30
        return self._dated(shape, Period("year", date(n + (2000 if n <= now else 1900), 1, 1)), "stated")

    def bare_year(self, shape: Shape) -> TimeExpression | None:
        """Four digits without a preposition: a year only where what stands around them says so."""
        text, start, end = shape.match.string, shape.match.start(), shape.match.end()
        before = re.search(r"([\w’'.]+)([\s(,]*)$", text[:start])
        after = re.match(r"([\s),;:.–-]*)([\w’']*)", text[end:])
        word = before[1] if before is not None else ""
        gap = before[2] if before is not None else ""
        following = after[2] if after is not None else ""
        low = word.lower()
        if low in _WORDS["counting"] or word[-1:].isdigit():
            return None
        closed = after is None or not following or bool(after[1].strip())
        if "(" in gap or "," in gap:
            led = closed
        elif low in _WORDS["determiners"] or low.endswith(("'s", "’s")):
            led = bool(following) and not (following.endswith("s") and low not in ("the", "a") and following.islower())
        elif low in _WORDS["before_year"]:
            led = True
        else:
            named = word[:1].isupper() and before is not None and before.start() > 0
            led = named and (closed or following.lower() in _WORDS["after_named_year"] or following[:1].isupper())
        if not led:
            return None
        return self._dated(shape, Period("year", date(int(shape["year"]), 1, 1)), "stated", kind="label")

    def years(self, shape: Shape) -> TimeExpression | None:
        first = int(shape["year1"])
        second = int(shape["year"]) if shape["year"] else first // 100 * 100 + int(shape["short_year"])
        if first >= second:
            return None
        when = When(date(first, 1, 1), date(second, 12, 31), "year", "throughout", "stated")
        if shape["signal"].startswith("between"):
            when = replace(when, extent="once within")
        kind: Kind = "point" if shape["signal"] else "label"
        return self._range(shape, when, ("year1",), str(first), str(second), kind=kind)

    def decade(self, shape: Shape) -> TimeExpression | None:
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

    def century(self, shape: Shape) -> TimeExpression | None:
        text = shape["century"]
        n = _CENTURIES.get(text) or digits(text)
        if n < 2:
            return None
        return self._dated(shape, Period("century", date((n - 1) * 100, 1, 1)), "stated", kind="past")

    # -- units by their place --

    def calendar_unit(self, shape: Shape) -> TimeExpression | None:
        """Last week, this month, next year, earlier this year."""
        if self.anchor is None:
            return self._undated(shape)
        unit = calendar_unit_of(shape["unit"])
        step = steps_of(shape["which"])
        period = self._now(unit).shifted(step)
        if unit == "weekend" and period.first > self.anchor and not self._future(shape):
            period = period.shifted(-1)
        return self._of_now(shape, period)

    def _of_now(self, shape: Shape, period: Period, edge: str = "", *, relative: bool = False) -> TimeExpression:
        """A period about now; one that is not over, told of the past, ends today."""
        assert self.anchor is not None
        found = self._dated(shape, period, self._leans(shape), edge=edge, relative=relative)
        when = found.when
        if when.start and when.end and when.start <= self.anchor < when.end and not self._future(shape):
            found = replace(found, when=replace(when, end=self.anchor))
        return found

    def edge_of_unit(self, shape: Shape) -> TimeExpression | None:
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
        period = self._period_of(shape, which, calendar_unit_of(unit))
        vague = edge in ("earlier", "later")
        found = self._of_now(shape, period, "" if vague else edge_of(edge))
        if edge == "later" and found.when.end and self._tense_of(shape) == "future":
            when = replace(found.when, start=max(found.when.start or self.anchor, self.anchor))
            found = replace(found, when=when if when.end and when.start and when.start <= when.end else found.when)
        return found

    def _period_of(self, shape: Shape, which: str, unit: Unit) -> Period:
        """The unit that is meant by "last", "this" or "the previous" one."""
        of_story = which in ("previous", "preceding", "following", "same", "that")
        base = self.period if of_story and self.period is not None and self.period.unit != "day" else None
        if base is None and of_story and self.reference is not None:
            base = Period("day", self.reference)
        period = Period.of(unit, base.first) if base is not None else self._now(unit)
        return period.shifted(steps_of(which))

    def unit_of_story(self, shape: Shape) -> TimeExpression | None:
        """The previous year, that week: counted from the last one named."""
        if self.anchor is None:
            return self._undated(shape, relative=True)
        which, unit = shape["which"] or shape["which2"], shape["unit"] or shape["unit2"]
        which = {"before": "previous", "earlier": "previous", "after": "following"}.get(which, which)
        return self._of_now(shape, self._period_of(shape, which, calendar_unit_of(unit)), relative=True)

    def the_weekend(self, shape: Shape) -> TimeExpression | None:
        if self.anchor is None:
            return self._undated(shape)
        period = self._now("weekend")
        if period.first > self.anchor and not self._future(shape):
            period = period.shifted(-1)
        return self._dated(shape, period, self._leans(shape))

    def the_unit(self, shape: Shape) -> TimeExpression | None:
        """ "To end the day", "for the year": the one that the text is about."""
        unit = shape["unit"]
        if unit == "day":
            day = self.named_here or self._day_of_clock(shape)
            if day is None:
                return None
            return self._made(shape, day.isoformat(), NO_DAY, kind="label", relative=True)
        if self.anchor is None:
            return self._undated(shape)
        base = self.period if self.period is not None and self.period.unit != "day" else None
        if base is not None and base.unit == "quarter" and unit == "year" and base.first.year == self.anchor.year - 1:
            period = Period.of("year", base.first)
        elif base is not None and base.unit == unit:
            period = base
        else:
            period = self._now(calendar_unit_of(unit))
        return self._made(shape, period.value, NO_DAY, kind="label", relative=True)

    def row_of_units(self, shape: Shape) -> TimeExpression | None:
        unit = shape["unit"] or shape["unit2"]
        if self.anchor is None:
            return self._undated(shape)
        period = Period.of("day" if unit == "night" else calendar_unit_of(unit), self.named_here or self.anchor)
        return self._made(shape, period.value, NO_DAY, kind="label")

    def same_period(self, shape: Shape) -> TimeExpression | None:
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
