"""The parts of a sentence about numbers: its figure, statistic, time, measure, kind, actors and areas."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from tocsin.analysis._statement_numbers import NUMBER, UNIT, Stretch, meets, value_of
from tocsin.codebook import Codebook
from tocsin.errors import UsageError

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
    "read_figure",
    "read_kind",
    "read_measure",
    "read_one_side",
    "read_statistic",
    "says",
    "speaks_of_violence",
    "turned",
    "violent_types",
    "words",
]

Comparison = Literal["more than", "at least", "fewer than", "at most", "exactly", "about", "between"]
Statistic = Literal["total", "mean", "median", "every", "any"]
PeriodName = Literal["day", "week", "month", "quarter", "year"]
Measure = Literal["events", "deaths", "civilian deaths"]
Role = Literal["by", "against", "involving"]

AGAINST_CIVILIANS = "violence against civilians"

_NOBODY = re.compile(rf"\b(?:no|zero|not a single|not one|without a(?:ny)?)\b(?! {UNIT}\b)", re.I)
_IN_NO = re.compile(
    rf"\b(?:(?:in )?no(?: single| one)?|not (?:a single|one)|there (?:was|is) no) {UNIT}\b"
    rf"|\b(?:none|not one|no one) of (?:the|its|these|those|all)?(?: \w+){{0,2}}? ?{UNIT}s\b",
    re.I,
)
_DENIED = re.compile(
    r"\b(?:never|not once|at no (?:point|time|stage)|den(?:y|ies|ied) that|not (?:true|the case) that|untrue that|"
    r"false that|no truth (?:in|to))\b",
    re.I,
)
"""What turns a comparison round from afar: "at no point did it drop below 40"."""
_DID_NOT = re.compile(
    r"\b(?:did|do|does|has|have|had|was|were|is|are|could|would) ?(?:not|n.t)(?: \w+){0,4}? *$|"
    r"\b(?:didn|doesn|hasn|haven|hadn|wasn|weren).t(?: \w+){0,4}? *$",
    re.I,
)
_NOT_IN_ANY = re.compile(
    rf"\b(?:not?|never|n.t|at most|up to|fewer|less|below|under)\b[^.]*\bin any (?:\w+ )?{UNIT}\b", re.I
)
_SHARE = re.compile(
    rf"\b{NUMBER}(?:\s*%|[- ](?:(?:per ?cent\w*|fold)\b|times (?:as|more|higher|greater|the|that|what)\b))", re.I
)
_RANGE = re.compile(rf"\b{NUMBER}\s*(?:-|\u2013|to)\s*{NUMBER.replace('<n>', '<m>')}", re.I)
_BETWEEN = re.compile(rf"\b(?:between|from)\s+{NUMBER}\s+(?:and|to)\s+{NUMBER.replace('<n>', '<m>')}", re.I)
_SOME = re.compile(
    r"\s*(?:(?:\S+|[A-Z][\w-]+) ){0,3}?(?:fighters|soldiers|militants|rebels|troops|insurgents|combatants|jihadists|"
    r"gunmen|police(?:men| officers)?|members|men|women|children|personnel|loyalists)\b"
)
_SOME_PERIODS = re.compile(
    rf"\bin (?:at least |only |just |more than |fewer than )?{NUMBER} {UNIT}s (?:of|in|during)\b", re.I
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
def words() -> Mapping[str, Any]:
    """The words that sentences are read by."""
    return tomllib.loads(files("tocsin.analysis").joinpath("words/statements.toml").read_text("utf-8"))


def says(text: str, patterns: Sequence[str]) -> bool:
    """Whether any of `patterns` is in the text, in letters of either case."""
    return any(re.search(pattern, text, re.I) for pattern in patterns)


# The figure


def read_figure(text: str, times: Sequence[Stretch], codebook: Codebook, given: float | None = None) -> Figure:
    """The figure and how it compares: what stands beside a comparison, else the first number that is no time.

    Raises
    ------
    UsageError
        If there is none, and none was `given`.
    """
    if given is None and (share := next((m for m in _SHARE.finditer(text) if not meets(m.span(), times)), None)):
        raise UsageError(
            f"{share[0].strip()!r} is a share or a change, and only numbers are checked; say how many, as in: "
            "more than 60 violent incidents each month"
        )
    if several := _SOME_PERIODS.search(text):
        raise UsageError(
            f"{several[0]!r} asks in how many periods it was so, which is not checked; "
            "say in every, in at least one, or on average"
        )
    for m in (*_BETWEEN.finditer(text), *_RANGE.finditer(text)):
        if not meets(m.span(), times):
            return Figure("between", value_of(m["n"]), *m.span(), value_of(m["m"]))
    compared = list(_compared(text, times))
    if compared:
        # Rules are in the order of how much they say: "did not exceed 60" ends as "exceed 60" does.
        return min(compared, key=lambda found: (found[0], found[1].start))[1]
    for m in re.finditer(rf"\b{NUMBER}", text, re.I):
        if not meets(m.span("n"), times) and m["n"].lower() not in ("one", "a", "an"):
            return Figure("exactly", value_of(m["n"]), *m.span())
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
    for rank, rule in enumerate(words()["comparison"]):
        patterns = [rf"\b(?:{words})\s+(?:the |a |an )?{NUMBER}" for words in rule["words"]]
        patterns += [rf"\b{NUMBER}\s+(?:\w+\s+)?(?:{words})" for words in rule.get("after", ())]
        for pattern in patterns:
            for m in re.finditer(pattern, text, re.I):
                if not meets(m.span("n"), times):
                    yield rank, Figure(rule["is"], value_of(m["n"]), *m.span())


def turned(text: str, figure: Figure) -> Comparison:
    """How the figure compares where words far from it say no: "in no month fewer than 40" is at least 40 in each."""
    outside = [m.span() for pattern in (_IN_NO, _DENIED) for m in pattern.finditer(text)]
    far = any(not meets(stretch, [(figure.start, figure.end)]) for stretch in outside)
    near = _DID_NOT.search(text[: figure.start]) is not None
    return _OPPOSITE.get(figure.comparison, figure.comparison) if far or near else figure.comparison


def read_statistic(text: str, within_a_month: bool = False) -> tuple[Statistic, PeriodName | None]:
    """What is said of the periods, and of which; a total has none.

    A peak within one month (`within_a_month`) is that month's own figure.
    """
    rules = words()["statistic"]
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
    if "every" in found or ("any" in found and _NOT_IN_ANY.search(text)):
        return "every", per or "month"
    if "any" in found:
        return ("total", None) if within_a_month and found["any"] is None else ("any", per or "month")
    if per is not None and says(text, words()["always"]["words"]):
        return "every", per
    # "60 a month" is a rate.
    return ("mean", per) if "rate" in found else ("total", None)


# What is counted


def read_measure(text: str, figure: Figure) -> Measure:
    """Deaths where the number counts the dead: the nearest of the words for them and for events."""
    rules = words()["measure"]
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
    if re.match(r"\s*(?:people|persons|lives)\b(?! \w* ?civilian)", after, re.I):
        # "Attacks on civilians killed 60 people" counts whoever was killed in them.
        return "deaths"
    beside = after[:40] + " " + before[-40:]
    return "civilian deaths" if says(beside, rules["civilians"]) else "deaths"


def read_one_side(text: str, figure: Figure) -> bool:
    """Whether the number of dead is of fighters, women or others of whom data do not tell how many there were."""
    return _SOME.match(text[figure.end :]) is not None


def read_kind(text: str, measure: Measure) -> Kind | None:
    """The kind of events that is named; None where any violence is meant."""
    for rule in words()["kind"]:
        if not says(text, rule["words"]):
            continue
        # "Killed 60 civilians in attacks on the town" counts the dead, whatever killed them.
        if measure == "events" or rule["name"] != AGAINST_CIVILIANS or _ONE_SIDED.search(text):
            named = (tuple(rule.get(part, ())) for part in ("event_types", "sub_event_types", "violence"))
            return Kind(rule["name"], *named)
    return None


def violent_types() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Event types that are violence, and those that some count as it."""
    found = words()["violent"]
    return tuple(found["event_types"]), tuple(found["perhaps"])


def speaks_of_violence(text: str) -> bool:
    """Whether a sentence speaks of violence, and not of events of any kind."""
    return says(text, words()["violent"]["anything"])


def read_about_data(text: str) -> bool:
    """Whether a sentence speaks of what is recorded, or of deadly events only."""
    return says(text, words()["about_data"]["words"])
