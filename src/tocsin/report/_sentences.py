"""Sentences of a report, from its catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any
from unicodedata import bidirectional

from tocsin.records import PublicEvent
from tocsin.report._facts import Aside, Toll, counted, label_of, sources_of

__all__ = [
    "Words",
    "catalogue",
    "day_of",
    "deaths_of",
    "events_of",
    "figures_of",
    "isolated",
    "number",
    "place_of",
    "ratio_of",
    "told",
    "toll_of",
]

Words = Mapping[str, Any]

# First-strong isolate and its end: a name in Arabic must not turn the English around it.
_ISOLATE, _END = "\u2068", "\u2069"


@cache
def catalogue() -> Words:
    """The words of reports, in English."""
    text = resources.files("tocsin.report").joinpath("static", "report.en.json").read_text(encoding="utf-8")
    words: Words = json.loads(text)
    return words


def isolated(words: str) -> str:
    """`words`, in isolates where any of them run from right to left."""
    return f"{_ISOLATE}{words}{_END}" if any(bidirectional(c) in ("R", "AL") for c in words) else words


def day_of(day: date) -> str:
    """A day as people write it.

    Examples
    --------
    >>> day_of(date(2024, 3, 1))
    '1 March 2024'
    """
    return f"{day.day} {day:%B %Y}"


def number(value: float) -> str:
    """A figure for a sentence: whole numbers as they are, others with one decimal.

    Examples
    --------
    >>> number(1234), number(3.25)
    ('1,234', '3.2')
    """
    return f"{int(value):,}" if value == int(value) else f"{value:,.1f}"


def events_of(many: float, words: Words) -> str:
    """How many events, in words."""
    return str(words["events"]["one"] if many == 1 else words["events"]["many"].format(n=number(many)))


def deaths_of(toll: Toll, words: Words) -> str:
    """Deaths of many events, with their range."""
    forms = words["deaths"]
    if not toll.high:
        return str(forms["none"])
    if toll.low == toll.high:
        return str(forms["one"] if toll.best == 1 else forms["exact"].format(best=number(toll.best)))
    return str(forms["range"].format(best=number(toll.best), low=number(toll.low), high=number(toll.high)))


def figures_of(toll: Toll) -> str:
    """Deaths of many events as figures, for a table; empty where none are stated."""
    if not toll.high:
        return ""
    return (
        number(toll.best) if toll.low == toll.high else f"{number(toll.best)} ({number(toll.low)}–{number(toll.high)})"
    )


def ratio_of(value: float) -> str:
    """A ratio: what is below a hundredth or above a hundred says no more than that.

    Examples
    --------
    >>> ratio_of(0.683), ratio_of(0.0001), ratio_of(4321.0)
    ('0.68', '<0.01', '>100')
    """
    return "<0.01" if value < 0.01 else ">100" if value > 100 else f"{value:.2g}"


def toll_of(event: PublicEvent, words: Words) -> str:
    """Deaths of one event, with their range."""
    forms, figures = words["toll"], counted(event)
    if figures is None:
        return str(forms["unknown"])
    low, best, high = figures
    if low != high:
        return str(forms["range"].format(low=number(low), high=number(high)))
    return str({0: forms["none"], 1: forms["one"]}.get(best, forms["exact"].format(best=number(best))))


def place_of(event: PublicEvent, words: Words) -> str:
    """Where it was, as finely as it is shown, with the areas around."""
    names = [name for name in (event.location, event.admin1, event.country) if name]
    if not names:
        return str(words["told"]["no_place"])
    if event.place_precision == "near":
        names[0] = words["told"]["near"].format(place=names[0])
    return ", ".join(map(isolated, dict.fromkeys(names)))


def told(event: PublicEvent, asides: Mapping[str, Aside], words: Words) -> str:
    """One event in one sentence: day, place, what, toll, sources, and its id."""
    forms = words["told"]
    start, end = event.date_start, event.date_end
    day = "" if start is None else day_of(start)
    if start and end and end != start:
        day = words["period"].format(first=day, last=day_of(end))
    what = event.sub_event_type or label_of(event, asides) or forms["no_type"]
    sides = [isolated(side) for side in (event.actor1, event.actor2) if side]
    if sides:
        what = forms["what"].format(
            type=what, actors=forms["sides"].format(one=sides[0], two=sides[1]) if len(sides) > 1 else sides[0]
        )
    many = sources_of(event, asides)
    form = {None: "unknown", 1: "one"}.get(many, "many")
    return str(
        forms["line"].format(
            day=day,
            place=place_of(event, words),
            what=what,
            toll=toll_of(event, words),
            sources=words["sources"][form].format(n=many),
            id=event.id,
        )
    )
