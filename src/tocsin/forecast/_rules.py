"""Early-warning rules, as TOML has them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from tocsin.errors import UsageError
from tocsin.forecast._registry import MODELS

__all__ = ["Kind", "Rule", "read_rules"]

Kind = Literal["threshold", "change", "surprise"]

_NUMBERS: Mapping[Kind, Mapping[str, float | None]] = {
    "threshold": {"at_least": None, "after_quiet": 0},
    "change": {"times": None, "at_least": 0, "months": 12},
    "surprise": {"level": 0.95, "at_least": 0},
}
"""Numbers of each kind and what they are where left out; None must be given."""
_WHOLE = ("after_quiet", "months")
_MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """When to warn, and of what.

    Attributes
    ----------
    name, kind, about : str
    at_least : float
        Least count of the month.
    after_quiet : int
        Of a threshold: months before it that all had fewer.
    times, months : float, int
        Of a change: how many times the mean of so many months before.
    level, model : float, str
        Of a surprise: central interval of the model's forecast from the month before.
    then : float
        What it warns of: at least so many in the next three months together.
    """

    name: str
    kind: Kind
    at_least: float = 0
    after_quiet: int = 0
    times: float = 1
    months: int = 12
    level: float = 0.95
    model: str = "recency"
    then: float = 1
    about: str = ""


def read_rules(path: Path | None = None) -> tuple[Rule, ...]:
    """The rules of a file; those that come with Tocsin where none is given.

    Raises
    ------
    UsageError
        If the file is not there or no TOML, or a rule says what none can; the message names the rule and the field.
    """
    name = path.name if path else "alerts.toml"
    try:
        text = (path or resources.files("tocsin.forecast") / "alerts.toml").read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror}); give a TOML file of rules") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{name}: is no TOML: {error}") from None
    given = table.get("rule")
    if not isinstance(given, list) or not given or set(table) != {"rule"}:
        raise UsageError(f"{name}: has no rules; each begins with a line [[rule]], and nothing else stands beside them")
    rules = tuple(_rule(f"{name}: rule {number}", one) for number, one in enumerate(given, 1))
    names = [rule.name for rule in rules]
    if twice := sorted({one for one in names if names.count(one) > 1}):
        raise UsageError(f"{name}: two rules are called {twice[0]!r}; alerts are told apart by the names of rules")
    return rules


def _rule(where: str, given: Mapping[str, Any]) -> Rule:
    name = given.get("name")
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f'{where}: has no name; write name = "outbreak"')
    where = f"{where} ({name})"
    kind: Kind | None = next((one for one in get_args(Kind) if one == given.get("kind")), None)
    if kind is None:
        raise UsageError(f"{where}: kind is {given.get('kind')!r}; it is one of {', '.join(get_args(Kind))}")
    numbers = _NUMBERS[kind]
    allowed = {"name", "kind", "about", "then", *numbers, *(["model"] if kind == "surprise" else [])}
    for key in given:
        if key not in allowed:
            near = get_close_matches(key, allowed, 1)
            hint = f"; do you mean {near[0]}?" if near else f"; a {kind} has: {', '.join(sorted(allowed))}"
            raise UsageError(f"{where}: there is no {key!r} in a rule of kind {kind}{hint}")
    found = {key: _number(where, key, given.get(key, usual)) for key, usual in numbers.items()}
    model = given.get("model", "recency")
    if model not in MODELS:
        raise UsageError(f"{where}: model is {model!r}; there are: {', '.join(sorted(MODELS))}")
    then = _number(where, "then", given.get("then", max(found.get("at_least", 1), 1)))
    return Rule(
        name,
        kind,
        at_least=found["at_least"],
        after_quiet=int(found.get("after_quiet", 0)),
        times=found.get("times", 1),
        months=int(found.get("months", 12)),
        level=found.get("level", 0.95),
        model=model,
        then=then,
        about=str(given.get("about", "")),
    )


def _number(where: str, key: str, value: object) -> float:
    if value is None:
        raise UsageError(f"{where}: has no {key}; write {key} = 25")
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise UsageError(f"{where}: {key} is {value!r}, which is not a number; write {key} = 25, without quotes")
    if value < 0:
        raise UsageError(f"{where}: {key} is {value}; it cannot be below zero")
    if key == "level" and not 0 < value < 1:
        raise UsageError(f"{where}: level is {value}; it is a share, such as 0.95")
    if key in _WHOLE and (value != int(value) or value > _MOST_MONTHS or (key == "months" and value < 1)):
        raise UsageError(f"{where}: {key} is {value}; it is a whole number of months, at most {_MOST_MONTHS}")
    return float(value)
