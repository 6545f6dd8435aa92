"""Time expressions in English text, and the days they mean.

A relative expression ("on Tuesday", "two days earlier") is anchored to the day the document was published,
or to an earlier date of the same story; without one it stays unknown. Precision and the way it was anchored
are kept in :class:`tocsin.records.When`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tocsin.coding._counts import number
from tocsin.records import DateExtent, DatePrecision, When

__all__ = ["TimeExpression", "find_times", "parse_cell_date"]

Kind = Literal["point", "past", "habit", "since", "future"]
"""``point`` dates one occurrence; ``habit`` is a rate or a standing state; ``past`` is vague background."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A stretch of text that says when. `relative` needs another date of the story to be worked out."""

    start: int
    end: int
    when: When
    kind: Kind = "point"
    relative: bool = False


_MONTHS = {
    name.lower(): month for month in range(1, 13) for name in (calendar.month_name[month], calendar.month_abbr[month])
} | {"sept": 9}
_WEEKDAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)} | {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
# What vague numbers of days, weeks and months are taken for.
_VAGUE = {"a couple of": 2, "a few": 3, "several": 3}

_MONTH_NAME = "|".join(name.lower() for name in calendar.month_name[1:])
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_TO = r"(?:\s*[-–—/]\s*|\s+(?:to|and|until|through)\s+)"
_N = (
    r"(?:\d+|a couple of|a few|several|an?|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve|fourteen|fifteen|twenty|thirty)"
)
_PART = r"(?:early|late|mid)"


def _number(text: str) -> int:
    text = re.sub(r"\s+", " ", text.lower())
    return _VAGUE.get(text) or number(text) or 0


def _month(text: str) -> int:
    return _MONTHS[text.lower().rstrip(".")]


def _day(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_range(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


class _Reader:
    """Works out what a match means, given the day of publication and the last date of the story."""

    def __init__(self, anchor: date | None, reference: date | None, *, future: bool) -> None:
        self.anchor = anchor
        self.reference = reference or anchor
        self.future = future

    def year_for(self, month: int, day: int = 1) -> int | None:
        """The year that puts the day nearest before publication (or after it, when the text looks ahead)."""
        if self.anchor is None:
            return None
        year = self.anchor.year
        candidate = _safe(year, month, min(day, 28)) or date(year, month, 1)
        if self.future:
            return year + 1 if candidate < self.anchor - timedelta(days=31) else year
        # A month and a half of slack: notices of coming events name days just ahead.
        return year - 1 if candidate > self.anchor + timedelta(days=45) else year

    # Each method below reads one kind of expression; None where it names no possible day.

    def day_month(self, m: re.Match[str]) -> When | None:
        year = int(m["year"]) if m["year"] else self.year_for(_month(m["month"]), _day(m["day"]))
        if year is None:
            return When(anchor="undated document")
        day = _safe(year, _month(m["month"]), _day(m["day"]))
        return None if day is None else When(day, day, "day", anchor="stated" if m["year"] else "document date")

    def day_range(self, m: re.Match[str]) -> When | None:
        year = int(m["year"]) if m["year"] else self.year_for(_month(m["month"]), _day(m["day"]))
        if year is None:
            return When(anchor="undated document")
        first_month = _month(m["month1"]) if m.groupdict().get("month1") else _month(m["month"])
        start, end = _safe(year, first_month, _day(m["day1"])), _safe(year, _month(m["month"]), _day(m["day"]))
        if start is None or end is None:
            return None
        if start > end:
            start = _safe(year - 1, first_month, _day(m["day1"])) or start
        night = "night" in m[0].lower()
        precision: DatePrecision = (
            "day" if night or (end - start).days == 0 else "week" if (end - start).days <= 10 else "month"
        )
        extent: DateExtent = "once within" if night or m[0].lower().startswith("between") else "throughout"
        return When(start, end, precision, extent, "stated" if m["year"] else "document date")

    def iso(self, m: re.Match[str]) -> When | None:
        day = _safe(int(m["year"]), int(m["month"]), int(m["day"]))
        return None if day is None else When(day, day, "day", anchor="stated")

    def numeric(self, m: re.Match[str]) -> When | None:
        day = _safe(int(m["year"]), int(m["month"]), int(m["day"]))
        day = day or _safe(int(m["year"]), int(m["day"]), int(m["month"]))
        return None if day is None else When(day, day, "day", anchor="stated")

    def month_year(self, m: re.Match[str]) -> When | None:
        groups = m.groupdict()
        month = _month(m["month"])
        year = int(m["year"]) if groups.get("year") else None
        anchor = "stated"
        if year is None:
            if self.anchor is None:
                return When(anchor="undated document")
            year, anchor = self.anchor.year, "document date"
            if self.future and month < self.anchor.month:
                year += 1
            elif not self.future and month > self.anchor.month:
                year -= 1
        start, end = _month_range(year, month)
        part = (groups.get("part") or "").lower()
        if part:
            bounds = {"early": (1, 10), "mid": (11, 20), "late": (21, end.day)}[part]
            return When(start.replace(day=bounds[0]), start.replace(day=bounds[1]), "week", anchor=anchor)
        return When(start, end, "month", anchor=anchor)

    def year(self, m: re.Match[str]) -> When | None:
        year = int(m["year"])
        return When(date(year, 1, 1), date(year, 12, 31), "year", anchor="stated")

    def weekday(self, m: re.Match[str]) -> When | None:
        if self.anchor is None:
            return When(anchor="undated document")
        target = _WEEKDAYS[m["weekday"].lower()]
        which = (m["which"] or "").lower().strip()
        if which in ("next", "coming", "this coming") or self.future:
            ahead = (target - self.anchor.weekday()) % 7
            day = self.anchor + timedelta(days=ahead or (7 if which == "next" else 0))
        else:
            back = (self.anchor.weekday() - target) % 7
            if which == "last" and back == 0:
                back = 7
            day = self.anchor - timedelta(days=back)
        # The night between two named weekdays is both days; "Thursday night" is Thursday.
        return When(day, day, "day", anchor="weekday")

    def weekday_night(self, m: re.Match[str]) -> When | None:
        if self.anchor is None:
            return When(anchor="undated document")
        back = (self.anchor.weekday() - _WEEKDAYS[m["second"].lower()]) % 7
        end = self.anchor - timedelta(days=back)
        start = end - timedelta(days=1)
        return When(start, end, "day", anchor="weekday")

    def shift(self, days: int, anchor: str) -> When | None:
        if self.anchor is None:
            return When(anchor="undated document")
        day = self.anchor + timedelta(days=days)
        return When(day, day, "day", anchor=anchor)

    def overnight(self, m: re.Match[str]) -> When | None:
        if self.anchor is None:
            return When(anchor="undated document")
        if m.groupdict().get("weekday"):
            day = self.anchor - timedelta(days=(self.anchor.weekday() - _WEEKDAYS[m["weekday"].lower()]) % 7)
            return When(day, min(day + timedelta(days=1), self.anchor), "day", anchor="overnight")
        return When(self.anchor - timedelta(days=1), self.anchor, "day", anchor="overnight")

    def ago(self, m: re.Match[str]) -> When | None:
        base = self.anchor if m["which"].lower() == "ago" else self.reference
        if base is None:
            return When(anchor="undated document")
        words = re.sub(r"\s+", " ", m[0].strip())
        sign = 1 if m["which"].lower() in ("later", "after", "afterwards") else -1
        unit = m["unit"].lower().rstrip("s")
        if "n" not in m.groupdict():  # "months earlier": before, and no more is known
            return When(None, None, "unknown", anchor=f"relative: {words}")
        n, vague = _number(m["n"]), m["n"].lower() in _VAGUE
        if unit == "hour":
            day = base if n < 12 else base + timedelta(days=sign)
            return When(day, day, "day", anchor=f"relative: {words}")
        if unit == "day":
            day = base + timedelta(days=sign * n)
            if vague:
                return When(day - timedelta(days=2), day + timedelta(days=1), "week", anchor=f"relative: {words}")
            return When(day, day, "day", anchor=f"relative: {words}")
        if unit == "week":
            day = base + timedelta(weeks=sign * n)
            return When(day - timedelta(days=3), day + timedelta(days=3), "week", anchor=f"relative: {words}")
        if unit == "month":
            months = base.year * 12 + base.month - 1 + sign * n
            start, end = _month_range(months // 12, months % 12 + 1)
            return When(start, end, "month", anchor=f"relative: {words}")
        year = base.year + sign * n
        return When(date(year, 1, 1), date(year, 12, 31), "year", anchor=f"relative: {words}")

    def same_day(self, _: re.Match[str]) -> When | None:
        if self.reference is None:
            return When(anchor="undated document")
        return When(self.reference, self.reference, "day", anchor="same day")

    def next_day(self, _: re.Match[str]) -> When | None:
        if self.reference is None:
            return When(anchor="undated document")
        day = self.reference + timedelta(days=1)
        return When(day, day, "day", anchor="following day")

    def day_before(self, _: re.Match[str]) -> When | None:
        if self.reference is None:
            return When(anchor="undated document")
        day = self.reference - timedelta(days=1)
        return When(day, day, "day", anchor="previous day")

    def calendar_unit(self, m: re.Match[str]) -> When | None:
        """Last week, this month, next year, earlier this year."""
        if self.anchor is None:
            return When(anchor="undated document")
        which, unit = m["which"].lower(), m["unit"].lower()
        anchor = f"relative: {m[0].strip()}"
        step = {"last": -1, "past": -1, "previous": -1, "this": 0, "next": 1, "coming": 1}[which]
        if unit in ("week", "weekend"):
            monday = self.anchor - timedelta(days=self.anchor.weekday()) + timedelta(weeks=step)
            start, end = monday, monday + timedelta(days=6)
            if unit == "weekend":
                start = monday + timedelta(days=5)
                if which in ("last", "this") and start > self.anchor:
                    start, end = start - timedelta(weeks=1), end - timedelta(weeks=1)
            if step == 0:
                end = min(end, self.anchor) if not self.future else end
            return When(start, end, "week", anchor=anchor)
        if unit == "month":
            months = self.anchor.year * 12 + self.anchor.month - 1 + step
            start, end = _month_range(months // 12, months % 12 + 1)
            if step == 0 and not self.future:
                end = min(end, self.anchor)
            return When(start, end, "month", anchor=anchor)
        year = self.anchor.year + step
        end = date(year, 12, 31)
        if step == 0 and not self.future:
            end = min(end, self.anchor)
        return When(date(year, 1, 1), end, "year", anchor=anchor)

    def unknown_past(self, m: re.Match[str]) -> When | None:
        return When(anchor=f"vague: {re.sub(r' +', ' ', m[0].strip())}")


_Rule = tuple[re.Pattern[str], Callable[[_Reader, re.Match[str]], When | None], Kind, bool]


def _rule(
    pattern: str, read: Callable[[_Reader, re.Match[str]], When | None], kind: Kind = "point", *, relative: bool = False
) -> _Rule:
    return re.compile(rf"(?<![\w/])(?:{pattern})(?![\w])", re.IGNORECASE), read, kind, relative


# In order of preference: an earlier rule wins the characters it matches.
_RULES: tuple[_Rule, ...] = (
    _rule(
        rf"(?:(?:in |during |on )?the night (?:of|between|from) |overnight (?:on |from )?|between |from |during )?"
        rf"(?P<day1>{_DAY})(?: (?P<month1>{_MONTH}))?{_TO}(?P<day>{_DAY}) (?P<month>{_MONTH})(?:,? (?P<year>{_YEAR}))?",
        _Reader.day_range,
    ),
    _rule(
        rf"(?:(?:in |during |on )?the night (?:of|between|from) |between |from |during )?"
        rf"(?P<month>{_MONTH}) (?P<day1>{_DAY}){_TO}(?P<day>{_DAY})(?:,? (?P<year>{_YEAR}))?(?!\s*(?:{_MONTH}))",
        _Reader.day_range,
    ),
    _rule(
        r"between (?P<day1>\d{1,2})(?:/\d{1,2}(?:/\d{4})?)?"
        + _TO
        + r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
        lambda reader, m: _numeric_range(m),
    ),
    _rule(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:T\d\d:\d\d\S*)?", _Reader.iso),
    _rule(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})", _Reader.numeric),
    _rule(rf"(?:on )?(?:the )?(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>{_YEAR}))?", _Reader.day_month),
    _rule(rf"(?:on )?(?P<month>{_MONTH}) (?P<day>{_DAY})(?:,? (?P<year>{_YEAR}))?(?!\d|,\d{{3}})", _Reader.day_month),
    _rule(
        rf"since (?:(?P<part>{_PART})[ -])?(?:last |this )?(?P<month>{_MONTH})(?:,? (?P<year>{_YEAR}))?",
        _Reader.month_year,
        "since",
    ),
    _rule(rf"since (?:at least )?(?P<year>{_YEAR})", _Reader.year, "since"),
    _rule(
        rf"(?:in |during |by |throughout )?(?:the )?(?P<part>{_PART})[ -](?:of )?(?P<month>{_MONTH})"
        rf"(?:,? (?P<year>{_YEAR}))?",
        _Reader.month_year,
    ),
    _rule(rf"(?:in |during |of |throughout )?(?P<month>{_MONTH}),? (?:of )?(?P<year>{_YEAR})", _Reader.month_year),
    _rule(
        rf"(?:in|during|last|since|throughout) (?:last |early |late )?(?P<month>{_MONTH_NAME})",
        _Reader.month_year,
    ),
    _rule(rf"(?:in|during|throughout|of|back in) (?:early |late )?(?P<year>{_YEAR})", _Reader.year),
    _rule(
        rf"(?:in |during |on )?(?:the )?night (?:of|between|from) {_WEEKDAY}(?: night)?{_TO}(?P<second>{_WEEKDAY})",
        _Reader.weekday_night,
    ),
    _rule(rf"overnight (?:on |from )?{_WEEKDAY}{_TO}(?P<second>{_WEEKDAY})", _Reader.weekday_night),
    _rule(rf"overnight (?:on |into |to )?(?P<weekday>{_WEEKDAY})", _Reader.overnight),
    _rule(
        rf"(?:(?:early|late) )?(?:on |by |until )?(?:(?P<which>last|this coming|this|next|coming) )?"
        rf"(?P<weekday>{_WEEKDAY})(?:'s|’s)?(?: (?:morning|afternoon|evening|night|noon|midday))?",
        _Reader.weekday,
    ),
    _rule(r"(?:the )?(?:day before yesterday)", lambda r, m: r.shift(-2, "relative: day before yesterday")),
    _rule(
        r"yesterday(?: (?:morning|afternoon|evening|night))?|last night|last evening",
        lambda r, m: r.shift(-1, f"relative: {m[0].lower()}"),
    ),
    _rule(
        r"(?:earlier )?(?:today|tonight)|this (?:morning|afternoon|evening)|at dawn today",
        lambda r, m: r.shift(0, f"relative: {m[0].lower()}"),
    ),
    _rule(r"tomorrow", lambda r, m: r.shift(1, "relative: tomorrow"), "future"),
    _rule(r"overnight|during the night", _Reader.overnight),
    _rule(
        r"(?:on )?(?:the )?(?:same|that) (?:day|morning|afternoon|evening|night)"
        r"|later (?:that|the same) (?:day|evening|night)|hours (?:later|earlier)|minutes later",
        _Reader.same_day,
        relative=True,
    ),
    _rule(r"(?:the )?(?:next|following) (?:day|morning|evening)|a day later", _Reader.next_day, relative=True),
    _rule(r"(?:the )?(?:previous day|day before)|a day earlier", _Reader.day_before, relative=True),
    _rule(
        rf"(?:(?:about|around|some|nearly|almost|more than|just|over) )?(?P<n>{_N}) "
        r"(?P<unit>hours?|days?|weeks?|months?|years?) (?P<which>ago|earlier|before|previously|later|afterwards)",
        _Reader.ago,
        relative=True,
    ),
    _rule(r"(?P<unit>days|weeks|months|years) (?P<which>ago|earlier|before|previously)", _Reader.ago, "past"),
    _rule(
        r"(?:earlier |later )?(?:in the )?(?P<which>last|past|previous|this|next|coming) "
        r"(?P<unit>weekend|week|month|year)",
        _Reader.calendar_unit,
    ),
    _rule(
        r"(?:in |over |during )?(?:the )?(?:recent|past|last) (?:few |several |\w+ )?(?:days|weeks|months|years)"
        r"|in the past|recently|for (?:many |several |\w+ )?(?:years|months|decades|weeks)"
        r"|over the years|decades ago|long ago",
        _Reader.unknown_past,
        "past",
    ),
    _rule(
        r"(?:each|every|per|a) (?:day|night|week|month|year)|once a \w+|twice a \w+|almost every \w+|daily|weekly"
        r"|monthly|regularly|routinely|often|frequently|usually|all (?:winter|summer|year)"
        r"|on a (?:daily|regular|weekly) basis|nightly",
        _Reader.unknown_past,
        "habit",
    ),
)


def _numeric_range(m: re.Match[str]) -> When | None:
    end = _safe(int(m["year"]), int(m["month"]), int(m["day"]))
    start = _safe(int(m["year"]), int(m["month"]), int(m["day1"]))
    if start is None or end is None or start > end:
        return None
    return When(start, end, "week" if start != end else "day", anchor="stated")


def find_times(
    text: str, anchor: date | None = None, reference: date | None = None, *, future: bool = False
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
    future : bool
        Whether the sentence looks ahead, so that "on Tuesday" is the coming one.

    Examples
    --------
    >>> [t.when.start.isoformat() for t in find_times("on Tuesday evening", date(2024, 3, 13))]
    ['2024-03-12']
    >>> find_times("on Tuesday evening")[0].when.start is None
    True
    """
    reader = _Reader(anchor, reference, future=future)
    taken: list[tuple[int, int]] = []
    found: list[TimeExpression] = []
    for pattern, read, kind, relative in _RULES:
        for m in pattern.finditer(text):
            if any(m.start() < end and start < m.end() for start, end in taken):
                continue
            if m[0].lower() in ("may", "march", "mar", "sun", "sat"):
                continue
            when = read(reader, m)
            if when is None:
                continue
            taken.append(m.span())
            found.append(TimeExpression(m.start(), m.end(), when, kind, relative))
    return sorted(found, key=lambda t: t.start)


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
        if expression.when.start is not None:
            return expression.when
    if m := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})", cell.strip()):
        day = _safe(2000 + int(m[3]), int(m[2]), int(m[1]))
        return None if day is None else When(day, day, "day", anchor="stated")
    return None
