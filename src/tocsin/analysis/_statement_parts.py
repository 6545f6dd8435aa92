"""The parts of a sentence about numbers: its figure, statistic, time, measure, kind, actors and areas."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from dateutil.relativedelta import relativedelta

from tocsin.codebook import ActorMatch, Codebook
from tocsin.coding import find_times, number
from tocsin.errors import UsageError
from tocsin.places import name_similarity

__all__ = [
    "AGAINST_CIVILIANS",
    "Comparison",
    "Figure",
    "Kind",
    "Measure",
    "PeriodName",
    "Role",
    "Statistic",
    "read_about_data",
    "read_actors",
    "read_areas",
    "read_figure",
    "read_kind",
    "read_measure",
    "read_role",
    "read_statistic",
    "read_window",
    "speaks_of_violence",
    "time_spans",
    "turned_by_no_period",
    "violent_types",
]

Comparison = Literal["more than", "at least", "fewer than", "at most", "exactly", "about", "between"]
Statistic = Literal["total", "mean", "median", "every", "any"]
PeriodName = Literal["day", "week", "month", "quarter", "year"]
Measure = Literal["events", "deaths", "civilian deaths"]
Role = Literal["by", "against", "involving"]
Stretch = tuple[int, int]

AGAINST_CIVILIANS = "violence against civilians"

SAME_NAME = 0.93
"""From this similarity on two names are spellings of one: Deir ez-Zor and Dayr az-Zawr reach 1.00, Quneitra and
Al Qunaytirah 0.96; different governorates of Syria stay below 0.60."""

_NUMBER_WORD = (
    r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million"
)
_IN_DIGITS = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+(?:\.\d+)?"
_N = rf"(?P<n>{_IN_DIGITS}|(?:an? )?(?:(?:{_NUMBER_WORD}|and)[ -]?)*(?:{_NUMBER_WORD}))\b"
_UNIT = r"(?:day|week|month|quarter|year)"
_NOBODY = re.compile(rf"\b(?:no|zero|not a single|not one|without a(?:ny)?)\b(?! {_UNIT}\b)", re.I)
_IN_NO = re.compile(rf"\b(?:(?:in )?no|not (?:a single|one)|there (?:was|is) no) {_UNIT}\b", re.I)
_BETWEEN = re.compile(rf"\b(?:between|from)\s+{_N}\s+(?:and|to)\s+{_N.replace('<n>', '<m>')}", re.I)
_LAST = re.compile(
    rf"\b(?:last|past|previous|preceding)\s+(?:(?P<n>\d+|{_NUMBER_WORD})\s+)?(?P<unit>{_UNIT})s?\b", re.I
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(
    rf"\b(?:(?P<month>(?:{'|'.join(_MONTHS)})[a-z]*) )?(?P<year>(?:19|20)\d\d)\b"
    r"(?!\s*(?:people|events|incidents|deaths|attacks))",
    re.I,
)
_CAPITAL = r"[A-Z\u00c0-\u00de][\w'’\-]*"
_CAPITALS = re.compile(rf"{_CAPITAL}(?:[ -](?:(?:ez|al|el|as|ar|ash|the|of|and|de|du)[ -])?{_CAPITAL})*")
_GENERIC = re.compile(
    r"\b(?:governorate|province|region|district|state|county|department|prefecture|oblast|sub-?district|city|"
    r"countryside|the)\b",
    re.I,
)
_PEOPLE = "people|persons|civilians?|fighters|soldiers|men|women|children|lives|militants|rebels"
_ONE_SIDED = re.compile(r"one-sided|violence against civilians|attacks? (?:on|against) civilians", re.I)
_OPPOSITE: Mapping[Comparison, Comparison] = {
    "more than": "at most",
    "at most": "more than",
    "fewer than": "at least",
    "at least": "fewer than",
}
_PERIODS: Mapping[str, PeriodName] = {
    "dai": "day",
    "day": "day",
    "wee": "week",
    "mon": "month",
    "qua": "quarter",
    "yea": "year",
    "ann": "year",
}

BEHIND = 12
"""Characters that a word before the number counts as farther off: what is counted follows its number."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is counted, in a dataset's own terms; a row is of the kind if any of the three says so."""

    name: str
    event_types: tuple[str, ...] = ()
    sub_event_types: tuple[str, ...] = ()
    violence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, how it compares, and where it stands."""

    comparison: Comparison
    threshold: float
    start: int
    end: int
    upper: float | None = None


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("tocsin.analysis").joinpath("words/statements.toml").read_text("utf-8"))


def _says(text: str, patterns: Sequence[str]) -> bool:
    return any(re.search(pattern, text, re.I) for pattern in patterns)


def _meets(stretch: Stretch, others: Sequence[Stretch]) -> bool:
    return any(start < stretch[1] and stretch[0] < end for start, end in others)


# The figure


def read_figure(text: str, times: Sequence[Stretch], codebook: Codebook, given: float | None = None) -> Figure:
    """The figure and how it compares: what stands beside a comparison, else the first number that is no time.

    Raises
    ------
    UsageError
        If there is none, and none was `given`.
    """
    for m in _BETWEEN.finditer(text):
        if not _meets(m.span(), times):
            return Figure("between", _value(m["n"]), *m.span(), _value(m["m"]))
    compared = list(_compared(text, times))
    if compared:
        # Rules are in the order of how much they say: "did not exceed 60" ends as "exceed 60" does.
        return min(compared, key=lambda found: (found[0], found[1].start))[1]
    for m in re.finditer(rf"\b{_N}", text, re.I):
        if not _meets(m.span("n"), times) and m["n"].lower() not in ("one", "a", "an"):
            return Figure("exactly", _value(m["n"]), *m.span())
    if nobody := _NOBODY.search(text):
        return Figure("exactly", 0.0, *nobody.span())
    for vague, worth in codebook.vague_counts.items():
        if said := re.search(rf"\b{re.escape(vague)}\b", text, re.I):
            return Figure("at least", float(worth.low), *said.span())
    if given is not None:
        return Figure("more than", given, 0, 0)
    raise UsageError(
        f"no figure to check in {text!r}; say how many, as in: more than 60 violent incidents each month, "
        "or give --threshold"
    )


def _compared(text: str, times: Sequence[Stretch]) -> Iterator[tuple[int, Figure]]:
    for rank, rule in enumerate(_words()["comparison"]):
        patterns = [rf"\b(?:{words})\s+(?:the |a |an )?{_N}" for words in rule["words"]]
        patterns += [rf"\b{_N}\s+(?:\w+\s+)?(?:{words})" for words in rule.get("after", ())]
        for pattern in patterns:
            for m in re.finditer(pattern, text, re.I):
                if not _meets(m.span("n"), times):
                    yield rank, Figure(rule["is"], _value(m["n"]), *m.span())


def _value(words: str) -> float:
    try:
        return float(re.sub(r"[,\u00a0\u202f]", "", words))
    except ValueError:
        found = number(words)
    if found is None:
        raise UsageError(f"{words!r} is no number; write it in digits")
    return float(found)


def turned_by_no_period(text: str, comparison: Comparison) -> Comparison:
    """How a figure compares in every period, where "in no month fewer than 40" says that each had at least 40."""
    return _OPPOSITE.get(comparison, comparison) if _IN_NO.search(text) else comparison


def read_statistic(text: str) -> tuple[Statistic, PeriodName | None]:
    """What is said of the periods, and of which; a total has none."""
    rules = _words()["statistic"]
    found: dict[str, PeriodName | None] = {}
    for name, patterns in rules.items():
        for m in filter(None, (re.search(pattern, text, re.I) for pattern in patterns)):
            per = m.groupdict().get("per")
            found[name] = found.get(name) or (_PERIODS[per.lower()[:3]] if per else None)
    per = next((found[name] for name in ("every", "any", "rate") if found.get(name)), None)
    if "median" in found:
        return "median", per or "month"
    if "mean" in found:
        return "mean", per or "month"
    if "every" in found:
        return "every", per or "month"
    if "any" in found:
        return "any", per or "month"
    # "60 a month" is a rate.
    return ("mean", per) if "rate" in found else ("total", None)


# Its time


def time_spans(text: str, said: date) -> Iterator[Stretch]:
    """Where a text says when: a number there is no figure."""
    for time in find_times(text, said):
        if time.kind not in ("habit", "now"):
            yield time.start, time.end
    for found in (*_LAST.finditer(text), *_YEAR.finditer(text)):
        yield found.span()


def read_window(text: str, said: date) -> tuple[date | None, date | None, tuple[str, ...]]:
    """First and last day that a statement is about, and what was assumed; None where it does not say."""
    if found := _LAST.search(text):
        count = int(_value(found["n"])) if found["n"] else 1
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


# What is counted


def read_measure(text: str, figure: Figure) -> Measure:
    """Deaths where the number counts the dead: the nearest of the words for them and for events."""
    rules = _words()["measure"]
    before, after = text[: figure.start], text[figure.end :]
    near: list[tuple[int, str]] = []
    for name in ("deaths", "events"):
        for pattern in rules[name]:
            near += [(m.start(), name) for m in re.finditer(pattern, after, re.I)]
            near += [(len(before) - m.end() + BEHIND, name) for m in re.finditer(pattern, before, re.I)]
    people = re.match(rf"\s*(?:\w+ ){{0,2}}?(?:{_PEOPLE})\b", after, re.I)
    if people and any(name == "deaths" for _, name in near):
        near.append((0, "deaths"))
    if not near or min(near)[1] == "events":
        return "events"
    beside = after[:40] + " " + before[-40:]
    return "civilian deaths" if _says(beside, rules["civilians"]) else "deaths"


def read_kind(text: str, measure: Measure) -> Kind | None:
    """The kind of events that is named; None where any violence is meant."""
    for rule in _words()["kind"]:
        if not _says(text, rule["words"]):
            continue
        # "Killed 60 civilians in attacks on the town" counts the dead, whatever killed them.
        if measure == "events" or rule["name"] != AGAINST_CIVILIANS or _ONE_SIDED.search(text):
            named = (tuple(rule.get(part, ())) for part in ("event_types", "sub_event_types", "violence"))
            return Kind(rule["name"], *named)
    return None


def violent_types() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Event types that are violence, and those that some count as it."""
    found = _words()["violent"]
    return tuple(found["event_types"]), tuple(found["perhaps"])


