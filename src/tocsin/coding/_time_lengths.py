"""How long, how often, how long ago; and what is only past, present or to come."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from tocsin.coding._time_days import NO_DAY, part_of
from tocsin.coding._time_periods import PeriodReader
from tocsin.coding._time_shapes import VALUES, Shape, amount_of, singular
from tocsin.coding._timex import Kind, Period, TimeExpression, Timex, length_value
from tocsin.records import DatePrecision, When

__all__ = ["TimeReader"]

_RATES = VALUES["rates"]
# What vague numbers of days, weeks and months are taken for.
_VAGUE = VALUES["vague_numbers"]
_SEVERAL = frozenset({"a few", "several"})
# "In the past ten days", "over the past month" date what happened in them; longer stretches are background.
_WEEKS_LONG, _MONTH_LONG = 14, 31
_DAYS = {"hour": 1 / 24, "day": 1, "night": 1, "week": 7, "fortnight": 14, "month": 30}


class TimeReader(PeriodReader):
    """Reads every shape there is a rule for."""

    # -- so long ago --

    def ago(self, shape: Shape) -> TimeExpression | None:
        which, unit = shape["which"], singular(shape["unit"])
        base = self.anchor if which in ("ago", "hence", "from now") else self.reference
        amount = amount_of(shape["n"])
        sign = 1 if which in ("later", "afterwards", "hence", "from now") else -1
        value, when = self._shifted(shape, base, amount, unit, sign)
        vague_n = re.sub(r"\s+", " ", shape["n"])
        kind: Kind = "future" if which in ("hence", "from now") else "point"
        if amount is None and vague_n not in _VAGUE:
            kind = "past"
        return self._made(shape, value, when, kind=kind, relative=True)

    def _shifted(self, shape: Shape, base: date | None, amount: float | None, unit: str, sign: int) -> tuple[str, When]:
        """The time so many units before or after `base`; the words count as vaguely as they say."""
        words = re.sub(r"\s+", " ", shape.words.lower())
        anchor = f"relative: {words}"
        vague = re.sub(r"\s+", " ", shape["n"])
        n = amount if amount is not None else _VAGUE.get(vague)
        if base is None:
            return length_value(amount, unit), When(anchor="undated document")
        if vague in _SEVERAL and unit not in ("hour", "day", "night", "week"):
            n = None  # it could be any of a year's months, any of many years
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
            if vague in _SEVERAL:
                when = When(day - timedelta(weeks=2), day + timedelta(weeks=1), "month", anchor=anchor)
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
        return (period.value if amount is not None else length_value(None, unit)), part_of(period, "", anchor)

    def from_a_date(self, shape: Shape) -> TimeExpression | None:
        """ "Two days before 4 March": the day is said right after."""
        amount = amount_of(shape["n"])
        return self._made(shape, length_value(amount, singular(shape["unit"])), NO_DAY, kind="length", type="DURATION")

    def long_ago(self, shape: Shape) -> TimeExpression | None:
        words = shape.words.lower()
        later = re.search(r"(?:later|afterwards)$", words)
        when = When(anchor=f"relative: {words}" if self.anchor else "undated document")
        return self._made(shape, "FUTURE_REF" if later else "PAST_REF", when, kind="past")

    def recent_units(self, shape: Shape) -> TimeExpression | None:
        """The last three days, the coming weeks: a stretch up to now, or from now on."""
        unit, which = singular(shape["unit"]), shape["which"]
        plain = "n" not in shape.rule.pattern.groupindex
        amount = (
            1.0 if plain and not shape.words.lower().endswith("s") else amount_of(shape["n"]) if shape["n"] else None
        )
        value = length_value(amount, unit)
        if which in ("next", "coming", "following", "first", "final"):
            return self._vague(shape, value, "length", "DURATION")
        if self.anchor is None or amount is None:
            return self._vague(shape, value, "past", "DURATION")
        days = round(amount * _DAYS.get(unit, 999))
        if not 1 <= days <= _MONTH_LONG:
            return self._vague(shape, value, "past", "DURATION")
        first = self.anchor - timedelta(days=days)
        precision: DatePrecision = "day" if days == 1 else "week" if days <= _WEEKS_LONG else "month"
        when = When(first, self.anchor, precision, anchor=f"relative: {shape.words.lower()}")
        return self._made(shape, value, when, type="DURATION")

    # -- how often, how long --

    def each_unit(self, shape: Shape) -> TimeExpression | None:
        unit = singular(shape["unit"])
        if unit in ("second", "minute") and not shape["each"]:
            return None
        amount = {"other": 2.0, "second": 2.0, "": 1.0, "few": None}.get(shape["n"], amount_of(shape["n"]))
        return self._vague(shape, length_value(amount, unit), "habit", "SET")

    def adverb_of_rate(self, shape: Shape) -> TimeExpression | None:
        word = shape["word"]
        kind: Kind = "label" if word in ("annual", "yearly", "annually", "quarterly", "biennial") else "habit"
        return self._vague(shape, _RATES[word], kind, "SET")

    def habit(self, shape: Shape) -> TimeExpression | None:
        return self._plain(shape, "habit")

    def length(self, shape: Shape) -> TimeExpression | None:
        n, unit = shape["n"], singular(shape["unit"])
        words = shape.words.lower()
        text, start, end = shape.match.string, shape.match.start(), shape.match.end()
        amount = amount_of(n + (" and a half" if shape["half"] else ""))
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

    def number_to(self, shape: Shape) -> TimeExpression | None:
        start, end = shape.match.span("n")
        timex = Timex(start, end, "DURATION", length_value(amount_of(shape["n"]), singular(shape["unit"])))
        return TimeExpression(start, end, NO_DAY, "length", timexes=(timex,))

    def vague_length(self, shape: Shape) -> TimeExpression | None:
        unit = singular(shape["unit"] or shape["unit2"])
        background = shape["signal"] == "for" and unit in ("week", "month", "year", "decade", "century")
        return self._vague(shape, length_value(None, unit), "past" if background else "length", "DURATION")

    def single_unit(self, shape: Shape) -> TimeExpression | None:
        words = shape.words.lower()
        if words.startswith(("same", "multi")):
            return None
        if words == "intraday":
            return self._vague(shape, "P1D", "length", "DURATION")
        unit = singular(shape["unit"] or shape["plural"] or shape["plain"])
        return self._vague(shape, length_value(None if shape["plural"] else 1, unit), "length", "DURATION")

    # -- now, once and some day --

    def present(self, shape: Shape) -> TimeExpression | None:
        return self._vague(shape, "PRESENT_REF", "now")

    def past(self, shape: Shape) -> TimeExpression | None:
        if shape.words.lower() == "over the years":
            return self._vague(shape, "PXY", "past", "DURATION")
        return self._vague(shape, "PAST_REF", "past")

    def recent(self, shape: Shape) -> TimeExpression | None:
        return self._vague(shape, "PAST_REF", "label")

    def future(self, shape: Shape) -> TimeExpression | None:
        return self._vague(shape, "FUTURE_REF", "now")
