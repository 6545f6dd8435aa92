"""The days that sources write: in a header, a table's cell, a page's metadata, a dateline."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Literal

from tocsin.records import When
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["DayOrder", "day_order", "find_day", "parse_day", "published_on"]

DayOrder = Literal["dmy", "mdy", "unclear"]

_MONTHS: dict[str, int] = {name: int(n) for n, names in VOCABULARY["months"].items() for name in names.split()}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WRITTEN = tuple(
    re.compile(rf"(?<![\w]){pattern}(?!\w)", re.I)
    for pattern in (
        rf"{_DAY}[\s-]+(?:de\s+)?{_MONTH}(?:\s+de|,)?[\s-]+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}[\s-]+{_MONTH}[\s-]+{_DAY}",
        rf"{_MONTH}\s+{_DAY}\s+\d\d:\d\d:\d\d\s+[\w+-]{{1,6}}\s+{_YEAR}",
    )
)
_WITHOUT_YEAR = tuple(
    re.compile(rf"(?<![\w]){p}(?!\w)", re.I) for p in (rf"{_DAY}\s+(?:de\s+)?{_MONTH}", rf"{_MONTH}\s+{_DAY}")
)
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<![\d.-])(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?![\d.-])")
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<one>\d{1,2})(?P<sep>[-/.])(?P<two>\d{1,2})(?P=sep)(?P<year>(?:19|20)?\d\d)(?![\d/-])"
)
_EPOCH = re.compile(r"(?P<seconds>\d{9,10})(?:\d{3})?(?:\.\d+)?")
_ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def published_on(day: date, anchor: str) -> When:
    """A day of publication, and how it is known."""
    return When(day, day, "day", anchor=anchor)


def parse_day(written: str, order: DayOrder = "dmy") -> date | None:
    """Return the day that a field says, None where it says none or an impossible one.

    The day is kept as the source wrote it, whatever its time zone. `order` settles ``03/04/2024``; where it
    is ``unclear`` such a day is not guessed.
    """
    written = written.strip().translate(_ARABIC_DIGITS)
    if match := _EPOCH.fullmatch(written):
        return datetime.fromtimestamp(int(match["seconds"]), tz=UTC).date()
    return find_day(written, order)


def find_day(text: str, order: DayOrder = "unclear", year: int | None = None) -> date | None:
    """Return the first day with a year in `text`; with `year` given, also one without. None where there is none."""
    text = text.translate(_ARABIC_DIGITS)
    for pattern in (_ISO, *_WRITTEN, _COMPACT):
        if match := pattern.search(text):
            return _day(int(match["year"]), _month(match["month"]), int(match["day"]))
    if match := _NUMERIC.search(text):
        return _numeric(int(match["one"]), int(match["two"]), int(match["year"]), order)
    if year is not None:
        for pattern in _WITHOUT_YEAR:
            if match := pattern.search(text):
                return _day(year, _month(match["month"]), int(match["day"]))
    return None


def day_order(values: list[str]) -> DayOrder:
    """Tell from all of a table's dates whether day or month comes first.

    A number above twelve settles it; where none does, day first, as nearly everywhere outside the United
    States; where both orders occur, it is unclear and doubtful days stay unread.
    """
    first = second = False
    for value in values:
        for match in _NUMERIC.finditer(value.translate(_ARABIC_DIGITS)):
            first |= int(match["one"]) > 12
            second |= int(match["two"]) > 12
    if first and second:
        return "unclear"
    return "mdy" if second else "dmy"


def _numeric(one: int, two: int, year: int, order: DayOrder) -> date | None:
    if year < 100:
        year += 2000
    if one > 12 or (order == "dmy" and two <= 12) or one == two:
        return _day(year, two, one)
    if two > 12 or order == "mdy":
        return _day(year, one, two)
    return None


def _month(written: str) -> int:
    if written.isdigit():
        return int(written)
    return _MONTHS[written.lower()]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
