"""The shapes of time expressions: the rules of ``words/dates.toml``, and the small words in what they match."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from tocsin.coding._counts import number
from tocsin.coding._patterns import alternatives, table
from tocsin.coding._timex import Unit

__all__ = [
    "VALUES",
    "Rule",
    "Shape",
    "amount_of",
    "calendar_unit_of",
    "day_of",
    "digits",
    "edge_of",
    "full_year",
    "month_number",
    "singular",
    "steps_of",
    "time_rules",
    "weekday_number",
]  # fmt: skip

VALUES: Mapping[str, Mapping[str, Any]] = table("dates")["values"]
"""What words for parts of the day, seasons, ordinals, rates … are worth."""

_MONTHS = {
    name.lower(): month for month in range(1, 13) for name in (calendar.month_name[month], calendar.month_abbr[month])
} | {"sept": 9}
_WEEKDAYS = {name[:3].lower(): i for i, name in enumerate(calendar.day_name)}


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape of expressions, and the method of `_Reader` that reads it."""

    name: str
    needs: frozenset[str]
    pattern: re.Pattern[str]


@cache
def time_rules() -> tuple[Mapping[str, re.Pattern[str]], tuple[Rule, ...]]:
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
        rules.append(Rule(rule["name"], frozenset(rule["needs"]), pattern))
    return hints, tuple(rules)


@dataclass(frozen=True, slots=True)
class Shape:
    """A match of a rule. Groups that took no part are empty."""

    rule: Rule
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


def month_number(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS[text.lower().rstrip(".")]


def weekday_number(text: str) -> int:
    return _WEEKDAYS[text[:3].lower()]


def digits(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def edge_of(text: str) -> Literal["", "early", "mid", "late"]:
    """Which part of a month or year words such as "the beginning of" name."""
    if re.search(r"\bmid|middle", text):
        return "mid"
    if re.search(r"\b(?:late|later|end|close|last|final|closing)\b", text):
        return "late"
    return "early" if text else ""


def amount_of(text: str) -> float | None:
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


def singular(unit: str) -> str:
    return "century" if unit.startswith("centur") else unit.rstrip("s")


def full_year(year: int) -> int:
    """The year that two digits stand for in a date."""
    return year + (2000 if year < 50 else 1900)


def steps_of(which: str) -> int:
    """How many units from this one: last is one back, next one on."""
    if which in ("before last", "after next"):
        return -2 if which == "before last" else 2
    which = which.removeprefix("this ") if which in ("this past", "this coming") else which
    if which in ("last", "past", "previous", "preceding", "prior", "latest", "most recent"):
        return -1
    return 1 if which in ("next", "coming", "following") else 0


def calendar_unit_of(unit: str) -> Unit:
    return {"semester": "half"}.get(unit, unit)  # type: ignore[return-value]