def speaks_of_violence(text: str) -> bool:
    """Whether a sentence speaks of violence, and not of events of any kind."""
    return _says(text, _words()["violent"]["anything"])


def read_about_data(text: str) -> bool:
    """Whether a sentence speaks of what is recorded, or of deadly events only."""
    return _says(text, _words()["about_data"]["words"])


# Who and where


def read_actors(text: str, codebook: Codebook, known: Sequence[str]) -> tuple[ActorMatch, ...]:
    """Those named, in order: of the actor list, and by the names that the data have; no general words."""
    found = [match for match in codebook.actors.scan(text) if not match.generic]
    for name in sorted(known, key=len, reverse=True):
        if len(name) < 3 or name.casefold() in ("civilians", "unknown"):
            continue
        # A short name is an acronym, and a word in small letters is not.
        for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.I if len(name) > 5 else 0):
            if not _meets(m.span(), [(one.start, one.end) for one in found]):
                found.append(ActorMatch(*m.span(), m[0], None, name, "Political militia"))
    return tuple(sorted(found, key=lambda match: match.start))


def read_role(text: str, named: Sequence[ActorMatch]) -> Role:
    """The part that the actors have in what is counted."""
    if not named:
        return "involving"
    rules = _words()["role"]
    before, after = text[: named[0].start], text[named[0].end :]
    if _says(before, rules["by"]):
        return "by"
    if _says(text, rules["involving"]):
        return "involving"
    if _says(before, rules["against"]) and not _says(after, rules["possessive"]):
        return "against"
    return "by" if _says(after, [*rules["acts"], *rules["possessive"]]) else "involving"


