"""When a sentence about numbers is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from tocsin.analysis._statement_numbers import NUMBER_WORD, UNIT, Stretch, value_of
from tocsin.coding import find_times

__all__ = ["read_window", "time_spans"]

_LAST = re.compile(
    rf"\b(?P<the>(?:the|these|this|over|past) )?(?P<which>last|past|previous|preceding)\s+"
    rf"(?:(?P<n>\d+|{NUMBER_WORD})\s+)?(?P<unit>{UNIT})s?\b(?! of )",
    re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(
    rf"\b(?:(?P<month>(?:{'|'.join(_MONTHS)})[a-z]*) )?(?P<year>(?:19|20)\d\d)\b"
    r"(?!\s*(?:people|events|incidents|deaths|attacks))",
    re.I,
)
_PART_OF_YEAR = re.compile(
    rf"\b(?P<end>first|opening|last|final|closing)\s+(?P<n>\d+|{NUMBER_WORD})\s+months\s+of\s+(?P<year>(?:19|20)\d\d)\b",
    re.I,
)
_RUN_OF_MONTHS = re.compile(
    rf"\b(?P<n>\d+|{NUMBER_WORD})\s+months\s+(?P<which>(?:up )?to|until|through|ending(?: in)?|from|starting(?: in)?|"
    rf"beginning(?: in)?|before|after)\s+(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?\s+(?P<year>(?:19|20)\d\d)\b",
    re.I,
)


def time_spans(text: str, said: date) -> Iterator[Stretch]:
    """Where a text says when: a number there is no figure."""
    for time in find_times(text, said):
        if time.kind not in ("habit", "now"):
            yield time.start, time.end
    for pattern in (_LAST, _YEAR, _PART_OF_YEAR, _RUN_OF_MONTHS):
        for found in pattern.finditer(text):
            yield found.span()


def read_window(text: str, said: date) -> tuple[date | None, date | None, tuple[str, ...]]:
    """First and last day that a statement is about, and what was assumed; None where it does not say."""
    if found := _PART_OF_YEAR.search(text):
        return (*_part_of_year(found), ())
    if found := _RUN_OF_MONTHS.search(text):
        return (*_run_of_months(found), ())
    if found := _LAST.search(text):
        count = int(value_of(found["n"])) if found["n"] else 1
        # "Last year" is a year of the calendar, "the last year" the twelve months before.
        if found["unit"].lower() == "year" and not found["n"] and not found["the"] and found["which"].lower() == "last":
            return date(said.year - 1, 1, 1), date(said.year - 1, 12, 31), ()
        return (*_counted_back(count, found["unit"].lower(), said), ())
    stretches = list(_stretches(text, said))
    if not stretches and (found := _YEAR.search(text)):
        month = _MONTHS.index(found["month"].lower()[:3]) + 1 if found["month"] else 0
        begun = date(int(found["year"]), month or 1, 1)
        stretches.append((begun, begun + relativedelta(months=1 if month else 12) - timedelta(days=1)))
    if not stretches:
        return None, None, ()
    first, last = min(start for start, _ in stretches), max(end for _, end in stretches)
    notes = () if len(stretches) == 1 else (f"Its times are read as one stretch, {first} to {last}.",)
    return first, last, notes


def _part_of_year(found: re.Match[str]) -> tuple[date, date]:
    year, months = int(found["year"]), min(int(value_of(found["n"])), 12)
    if found["end"].lower() in ("first", "opening"):
        return date(year, 1, 1), date(year, 1, 1) + relativedelta(months=months) - timedelta(days=1)
    return date(year + 1, 1, 1) - relativedelta(months=months), date(year, 12, 31)


def _run_of_months(found: re.Match[str]) -> tuple[date, date]:
    named = date(int(found["year"]), _MONTHS.index(found["month"].lower()[:3]) + 1, 1)
    months, which = int(value_of(found["n"])), found["which"].lower().split()[0]
    if which in ("from", "starting", "beginning"):
        first = named
    elif which == "after":
        first = named + relativedelta(months=1)
    else:
        first = named + relativedelta(months=0 if which == "before" else 1) - relativedelta(months=months)
    return first, first + relativedelta(months=months) - timedelta(days=1)


def _counted_back(count: int, unit: str, said: date) -> tuple[date, date]:
    """So many whole periods before the day that it was said on: a month that has only begun is none."""
    if unit == "day":
        return said - timedelta(days=count), said - timedelta(days=1)
    if unit == "week":
        monday = said - timedelta(days=said.weekday())
        return monday - timedelta(weeks=count), monday - timedelta(days=1)
    month = said.replace(day=1)
    months = {"month": 1, "quarter": 3, "year": 12}[unit] * count
    return month - relativedelta(months=months), month - timedelta(days=1)


def _stretches(text: str, said: date) -> Iterator[tuple[date, date]]:
    for time in find_times(text, said):
        if time.when.start is None or time.when.end is None or time.kind not in ("point", "since"):
            continue
        yield time.when.start, said if time.kind == "since" else time.when.end
