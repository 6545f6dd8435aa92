"""Words that name an event of a type, read from ``words/cues.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tocsin.coding._patterns import alternatives, lower, table

__all__ = ["NO_CUE", "Cue", "cued_codes", "find_cues"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A trigger in a sentence: `start` and `end` are offsets in it."""

    code: str
    start: int
    end: int
    strong: bool


NO_CUE = ""
"""The code of a stretch without a cue, kept for codes that are known by their examples alone."""


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], tuple[tuple[str, bool, re.Pattern[str]], ...]]:
    """One pattern that tells whether there is any cue at all, and one for each code and strength."""
    cues = table("cues")
    parts = cues.pop("parts")
    single: list[tuple[str, bool, re.Pattern[str]]] = []
    every: list[str] = []
    for code, by_strength in cues.items():
        for strength in ("strong", "weak"):
            if by_strength[strength]:
                body = alternatives(by_strength[strength], parts)
                every.append(body)
                single.append((code, strength == "strong", re.compile(rf"(?<!\w)(?:{body})(?!\w)")))
    return re.compile("|".join(every)), tuple(single)


@lru_cache(maxsize=1)
def cued_codes() -> frozenset[str]:
    """The codes that have cues; any other is known by its examples alone."""
    return frozenset(table("cues")) - {"parts"}


def find_cues(sentence: str) -> list[Cue]:
    """Return the cues of `sentence`, in order of place; one stretch may be a cue for several codes.

    Examples
    --------
    >>> sorted({c.code for c in find_cues("A suicide bomber killed nine") if c.strong})
    ['suicide_bomb']
    """
    low = lower(sentence)
    any_cue, by_code = _patterns()
    if not any_cue.search(low):
        return []
    found = [Cue(code, m.start(), m.end(), strong) for code, strong, pattern in by_code for m in pattern.finditer(low)]
    return sorted(found, key=lambda c: (c.start, -c.end, c.code, not c.strong))