def read_areas(text: str, names: Sequence[str], taken: Sequence[Stretch], codebook: Codebook) -> Iterator[str]:
    """Areas named, as the data spell them, and countries that the data know nothing of, each once."""
    cores = [(_core(name), name) for name in names]
    used, done = list(taken), set()
    for start, end in _proper_names(text):
        words = _core(text[start:end])
        if len(words) < 3 or _meets((start, end), used):
            continue
        alike = [(name_similarity(words, core), name) for core, name in cores]
        best = max((score for score, _ in alike), default=0.0)
        if best >= SAME_NAME:
            used.append((start, end))
            name = _meant([name for score, name in alike if score == best], text[start : end + len(" governorate")])
            if name not in done:
                done.add(name)
                yield name
    for state in codebook.actors.states:
        for alias in (state.name, *state.aliases):
            m = re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", text)
            if m and not _meets(m.span(), used) and state.name not in done:
                done.add(state.name)
                yield state.name


def _core(name: str) -> str:
    return _GENERIC.sub("", name).strip() or name


def _proper_names(text: str) -> Iterator[Stretch]:
    """Stretches of capitalised words, the longest first in each run of them."""
    for m in _CAPITALS.finditer(text):
        words = [(m.start() + w.start(), m.start() + w.end()) for w in re.finditer(r"\S+", m[0])]
        parts = {(first[0], last[1]) for i, first in enumerate(words) for last in words[i:]}
        yield from sorted(parts, key=lambda part: (part[0] - part[1], part[0]))


def _meant(names: Sequence[str], said: str) -> str:
    """Of divisions that are called alike, the one whose level is said ("Hama district"), else the largest."""
    levels = said.casefold().split()[-1:]
    return next((name for name in names if name.casefold().split()[-1:] == levels), names[0])
